"""Geometry: projections and mirrors, the tilt and its plane, and the identity of the adversarial distance."""

import numpy as np
import pytest

from tilt.errors import InputError
from tilt.geometry import (
    TiltPlane,
    adversarial_distance,
    balanced_error_rate,
    error_distance,
    error_rate,
    mirror_image,
    nearest_centroid_direction,
    projected_image,
    signed_distance,
    tilt_angle,
    tilt_directions,
)

rng = np.random.default_rng(0)
W, B, X = rng.normal(size=7), 0.3, rng.normal(size=(20, 7))


def test_signed_distance_of_known_points():
    w = np.array([3.0, 4.0])
    assert signed_distance(np.array([3.0, 4.0]), w, 0.0) == pytest.approx(5)
    assert signed_distance(np.array([0.0, 0.0]), w, -10.0) == pytest.approx(-2)


def test_the_projected_image_is_the_nearest_point_of_the_boundary():
    projected = projected_image(X, W, B)
    np.testing.assert_allclose(projected @ W + B, 0, atol=1e-14)
    moved = X - projected
    np.testing.assert_allclose(np.linalg.norm(moved, axis=1), np.abs(signed_distance(X, W, B)))
    np.testing.assert_allclose(projected_image(X[0], W, B), projected[0])


def test_the_mirror_image_is_as_far_on_the_other_side():
    mirrored = mirror_image(X, W, B)
    np.testing.assert_allclose(signed_distance(mirrored, W, B), -signed_distance(X, W, B))
    np.testing.assert_allclose(mirror_image(mirrored, W, B), X, atol=1e-14)
    np.testing.assert_allclose((X + mirrored) / 2, projected_image(X, W, B), atol=1e-14)


@pytest.mark.parametrize("theta", [0, 1e-9, 1e-3, 0.7, np.pi / 2, 3.0, np.pi])
def test_the_tilt_angle_is_accurate_at_both_ends(theta):
    w = 5 * np.array([np.cos(theta), np.sin(theta)])
    assert tilt_angle(w, np.array([1.0, 0.0])) == pytest.approx(theta, rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("seed", range(5))
def test_the_adversarial_distance_is_half_the_centroids_distance_times_cos_theta(seed):
    draw = np.random.default_rng(seed)
    x, y = draw.normal(size=(40, 9)) + 1, np.repeat([-1.0, 1.0], 20)
    i, j = x[:20].mean(axis=0), x[20:].mean(axis=0)
    w, b = draw.normal(size=9), draw.normal()
    expected = np.linalg.norm(j - i) / 2 * np.cos(tilt_angle(w, nearest_centroid_direction(x, y)))
    assert adversarial_distance(y, signed_distance(x, w, b)) == pytest.approx(expected, rel=1e-10)


def test_error_distance_and_rate_count_the_misclassified():
    y, distance = np.array([1.0, 1.0, -1.0, -1.0]), np.array([3.0, -0.5, 1.5, 0.0])
    assert error_distance(y, distance) == pytest.approx((0.5 + 1.5) / 4)
    assert error_rate(y, distance) == 0.75


def test_the_balanced_error_rate_is_the_mean_of_the_two_classes():
    y, distance = np.array([-1.0, -1, -1, -1, 1, 1]), np.array([-1.0, -1, -1, 1, 1, -1])
    assert error_rate(y, distance) == pytest.approx(2 / 6)
    assert balanced_error_rate(y, distance) == pytest.approx((1 / 4 + 1 / 2) / 2)


XOR = np.array([[-1.0, -1], [1, 1], [-1, 1], [1, -1]])
LABELS = np.array([-1.0, -1, 1, 1])


@pytest.mark.parametrize(
    "x",
    [
        XOR,
        XOR + 1e6,
        np.ones((4, 3)),
        0.3 + 6e-17 * np.eye(4),
        XOR + 1e-15 * np.eye(4)[:, 2:],
    ],
)
def test_centroids_that_coincide_but_for_rounding_are_refused_in_one_line(x):
    with pytest.raises(InputError, match="centroids of the two classes coincide") as caught:
        nearest_centroid_direction(x, LABELS)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("unit", [1e-9, 1, 1e9])
@pytest.mark.parametrize("gap", [1e-7, 1])
def test_centroids_that_are_apart_have_a_direction_in_any_unit(unit, gap):
    x = unit * (XOR + gap * np.outer(LABELS, [0.6, 0.8]))
    np.testing.assert_allclose(nearest_centroid_direction(x, LABELS), [0.6, 0.8], atol=1e-8)


def plane_of(w, origin):
    z_hat = nearest_centroid_direction(np.stack([np.zeros(7), np.arange(7.0)]), np.array([-1.0, 1]))
    return TiltPlane(origin, z_hat, tilt_directions(w[None], z_hat)[0])


def test_the_tilt_plane_keeps_distances_within_it_and_holds_the_weights():
    origin = rng.normal(size=7)
    plane = plane_of(W, origin)
    assert plane.z_hat @ plane.n_hat == pytest.approx(0, abs=1e-15)
    inside = origin + rng.normal(size=(5, 2)) @ np.stack([plane.z_hat, plane.n_hat])
    coordinates = plane.coordinates(inside)
    np.testing.assert_allclose(
        np.linalg.norm(coordinates[0] - coordinates[1]), np.linalg.norm(inside[0] - inside[1])
    )
    theta = tilt_angle(W, plane.z_hat)
    expected = np.linalg.norm(W) * np.array([np.cos(theta), np.sin(theta)])
    np.testing.assert_allclose(plane.coordinates(origin + W), expected)


def test_the_boundary_is_a_line_of_the_tilt_plane():
    origin = rng.normal(size=7)
    plane = plane_of(W, origin)
    theta, middle = tilt_angle(W, plane.z_hat), signed_distance(origin, W, B)
    z, n = plane.coordinates(X).T
    np.testing.assert_allclose(np.cos(theta) * z + np.sin(theta) * n + middle, signed_distance(X, W, B))


def test_an_upright_row_takes_the_direction_of_its_nearest_neighbour():
    z_hat = np.array([1.0, 0.0, 0.0])
    w = np.array([[1.0, 2.0, 0.0], [1.0, 0.0, 3.0], [4.0, 0.0, 0.0], [5.0, 1e-14, 0.0]])
    expected = [[0, 1, 0], [0, 0, 1], [0, 0, 1], [0, 0, 1]]
    np.testing.assert_allclose(tilt_directions(w, z_hat), expected, atol=1e-15)


@pytest.mark.parametrize("d", [2, 9])
def test_where_no_boundary_is_tilted_the_plane_has_some_second_axis(d):
    z_hat = np.eye(d)[0]
    directions = tilt_directions(np.outer([1.0, 2.0, 0.5], z_hat), z_hat)
    np.testing.assert_allclose(directions @ z_hat, 0, atol=1e-15)
    np.testing.assert_allclose(np.linalg.norm(directions, axis=1), 1)
    np.testing.assert_array_equal(directions, directions[:1].repeat(3, axis=0))


def test_one_feature_leaves_no_second_axis():
    np.testing.assert_array_equal(tilt_directions(np.array([[3.0], [0.1]]), np.array([-1.0])), [[0], [0]])
