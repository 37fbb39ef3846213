"""Figures of the linear classifiers show the tables they are given."""

import re
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.lines import AxLine
from matplotlib.patches import StepPatch
from matplotlib.text import Text

from drawn import assert_labelled_and_inside, has_line, lay_out, stairs
from experiments.logistic import figures as logistic_figures
from experiments.scaling import figures as scaling_figures
from experiments.scaling.tables import risk_table, score_histograms
from experiments.svm import drawings as svm_figures
from experiments.svm.vectors import mirror_vectors
from report.figures.colours import CLASS_I, CLASS_J
from report.numerals import significant
from report.words import IMAGES, VECTORS
from tilt.data.images import BinaryPair
from tilt.linear import fit_path
from tilt.linear.tables import (
    lambda_grid,
    optimal_row,
    path_table,
    plane_arrays,
    summary_table,
    weight_arrays,
)

SHAPE = (6, 6)
PAIR = ("7v9", IMAGES)
NAMED = replace(VECTORS, names=("benign", "malignant", "a name that is too long"))
ARTICLE, LAMBDAS = lambda_grid(-1, 7, 0.5, 1e-5)
ROWS = [0, 9, 12, 16]
DISTANCE = np.random.default_rng(0).normal(np.repeat([-0.8, 0.8], 60), 1.0)
Y = np.repeat([-1, 1], 60)


def make_pair(i, j, seed):
    rng = np.random.default_rng(seed)
    y = np.tile([-1.0, 1.0], 40)
    x = np.clip(0.5 + 0.08 * y[:, None] * rng.normal(1, 0.5, 36) + rng.normal(0, 0.2, (80, 36)), 0, 1)
    return BinaryPair(x[:50], y[:50], x[50:], y[50:], SHAPE, i, j)


@pytest.fixture(scope="module")
def fitted():
    pair = make_pair(7, 9, 1)
    path = fit_path(pair.x_train, pair.y_train, LAMBDAS)
    return pair, path_table(pair, path, ARTICLE), plane_arrays(pair, path), weight_arrays(pair, path)


@pytest.fixture(scope="module")
def softplus(fitted):
    pair = fitted[0]
    return path_table(pair, fit_path(pair.x_train, pair.y_train, LAMBDAS, loss="softplus"), ARTICLE)


@pytest.fixture(scope="module")
def paths():
    tables = {}
    for seed, (i, j) in enumerate(combinations((0, 1, 4), 2)):
        pair = make_pair(i, j, seed)
        tables[i, j] = path_table(pair, fit_path(pair.x_train, pair.y_train, LAMBDAS), ARTICLE)
    return tables


@pytest.fixture(scope="module")
def drawn(fitted, softplus, paths):
    """Every figure by name, laid out."""
    _, table, plane, weights = fitted
    return lay_out(
        {
            "path_curves": svm_figures.path_curves(table, *PAIR),
            "margins": svm_figures.margins(plane, table, ROWS, *PAIR),
            "tilt_planes": svm_figures.tilt_planes(plane, table, ROWS, *PAIR),
            "mirror_images": svm_figures.mirror_images(plane, table, weights, ROWS, *PAIR),
            "mirror_vectors": mirror_vectors(plane, table, weights, ROWS, *PAIR),
            "pair_maps": svm_figures.pair_maps(summary_table(list(paths), list(paths.values())), IMAGES),
            "comparison": logistic_figures.comparison(table, softplus, *PAIR),
            "all_paths": svm_figures.all_paths(
                {f"{i} v {j}": table for (i, j), table in paths.items()}, IMAGES
            ),
        }
    )


def untilted_pairs():
    """Pairs whose boundary is upright at every λ: of one feature, and of one image a class."""
    draw = np.random.default_rng(0)
    y = np.tile([-1.0, 1.0], 10)
    one_feature = (0.5 + 0.1 * y + draw.normal(0, 0.2, 20)).reshape(20, 1)
    one_image = draw.random((2, 36))
    return [
        BinaryPair(one_feature, y, one_feature, y, (1,), 0, 1),
        BinaryPair(one_image, y[:2], one_image, y[:2], SHAPE, 0, 1),
    ]


@pytest.mark.parametrize("pair", untilted_pairs(), ids=["one feature", "one image a class"])
def test_boundaries_that_are_never_tilted_are_drawn(pair):
    path = fit_path(pair.x_train, pair.y_train, LAMBDAS)
    table, plane, weights = (
        path_table(pair, path, ARTICLE),
        plane_arrays(pair, path),
        weight_arrays(pair, path),
    )
    assert table["theta"].max() < 1e-9
    mirrors = mirror_vectors if len(pair.shape) == 1 else svm_figures.mirror_images
    figures = (
        svm_figures.margins(plane, table, [0], *PAIR),
        svm_figures.tilt_planes(plane, table, [0], *PAIR),
        mirrors(plane, table, weights, [0], *PAIR),
    )
    for figure in figures:
        figure.draw_without_rendering()
    along, across = figures[1].axes[0].get_xlim(), figures[1].axes[0].get_ylim()
    assert 0.05 * np.ptp(along) < np.ptp(across) < 2 * np.ptp(along)
    for label in "ij":
        assert (plane[f"histogram_{label}"].sum(axis=1) == len(pair.y_train) / 2).all()


