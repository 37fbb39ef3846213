"""The targeted ascent on models whose adversarial examples are known exactly, and its temperature."""

import numpy as np
import pytest
import torch

from experiments.attack.tables import select_images
from tilt.attacks import ascent
from tilt.attacks.ascent import cyclic_targets, targeted_ascent
from tilt.calibration import fit_temperature
from tilt.errors import InputError

GAP = np.log(19)  # between two scores at temperature 1, when the greater one has probability 0.95


def linear(w, b):
    """Two classes with scores 0 and w·x + b."""
    w = torch.as_tensor(w, dtype=torch.float32)
    return lambda x: torch.stack([torch.zeros(len(x)), (x * w).sum((1, 2)) + b], dim=1)


def images(n, low=100, high=150, seed=0):
    return np.random.default_rng(seed).uniform(low, high, (n, 6, 7)).astype(np.float32)


def weights():
    w = np.random.default_rng(1).normal(size=(6, 7))
    return w / np.linalg.norm(w)


def scores_of(x, w, b):
    return (x.astype(np.float64) * w).sum((1, 2)) + b


@pytest.mark.parametrize("temperature", [0.02, 1.0, 3.0])
def test_straight_path_of_a_linear_model(temperature):
    """The path is a straight line along w, so the norm is the distance rounded up to whole steps.

    At the least temperature the probability of the target is exp(-1000) or so at first.
    """
    x, w = images(5), weights()
    b = -20.0 - scores_of(x, w, 0).max()
    distance = temperature * GAP - scores_of(x, w, b)
    found = targeted_ascent(linear(w, b), x, np.ones(5, np.int64), temperature)
    assert found.success.all()
    np.testing.assert_array_equal(found.steps, np.ceil(distance))
    np.testing.assert_allclose(found.norm, np.ceil(distance) / 255, rtol=1e-4)
    moved = (found.images - x).reshape(5, -1)
    cosine = moved @ w.ravel() / np.linalg.norm(moved, axis=1)
    np.testing.assert_allclose(cosine, 1, atol=1e-5)
    np.testing.assert_allclose(found.p_end.sum(1), 1)
    assert (found.p_end[:, 1] >= 0.95 - 1e-6).all()
    np.testing.assert_allclose(
        found.p_start[:, 0], 1 / (1 + np.exp(scores_of(x, w, b) / temperature)), rtol=1e-4
    )


def test_smaller_steps_come_nearer_to_the_distance():
    x, w = images(3), weights()
    b = -10.0 - scores_of(x, w, 0).max()
    distance = GAP - scores_of(x, w, b)
    found = targeted_ascent(linear(w, b), x, np.ones(3, np.int64), 1.0, step=0.05)
    assert found.success.all()
    np.testing.assert_allclose(255 * found.norm, distance, atol=0.06)


def test_an_image_that_is_there_already_stays():
    x, w = images(1), weights()
    found = targeted_ascent(linear(w, 5 - scores_of(x, w, 0)[0]), x, np.array([1]), 1.0)
    assert found.success.all()
    assert found.steps[0] == 0
    assert found.norm[0] == 0
    np.testing.assert_array_equal(found.images, x)


def test_pixels_stay_in_range_and_a_target_out_of_reach_fails():
    x, w = images(1, 0, 255), np.sign(weights())
    highest = 255 * (w > 0).sum()
    found = targeted_ascent(linear(w, -highest), x, np.array([1]), 1.0, step=10.0, max_steps=300)
    assert not found.success[0]
    assert found.steps[0] == 300
    np.testing.assert_allclose(found.images[0], np.where(w > 0, 255, 0), atol=1e-3)
    assert found.p_end[0, 1] == pytest.approx(0.5, abs=1e-3)


def test_vanishing_gradient_is_a_failure_of_that_image_only():
    """A ramp that is flat where the mean is under 50."""

    def model(x):
        return torch.stack([torch.zeros(len(x)), 10 * (x.mean((1, 2)) - 50).relu() - 20], dim=1)

    x = np.stack([np.full((6, 7), 20.0), np.full((6, 7), 51.0)]).astype(np.float32)
    found = targeted_ascent(model, x, np.array([1, 1]), 1.0)
    np.testing.assert_array_equal(found.success, [False, True])
    assert found.steps[0] == 0
    np.testing.assert_array_equal(found.images[0], x[0])


