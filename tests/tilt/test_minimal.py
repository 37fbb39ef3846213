"""Minimal norm and linear attack against exact distances."""

import numpy as np
import pytest
import torch

from attacked import SHAPE, classes, images, pixels, three_classes, weights
from experiments.attack.statistics import (
    linear_row,
)
from tilt.attacks.ascent import targeted_ascent
from tilt.attacks.minimal import minimal_norm
from tilt.attacks.models import box_distance, linear_model
from tilt.attacks.signed import signed_gradient_step
from tilt.errors import InputError


def test_a_linear_model_has_the_scores_of_its_weights():
    x, w = images(5), weights()
    scores = linear_model(w, -0.3)(torch.as_tensor(x)).numpy()
    np.testing.assert_array_equal(scores[:, 0], 0)
    np.testing.assert_allclose(scores[:, 1], pixels(x) @ w.ravel() - 0.3, rtol=1e-12)


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3])
@pytest.mark.parametrize("shift", [0.02, 0.3])
def test_minimal_norm_is_the_distance_from_a_linear_boundary(scale, shift):
    """Far from the box, at distances from 0.02 pixels to 0.4 and at any scale of the scores."""
    x, w = images(20), weights()
    w *= scale / np.linalg.norm(w)
    b = scale * shift - (pixels(x) @ w.ravel()).min()
    model = linear_model(w, b)
    found = minimal_norm(model, x, classes(model, x), steps=20)
    distance = np.abs(pixels(x) @ w.ravel() + b) / scale
    assert found.success.all()
    np.testing.assert_allclose(found.norm, distance, rtol=1e-3)
    assert (found.norm >= distance * (1 - 1e-5)).all()
    np.testing.assert_array_equal(classes(model, found.images), 0)
    np.testing.assert_allclose(np.linalg.norm(pixels(found.images) - pixels(x), axis=1), found.norm)


def test_minimal_norm_is_the_distance_within_the_box_where_that_is_active():
    x, w = np.where(images(40, 0, 1) > 0.5, 250, 10).astype(np.float32) + images(40, -9, 4), weights()
    model = linear_model(w, 0.2)
    plane = np.abs(pixels(x) @ w.ravel() + 0.2) / np.linalg.norm(w)
    box, active = box_distance(pixels(x), w.ravel(), 0.2)
    assert active.mean() > 0.8
    assert (box >= plane * (1 - 1e-12)).all()
    assert box[active].max() > 1.05 * plane[active].max()
    found = minimal_norm(model, x, classes(model, x))
    np.testing.assert_allclose(found.norm, box, rtol=2e-3)
    assert found.images.min() >= 0
    assert found.images.max() <= 255


def test_box_distance_in_closed_form():
    """From (0.9, 0.5) the nearest point of a + c = 1.9 is (1.15, 0.75), and (1, 0.9) in the box."""
    w = np.array([1.0, 0.0, 1.0])
    x = np.array([[0.9, 0.3, 0.5], [0.8, 0.3, 0.9], [0.8, 0.3, 0.8]])
    distance, active = box_distance(x, w, -1.9)
    np.testing.assert_allclose(distance, [np.hypot(0.1, 0.4), np.hypot(0.1, 0.1), np.hypot(0.15, 0.15)])
    np.testing.assert_array_equal(active, [True, False, False])
    nowhere, active = box_distance(x, w, -2.1)
    assert np.isinf(nowhere).all()
    assert active.all()
    across, active = box_distance(x, w, -1.0)
    np.testing.assert_allclose(across, [0.4 / np.sqrt(2), 0.7 / np.sqrt(2), 0.6 / np.sqrt(2)])
    assert not active.any()


def test_row_of_a_linear_model():
    norm = np.array([0.0, 1.0, 1.1, np.nan, 2.0])
    plane, box = np.array([0.5, 1.0, 1.0, 1.0, 1.0]), np.array([0.5, 1.0, 1.095, 1.0, 2.0])
    row = linear_row(norm, plane, box, np.array([True, False, True, False, True]))
    assert (row["images"], row["misclassified"], row["found"]) == (5, 1, 3)
    assert row["box_active"] == 0.5
    assert row["ratio_median"] == pytest.approx(1.1)
    assert row["ratio_max"] == 2
    assert row["ratio_within_1_percent"] == 0.25
    assert row["box_ratio_max"] == pytest.approx(1.1 / 1.095)
    assert row["box_ratio_within_1_percent"] == 0.75


