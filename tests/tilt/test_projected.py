"""The projected gradient in a ball, against the exact distances of a linear model."""

import numpy as np
import pytest
import torch

from tilt.attacks.models import box_distance, linear_model
from tilt.attacks.projected import projected_gradient
from tilt.errors import InputError

SHAPE = (6, 7)


def drawn(low=100.0, high=150.0, n=60):
    rng = np.random.default_rng(3)
    x = rng.uniform(low, high, (n, *SHAPE)).astype(np.float32)
    w = rng.normal(size=SHAPE)
    pixels = x.reshape(n, -1).astype(np.float64) / 255
    b = -np.median(pixels @ w.ravel())
    return x, w, b, pixels, pixels @ w.ravel() + b


@pytest.mark.parametrize("scale", [1e-3, 1e3])
@pytest.mark.parametrize("radius", [0.02, 0.06])
@pytest.mark.parametrize("steps", [3, 40])
def test_a_linear_model_falls_where_the_boundary_is_nearer_than_the_radius(scale, radius, steps):
    x, w, b, _, scores = drawn()
    distance = np.abs(scores) / np.linalg.norm(w)
    found = projected_gradient(
        linear_model(scale * w, scale * b), x, (scores > 0).astype(np.int64), radii=[radius], steps=steps
    )
    assert 5 < found.success.sum() < 55
    np.testing.assert_array_equal(found.success, distance < radius)
    np.testing.assert_array_equal(found.predicted == (scores > 0), ~found.success)
    length = 2.5 * radius / steps
    np.testing.assert_array_equal(found.steps, np.where(found.success, np.ceil(distance / length), steps))
    straight = np.minimum(found.steps * length, radius)[found.success]
    np.testing.assert_allclose(found.norm[found.success], straight, rtol=1e-4)
    np.testing.assert_array_equal(found.images[~found.success], x[~found.success])
    assert np.isnan(found.norm[~found.success]).all()


def test_nothing_is_found_beyond_the_box():
    x, w, b, pixels, scores = drawn(0, 255)
    distance, _ = box_distance(pixels, w.ravel(), b)
    found = projected_gradient(linear_model(w, b), x, (scores > 0).astype(np.int64), radii=[0.5])
    assert found.success.any()
    assert (found.norm[found.success] >= distance[found.success] * (1 - 1e-5)).all()
    assert not found.success[distance > 0.5 * (1 + 1e-5)].any()
    assert found.images.min() >= 0
    assert found.images.max() <= 255


def test_a_model_without_numbers_is_a_failure():
    found = projected_gradient(
        lambda x: np.nan * x.flatten(1)[:, :3], drawn()[0], np.zeros(60, int), radii=[1.0]
    )
    assert not found.success.any()
    assert (found.predicted == -1).all()
    np.testing.assert_array_equal(found.images, drawn()[0])


def test_each_radius_has_the_images_whose_boundary_is_nearer():
    """Also those given out of order; what falls within a radius counts within all greater ones."""
    x, w, b, _, scores = drawn()
    labels, distance = (scores > 0).astype(np.int64), np.abs(scores) / np.linalg.norm(w)
    labels[7] = 1 - labels[7]  # misclassified as it is
    radii = [0.06, 0, 0.02]
    found = projected_gradient(linear_model(w, b), x, labels, radii=radii)
    for radius, fallen in zip(radii, found.successes, strict=True):
        np.testing.assert_array_equal(fallen, (distance < radius) | (np.arange(60) == 7))
    np.testing.assert_allclose(found.accuracy, 1 - found.successes.mean(axis=1))
    np.testing.assert_array_equal(found.successes.any(axis=0), found.success)
    nearer = distance < 0.02
    np.testing.assert_array_equal(found.least[nearer], np.where(np.arange(60) == 7, 0, 0.02)[nearer])
    assert found.norm[7] == found.least[7] == 0
    assert np.isinf(found.least[~found.success]).all()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"radii": []}, "give L2 distances"),
        ({"radii": np.array([0.1, -0.1])}, "give L2 distances"),
        ({"radii": [-0.1]}, "give L2 distances"),
        ({"steps": 0}, "give more than 0 of each"),
        ({"step": 0}, "give more than 0 of each"),
    ],
)
def test_refused_settings(settings, message):
    x, w, b, _, scores = drawn()
    with pytest.raises(InputError, match=message):
        projected_gradient(linear_model(w, b), torch.tensor(x), (scores > 0).astype(int), **settings)
