"""Calibration against closed forms: temperatures, reliability, gradient of the margin; tables and claims."""

import numpy as np
import pytest
import torch

from experiments.calibration import section as calibration_section
from experiments.calibration.claims import calibration_claims
from experiments.calibration.figures import calibration_curves, reliability_diagrams, temperature_curves
from experiments.calibration.tables import (
    MEASURED,
    TRAINED,
    bins_table,
    calibrate,
    halves,
    summary_table,
    training_status,
)
from report.claims import INCOMPARABLE, NOT, PARTLY, REPRODUCED
from tilt.calibration import (
    expected_calibration_error,
    likeliest_temperature,
    logit_scale,
    negative_log_likelihood,
    reliability,
    top_scores,
)
from tilt.errors import InputError
from tilt.intervals import mean_interval
from tilt.networks.margin import margin_gradient_norms


def calibrated(n, spread=2.0, classes=5, seed=0):
    """Scores, and labels drawn from their own softmax: perfectly calibrated."""
    rng = np.random.default_rng(seed)
    scores = spread * rng.normal(size=(n, classes))
    p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    labels = (p.cumsum(axis=1) < rng.random((n, 1))).sum(axis=1)
    return scores, np.minimum(labels, classes - 1)


def ece(scores, labels, temperature=1.0):
    return expected_calibration_error(
        reliability(top_scores(scores, temperature), scores.argmax(axis=1) == labels)
    )


@pytest.mark.parametrize("factor", [1 / 3, 1, 3])
def test_scaled_scores_have_their_factor_as_temperature_and_lose_their_error(factor):
    """Labels are drawn from softmax(s), so that the likeliest temperature of factor * s is the factor."""
    scores, labels = calibrated(40_000)
    temperature = likeliest_temperature(factor * scores, labels)
    assert temperature == pytest.approx(factor, rel=0.03)
    assert ece(factor * scores, labels, factor) < 0.01
    if factor != 1:
        assert ece(factor * scores, labels) > 0.1
    least = negative_log_likelihood(factor * scores, labels, temperature)
    for other in (0.98, 1.02):
        assert negative_log_likelihood(factor * scores, labels, other * temperature) > least


@pytest.mark.parametrize("gap", [1e-3, 2.0, 1e4])
def test_temperature_of_two_classes(gap):
    """With equal gaps and a share q of right samples, p_y = 1 / (1 + exp(-gap / t)) is q at the optimum."""
    scores = np.tile([gap, 0.0], (10, 1))
    labels = np.array([0] * 8 + [1] * 2)
    temperature = likeliest_temperature(scores, labels)
    assert temperature == pytest.approx(gap / np.log(4), rel=1e-9)
    likelihood = -0.8 * np.log(0.8) - 0.2 * np.log(0.2)
    assert negative_log_likelihood(scores, labels, temperature) == pytest.approx(likelihood, rel=1e-9)


def test_a_temperature_that_does_not_exist():
    scores = np.array([[1.0, 0.0], [0.0, 1.0]])
    with pytest.raises(InputError, match="every sample is right"):
        likeliest_temperature(scores, np.array([0, 1]))
    with pytest.raises(InputError, match="equal scores are better"):
        likeliest_temperature(scores, np.array([1, 0]))


def test_reliability_by_hand():
    """Tops of 0.3 and 0.5 share no bin of four; 0.5 lies on an edge, 1 in the last bin."""
    top = np.array([0.3, 0.3, 0.5, 1.0, 0.9, 0.8])
    right = np.array([True, False, False, True, True, False])
    table = reliability(top, right, bins=4)
    np.testing.assert_array_equal(table["count"], [0, 2, 1, 3])
    np.testing.assert_allclose(table["confidence"], [np.nan, 0.3, 0.5, 0.9])
    np.testing.assert_allclose(table["accuracy"], [np.nan, 0.5, 0, 2 / 3])
    np.testing.assert_allclose(table["low"], [0, 0.25, 0.5, 0.75])
    expected = (2 * 0.2 + 0.5 + 3 * (0.9 - 2 / 3)) / 6
    assert expected_calibration_error(table) == pytest.approx(expected)