def test_path_curves_show_the_validation_part(fitted):
    table = fitted[1]
    validated = table | {"err_validation": np.where(np.arange(len(ARTICLE)) == 5, 0.01, 0.05)}
    error = svm_figures.path_curves(validated, *PAIR).axes[2]
    assert has_line(error, ARTICLE, 100 * validated["err_validation"])
    assert has_line(error, ARTICLE[5], [0, 1])


def test_axes_are_labelled_and_nothing_is_cut_off(drawn):
    assert_labelled_and_inside(drawn)


def test_path_curves_show_the_table(drawn, fitted):
    pair, table, _, _ = fitted
    tilt, distance, error = drawn["path_curves"].axes
    assert has_line(tilt, ARTICLE, np.degrees(table["theta"]))
    assert has_line(distance, ARTICLE, table["d_adv"])
    assert has_line(error, ARTICLE, 100 * table["err_train"])
    assert has_line(error, ARTICLE, 100 * table["err_test"])
    half = np.linalg.norm(
        pair.x_train[pair.y_train > 0].mean(axis=0) - pair.x_train[pair.y_train < 0].mean(axis=0)
    )
    assert has_line(distance, [0, 1], half / 2)
    for ax in (tilt, distance, error):
        assert has_line(ax, ARTICLE[optimal_row(table)], [0, 1])
        assert ax.get_xscale() == "log"
    assert "overfitted" in tilt.get_title("left")
    assert "underfitted" in tilt.get_title("right")
    assert r"10^{5}" in error.get_xlabel()


def test_path_curves_of_a_pair_without_errors(fitted):
    nothing = {name: np.zeros(len(ARTICLE)) for name in ("err_train", "err_test")}
    error = svm_figures.path_curves(fitted[1] | nothing, *PAIR).axes[2]
    assert has_line(error, ARTICLE, nothing["err_test"])
    assert error.get_ylim()[0] < 0
    assert error.get_ylim()[1] == 1


def test_margins_show_histograms_and_the_scaled_hinge(drawn, fitted):
    _, table, plane, _ = fitted
    axes = drawn["margins"].axes
    for ax, loss, k in zip(axes[: len(ROWS)], axes[len(ROWS) :], ROWS, strict=True):
        drawn_counts = [data.values for data in stairs(ax)]
        for side in ("i", "j"):
            given = plane[f"histogram_{side}"][k]
            assert sum(np.array_equal(counts, given) for counts in drawn_counts) == 2  # area and outline
        d = loss.lines[0].get_xdata()
        assert has_line(loss, d, np.maximum(1 - table["norm_w"][k] * d, 0))
        assert has_line(ax, table["d_adv"][k], [0, 1])
        left, right = ax.get_xlim()
        filled = (plane["histogram_i"][k] + plane["histogram_j"][k]) > 0
        assert left <= plane["histogram_edges"][k, :-1][filled].min()
        assert right >= plane["histogram_edges"][k, 1:][filled].max()
        assert f"θ = {np.degrees(table['theta'][k]):.1f}°" in ax.get_title()


def test_margins_show_the_boundary_where_no_sample_is_near_it(fitted):
    _, table, plane, _ = fitted
    far = plane | {"histogram_edges": plane["histogram_edges"] + 10}
    assert svm_figures.margins(far, table, ROWS, *PAIR).axes[0].get_xlim()[0] == 0


def test_tilt_planes_show_the_training_data(drawn, fitted):
    _, _, plane, _ = fitted
    assert len(drawn["tilt_planes"].axes) == len(ROWS)
    for ax, k in zip(drawn["tilt_planes"].axes, ROWS, strict=True):
        (points,) = ax.collections
        assert ax.get_aspect() == 1
        assert points.get_rasterized()
        blue, red = (
            points.get_offsets()[np.all(np.isclose(points.get_facecolors()[:, :3], to_rgb(colour)), axis=1)]
            for colour in (CLASS_I, CLASS_J)
        )
        for shown, label in ((blue, -1), (red, 1)):
            rows = plane["y"] == label
            given = np.stack([plane["z"][rows], plane["n"][k][rows]], axis=1)
            np.testing.assert_allclose(shown[shown[:, 0].argsort()], given[given[:, 0].argsort()])


