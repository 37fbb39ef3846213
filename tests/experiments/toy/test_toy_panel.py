"""The panel of the toy problem shows the tables."""

import numpy as np
import pytest

from experiments.toy.panel import panel as toy_panel
from experiments.toy.tables import image, mirror_distance_table, noisy_point_table, noisy_training_set
from panels import part
from tilt.geometry import (
    mirror_image,
)


def test_a_view_of_the_toy_problem():
    X, y = noisy_training_set(6, seed=0)
    fits = noisy_point_table(X, y, 10.0 ** np.arange(-3, 2))
    points = {"a": X[:, 0], "b": X[:, 1], "y": y}
    angles = mirror_distance_table(np.radians([0, 30, 60, 90]))
    record = toy_panel(mirror_distance=angles, training_set=points, noisy_point=fits)
    np.testing.assert_allclose(part(record, "mirror", theta="60"), image(*_mirror(60)), atol=1e-3)
    assert part(record, "distance", theta="60") == pytest.approx(3)
    rows = (fits["loss"] == "softplus") & np.isclose(fits["lambda"], 0.1)
    assert part(record, "norm_w", toy_loss="softplus", toy_lambda="-1") == pytest.approx(
        fits["norm_w"][rows][0]
    )
    w = np.array([fits["w_1"][rows][0], fits["w_2"][rows][0]])
    ends = [part(record, f"line_{axis}", "toy-noisy", toy_loss="softplus", toy_lambda="-1") for axis in "ab"]
    np.testing.assert_allclose(w @ ends + fits["bias"][rows][0], 0, atol=1e-5)


def _mirror(degrees):
    theta = np.radians(degrees)
    w = np.array([np.cos(theta), np.sin(theta)])
    return mirror_image(np.array([-3.0, 0.0]), w, 0.0)