def test_scale_of_scores_ignores_what_a_sample_s_scores_share():
    scores = np.array([[1.0, -1.0], [5.0, 1.0]])
    assert logit_scale(scores) == pytest.approx(np.sqrt((1 + 1 + 4 + 4) / 4))
    assert logit_scale(7 + 3 * scores) == pytest.approx(3 * logit_scale(scores))


def test_gradient_of_the_margin_of_a_linear_model():
    """It is the difference of the weights of the first two classes, pixels being 255 times as many."""
    rng = np.random.default_rng(0)
    weights = rng.normal(size=(4, 6, 7))
    images = rng.uniform(0, 255, (600, 6, 7)).astype(np.float32)
    scores = np.einsum("chw,nhw->nc", weights, images)
    first, second = np.argsort(scores, axis=1)[:, :-3:-1].T
    expected = 255 * np.linalg.norm((weights[first] - weights[second]).reshape(600, -1), axis=1)
    matrix = torch.tensor(weights, dtype=torch.float32).flatten(1)
    found = margin_gradient_norms(lambda x: x.flatten(1) @ matrix.T, torch.tensor(images))
    np.testing.assert_allclose(found, expected, rtol=1e-4)


def test_halves_are_apart_and_depend_on_the_seed_alone():
    fitted, evaluated = halves(11, seed=3)
    assert sorted([*fitted, *evaluated]) == list(range(11))
    assert len(fitted) == 5
    np.testing.assert_array_equal(fitted, halves(11, seed=3)[0])
    assert not np.array_equal(fitted, halves(11, seed=4)[0])


def test_status_of_a_training():
    labels = np.repeat([0, 1], [60, 40])
    scores = np.zeros((100, 2))
    assert training_status(False, scores, labels) == "at chance"
    scores[:60, 0] = scores[61:, 1] = 1
    assert training_status(False, scores, labels) == TRAINED
    assert training_status(True, scores, labels) == "diverged"
    scores[0] = np.nan
    assert training_status(False, scores, labels) == "diverged"


def test_calibration_of_one_network():
    scores, labels = calibrated(4000)
    row, bins = calibrate(False, 3 * scores, labels, np.array([1.0, 2.0, 6.0]), bins=10)
    evaluated = halves(4000, 0)[1]
    assert (row["status"], row["evaluated_images"], len(bins)) == (TRAINED, 2000, 20)
    assert row["temperature"] == pytest.approx(3, rel=0.1)
    assert row["ece_after"] < 0.06 < 0.1 < row["ece_before"]
    assert row["nll_after"] < row["nll_before"]
    wrong = scores.argmax(axis=1) != labels
    assert row["evaluated_errors"] == wrong[evaluated].sum()
    expected = top_scores(3 * scores[evaluated])[wrong[evaluated]].mean()
    assert row["top_score_errors_before"] == pytest.approx(expected)
    assert (row["gradient_norm_mean"], row["gradient_norm_median"]) == (3, 2)
    assert row["logit_scale"] == pytest.approx(3 * logit_scale(scores))
    assert sum(bin["count"] for bin in bins if bin["stage"] == "after") == 2000


def test_calibration_of_a_network_that_diverged_or_is_always_right():
    scores, labels = calibrated(50)
    row, bins = calibrate(True, np.full_like(scores, np.nan), labels, np.full(3, np.nan))
    assert row["status"] == "diverged"
    assert bins == []
    assert np.isnan([row[name] for name in MEASURED]).all()
    right = np.eye(5)[labels] + 0.1 * np.random.default_rng(0).random((50, 5))
    row, bins = calibrate(False, right, labels, np.ones(3))
    assert row["status"] == TRAINED
    assert np.isnan([row["temperature"], row["ece_after"], row["top_score_errors_before"]]).all()
    assert row["ece_before"] > 0
    assert {bin["stage"] for bin in bins} == {"before"}
    table = bins_table({"diverged": [], "right": bins})
    assert table.keys() == {"network", *bins[0]}
    assert set(table["network"]) == {"right"}
    assert bins_table({"diverged": []}).keys() == table.keys()