def test_tilt_planes_show_boundary_margins_and_mirror_images(drawn, fitted):
    _, table, plane, _ = fitted
    for ax, k in zip(drawn["tilt_planes"].axes, ROWS, strict=True):
        normal = np.array([np.cos(table["theta"][k]), np.sin(table["theta"][k])])
        lines = [np.array([line.get_xy1(), line.get_xy2()]) for line in ax.lines if isinstance(line, AxLine)]
        found = np.array([line @ normal + table["midpoint_distance"][k] for line in lines])
        np.testing.assert_allclose(
            found * table["norm_w"][k], np.array([[0, 0], [-1, -1], [1, 1]]), atol=1e-9
        )
        for ends in zip(plane["positions"][:, k], plane["mirror_positions"][:, k], strict=True):
            assert has_line(ax, *np.stack(ends).T)
            assert np.mean(ends, axis=0) @ normal == pytest.approx(-table["midpoint_distance"][k], abs=1e-6)


@pytest.mark.parametrize("shape", [SHAPE, (3, 4, 3)], ids=["grey", "colour"])
def test_mirror_images_show_images_distances_and_weights(fitted, shape):
    _, table, plane, weights = fitted
    of_shape = weights | {"image_shape": np.array(shape)}
    figure = svm_figures.mirror_images(plane, table, of_shape, ROWS, *PAIR)
    axes = np.array([ax for ax in figure.axes if ax.images]).reshape(-1, 1 + len(ROWS))
    assert len(axes) == (5 if len(shape) > 2 else 3)
    for c in (0, 1):
        shown = [plane["images"][c], *plane["mirror_images"][c][ROWS]]
        for ax, pixels in zip(axes[c], shown, strict=True):
            np.testing.assert_allclose(ax.images[0].get_array(), pixels.reshape(shape).clip(0, 1))
        for ax, pixels in zip(axes[c, 1:], shown[1:], strict=True):
            assert float(ax.get_xlabel()) == pytest.approx(np.linalg.norm(pixels - shown[0]), rel=5e-3)
    directions = [weights["z_hat"], *(w / np.linalg.norm(w) for w in weights["w"][ROWS])]
    for column, direction in zip(axes[2:].T, directions, strict=True):
        for channel, ax in enumerate(column):
            pixels = direction.reshape(*shape[:2], -1)[..., channel]
            np.testing.assert_allclose(ax.images[0].get_array(), pixels)
            low, high = ax.images[0].get_clim()
            assert low == -high
    for ax, k in zip(axes[0, 1:], ROWS, strict=True):
        assert f"10^{{{np.log10(ARTICLE[k]):g}}}" in ax.get_title()
        assert f"{np.degrees(table['theta'][k]):.1f}°" in ax.get_title()


def test_mirror_vectors_show_features_as_bars(drawn, fitted):
    _, table, plane, weights = fitted
    axes = np.array(drawn["mirror_vectors"].axes).reshape(3, 1 + len(ROWS))

    def bars(ax):
        return [stairs.get_data().values for stairs in ax.patches if isinstance(stairs, StepPatch)]

    for c in (0, 1):
        x, mirrors = plane["images"][c], plane["mirror_images"][c][ROWS]
        np.testing.assert_array_equal(bars(axes[c, 0])[0], x)
        for ax, mirror in zip(axes[c, 1:], mirrors, strict=True):
            np.testing.assert_array_equal(bars(ax), [mirror, x])
            assert significant(np.linalg.norm(mirror - x)) in ax.get_title()
    for ax, direction in zip(axes[2], [weights["z_hat"], *weights["w"][ROWS]], strict=True):
        np.testing.assert_allclose(bars(ax)[0], direction / np.linalg.norm(direction))
        assert ax.get_xlabel() == "feature"
    for ax, k in zip(axes[0, 1:], ROWS, strict=True):
        assert f"{np.degrees(table['theta'][k]):.1f}°" in ax.get_title()


def test_pair_maps_place_every_pair(drawn, paths):
    maps = [ax for ax in drawn["pair_maps"].axes if ax.images]
    summary = summary_table(list(paths), list(paths.values()))
    columns = ("theta_smallest", "theta_optimal", "d_adv_optimal", "err_test_optimal")
    factors = (180 / np.pi, 180 / np.pi, 1, 100)
    for ax, column, factor in zip(maps, columns, factors, strict=True):
        cells = ax.images[0].get_array()
        assert cells.count() == len(paths)
        rows = [float(label.get_text()) for label in ax.get_yticklabels()]
        across = [float(label.get_text()) for label in ax.get_xticklabels()]
        for k, (i, j) in enumerate(paths):
            assert cells[rows.index(i), across.index(j)] == pytest.approx(factor * summary[column][k])
        assert len(ax.texts) == len(paths)
    assert maps[0].images[0].get_clim() == maps[1].images[0].get_clim()


