"""Tables, statistics and figures of the attacks."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from attacked import classes, images, three_classes
from experiments.attack.figures import (
    accuracy_curves,
    adversarial_examples,
    distance_curves,
    norm_distribution,
    norms_by_class,
)
from experiments.attack.statistics import (
    accuracy_difference_interval,
    bootstrap_interval,
    found_norms,
    norms_by_image,
)
from experiments.attack.tables import (
    accuracy_table,
    attack_table,
    summary_table,
    unattacked_table,
)
from report.words import IMAGES
from tilt.attacks.ascent import targeted_ascent
from tilt.attacks.minimal import minimal_norm
from tilt.attacks.signed import signed_gradient_step


@pytest.fixture(scope="module")
def attacked():
    """The table of 30 images of three classes, one of them with a wrong label, with what it was made of."""
    x = images(30, 0, 255, seed=7)
    labels = classes(three_classes, x)
    labels[5] = (labels[5] + 1) % 3
    ascent = targeted_ascent(three_classes, torch.as_tensor(x), (labels + 1) % 3, 1.0, max_steps=300)
    minimal = minimal_norm(three_classes, x, labels)
    signed = signed_gradient_step(three_classes, x, labels, [0.02, 0.2], 1.0)
    table = attack_table(np.arange(30) + 100, labels, (labels + 1) % 3, ascent, minimal, signed)
    return table, ascent, minimal, signed


def test_the_least_norm_is_that_of_the_nearest_misclassified_image(attacked):
    table, ascent, minimal, signed = attacked
    for k in range(30):
        norms = [minimal.norm[k]] if minimal.success[k] else []
        norms += [ascent.norm[k]] if ascent.p_end[k].argmax() != table["label"][k] else []
        norms += signed.norms[signed.successes[:, k], k].tolist()
        assert table["least_norm"][k] == min(norms)
    assert table["least_norm"][5] == table["minimal_norm"][5] == 0
    assert (np.delete(table["least_norm"], 5) > 0).all()
    assert set(table["status"]) == {"attacked"}


def test_a_failure_of_every_attack_has_no_least_norm(attacked):
    _, ascent, minimal, signed = attacked
    labels = ascent.p_end.argmax(axis=1)  # so that the ascent changed nothing
    nothing = replace(minimal, norm=np.full(30, np.nan), predicted=labels, success=np.zeros(30, bool))
    kept = replace(signed, successes=np.zeros((2, 30), bool))
    table = attack_table(np.arange(30), labels, labels, ascent, nothing, kept)
    assert np.isnan(table["least_norm"]).all()
    assert summary_table(table)["found"][-1] == 0


def test_a_network_that_was_not_attacked_has_the_same_columns(attacked):
    table = attacked[0]
    blank = unattacked_table(table["index"], table["label"], table["target"], "diverged")
    assert list(blank) == list(table)
    for name in ("norm", "minimal_norm", "least_norm"):
        assert np.isnan(blank[name]).all()
    assert not blank["success"].any()
    assert set(blank["status"]) == {"diverged"}
    summary = summary_table(blank)
    assert set(summary["status"]) == {"diverged"}
    assert not summary["found"].any()
    assert np.isnan(summary["median"]).all()
    accuracy = accuracy_table([0.0, 0.1], np.nan, 30, "diverged")
    assert np.isnan(accuracy["accuracy"]).all()
    assert set(accuracy["status"]) == {"diverged"}


def test_the_summary_counts_failures_apart():
    table = {
        "label": np.array([0, 0, 0, 1]),
        "norm": np.array([1.0, 2.0, 9.0, 4.0]),
        "success": np.array([True, True, False, True]),
        "minimal_norm": np.array([0.0, 0.5, 1.0, np.nan]),
        "least_norm": np.array([0.0, 0.5, 1.0, np.nan]),
        "status": np.repeat("attacked", 4),
    }
    summary = summary_table(table)
    rows = {
        (q, label): k for k, (q, label) in enumerate(zip(summary["quantity"], summary["label"], strict=True))
    }
    assert len(rows) == 9

    def of(quantity, label, *columns):
        return [summary[column][rows[quantity, label]] for column in columns]

    assert of("norm", "0", "images", "found", "mean", "median") == [3, 2, 1.5, 1.5]
    assert of("norm", "all", "images", "found", "median") == [4, 3, 2.0]
    assert of("minimal_norm", "all", "lower_quartile", "median", "upper_quartile") == [0.25, 0.5, 0.75]
    assert of("minimal_norm", "1", "images", "found") == [1, 0]
    assert np.isnan(of("minimal_norm", "1", "mean", "median")).all()
    np.testing.assert_array_equal(found_norms(table, "norm"), [1, 2, np.nan, 4])


def test_norms_by_image_average_what_was_found():
    tables = [
        {"index": np.array([3, 4, 5]), "minimal_norm": np.array([1.0, np.nan, np.nan])},
        {"index": np.array([3, 4, 5]), "minimal_norm": np.array([2.0, 4.0, np.nan])},
    ]
    assert norms_by_image(tables, "minimal_norm") == {3: 1.5, 4: 4.0}


def test_bootstrap_intervals_cover_as_often_as_they_say():
    rng = np.random.default_rng(0)
    covered = 0
    for seed in range(200):
        low, high = bootstrap_interval(rng.normal(1.0, 2.0, 60), np.mean, draws=300, seed=seed)
        covered += low <= 1 <= high
    assert 178 <= covered <= 199
    samples = rng.normal(size=50)
    assert bootstrap_interval(samples, np.median) == bootstrap_interval(samples, np.median)


def test_the_interval_of_a_difference_of_accuracies():
    low, high = accuracy_difference_interval((0.5, 10_000), (0.8, 10_000))
    error = np.sqrt((0.25 + 0.16) / 10_000)
    assert low == pytest.approx(0.3 - 1.96 * error, abs=0.002)
    assert high == pytest.approx(0.3 + 1.96 * error, abs=0.002)


@pytest.fixture(scope="module")
def tables(attacked):
    table = attacked[0]
    failed = table | {"success": np.zeros(30, bool), "minimal_norm": np.full(30, np.nan)}
    diverged = unattacked_table(table["index"], table["label"], table["target"], "diverged")
    return {"low": table, "failed": failed, "high": diverged}


def labels_of(figure):
    return [text.get_text() for text in figure.legends[0].get_texts()]


def test_examples_show_class_score_and_norm():
    table = {
        "label": np.array([0, 0, 0, 1]),
        "target": np.array([1, 1, 1, 0]),
        "predicted": np.array([0, 0, 0, 1]),
        "p_source_start": np.array([0.9, 0.8, 0.7, 0.6]),
        "p_target_end": np.array([0.95, 0.95, 0.95, 0.3]),
        "norm": np.array([1.0, 2.0, 4.0, 9.0]),
        "success": np.array([True, True, True, False]),
        "status": np.repeat("attacked", 4),
    }
    x = images(4)
    titles = [ax.get_title() for ax in adversarial_examples("low", x, x + 1, table, IMAGES).axes[:12]]
    assert titles[::4] == ["0@0.90", "1@0.95", "1.00"]
    assert titles[3::4] == ["1@0.60", "(0@0.30)", "9.00"]


def test_examples_of_a_network_that_diverged(tables):
    x = images(2)
    rows = {name: column[:2] for name, column in tables["high"].items()}
    figure = adversarial_examples("high", x, np.full_like(x, np.nan), rows, IMAGES)
    figure.draw_without_rendering()
    assert "diverged" in figure.get_suptitle()


def test_strips_show_successes_and_failures(tables):
    figure = norm_distribution(tables)
    (ax,) = figure.axes
    sizes = [len(dots.get_offsets().compressed()) // 2 for dots in ax.collections]
    successes = tables["low"]["success"].sum()
    assert sizes == [successes, 30 - successes, 0, 30, 0, 0]
    assert ax.get_xticklabels()[2].get_text() == "high\n(diverged)"


def test_curves_of_distances_end_at_the_share_that_was_found(tables):
    figure = distance_curves(tables)
    (ax,) = figure.axes
    ends = [line.get_ydata()[-1] for line in ax.lines if len(line.get_xdata()) > 1]
    successes = 100 * tables["low"]["success"].mean()
    np.testing.assert_allclose(ends, [successes, 100, 0, 0, 0, 0])
    (dot,) = (line for line in ax.lines if len(line.get_xdata()) == 1)
    middle = np.sort(tables["low"]["minimal_norm"])[14]
    assert (dot.get_xdata()[0], dot.get_ydata()[0]) == (middle, 50)
    assert labels_of(figure)[:3] == ["low, n = 30", "failed, n = 30", "high (diverged)"]


def test_curves_of_accuracy_show_the_table():
    tables = {
        "low": accuracy_table([0.1, 0.0], np.array([0.2, 0.9]), 500),
        "high": accuracy_table([0.1, 0.0], np.nan, 500, "diverged"),
    }
    figure = accuracy_curves(tables)
    low, high = figure.axes[0].lines
    np.testing.assert_allclose(low.get_xydata(), [[0, 90], [0.1, 20]])
    assert np.isnan(high.get_ydata()).all()
    assert labels_of(figure) == ["low, n = 500", "high (diverged)"]


def test_norms_by_class_show_medians_and_the_published(tables):
    figure = norms_by_class(tables, IMAGES, {"low": np.array([5.0, 6.0, 7.0])})
    above, below = figure.axes
    medians = [np.median(tables["low"]["minimal_norm"][tables["low"]["label"] == k]) for k in range(3)]
    np.testing.assert_allclose(below.lines[0].get_ydata(), medians)
    assert any(np.array_equal(line.get_ydata(), [5, 6, 7]) for line in above.lines)


def test_norms_of_many_classes_number_only_some(tables):
    many = {name: column.repeat(15) for name, column in tables["low"].items()}
    many["label"] = np.arange(len(many["label"])) % 45
    ax = norms_by_class({"low": many}, replace(IMAGES, names=[f"name {k}" for k in range(45)])).axes[1]
    np.testing.assert_array_equal(ax.get_xticks(), np.arange(0, 45, 3))
    assert [tick.get_text() for tick in ax.get_xticklabels()] == [f"name {k}" for k in range(0, 45, 3)]


def test_figures_are_labelled_and_within_the_page(tables):
    accuracy = {name: accuracy_table([0.0, 0.1], 0.5, 30) for name in tables}
    for figure in (
        norm_distribution(tables),
        distance_curves(tables),
        norms_by_class(tables, IMAGES),
        accuracy_curves(accuracy),
    ):
        figure.draw_without_rendering()
        box, (width, height) = figure.get_tightbbox(), figure.get_size_inches()
        assert min(box.x0, box.y0, width - box.x1, height - box.y1) > -0.01
        assert all(ax.get_ylabel() for ax in figure.axes)
        assert figure.axes[-1].get_xlabel()
