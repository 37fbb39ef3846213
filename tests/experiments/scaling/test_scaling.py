"""The norm of the weights scales the loss: risks against closed forms, histograms that count every sample."""

import numpy as np
import pytest

from experiments.scaling import figures
from experiments.scaling.tables import risk_table, score_histograms
from report.figures.style import save_figure
from report.words import IMAGES
from tilt.errors import InputError
from tilt.histograms import histogram_edges
from tilt.losses import LOSSES

Y = np.repeat([-1, 1], 200)
DISTANCE = np.random.default_rng(0).normal(0.8 * Y, 1.0)
MARGINS = Y * DISTANCE


def test_risks_of_one_margin_are_the_losses():
    table = risk_table(np.array([0.5]), [0.1, 1.0, 4.0])
    np.testing.assert_allclose(table["hinge"], [0.95, 0.5, 0.0])
    np.testing.assert_allclose(table["softplus"], np.log1p(np.exp([-0.05, -0.5, -2.0])))
    np.testing.assert_array_equal(table["zero_one"], 0)
    np.testing.assert_array_equal(table["large_norm_limit"], 0)


def test_risk_over_norm_tends_to_the_error_distance():
    d_err = np.maximum(-MARGINS, 0).mean()
    table = risk_table(MARGINS, [1e3, 1e5])
    for name in LOSSES:
        np.testing.assert_allclose(table[name] / table["norm"], d_err, atol=1 / table["norm"][0])
        assert table[name][1] / 1e5 == pytest.approx(d_err, abs=1e-5)
    np.testing.assert_allclose(table["large_norm_limit"] / table["norm"], d_err)


def test_drop_of_the_risk_tends_to_the_adversarial_distance():
    d_adv = MARGINS.mean()
    table = risk_table(MARGINS, [1e-2, 1e-4])
    for name, loss in LOSSES.items():
        found = (loss.alpha - table[name]) / (loss.beta * table["norm"])
        np.testing.assert_allclose(found, d_adv, atol=0.01)
        assert found[1] == pytest.approx(d_adv, abs=1e-4)
        np.testing.assert_allclose(
            loss.alpha - table[f"{name}_small_norm_limit"], loss.beta * table["norm"] * d_adv
        )


def test_the_norm_leaves_the_error_rate_alone():
    table = risk_table(MARGINS, [1e-3, 1.0, 1e3])
    np.testing.assert_array_equal(table["zero_one"], np.mean(MARGINS <= 0))


def test_histograms_count_every_sample_of_each_class():
    table = score_histograms(Y, DISTANCE, 2.0, bins=30)
    for quantity in ("s", "ys", "hinge", "softplus"):
        for label in (-1, 1):
            rows = (table["quantity"] == quantity) & (table["y"] == label)
            assert rows.sum() == 30
            assert table["count"][rows].sum() == 200
    scores = table["quantity"] == "s"
    left, right = table["left"][scores], table["right"][scores]
    assert left.min() <= 2 * DISTANCE.min() < 2 * DISTANCE.max() <= right.max()
    assert 0 in left, "a bin has scores of both signs"


@pytest.mark.parametrize("norm", [0.0, -1.0, float("nan")])
def test_norm_must_be_positive(norm):
    with pytest.raises(InputError, match="above 0"):
        risk_table(MARGINS, [1.0, norm])
    with pytest.raises(InputError, match="above 0"):
        score_histograms(Y, DISTANCE, norm)


@pytest.mark.parametrize("shift", [0.0, 10.0], ids=["with errors", "separated"])
def test_figures_are_drawn(tmp_path, shift):
    margins = MARGINS + shift
    of_pair = {"pair": "7v9", "norm_w": 1.0}, IMAGES
    drawn = {
        "histograms": figures.score_and_losses(score_histograms(Y, Y * margins, 1.0), *of_pair),
        "losses": figures.losses(),
        "scaled": figures.scaled_losses(margins, [0.1, 1.0, 10.0], IMAGES),
        "limits": figures.limits(risk_table(margins, np.logspace(-2, 3, 11)), IMAGES),
    }
    for name, drawing in drawn.items():
        save_figure(tmp_path / f"{name}.png", drawing)
    assert len(list(tmp_path.iterdir())) == 2 * len(drawn)
    for name in ("histograms", "losses", "limits"):
        assert all(ax.get_xlabel() and ax.get_ylabel() for ax in drawn[name].axes)


def test_svg_is_the_same_each_time(tmp_path):
    for name in ("one", "two"):
        save_figure(tmp_path / f"{name}.png", figures.losses())
    assert (tmp_path / "one.svg").read_text() == (tmp_path / "two.svg").read_text()


@pytest.mark.parametrize("scale", [1e-12, 1.0, 1e12])
def test_distances_that_differ_by_rounding_alone_lie_in_the_middle(scale):
    values = scale * np.array([1.0, 1 + 2e-16, 1 - 1e-16, 1 + 4e-16])
    counts, edges = np.histogram(values, histogram_edges(values, 60))
    assert counts[29:31].sum() == 4
    np.testing.assert_allclose(edges[[0, -1]], scale * np.array([0.5, 1.5]))
    table = score_histograms(np.array([-1, 1, -1, 1]), values, 1e-2)
    assert table["count"].sum() == 16
    spread = scale * np.array([1.0, 2, 5])
    np.testing.assert_array_equal(histogram_edges(spread, 60), np.histogram_bin_edges(spread, 60))


def test_losses_that_vanish_have_a_histogram():
    table = score_histograms(np.array([-1.0, 1, 1]), np.array([-1.0, 1, 1.02]), 745)
    last = table["count"][table["quantity"] == "softplus"]
    assert last.sum() == 3
