"""Figures of the training show the numbers that they are given."""

import numpy as np

from experiments.training.figures import error_curves, figures, first_filters, weight_rms
from made import RECIPE

LAYERS = ("conv1", "conv2", "fc1", "fc2")


def test_networks_of_two_recipes_are_two_curves():
    """Two networks that differ in nothing but the pixel scale, with errors of 2 and 80 %."""
    network = RECIPE | {"weight_decay": 0.1, "seed": 0}
    networks = {"near": network, "far": network | {"pixel_scale": 0.1}}
    rms = {f"rms_{layer}": np.array([0.1]) for layer in LAYERS}
    histories = {
        name: rms
        | {"epoch": np.array([1]), "train_error": np.array([error]), "test_error": np.array([error])}
        | {"diverged": np.array([False])}
        for name, error in zip(networks, (0.02, 0.8), strict=True)
    }
    banks = {name: {"filters": np.ones((20, 5, 5))} for name in networks}
    drawn = figures(histories=histories, filters=banks, networks=networks, published=True)["errors"]
    for ax, error in zip(drawn.axes, (2, 80, 2, 80), strict=True):
        np.testing.assert_allclose(np.concatenate([line.get_ydata() for line in ax.lines]), [error])


def test_figures_show_the_numbers():
    rms = {"low": dict.fromkeys(LAYERS, 0.02), "high": dict.fromkeys(LAYERS, 0.01)}
    (ax,) = weight_rms(rms, {"low": dict.fromkeys(LAYERS, 0.03)}).axes
    assert [bar.get_height() for bar in ax.patches] == [0.02] * 4 + [0.01] * 4
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), [0.03] * 4)

    banks = {"low": np.random.default_rng(0).normal(size=(20, 5, 5))}
    first, again, other = (first_filters(banks, 4, seed) for seed in (0, 0, 1))
    titles = [[ax.get_title() for ax in fig.axes[:4]] for fig in (first, again, other)]
    assert titles[0] == titles[1] != titles[2]
    np.testing.assert_array_equal(first.axes[0].images[0].get_array(), banks["low"][int(titles[0][0]) - 1])

    table = {
        "network": ["a", "a", "b", "b", "c", "c", "d", "d"],
        "recipe": ["matconvnet"] * 8,
        "weight_decay": [0.1] * 8,
        "diverged": [False] * 6 + [True] * 2,
        "epoch": [1, 2] * 4,
        "train_error": [0.5, 0.1, 0.6, 0.2, 0.9, 0.0, 0.7, 0.9],
        "test_error": [0.5, 0.1, 0.6, 0.2, 0.9, 0.0, 0.7, np.nan],
    }
    for ax in error_curves(table).axes:
        np.testing.assert_allclose(ax.lines[0].get_ydata(), [60, 10])
        assert [text.get_text() for text in ax.texts] == ["diverged: d"]
