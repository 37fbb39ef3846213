"""Figures of the scaled loss show the tables they are given."""

import numpy as np
import pytest

from drawn import assert_labelled_and_inside, has_line, lay_out, stairs
from experiments.scaling import figures
from experiments.scaling.tables import risk_table, score_histograms
from report.words import IMAGES
from tilt.losses import LOSSES

DISTANCE = np.random.default_rng(0).normal(np.repeat([-0.8, 0.8], 60), 1.0)
Y = np.repeat([-1, 1], 60)


@pytest.fixture(scope="module")
def drawn():
    of_pair = {"pair": "7v9", "norm_w": 1.5}, IMAGES
    return lay_out(
        {
            "histograms": figures.score_and_losses(score_histograms(Y, DISTANCE, 1.5, bins=20), *of_pair),
            "losses": figures.losses(),
            "scaled_losses": figures.scaled_losses(Y * DISTANCE, [0.1, 1.0, 10.0], IMAGES),
            "limits": figures.limits(risk_table(Y * DISTANCE, np.logspace(-2, 3, 11)), IMAGES),
        }
    )


def test_axes_are_labelled_and_nothing_is_cut_off(drawn):
    assert_labelled_and_inside(drawn)


def test_histograms_show_the_counts(drawn):
    table = score_histograms(Y, DISTANCE, 1.5, bins=20)
    for ax, quantity in zip(drawn["histograms"].axes, ("s", "ys", "hinge", "softplus"), strict=True):
        for label in (-1, 1):
            rows = (table["quantity"] == quantity) & (table["y"] == label)
            assert any(
                np.array_equal(data.values, table["count"][rows])
                and np.allclose(data.edges[:-1], table["left"][rows])
                for data in stairs(ax)
            )


def test_scaled_losses_are_losses_of_norm_times_distance(drawn):
    axes = [ax for ax in drawn["scaled_losses"].axes if ax.lines]
    for ax, norm in zip(axes, (0.1, 1.0, 10.0), strict=True):
        d = ax.lines[0].get_xdata()
        assert has_line(ax, d, np.where(d <= 0, 1, 0))
        assert has_line(ax, d, np.maximum(1 - norm * d, 0))
        assert has_line(ax, d, np.log1p(np.exp(-norm * d)))
    for ax in set(drawn["scaled_losses"].axes) - set(axes):
        assert stairs(ax)[0].values.sum() == len(Y)


def test_losses_are_drawn(drawn):
    ax = drawn["losses"].axes[0]
    z = ax.lines[0].get_xdata()
    for loss in LOSSES.values():
        assert has_line(ax, z, loss(z))


def test_limits_show_the_risk_and_both_distances(drawn):
    table = risk_table(Y * DISTANCE, np.logspace(-2, 3, 11))
    risk, large, small = drawn["limits"].axes
    for name, loss in LOSSES.items():
        assert has_line(risk, table["norm"], table[name])
        assert has_line(large, table["norm"], table[name] / table["norm"])
        assert has_line(small, table["norm"], (loss.alpha - table[name]) / (loss.beta * table["norm"]))
    assert has_line(large, [0, 1], np.maximum(-Y * DISTANCE, 0).mean())
    assert has_line(small, [0, 1], (Y * DISTANCE).mean())
