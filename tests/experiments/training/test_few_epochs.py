"""Trainings of few epochs, or of unequal ones."""

import numpy as np
import pytest

from experiments.training.claims import training_claims
from experiments.training.section import captions
from made import RECIPE

NETWORKS = {
    name: RECIPE | {"weight_decay": decay, "seed": 0} for name, decay in (("low", 1e-4), ("high", 0.1))
}


def history(epochs: int, diverged: bool = False) -> dict:
    columns = ("test_error", "train_error", "rms_conv1", "rms_conv2", "rms_fc1", "rms_fc2", "seconds")
    return {
        "epoch": np.arange(1.0, epochs + 1),
        "diverged": np.array([False] * (epochs - 1) + [diverged]),
        **{name: np.full(epochs, 0.1) for name in columns},
    }


def test_a_curve_that_ends_before_its_published_points_is_not_measured():
    judged = training_claims(NETWORKS, dict.fromkeys(NETWORKS, history(2)), test_images=100, numbers=False)
    (along,) = (claim for claim in judged if claim.statement.startswith("Errors along"))
    assert "nan" not in along.measured
    assert "and not measured" in along.measured


@pytest.mark.parametrize(
    ("of", "text"),
    [
        ((history(2), history(4)), "2 networks, n = 9 training and 5 test images, 2 or 4 epochs; seed 0."),
        ((history(1, diverged=True), history(4)), ", 4 epochs;"),
        ((history(1), history(1)), ", 1 epoch;"),
    ],
)
def test_captions_list_the_epochs_as_they_are(of, text):
    records = {name: {"train_images": 9, "test_images": 5} for name in NETWORKS}
    assert text in captions(NETWORKS, dict(zip(NETWORKS, of, strict=True)), records)["errors"].sample
