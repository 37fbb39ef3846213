"""The job that measures the networks, on two small ones and one that diverged."""

from dataclasses import asdict

import numpy as np
import pytest

from experiments.attack.tables import accuracy_table, attack_table, unattacked_table
from experiments.rivals.measure import tables
from experiments.rivals.tables import POINTS, SIGNS
from tilt.attacks.minimal import minimal_norm
from tilt.attacks.signed import signed_gradient_step
from tilt.data.sources import embedded_digits
from tilt.networks.model import Network, input_images, load_network, save_network
from tilt.networks.regularisers.registry import regulariser_of
from tilt.networks.scores import predict_scores
from tilt.networks.training import train

RECIPE = {
    "model": "mlp",
    "options": {"width": 20},
    "initial_weights": "pytorch",
    "pixel_scale": 0.02,
    "epochs": 2,
    "train_per_class": 25,
}
NETWORKS = {
    "reference": Network(**RECIPE, weight_decay=1e-4, seed=0),
    "soft": Network(**RECIPE, weight_decay=1e-4, seed=0, regulariser="label_smoothing", strength=0.3),
    "diverged": Network(**RECIPE, weight_decay=1e-4, seed=0, regulariser="l1", strength=1),
}
HELD_OUT = 5
EPSILONS = (0, 0.1)


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """What the job gives, and the attack tables that it was given."""
    folder = tmp_path_factory.mktemp("rivals")
    data = embedded_digits(30)
    x_train, x_test = (input_images("mlp", x, data.bounds) for x in (data.x_train, data.x_test))
    x, y, rows = x_test, data.y_test, np.arange(20)
    given = {key: {} for key in ("weights", "histories", "records", "attacks", "attack_accuracies", "images")}
    for name, network in NETWORKS.items():
        model = network.start(x_train, 10)
        diverged = name == "diverged"
        training = train(
            model, x_train, data.y_train, x_test, y, weight_decay=1e-4, seed=0, epochs=2, batch_size=10,
            learning_rate=0.02, momentum=0.9, device="cpu", checkpoint=folder / "checkpoint",
            regulariser=regulariser_of(network.regulariser, 0 if diverged else network.strength),
        )  # fmt: skip
        if diverged:
            found, accuracy = {}, np.nan
            attack = unattacked_table(rows, y[:20], {"minimal_norm": False}, "diverged")
            examples = np.full_like(x[:20], np.nan)
        else:
            step = signed_gradient_step(model, x, y, epsilons=EPSILONS)
            minimal = minimal_norm(model, x[:20], y[:20], steps=30)
            found = {"minimal_norm": minimal, "signed_gradient_step": step.of(rows)}
            accuracy, examples = step.accuracy, minimal.images
            attack = attack_table(rows, y[:20], predict_scores(model, x[:20]).argmax(1), found)
        given["weights"][name] = folder / f"{name}.safetensors"
        save_network(given["weights"][name], model, {})
        given["histories"][name] = training.history
        given["records"][name] = {"diverged": diverged}
        given["attacks"][name] = attack
        given["attack_accuracies"][name] = accuracy_table(
            {"signed_gradient_step": (EPSILONS, accuracy)}, len(y)
        )
        given["images"][name] = {"originals": x[:20], "minimal_norm": examples}
    made = tables(
        data=data, **given, device="cpu", networks={name: asdict(each) for name, each in NETWORKS.items()},
        weight_decay=1e-4, calibration={"seed": 0, "bins": 15, "gradient_images": 50},
        validation_per_class=HELD_OUT, attack_settings={"median_top_score": 0.95, "images_per_class": 2,
                                                        "attacks": {"minimal_norm": {"steps": 30}}},
    )  # fmt: skip
    return made, given


def test_networks_are_measured(measured):
    made, given = measured
    table = made["networks"]
    assert table["status"].tolist() == ["trained", "trained", "diverged"]
    assert not table["masked"].any()
    for row, name in enumerate(("reference", "soft")):
        attack = given["attacks"][name]
        norms = attack["norm"][attack["attack"] == "minimal_norm"]
        assert table["minimal_norm_median"][row] == np.median(norms)
        assert table["accuracy_l2_0.5"][row] == (norms > 0.5).mean()
        assert table["accuracy_signed_0.1"][row] == given["attack_accuracies"][name]["accuracy"][1]
        assert table["test_error"][row] == given["histories"][name]["test_error"][-1]
        assert table["gradient_norm_median"][row] > 0
        assert 0 < table["ece"][row] < 1
        assert table["right_images"][row] == (norms > 0).sum()
        assert max(table[sign][row] for sign in SIGNS) < 0.1
    assert np.isnan([table[name][2] for name in ("minimal_norm_median", "ece", *SIGNS)]).all()
    assert table["seconds_per_epoch"].all()


def test_held_out_images_are_the_next_of_each_class(measured):
    made, given = measured
    data = embedded_digits(30)
    rows = np.sort(np.concatenate([np.flatnonzero(data.y_train == label)[25:30] for label in range(10)]))
    x, y = input_images("mlp", data.x_train[rows], data.bounds), data.y_train[rows]
    attacked = np.concatenate([np.flatnonzero(y == label)[:2] for label in range(10)])
    for row, name in enumerate(("reference", "soft")):
        model = load_network(given["weights"][name])
        wrong = predict_scores(model, x).argmax(1) != y
        assert made["networks"]["validation_error"][row] == wrong.mean()
        norms = minimal_norm(model, x[attacked], y[attacked], steps=30).norm
        assert made["networks"]["validation_norm_median"][row] == np.median(norms)
    assert np.isnan(made["networks"]["validation_error"][2])
    assert made["reach"]["regulariser"].tolist() == ["", "label_smoothing", "l1"]
    assert np.isnan(made["reach"]["reach"]).tolist() == [True, False, True]  # decay has the reference alone


def test_means_and_curves_leave_out_what_diverged(measured):
    made, _ = measured
    assert made["summary"]["n"].tolist() == [1, 1, 0]
    assert made["summary"]["n_left_out"].tolist() == [0, 0, 1]
    assert len(made["curve"]["radius"]) == 3 * POINTS