def test_interval_of_a_mean():
    """Student's t of 3 values: 4.303 times the standard error."""
    mean, low, high = mean_interval(np.array([1.0, 2.0, 3.0]))
    assert mean == 2
    assert (high - mean, mean - low) == pytest.approx([4.302653 / np.sqrt(3)] * 2)
    assert np.isnan(mean_interval(np.array([5.0]))[1:]).all()


def networks(values, statuses=None):
    """A table of networks of one recipe from (weight decay, seed, calibration error) each.

    What is said to fall with weight decay does, by its inverse.
    """
    decay, seed, error = (np.array(column) for column in zip(*values, strict=True))
    softness = 1 / (decay + 0.01)
    measured = dict.fromkeys(MEASURED, softness) | {"ece_before": error, "top_score_errors_before": error}
    status = np.array(statuses or [TRAINED] * len(decay))
    return {
        "network": np.array([f"net_{d:g}_{s}" for d, s in zip(decay, seed, strict=True)]),
        "recipe": np.array(["same"] * len(decay)),
        "model": np.array(["lenet"] * len(decay)),
        "regulariser": np.array([""] * len(decay)),
        "strength": np.zeros(len(decay)),
        "random_labels": np.zeros(len(decay), bool),
        "weight_decay": decay,
        "seed": seed,
        "status": status,
        "test_error": np.full(len(decay), 0.02),
        **{name: np.full(len(decay), 100) for name in (
            "fitted_images", "evaluated_images", "evaluated_errors", "gradient_images")},
        **{name: np.where(status == TRAINED, column, np.nan) for name, column in measured.items()},
    }  # fmt: skip


def judge(made):
    return calibration_claims(made, summary_table(made))


def test_means_over_seeds_leave_out_what_was_not_trained():
    made = networks(
        [(0.1, 0, 0.2), (0.1, 1, 0.4), (0.1, 2, 0.3), (1, 0, 0.9)], [*[TRAINED] * 2, "diverged", "at chance"]
    )
    summary = summary_table(made)
    np.testing.assert_array_equal(summary["weight_decay"], [0.1, 1])
    np.testing.assert_array_equal(summary["n"], [2, 0])
    np.testing.assert_array_equal(summary["n_left_out"], [1, 1])
    np.testing.assert_array_equal(summary["ece_before_n"], [2, 0])
    np.testing.assert_allclose(summary["ece_before_mean"], [0.3, np.nan])


THREE = [(1e-4, k, 0.1 + 0.001 * k) for k in range(3)]


@pytest.mark.parametrize(
    ("values", "expected", "said"),
    [
        (
            [*THREE, *((0.1, k, 0.02) for k in range(3))],
            REPRODUCED,
            "0.081 (95 % interval 0.0785 to 0.0835, n = 3 seeds)",
        ),
        ([*THREE, *((0.1, k, 0.1) for k in range(3))], PARTLY, "3 seeds"),
        ([*THREE, *((0.1, k, 0.3) for k in range(3))], NOT, "3 seeds"),
        ([THREE[0], (0.1, 0, 0.02)], PARTLY, "0.08 (one seed, no interval)"),
        ([THREE[0], (0.1, 1, 0.02)], INCOMPARABLE, "no seed has both"),
        # the article's decays where there are both, whatever else there is
        ([*THREE, *((d, k, 0.02) for k in range(3) for d in (0.1, 3))], REPRODUCED, "0.02 at 0.1;"),
    ],
)
def test_calibration_is_judged_by_the_interval_of_the_difference(values, expected, said):
    claims = judge(networks(values))
    for claim in claims[:2]:
        assert claim.verdict == expected
        assert said in claim.measured + claim.rule