def test_steps_shrink_where_the_article_s_rule_circles():
    """The target has its confidence only within a tenth of a step of one image."""
    centre = torch.as_tensor(images(1, seed=5))

    def model(x):
        near = GAP + 20 * (0.01 - (x - centre).square().sum((1, 2)))
        return torch.stack([torch.zeros(len(x)), near], dim=1)

    x = images(4)
    found = targeted_ascent(model, x, np.ones(4, np.int64), 1.0)
    assert found.success.all()
    distance = np.linalg.norm((x - centre.numpy()).reshape(4, -1), axis=1)
    np.testing.assert_allclose(255 * found.norm, distance, atol=0.11)
    assert (found.steps < distance + 60).all()


def test_images_do_not_disturb_each_other():
    x, w = images(4), weights()
    model = linear(w, -3 - scores_of(x, w, 0).mean())
    targets = np.array([0, 1, 0, 1])
    together = targeted_ascent(model, x, targets, 2.0)
    for k in range(4):
        alone = targeted_ascent(model, x[k : k + 1], targets[k : k + 1], 2.0)
        np.testing.assert_allclose(together.images[k], alone.images[0], rtol=1e-5)
        assert together.steps[k] == alone.steps[0]


def test_batches_change_nothing(monkeypatch):
    x, w = images(5), weights()
    model = linear(w, -3 - scores_of(x, w, 0).mean())
    targets = np.array([0, 1, 0, 1, 1])
    whole = targeted_ascent(model, x, targets, 2.0)
    monkeypatch.setattr(ascent, "BATCH", 2)
    parts = targeted_ascent(model, x, targets, 2.0)
    np.testing.assert_array_equal(parts.steps, whole.steps)
    np.testing.assert_array_equal(parts.target, targets)
    for name in ("images", "norm", "p_start", "p_end"):
        np.testing.assert_allclose(getattr(parts, name), getattr(whole, name), rtol=1e-5)


def test_refused_attacks():
    x, w = images(2), weights()
    with pytest.raises(InputError, match=r"targets of shape \(3,\) for 2 images"):
        targeted_ascent(linear(w, 0), x, np.ones(3, np.int64), 1.0)
    with pytest.raises(InputError, match="temperature 0"):
        targeted_ascent(linear(w, 0), x, np.ones(2, np.int64), 0.0)
    with pytest.raises(InputError, match="confidence 0 is not between 0 and 1"):
        targeted_ascent(linear(w, 0), x, np.ones(2, np.int64), 1.0, confidence=0)
    with pytest.raises(InputError, match="targets from 1 to 2 for a model of 2 classes"):
        targeted_ascent(linear(w, 0), x, np.array([1, 2]), 1.0)


def test_cyclic_targets():
    np.testing.assert_array_equal(cyclic_targets(np.array([0, 4, 9]), 10), [1, 5, 0])


def test_selected_images():
    labels = np.array([1, 0, 1, 0, 1, 0])
    np.testing.assert_array_equal(select_images(labels, 2), [1, 3, 0, 2])
    with pytest.raises(InputError, match="class 0 has 3 images to attack and 4 were asked for"):
        select_images(labels, 4)


@pytest.mark.parametrize("gap", [1e-6, 1.0, 1e6])
def test_temperature_of_equal_gaps(gap):
    """Every top score is 1 / (1 + exp(-gap / t)), which is 0.95 at t = gap / ln 19."""
    scores = np.tile([[0.0, gap], [gap, 0.0], [2 * gap, gap]], (3, 1))
    assert fit_temperature(scores) == pytest.approx(gap / GAP, rel=1e-9)


def test_temperature_of_the_median_sample():
    gaps = np.array([0.1, 0.5, 4.0, 30.0, 1e4])
    scores = np.stack([gaps, np.zeros(5)], axis=1)
    assert fit_temperature(scores) == pytest.approx(4 / GAP, rel=1e-9)
    # Adding a constant to a sample's scores changes nothing.
    assert fit_temperature(scores + np.arange(5)[:, None]) == pytest.approx(4 / GAP, rel=1e-9)


def test_temperature_reaches_any_median():
    scores = np.random.default_rng(0).normal(size=(200, 10)) * 30
    for median in (0.11, 0.5, 0.95, 0.999):
        z = scores / fit_temperature(scores, median)
        p = np.exp(z - z.max(1, keepdims=True))
        assert np.median(p.max(1) / p.sum(1)) == pytest.approx(median, rel=1e-9)


@pytest.mark.parametrize(
    ("scores", "message"),
    [
        (np.ones((5, 3)), "these scores allow 0.333 to 0.333"),
        (np.array([[1.0, 1.0, 0.0]] * 3), "these scores allow 0.333 to 0.5"),
        (np.ones((5, 1)), "two classes or more"),
        (np.array([[1.0, np.nan]]), "not finite"),
        (np.arange(10.0), "two classes or more"),
    ],
)
def test_scores_without_a_temperature(scores, message):
    with pytest.raises(InputError, match=message):
        fit_temperature(scores)
