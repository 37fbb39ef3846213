"""Networks on random labels: the table by hand, where memorising stops, verdicts, one training."""

import numpy as np
import pytest

from experiments.random_labels import section as random_labels_section
from experiments.random_labels.claims import random_labels_claims, stopping_text
from experiments.random_labels.figures import memorisation
from experiments.random_labels.tables import half_of_chance, memorisation_table, stopping_decays
from made import RECIPE
from report.claims import INCOMPARABLE, NOT, PARTLY, REPRODUCED
from tilt.networks.model import Network
from tilt.networks.training import train


def histories(curves, diverged=(), seed=0):
    """Settings and histories of networks from their training errors by weight decay."""
    networks = {
        f"random_{decay:g}_{seed}": RECIPE | {"weight_decay": decay, "seed": seed, "random_labels": True}
        for decay in curves
    }
    made = {
        f"random_{decay:g}_{seed}": {
            "epoch": np.arange(1, len(errors) + 1),
            "train_error": np.array(errors),
            **{f"rms_{layer}": np.full(len(errors), 0.1) for layer in ("conv1", "conv2", "fc1", "fc2")},
            "diverged": np.array([False] * (len(errors) - 1) + [decay in diverged]),
        }
        for decay, errors in curves.items()
    }
    return networks, made


def table(*curves, diverged=()):
    """Of the curves of each seed in turn."""
    networks, made = {}, {}
    for seed, of_seed in enumerate(curves):
        for known, more in zip((networks, made), histories(of_seed, diverged, seed), strict=True):
            known |= more
    return memorisation_table(networks, made, train_images=50)


def test_table_by_hand():
    made = table({1: [0.9, 0.8], 0: [0.9, 0.0, 0.1, 0.0]}, {0: [0.7], 1: [0.9]})
    np.testing.assert_array_equal(made["network"], ["random_0_0", "random_0_1", "random_1_0", "random_1_1"])
    np.testing.assert_array_equal(made["weight_decay"], [0, 0, 1, 1])
    np.testing.assert_array_equal(made["seed"], [0, 1, 0, 1])
    np.testing.assert_array_equal(made["final_train_error"], [0, 0.7, 0.8, 0.9])
    np.testing.assert_array_equal(made["best_train_error"], [0, 0.7, 0.8, 0.9])
    np.testing.assert_array_equal(made["zero_epoch"], [2, np.nan, np.nan, np.nan])
    np.testing.assert_array_equal(made["epochs"], [4, 1, 2, 1])
    np.testing.assert_array_equal(made["train_images"], [50] * 4)


@pytest.mark.parametrize(
    ("ends", "diverged", "expected", "text"),
    [
        ([{0: 0.0, 0.1: 0.46, 1: 0.9}], (), (0, 0.1), "stops between decay 0 and 0.1"),
        ([{0: 0.0, 0.1: 0.44, 1: 0.9}], (), (0.1, 1), "stops between decay 0.1 and 1"),
        ([{0: 0.0, 0.1: 0.6, 1: 0.2}], (), (1, np.nan), "memorisation does not stop"),
        ([{0: 0.0, 0.1: 0.9, 1: 0.9}], (0.1,), (0, 1), "stops between decay 0 and 1"),
        ([{0: 0.8, 0.1: 0.9}], (), (np.nan, 0), "no network memorises"),
        ([{0: 0.0, 0.1: 0.9, 1: 0.9}, {0: 0.0, 0.1: 0.4, 1: 0.9}], (), (0.1, 1), "between decay 0.1 and 1"),
    ],
)
def test_memorising_stops_where_no_network_of_a_greater_decay_ends_below_half_of_chance(
    ends, diverged, expected, text
):
    assert half_of_chance(10) == pytest.approx(0.45)
    curves = [{decay: [0.9, end] for decay, end in of_seed.items()} for of_seed in ends]
    made = table(*curves, diverged=diverged)
    np.testing.assert_equal(stopping_decays(made, classes=10), expected)
    assert text in stopping_text(made, classes=10)


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        ([0.9, 0.0], [0.9, 0.8], [REPRODUCED, REPRODUCED]),
        ([0.9, 0.1], [0.9, 0.3], [PARTLY, PARTLY]),
        ([0.9, 0.5], [0.0, 0.0], [NOT, NOT]),
    ],
)
def test_verdicts(low, high, expected):
    claims = random_labels_claims(table({0: low, 1: high, 5: [0.9]}, diverged=(5,)), 10)
    assert [claim.verdict for claim in claims] == expected
    assert ("no error in epoch 2" in claims[0].measured) == (low[-1] == 0)
    assert "(one seed, no interval)" in claims[1].measured