def test_weight_decay_is_a_temperature_where_all_three_fall_at_every_step():
    made = networks([(0, 0, 0.1), (0.01, 0, 0.1), (0.1, 0, 0.1)])
    assert judge(made)[2].verdict == REPRODUCED
    made["temperature"] = np.array([3.0, 1.0, 1.5])
    judged = judge(made)[2]
    assert judged.verdict == PARTLY
    assert "fitted temperature 3 to 1.5 (not at every step)" in judged.measured
    for name in ("temperature", "logit_scale", "gradient_norm_median"):
        made[name] = np.array([1.0, 2.0, 3.0])
    assert judge(made)[2].verdict == NOT


def test_networks_that_are_not_trained_are_named_and_those_of_random_labels_are_not_judged():
    made = networks([(0, 0, 0.1), (1, 0, 0.1)], [TRAINED, "diverged"])
    judged = judge(made)
    assert [claim.verdict for claim in judged] == [INCOMPARABLE] * 3
    assert judged[0].measured == "not measured: no seed has both; net_1_0: diverged"
    assert judged[2].measured == "not measured; net_1_0: diverged"
    assert judge(made | {"random_labels": np.ones(2, bool)}) == []


def test_figures_and_captions_show_networks_that_are_left_out():
    made = networks([(0, 0, 0.1), (0.1, 0, 0.02), (0.1, 1, 0.03), (1, 0, 0.1)], [*[TRAINED] * 3, "at chance"])
    summary = summary_table(made)
    for draw in (calibration_curves, temperature_curves):
        fig = draw(summary, made)
        ax = fig.axes[0]
        crosses = [line for line in ax.lines if line.get_marker() == "x"]
        np.testing.assert_array_equal(crosses[0].get_xdata(), [1])
        (dots,) = [line for line in ax.lines if line.get_marker() == "."]
        assert np.isfinite(dots.get_ydata()).sum() == 3
        assert [text.get_text() for text in fig.legends[0].get_texts()] == ["same", "diverged or at chance"]
    captions = calibration_section.captions(made, summary, {"low": "net_0_0", "high": "net_0.1_0"})
    assert "Left out: net_1_0 (at chance)" in captions["errors"].sample
    assert "means over 1 to 2 of them" in captions["errors"].sample
    assert "0.1, 0.1 at decay 0; no trained network at decay 1." in captions["errors"].measured
    made = {name: column[:-1] for name, column in made.items()}
    summary = summary_table(made)
    captions = calibration_section.captions(made, summary, {"low": "net_0_0", "high": "net_0.1_0"})
    assert "0.1, 0.1 at decay 0; 0.025 (-0.0385 to 0.0885)" in captions["errors"].measured


def test_reliability_diagram_of_made_up_scores():
    scores, labels = calibrated(1000)
    row, bins = calibrate(False, 3 * scores, labels, np.ones(2))
    made = networks([(0, 0, row["ece_before"]), (0.1, 0, 0.02)], [TRAINED, "diverged"])
    made["ece_after"][0] = row["ece_after"]
    rows = {name: np.array([bin[name] for bin in bins]) for name in bins[0]}
    rows["network"] = np.full(len(bins), "net_0_0")
    fig = reliability_diagrams(rows, made, {"low": "net_0_0", "high": "net_0.1_0"})
    low, high = fig.axes[:2]
    texts = [text.get_text() for text in low.get_legend().get_texts()]
    assert texts == [f"before: ECE {row['ece_before']:.3f}", f"after: ECE {row['ece_after']:.3f}"]
    assert high.get_title() == "high: net_0.1_0, weight decay 0.1 (diverged)"