def test_minimal_norm_on_a_network_ends_on_the_boundary():
    x = images(60, 0, 255, seed=2)
    labels = classes(three_classes, x)
    found = minimal_norm(three_classes, x, labels)
    assert found.success.all()
    ends = classes(three_classes, found.images)
    assert (ends != labels).all()
    np.testing.assert_array_equal(ends, found.predicted)
    nearer = x + 0.998 * (found.images - x)
    np.testing.assert_array_equal(classes(three_classes, nearer), labels)
    targets = (labels + 1) % 3
    ascent = targeted_ascent(three_classes, torch.as_tensor(x), targets, 0.3, confidence=0.5, step=2.0)
    assert (found.norm <= ascent.norm + 1e-3).mean() > 0.95
    random = np.random.default_rng(0).normal(size=(200, *SHAPE))
    random *= 0.98 * 255 / np.linalg.norm(random, axis=(1, 2), keepdims=True)
    around = np.concatenate([np.clip(x[k] + found.norm[k] * random, 0, 255) for k in range(60)])
    kept = classes(three_classes, around.astype(np.float32)) == np.repeat(labels, 200)
    assert kept.mean() > 0.999


def test_more_steps_come_no_farther():
    x = images(40, 0, 255, seed=4)
    labels = classes(three_classes, x)
    few, many = (minimal_norm(three_classes, x, labels, steps=steps).norm for steps in (20, 200))
    assert many.mean() <= few.mean()
    np.testing.assert_allclose(few.mean(), many.mean(), rtol=0.05)


def test_a_misclassified_image_has_norm_zero():
    x = images(12, 0, 255, seed=2)
    labels = classes(three_classes, x)
    wrong = np.arange(12) % 3 == 0
    found = minimal_norm(three_classes, x, np.where(wrong, (labels + 1) % 3, labels))
    np.testing.assert_array_equal(found.norm == 0, wrong)
    np.testing.assert_array_equal(found.images[wrong], x[wrong])
    assert found.success.all()


def test_an_image_on_the_boundary_is_found_a_rounding_across():
    x = images(3)
    x[:, 0, 0] = 102
    w = np.zeros(SHAPE)
    w[0, 0] = 1
    found = minimal_norm(linear_model(w, -0.4), x, np.zeros(3, np.int64))
    np.testing.assert_array_equal(linear_model(w, -0.4)(torch.as_tensor(x)), 0)
    assert found.success.all()
    assert (found.norm > 0).all()
    assert (found.norm < 1e-4).all()


@pytest.mark.parametrize(("factor", "steps"), [(200, 25), (1000, 100)])
def test_a_first_radius_that_is_too_small_is_made_good(factor, steps):
    """The score falls steeply at first, so that its slope promises a boundary `factor` times too near."""
    x, w = images(5), weights()
    w /= np.linalg.norm(w)
    direction, distance = torch.as_tensor(w), 0.5
    begin = torch.as_tensor(pixels(x) @ w.ravel())

    def model(x):
        moved = begin[: len(x)] - (x.double() / 255 * direction).sum((1, 2))
        steep = (0.1 * distance / factor - moved).relu() * factor
        return torch.stack([distance - moved + steep, torch.zeros(len(x))], dim=1)

    found = minimal_norm(model, x, np.zeros(5, np.int64), steps=steps)
    np.testing.assert_allclose(found.norm, distance, rtol=0.01)


def test_a_boundary_out_of_the_box_is_a_failure():
    x, w = images(4), np.abs(weights())
    model = linear_model(w, -w.sum() - 0.1)
    found = minimal_norm(model, x, np.zeros(4, np.int64))
    assert not found.success.any()
    assert np.isnan(found.norm).all()
    np.testing.assert_array_equal(found.images, x)


def test_a_constant_model_and_one_without_numbers_are_failures():
    for value, predicted in ((0.0, 0), (np.nan, -1)):

        def model(x, value=value):
            return value * x.flatten(1)[:, :3] + torch.tensor([1.0, 0.0, 0.0])

        found = minimal_norm(model, images(3), np.zeros(3, np.int64), steps=5)
        assert not found.success.any()
        assert np.isnan(found.norm).all()
        np.testing.assert_array_equal(found.predicted, predicted)


