"""Networks on random labels: the table by hand, where memorising stops, verdicts, one training."""

import numpy as np
import pytest

from tilt.claims.base import NOT, PARTLY, REPRODUCED
from tilt.claims.random_labels import random_labels_claims
from tilt.figures.random_labels import memorisation
from tilt.networks.training import train
from tilt.random_labels import half_of_chance, memorisation_table, stopping_decay
from tilt.report.random_labels_captions import random_labels


def histories(curves, diverged=()):
    """Settings and histories of networks from their training errors by weight decay."""
    networks = {f"random_{decay:g}": {"weight_decay": decay, "seed": 0} for decay in curves}
    made = {
        f"random_{decay:g}": {
            "epoch": np.arange(1, len(errors) + 1),
            "train_error": np.array(errors),
            **{f"rms_{layer}": np.full(len(errors), 0.1) for layer in ("conv1", "conv2", "fc1", "fc2")},
            "diverged": np.array([False] * (len(errors) - 1) + [decay in diverged]),
        }
        for decay, errors in curves.items()
    }
    return networks, made


def table(curves, diverged=()):
    return memorisation_table(*histories(curves, diverged), train_images=50)


def test_table_by_hand():
    made = table({1: [0.9, 0.8], 0: [0.9, 0.0, 0.1, 0.0]})
    np.testing.assert_array_equal(made["weight_decay"], [0, 1])
    np.testing.assert_array_equal(made["final_train_error"], [0, 0.8])
    np.testing.assert_array_equal(made["best_train_error"], [0, 0.8])
    np.testing.assert_array_equal(made["zero_epoch"], [2, np.nan])
    np.testing.assert_array_equal(made["epochs"], [4, 2])
    np.testing.assert_array_equal(made["train_images"], [50, 50])


@pytest.mark.parametrize(
    ("ends", "diverged", "expected"),
    [
        ({0: 0.0, 0.1: 0.46, 1: 0.9}, (), 0.1),
        ({0: 0.0, 0.1: 0.44, 1: 0.9}, (), 1),
        ({0: 0.0, 0.1: 0.6, 1: 0.2}, (), np.nan),
        ({0: 0.0, 0.1: 0.9, 1: 0.9}, (0.1,), 1),
        ({0: 0.8, 0.1: 0.9}, (), 0),
    ],
)
def test_memorising_stops_where_all_greater_decays_stay_above_half_of_chance(ends, diverged, expected):
    assert half_of_chance(10) == pytest.approx(0.45)
    found = stopping_decay(table({decay: [0.9, end] for decay, end in ends.items()}, diverged), classes=10)
    np.testing.assert_equal(found, expected)


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


def test_a_single_trained_network_shows_nothing():
    assert random_labels_claims(table({0: [0.0], 1: [0.9]}, diverged=(1,)), 10) == []


def test_figure_and_caption_mark_what_diverged():
    networks, made = histories({0: [0.9, 0.0], 0.1: [0.9, 0.8], 1: [np.nan]}, diverged=(1,))
    rows = memorisation_table(networks, made, 50)
    along, at_end = memorisation(rows, made, 10).axes
    assert sum(line.get_marker() == "x" for line in along.lines) == 1
    ends = [line.get_xydata()[0] for line in at_end.lines if line.get_marker() == "o"]
    np.testing.assert_allclose(ends, [[0, 0], [0.1, 0.8]])
    caption = random_labels(rows, 10)["memorisation"]
    assert "Diverged: random_1." in caption.sample
    assert "0: 0.0 %; 0.1: 80.0 %. From 0.1 on" in caption.measured


def test_lenet_memorises_random_labels_and_weight_decay_prevents_it():
    rng = np.random.default_rng(0)
    x = rng.uniform(0, 255, (20, 28, 28)).astype(np.float32)
    y = rng.integers(3, size=20)
    errors = {}
    for decay in (1e-4, 10.0):
        training = train(
            x,
            y,
            x[:3],
            y[:3],
            n_classes=3,
            weight_decay=decay,
            seed=0,
            scheme="improved_xavier",
            pixel_scale=0.03,
            epochs=30,
            batch_size=10,
            learning_rate=2e-3,
            device="cpu",
        )
        errors[decay] = training.history["train_error"]
    assert errors[1e-4].min() == 0
    assert errors[10.0].min() > half_of_chance(3)