@pytest.mark.parametrize(
    ("classes", "numbers"),
    [((3, 8), 1), (range(12), 0), (range(45), 0)],
    ids=["one pair", "12 classes", "45 classes"],
)
def test_pair_maps_of_few_and_of_many_classes(paths, classes, numbers):
    pairs = list(combinations(classes, 2))
    summary = summary_table(pairs, [next(iter(paths.values()))] * len(pairs))
    figure = svm_figures.pair_maps(summary, IMAGES)
    figure.draw_without_rendering()
    for ax in figure.axes:
        if ax.images:
            assert ax.images[0].get_array().count() == len(pairs)
            assert len(ax.texts) == numbers
            assert len(ax.get_xticks()) <= 20


def test_pair_maps_of_named_classes_without_an_error(paths):
    table = next(iter(paths.values()))
    summary = summary_table([(0, 1), (0, 2)], [table | {"err_test": np.zeros(len(ARTICLE))}] * 2)
    figure = svm_figures.pair_maps(summary, NAMED)
    figure.draw_without_rendering()
    maps = [ax for ax in figure.axes if ax.images]
    for ax in maps:
        assert [tick.get_text() for tick in ax.get_yticklabels()] == ["benign"]
        assert [tick.get_text() for tick in ax.get_xticklabels()] == ["malignant", "a name that is…"]
    assert maps[3].images[0].get_clim() == (0, 1)  # per cent
    assert maps[2].images[0].get_clim() == (0, pytest.approx(summary["d_adv_optimal"][0]))
    box, (width, height) = figure.get_tightbbox(), figure.get_size_inches()
    assert min(box.x0, box.y0, width - box.x1, height - box.y1) > -0.01


def test_figures_of_vectors_name_classes_and_units(fitted, softplus):
    _, table, plane, weights = fitted
    classifier = {"pair": "0v1", "norm_w": 1.5}
    of_pair = ("0v1", NAMED)
    drawn = [
        svm_figures.path_curves(table, *of_pair),
        svm_figures.margins(plane, table, ROWS, *of_pair),
        svm_figures.tilt_planes(plane, table, ROWS, *of_pair),
        svm_figures.all_paths({"0v1": table}, NAMED),
        mirror_vectors(plane, table, weights, ROWS, *of_pair),
        logistic_figures.comparison(table, softplus, *of_pair),
        scaling_figures.score_and_losses(score_histograms(Y, DISTANCE, 1.5, bins=20), classifier, NAMED),
        scaling_figures.scaled_losses(Y * DISTANCE, [0.1, 1.0], NAMED),
        scaling_figures.limits(risk_table(Y * DISTANCE, [0.1, 1.0]), NAMED),
    ]
    for figure in drawn:
        told = " ".join(text.get_text() for text in figure.findobj(Text))
        assert not re.search(r"pixel|(?<!mirror )\bimages?\b", told)
        assert "1 pairs" not in told
    for k in (0, 1, 2, 4, 5, 6):
        told = " ".join(text.get_text() for text in drawn[k].findobj(Text))
        assert "benign" in told
        assert "malignant" in told


def test_all_paths_show_every_pair_the_median_and_the_optimal_lambdas(drawn, paths):
    axes = drawn["all_paths"].axes
    for ax, quantity, factor in zip(
        axes, ("theta", "d_adv", "err_train", "err_test"), (180 / np.pi, 1, 100, 100), strict=False
    ):
        curves = [factor * table[quantity] for table in paths.values()]
        for curve in (*curves, np.median(curves, axis=0)):
            assert has_line(ax, ARTICLE, curve)
    optimal = np.sort([ARTICLE[optimal_row(table)] for table in paths.values()])
    dots, median = axes[4].lines
    np.testing.assert_allclose(np.sort(dots.get_xdata()), optimal)
    assert len(set(zip(*dots.get_data(), strict=True))) == len(paths)
    np.testing.assert_allclose(median.get_xdata(), optimal[1])


def test_the_comparison_shows_both_losses_against_lambda_and_norm(drawn, fitted, softplus):
    axes = drawn["comparison"].axes
    for table in (fitted[1], softplus):
        for column, abscissa in enumerate((table["lambda_article"], table["norm_w"])):
            assert has_line(axes[column], abscissa, np.degrees(table["theta"]))
            assert has_line(axes[2 + column], abscissa, table["d_adv"])
            assert has_line(axes[4 + column], abscissa, 100 * table["err_train"])
            assert has_line(axes[4 + column], abscissa, 100 * table["err_test"])
    assert axes[5].xaxis_inverted()
