"""The toy problem: distances between images, mirror images, and what one noisy point does to the boundary."""

import numpy as np
import pytest

from experiments.toy import figures
from experiments.toy.tables import (
    NOISY_POINT,
    REPRESENTATIVE,
    four_fits,
    image,
    mirror_distance_table,
    noisy_point_table,
    noisy_training_set,
)
from report.figures.style import save_figure
from tilt.errors import InputError

LAMBDAS = np.logspace(-6, 1, 15)


@pytest.fixture(scope="module")
def training_set():
    return noisy_training_set(20, seed=0)


@pytest.fixture(scope="module")
def table(training_set):
    return noisy_point_table(*training_set, LAMBDAS)


def test_distances_in_the_plane_are_distances_between_images():
    points = np.random.default_rng(0).uniform(-2, 2, (2, 50, 2))
    images = [image(*p.T) for p in points]
    assert images[0].shape == (50, 16, 16)
    np.testing.assert_allclose(
        np.linalg.norm(images[1] - images[0], axis=(1, 2)), np.linalg.norm(points[1] - points[0], axis=1)
    )


def test_every_image_shown_has_pixels_in_range():
    table = mirror_distance_table(np.linspace(0, 1.57, 50))
    for shown in (image(*REPRESENTATIVE), image(*NOISY_POINT), image(table["mirror_a"], table["mirror_b"])):
        assert shown.min() >= 0
        assert shown.max() <= 1


def test_mirror_distance_is_the_closed_form():
    theta = np.linspace(0, np.pi / 2, 31)
    table = mirror_distance_table(theta)
    np.testing.assert_allclose(table["distance"], table["closed_form"], atol=1e-13)
    np.testing.assert_allclose(table["distance"], 6 * np.cos(theta), atol=1e-13)


def test_borderline_mirror_images():
    table = mirror_distance_table([0.0, np.pi / 2 - 1e-6])
    np.testing.assert_allclose([table["mirror_a"][0], table["mirror_b"][0]], -REPRESENTATIVE, atol=1e-12)
    np.testing.assert_allclose([table["projected_a"][0], table["projected_b"][0]], [0, 0], atol=1e-12)
    np.testing.assert_allclose([table["mirror_a"][1], table["mirror_b"][1]], REPRESENTATIVE, atol=1e-5)


def test_training_set_is_balanced_and_p_alone_leaves_the_manifold(training_set):
    X, y = training_set
    assert X.shape == (40, 2)
    assert y.sum() == 0
    np.testing.assert_array_equal(X[-1], NOISY_POINT)
    assert y[-1] == 1
    assert X[-1, 0] < 0
    np.testing.assert_array_equal(X[:-1, 1], 0)
    assert np.all(np.sign(X[:-1, 0]) == y[:-1])
    with pytest.raises(InputError, match="n = 1"):
        noisy_training_set(1, seed=0)


def test_without_l2_the_boundary_tilts_to_fit_p_and_with_l2_it_ignores_p(table):
    fits = four_fits(table)
    assert list(zip(fits["classifier"], fits["l2"], strict=True)) == [
        ("SVM", "without"),
        ("SVM", "with"),
        ("logistic regression", "without"),
        ("logistic regression", "with"),
    ]
    np.testing.assert_array_equal(fits["noisy_point_correct"], [1, 0, 1, 0])
    np.testing.assert_allclose(fits["err_train"], [0, 1 / 40, 0, 1 / 40])
    theta = np.degrees(fits["theta"])
    assert theta[[0, 2]].min() > 70
    assert theta[[1, 3]].max() < 2


def test_svm_without_l2_is_the_hard_margin(training_set, table):
    X, y = training_set
    inner_i, inner_j = X[y == -1][:, 0].max(), X[:-1][y[:-1] == 1][:, 0].min()
    edge = np.array([inner_j, 0]) - NOISY_POINT  # class J's nearest edge, from p to its innermost point
    gap = abs(edge[0] * -NOISY_POINT[1] - edge[1] * (inner_i - NOISY_POINT[0])) / np.linalg.norm(edge)
    fit = four_fits(table)
    assert fit["theta"][0] == pytest.approx(np.arctan2(edge[0], -edge[1]), abs=1e-4)
    assert fit["norm_w"][0] == pytest.approx(2 / gap, rel=1e-4)


def test_heavily_regularised_svm_points_from_centroid_to_centroid(training_set, table):
    X, y = training_set
    difference = X[y == 1].mean(axis=0) - X[y == -1].mean(axis=0)
    row = np.flatnonzero(table["loss"] == "hinge")[-1]
    w = np.array([table["w_1"][row], table["w_2"][row]])
    np.testing.assert_allclose(w, difference / (4 * LAMBDAS[-1]), rtol=1e-5)


def test_columns_describe_the_fits(training_set, table):
    X, y = training_set
    np.testing.assert_allclose(table["theta"], np.arctan2(table["w_2"], table["w_1"]), atol=1e-9)
    for k in (3, 12, 18, 27):
        w, b = np.array([table["w_1"][k], table["w_2"][k]]), table["bias"][k]
        z = y * (X @ w + b)
        f = np.maximum(1 - z, 0) if table["loss"][k] == "hinge" else np.log1p(np.exp(-z))
        assert table["objective"][k] == pytest.approx(f.mean() + table["lambda"][k] * w @ w, rel=1e-12)
        assert table["err_train"][k] == np.mean(z <= 0)


@pytest.mark.parametrize("loss", ["hinge", "softplus"])
def test_more_regularisation_means_shorter_weights_and_a_larger_objective(table, loss):
    rows = table["loss"] == loss
    assert np.all(np.diff(table["objective"][rows]) > 0)
    assert np.all(np.diff(table["norm_w"][rows]) < 1e-6)


def test_figures_are_drawn(tmp_path, training_set, table):
    angles = mirror_distance_table(np.radians([0, 45, 85]))
    drawn = {
        "boundaries": figures.boundaries(angles),
        "mirror": figures.distance_against_tilt(mirror_distance_table(np.linspace(0, 1.5, 9)), angles),
        "noisy": figures.four_boundaries(*training_set, four_fits(table)),
        "tilt": figures.tilt_against_lambda(table),
    }
    for name, drawing in drawn.items():
        save_figure(tmp_path / f"{name}.png", drawing)
    assert len(list(tmp_path.iterdir())) == 2 * len(drawn)
    assert [ax.get_title() for ax in drawn["boundaries"].axes] == ["θ = 0°", "θ = 45°", "θ = 85°"]
