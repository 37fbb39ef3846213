"""Two identities of networks without biases: a temperature is decay relabelled, the Jacobian penalty decay.

With scores z homogeneous of degree L in the weights, w = T^(1/L) u turns CE(z(w) / T) + λ/2 ‖w‖² into
CE(z(u)) + λ T^(2/L) / 2 ‖u‖². So the minimisers are those of the decay λ T^(2/L), and gradient descent goes
the same way when its initial weights are T^(-1/L) and its learning rate T^(-2/L) times as large. Of scores
linear in the image, the Jacobian penalty of strength λ / (255 p)² is on average the weight decay λ, with
pixel scale p.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.attack.statistics import median_norm
from experiments.attack.tables import select_images
from experiments.rivals.names import PLAIN, RELABELLED, TEMPERATURE, WHOLLY
from tilt.attacks.minimal import minimal_norm
from tilt.data.images import Images, first_per_class
from tilt.io import table_of
from tilt.networks.model import Network, input_images
from tilt.networks.regularisers.base import NONE, Regulariser
from tilt.networks.regularisers.gradients import Jacobian
from tilt.networks.regularisers.softmax import Temperature
from tilt.networks.scores import predict_scores
from tilt.networks.training import train

LAYERS = (1, 2, 3)  # of an MLP without biases, which are the degree of its scores
DECAY = 0.01
SCALE = 0.02  # of the pixels
LEARNING_RATE, BATCH_SIZE = 0.02, 300


def tables(
    *, data: Images, settings: Mapping[str, Any], seeds: Sequence[int], images_per_class: int
) -> dict[str, Any]:
    """The table `controls`: a row for each trained network.

    Columns: regulariser, layers, seed, and `in_its_place`: "" for the network that has it, else what another
    one has instead, PLAIN (nothing), RELABELLED or WHOLLY; its weight_decay; test_error;
    minimal_norm_median of so many test images a class; and `difference`, ‖z - z'‖ / ‖z'‖ of the test images'
    scores z from those z' of the network with the regulariser, divided by its temperature. Trained on the
    CPU, as the networks are small.
    """
    data = first_per_class(data, settings["train_per_class"])
    x_train, x_test = (input_images("mlp", x, data.bounds) for x in (data.x_train, data.x_test))
    attacked = select_images(data.y_test, images_per_class)
    classes = int(data.y_train.max()) + 1

    def trained(
        layers: int, seed: int, decay: float, regulariser: Regulariser = NONE, scale: float = 1
    ) -> Any:
        """Row and scores of a network, whose initial weights are `scale` times as large."""
        network = Network(
            model="mlp",
            options={"hidden_layers": layers - 1, "biases": False},
            initial_weights="improved_xavier",
            pixel_scale=SCALE,
            weight_scale=scale,
            weight_decay=decay,
            seed=seed,
        )
        model = network.start(x_train, classes)
        x, y = x_test[attacked], data.y_test[attacked]
        train(
            model, x_train, data.y_train, x, y,
            weight_decay=decay, seed=seed, regulariser=regulariser, epochs=settings["epochs"],
            batch_size=BATCH_SIZE, learning_rate=LEARNING_RATE * scale**2, device="cpu",
        )  # fmt: skip
        scores = predict_scores(model, x_test).astype(np.float64)
        row = {
            "weight_decay": decay,
            "test_error": float(np.mean(scores.argmax(axis=1) != data.y_test)),
            "minimal_norm_median": median_norm(minimal_norm(model, x, y).norm),
        }
        return row, scores

    rows = []
    for seed in seeds:
        for layers in LAYERS:
            factor = TEMPERATURE ** (1 / layers)
            with_it = trained(layers, seed, DECAY, Temperature(TEMPERATURE - 1))
            others = {
                WHOLLY: trained(layers, seed, DECAY * factor**2, scale=1 / factor),
                RELABELLED: trained(layers, seed, DECAY * factor**2),
                PLAIN: trained(layers, seed, DECAY),
            }
            rows += of_one("temperature", layers, seed, with_it, others, TEMPERATURE)
        penalty = Jacobian(DECAY / (255 * SCALE) ** 2)
        others = {RELABELLED: trained(1, seed, DECAY), PLAIN: trained(1, seed, 0)}
        rows += of_one("jacobian", 1, seed, trained(1, seed, 0, penalty), others)
    return {"controls": table_of(rows)}


def of_one(
    regulariser: str,
    layers: int,
    seed: int,
    with_it: tuple[dict[str, Any], NDArray[np.float64]],
    others: Mapping[str, tuple[dict[str, Any], NDArray[np.float64]]],
    temperature: float = 1,
) -> list[dict[str, Any]]:
    """The rows of a network with a regulariser and of those beside it, each given as its row and scores."""
    own = with_it[1] / temperature
    found = []
    for place, (row, scores) in {"": (with_it[0], own), **others}.items():
        of = {"regulariser": regulariser, "layers": layers, "seed": seed, "in_its_place": place}
        difference = float(np.linalg.norm(scores - own) / np.linalg.norm(own))
        found.append({**of, **row, "difference": difference})
    return found
