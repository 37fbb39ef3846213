"""Tables, statistics and figures of the attacks."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from attacked import attack_rows, classes, images, three_classes
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
    rows_of,
    searching,
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

FOUND = ("targeted_ascent", "minimal_norm", "signed_gradient_step")
RADII = {"projected_gradient": ([1, 2], np.array([0.5, 0.1]))}
ONES = {"minimal_norm": {"norm": np.ones(450)}}


def classes_of(table):
    """The labels of its images."""
    return rows_of(table, "least")["label"]


def not_attacked(table):
    """The same attacks and images of a network that diverged."""
    rows = rows_of(table, "least")
    attacks = {name: name == "signed_gradient_step" for name in FOUND}
    return unattacked_table(rows["index"], rows["label"], attacks, "diverged")


@pytest.fixture(scope="module")
def attacked():
    """The table of 30 images of three classes, one of them with a wrong label, with what it was made of."""
    x = images(30, 0, 255, seed=7)
    labels = classes(three_classes, x)
    labels[5] = (labels[5] + 1) % 3
    ascent = targeted_ascent(three_classes, torch.as_tensor(x), (labels + 1) % 3, 1.0, max_steps=300)
    minimal = minimal_norm(three_classes, x, labels)
    signed = signed_gradient_step(three_classes, x, labels, epsilons=[0.02, 0.2])
    found = {"targeted_ascent": ascent, "minimal_norm": minimal, "signed_gradient_step": signed}
    table = attack_table(np.arange(30) + 100, labels, classes(three_classes, x), found)
    return table, ascent, minimal, signed


def test_the_least_norm_is_that_of_the_nearest_misclassified_image(attacked):
    table, ascent, minimal, signed = attacked
    least = rows_of(table, "least")
    for k in range(30):
        norms = [minimal.norm[k]] if minimal.success[k] else []
        norms += [ascent.norm[k]] if ascent.p_end[k].argmax() != least["label"][k] else []
        norms += [signed.norm[k]] if signed.success[k] else []
        assert least["norm"][k] == min(norms)
    assert least["norm"][5] == minimal.norm[5] == 0
    assert (np.delete(least["norm"], 5) > 0).all()
    assert (least["found"] != least["label"]).all()
    assert set(table["status"]) == {"attacked"}


def test_the_table_has_a_row_per_attack_and_image(attacked):
    table, ascent, minimal, signed = attacked
    assert searching(table) == ["targeted_ascent", "minimal_norm"]
    assert table["attack"].tolist() == np.repeat([*FOUND, "least"], 30).tolist()
    assert table["index"].tolist() == 4 * list(range(100, 130))
    for name, of in zip(FOUND, (ascent, minimal, signed), strict=True):
        rows = rows_of(table, name)
        for column, value in (("norm", of.norm), ("found", of.predicted), ("success", of.success)):
            np.testing.assert_array_equal(rows[column], value)
        aimed = name == "targeted_ascent"
        assert np.isfinite(rows["p_end"]).all() == np.isfinite(rows["p_start"]).all() == aimed
        np.testing.assert_array_equal(rows["target"], (classes_of(table) + 1) % 3 if aimed else -1)
    np.testing.assert_array_equal(rows["magnitude"], signed.least)
    ends = ascent.p_end[np.arange(30), ascent.target]
    np.testing.assert_array_equal(rows_of(table, "targeted_ascent")["p_end"], ends)


def test_a_failure_of_every_attack_has_no_least_norm(attacked):
    _, ascent, minimal, _ = attacked
    labels = ascent.predicted  # so that the ascent changed nothing
    nothing = replace(minimal, norm=np.full(30, np.nan), predicted=labels, success=np.zeros(30, bool))
    table = attack_table(np.arange(30), labels, labels, {"targeted_ascent": ascent, "minimal_norm": nothing})
    assert np.isnan(found_norms(table, "least")).all()
    assert summary_table(table)["found"][-1] == 0


def test_a_network_that_was_not_attacked_has_the_same_columns(attacked):
    table = attacked[0]
    blank = not_attacked(table)
    assert list(blank) == list(table)
    for name in ("attack", "index", "label"):
        np.testing.assert_array_equal(blank[name], table[name])
    assert searching(blank) == searching(table)
    assert np.isnan(blank["norm"]).all()
    assert not blank["success"].any()
    assert set(blank["status"]) == {"diverged"}
    summary = summary_table(blank)
    assert set(summary["status"]) == {"diverged"}
    assert not summary["found"].any()
    assert np.isnan(summary["median"]).all()
    accuracy = accuracy_table({"signed_gradient_step": ([0.0, 0.1], np.nan)}, 30, "diverged")
    assert accuracy["magnitude"].tolist() == [0, 0.1]
    assert np.isnan(accuracy["accuracy"]).all()
    assert set(accuracy["status"]) == {"diverged"}


def test_the_summary_counts_failures_apart():
    table = attack_rows(
        [0, 0, 0, 1],
        {
            "norm": {"norm": [1.0, 2.0, 9.0, 4.0], "success": [True, True, False, True]},
            "minimal_norm": {"norm": [0.0, 0.5, 1.0, np.nan]},
        },
    )
    summary = summary_table(table)
    rows = {
        (q, label): k for k, (q, label) in enumerate(zip(summary["attack"], summary["label"], strict=True))
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
        attack_rows(np.zeros(3, int), {"minimal_norm": {"norm": norm, "index": [3, 4, 5]}})
        for norm in ([1.0, np.nan, np.nan], [2.0, 4.0, np.nan])
    ]
    assert norms_by_image(tables, "minimal_norm") == {3: 1.5, 4: 4.0}
    assert norms_by_image(tables, "targeted_ascent") == {}


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
    failed = table | {"success": np.zeros(120, bool)}
    return {"low": table, "failed": failed, "high": not_attacked(table)}


def labels_of(figure):
    return [text.get_text() for text in figure.legends[0].get_texts()]


def test_examples_show_class_score_and_norm():
    table = {
        "label": np.array([0, 0, 0, 1]),
        "target": np.array([1, 1, 1, 0]),
        "predicted": np.array([0, 0, 0, 1]),
        "found": np.array([1, 1, 1, 1]),
        "p_start": np.array([0.9, 0.8, 0.7, 0.6]),
        "p_end": np.array([0.95, 0.95, 0.95, 0.3]),
        "norm": np.array([1.0, 2.0, 4.0, 9.0]),
        "success": np.array([True, True, True, False]),
        "status": np.repeat("attacked", 4),
    }
    x = images(4)
    titles = [ax.get_title() for ax in adversarial_examples("low", x, x + 1, table, IMAGES).axes[:12]]
    assert titles[::4] == ["0@0.90", "1@0.95", "1.00"]
    assert titles[3::4] == ["1@0.60", "(0@0.30)", "9.00"]
    table |= {"target": np.full(4, -1), "p_start": np.full(4, np.nan), "p_end": np.full(4, np.nan)}
    titles = [ax.get_title() for ax in adversarial_examples("low", x, x + 1, table, IMAGES).axes[:12]]
    assert titles[::4] == ["0", "1", "1.00"], "an attack without a target has classes without scores"


def test_examples_in_colour_have_their_channels_and_changes_around_mid_grey():
    x = np.random.default_rng(0).uniform(50, 200, (2, 4, 6, 3)).astype(np.float32)
    change = np.zeros_like(x)
    change[0, 0, 0], change[1, 3, 5] = (25.5, 0, -25.5), (0, 12.75, 0)
    table = attack_rows([0, 1], {"minimal_norm": {"norm": [0.2, 0.1]}})
    figure = adversarial_examples("low", x, x + change, rows_of(table, "minimal_norm"), IMAGES)
    figure.draw_without_rendering()
    pictures = [ax.get_images()[0].get_array() for ax in figure.axes]
    assert len(pictures) == 6, "no scale of colours"
    np.testing.assert_allclose(pictures[0], x[0] / 255, atol=1 / 254)
    np.testing.assert_allclose(pictures[4][0, 0], [1, 0.5, 0], atol=1 / 254)
    np.testing.assert_allclose(pictures[5][3, 5], [0.5, 0.75, 0.5], atol=1 / 254)
    assert (np.abs(pictures[4][1:] - 0.5) < 1 / 254).all()
    assert "± 0.1" in figure.axes[4].get_ylabel()


def test_examples_of_a_network_that_diverged(tables):
    x = images(2)
    rows = {name: column[:2] for name, column in rows_of(tables["high"], "targeted_ascent").items()}
    figure = adversarial_examples("high", x, np.full_like(x, np.nan), rows, IMAGES)
    figure.draw_without_rendering()
    assert "diverged" in figure.get_suptitle()


def test_strips_show_successes_and_failures(tables):
    figure = norm_distribution(tables, "targeted_ascent")
    (ax,) = figure.axes
    sizes = [len(dots.get_offsets().compressed()) // 2 for dots in ax.collections]
    successes = rows_of(tables["low"], "targeted_ascent")["success"].sum()
    assert sizes == [successes, 30 - successes, 0, 30, 0, 0]
    assert ax.get_xticklabels()[2].get_text() == "high\n(diverged)"


def test_curves_of_distances_end_at_the_share_that_was_found(tables):
    figure = distance_curves(tables)
    (ax,) = figure.axes
    ends = [line.get_ydata()[-1] for line in ax.lines if len(line.get_xdata()) > 1]
    successes = 100 * rows_of(tables["low"], "targeted_ascent")["success"].mean()
    np.testing.assert_allclose(ends, [successes, 100, 0, 0, 0, 0])
    (dot,) = (line for line in ax.lines if len(line.get_xdata()) == 1)
    middle = np.sort(found_norms(tables["low"], "minimal_norm"))[14]
    assert (dot.get_xdata()[0], dot.get_ydata()[0]) == (middle, 50)
    assert labels_of(figure)[:3] == ["low, n = 30", "failed, n = 30", "high (diverged)"]
    assert labels_of(figure)[3:] == ["minimal norm, median", "targeted ascent"]


def test_curves_of_accuracy_show_the_table():
    tables = {
        "low": accuracy_table({"signed_gradient_step": ([0.1, 0.0], np.array([0.2, 0.9])), **RADII}, 500),
        "high": accuracy_table(
            {"signed_gradient_step": ([0.1, 0.0], np.nan), "projected_gradient": ([1, 2], np.nan)},
            500, "diverged",
        ),
    }  # fmt: skip
    figure = accuracy_curves(tables)
    low, high = figure.axes[0].lines
    np.testing.assert_allclose(figure.axes[1].lines[0].get_xydata(), [[1, 50], [2, 10]])
    assert "L2 radius" in figure.axes[1].get_xlabel()
    np.testing.assert_allclose(low.get_xydata(), [[0, 90], [0.1, 20]])
    assert np.isnan(high.get_ydata()).all()
    assert labels_of(figure) == ["low, n = 500", "high (diverged)"]


def test_norms_by_class_show_medians_and_the_published(tables):
    figure = norms_by_class(tables, IMAGES, {"low": np.array([5.0, 6.0, 7.0])})
    above, below = figure.axes
    nearest = rows_of(tables["low"], "minimal_norm")
    medians = [np.median(nearest["norm"][nearest["label"] == k]) for k in range(3)]
    np.testing.assert_allclose(below.lines[0].get_ydata(), medians)
    assert any(np.array_equal(line.get_ydata(), [5, 6, 7]) for line in above.lines)


def test_norms_of_many_classes_number_only_some(tables):
    many = attack_rows(np.arange(450) % 45, {"targeted_ascent": {"norm": np.ones(450)}, **ONES})
    ax = norms_by_class({"low": many}, replace(IMAGES, names=[f"name {k}" for k in range(45)])).axes[1]
    np.testing.assert_array_equal(ax.get_xticks(), np.arange(0, 45, 3))
    assert [tick.get_text() for tick in ax.get_xticklabels()] == [f"name {k}" for k in range(0, 45, 3)]


def test_figures_are_labelled_and_within_the_page(tables):
    accuracy = {name: accuracy_table({"signed_gradient_step": ([0.0, 0.1], 0.5)}, 30) for name in tables}
    for figure in (
        norm_distribution(tables, "targeted_ascent"),
        accuracy_curves(dict.fromkeys(tables, accuracy_table({}, 30))),
        distance_curves(tables),
        norms_by_class(tables, IMAGES),
        accuracy_curves(accuracy),
    ):
        figure.draw_without_rendering()
        box, (width, height) = figure.get_tightbbox(), figure.get_size_inches()
        assert min(box.x0, box.y0, width - box.x1, height - box.y1) > -0.01
        assert all(ax.get_ylabel() for ax in figure.axes)
        assert figure.axes[-1].get_xlabel()