def test_images_do_not_disturb_each_other():
    x = images(300, 0, 255, seed=5)
    labels = classes(three_classes, x)
    together = minimal_norm(three_classes, x, labels, steps=30).norm
    alone = [minimal_norm(three_classes, x[k : k + 1], labels[k : k + 1], steps=30).norm for k in (0, 299)]
    np.testing.assert_allclose(together[[0, 299]], np.ravel(alone), rtol=2e-3)


def test_signed_step_on_a_linear_model_has_its_closed_form():
    """Each step moves s by ε‖w‖₁ towards 0, so an image falls when its |s| is less than that."""
    x, w = images(50, 80, 170), weights()
    b = -np.median(pixels(x) @ w.ravel())
    scores = pixels(x) @ w.ravel() + b
    model, epsilons = linear_model(w, b), [0.0, 0.002, 0.01, 0.1]
    labels = (scores > 0).astype(np.int64)
    found = signed_gradient_step(model, x, labels, epsilons=epsilons, temperature=1e-3)
    for k, epsilon in enumerate(epsilons):
        fallen = np.abs(scores) < epsilon * np.abs(w).sum()
        np.testing.assert_array_equal(found.successes[k], fallen)
    np.testing.assert_allclose(found.norm[found.success], found.least[found.success] * np.sqrt(42), rtol=1e-4)
    assert np.isinf(found.least[~found.success]).all()
    np.testing.assert_allclose(found.accuracy, 1 - found.successes.mean(axis=1))
    assert found.accuracy[0] == 1
    assert 0 < found.accuracy[1] < 1
    some = found.of(np.array([3, 0]))
    np.testing.assert_array_equal(some.successes, found.successes[:, [3, 0]])
    np.testing.assert_array_equal(some.images, found.images[[3, 0]])


def test_signed_step_stays_in_the_box():
    x = np.concatenate([np.zeros((1, *SHAPE)), np.full((1, *SHAPE), 255)]).astype(np.float32)
    model = linear_model(np.ones(SHAPE), -20.0)
    inward = signed_gradient_step(model, x, np.array([0, 1]), epsilons=[0.5, 1.0])
    np.testing.assert_allclose(inward.norm, np.sqrt([10.5, 42]), rtol=1e-6)
    outward = signed_gradient_step(model, x, np.array([1, 0]), epsilons=[0.5, 1.0])
    np.testing.assert_array_equal(outward.norm, 0)
    np.testing.assert_array_equal(outward.images, x)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"epsilons": [0.1, 1.1]}, "one or more in"),
        ({"epsilons": [np.nan]}, "one or more in"),
        ({"epsilons": np.zeros(0)}, "one or more in"),
        ({"labels": np.zeros(3, np.int64)}, r"labels of shape \(3,\) for 2 images"),
        ({"labels": np.array([0, -1])}, "labels from -1 to 0 for a model of 2 classes"),
        ({"temperature": 0.0}, "temperature 0.0 is not positive"),
    ],
)
def test_refused_linear_attacks(arguments, message):
    given = {"labels": np.zeros(2, np.int64), "epsilons": [0.1], "temperature": 1.0, **arguments}
    with pytest.raises(InputError, match=message):
        signed_gradient_step(linear_model(weights(), 0.0), images(2), **given)


@pytest.mark.parametrize(
    ("n", "arguments", "message"),
    [
        (3, {}, r"labels of shape \(3,\) for 2 images"),
        (2, {"steps": 0}, "0 steps"),
        (2, {"step": 0.0}, "steps of length 0"),
    ],
)
def test_refused_minimal_norms(n, arguments, message):
    with pytest.raises(InputError, match=message):
        minimal_norm(linear_model(weights(), 0.0), images(2), np.zeros(n, np.int64), **arguments)


def test_classes_sought_one_by_one_find_what_the_bounds_hide():
    """The boundary of class 1 is nearest but beyond black; that of class 2 is farther, and can be reached."""
    w = torch.tensor([[0.0, 0.0], [-1.0, 0.02], [0.0, 1.0]])
    b = torch.tensor([0.0, -0.01, -0.3])

    def model(x):
        return x / 255 @ w.T + b

    x, label = np.zeros((1, 2), np.float32), np.array([0])
    hidden = minimal_norm(model, x, label, steps=100)
    found = minimal_norm(model, x, label, steps=100, classes=2)
    assert found.success[0]
    np.testing.assert_allclose(found.norm, 0.3, rtol=1e-3)
    assert not hidden.norm[0] < found.norm[0]
    with pytest.raises(InputError, match="-1 classes to seek; give 0 or more"):
        minimal_norm(model, x, label, classes=-1)
