"""The two-layer networks of one pair: every weight decay and seed, and what they make of the test samples."""

from collections.abc import Mapping
from itertools import product
from typing import Any

import numpy as np

from experiments.two_layer.tables import study_tables
from pipeline.pair import pair_classes
from tilt.data.images import Images, binary_pair
from tilt.networks.two_layer import train_two_layer

OF_TRAINING = ("hidden", "epochs", "batch_size", "learning_rate", "momentum")


def tables(
    *, data: Images, pair: str, train_per_class: int, settings: Mapping[str, Any], device: str
) -> dict[str, Any]:
    """Train the networks; their table, that of the test samples, the local view, and the weights."""
    samples = binary_pair(data, *pair_classes(pair), train_per_class)
    seeds, decays = settings["seeds"], settings["weight_decays"]
    networks = []
    for seed in seeds:
        networks += train_two_layer(
            samples.x_train,
            samples.y_train,
            decays,
            seed=seed,
            device=device,
            **{key: settings[key] for key in OF_TRAINING},
        )
    of_seed, of_decay = zip(*product(seeds, decays), strict=True)
    table, images, local = study_tables(samples, networks, of_decay, of_seed, settings["images_per_class"])
    weights = {
        name: np.stack([getattr(network, name) for network in networks]).astype(np.float32)
        for name in ("w1", "b1", "w2", "b2")
    }
    weights |= {name: local[name] for name in ("weight_decay", "seed")}
    return {"networks": table, "images": images, "local": local, "weights": weights}