def test_verdicts_ask_every_seed():
    kept, lost = [0.9, 0.0], [0.9, 0.8]
    good, worse = {0: kept, 1: lost}, {0: [0.9, 0.9], 1: [0.9, 0.1]}
    assert [claim.verdict for claim in random_labels_claims(table(good, good), 10)] == [REPRODUCED] * 2
    low, high = random_labels_claims(table(good, worse), 10)
    assert (low.verdict, high.verdict) == (NOT, PARTLY)
    assert "least training error 90.0 %, in the worst seed" in low.measured
    assert "n = 2 seeds" in high.measured


def test_one_weight_decay_shows_nothing_and_what_diverged_is_named():
    judged = random_labels_claims(table({0: [0.0], 1: [0.9]}, diverged=(1,)), 10)
    assert [(claim.verdict, claim.measured) for claim in judged] == [
        (INCOMPARABLE, "not measured; random_1_0: diverged")
    ] * 2


def test_figure_and_caption_mark_what_diverged():
    networks, made = histories({0: [0.9, 0.0], 0.1: [0.9, 0.8], 1: [np.nan]}, diverged=(1,))
    rows = memorisation_table(networks, made, 50)
    along, at_end = memorisation(rows, made, 10).axes
    assert sum(line.get_marker() == "x" for line in along.lines) == 1
    ends = [line.get_xydata()[0] for line in at_end.lines if line.get_marker() == "o"]
    np.testing.assert_allclose(ends, [[0, 0], [0.1, 0.8]])
    caption = random_labels_section.captions(rows, 10)["memorisation"]
    assert "Diverged: random_1_0." in caption.sample
    assert "0: 0.0 %; 0.1: 80.0 %. Where half of chance (45 %)" in caption.measured
    several = random_labels_section.captions(table({0: [0.1], 1: [0.8]}, {0: [0.2], 1: [0.9]}), 10)
    assert "0: 15.0 % (10.0 to 20.0); 1: 85.0 % (80.0 to 90.0)." in several["memorisation"].measured


def test_lenet_memorises_random_labels_and_weight_decay_prevents_it():
    """Steps of a fifth of those at which the loss starts to swing, over all images: no chance enters.

    Where the mean loss is below ln 2 / n that of each image is below ln 2: its label has the greatest score.
    """
    rng = np.random.default_rng(0)
    x = rng.uniform(0, 255, (6, 28, 28)).astype(np.float32)
    y = rng.permutation(6) % 3
    settings = {"seed": 0, "epochs": 30, "batch_size": 6, "learning_rate": 2e-3, "device": "cpu"}
    histories = {}
    for decay in (1e-4, 10.0):
        network = Network(initial_weights="improved_xavier", pixel_scale=0.003, weight_decay=decay, seed=0)
        model = network.start(x, 3)
        histories[decay] = train(model, x, y, x[:3], y[:3], weight_decay=decay, **settings).history
    learnt, prevented = histories.values()
    assert (np.diff(learnt["train_loss"]) < 0).all()
    assert learnt["train_loss"][-1] < np.log(2) / 6 / 4
    assert learnt["train_error"][-1] == 0
    assert prevented["train_loss"][-1] == pytest.approx(np.log(3), abs=0.02)


def memorised(**errors) -> dict:
    """A table of the final training errors by weight decay."""
    decays = [float(name[1:]) for name in errors]
    end = np.array(list(errors.values()))
    return {
        "network": np.array(list(errors)), "weight_decay": np.array(decays), "seed": np.zeros(len(end), int),
        "train_images": np.full(len(end), 50), "epochs": np.full(len(end), 3), "final_train_error": end,
        "best_train_error": end, "zero_epoch": np.where(end == 0, 3, np.nan),
        "diverged": np.zeros(len(end), bool),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("errors", "expected"),
    [
        ({"d0": 0.88, "d1": 0.9}, INCOMPARABLE),
        ({"d0": 0.88, "d1": 0.0}, NOT),
        ({"d0": 0.1, "d1": 0.9}, "reproduced"),
    ],
)
def test_nothing_is_prevented_where_nothing_is_memorised(errors, expected):
    assert random_labels_claims(memorised(**errors), 10)[1].verdict == expected
