"""Losses: known values, gradients, stability, and the two limits of the scaled loss with their rates."""

import numpy as np
import pytest

from tilt.losses import (
    LOSSES,
    empirical_risk,
    large_norm_limit,
    regularised_risk,
    scaled,
    small_norm_limit,
    zero_one,
)

MARGINS = np.array([-2.5, -0.3, 0.2, 0.7, 1.9])


def test_zero_one_counts_the_boundary_as_an_error():
    np.testing.assert_array_equal(zero_one(np.array([-1e-300, 0.0, 1e-300])), [1, 1, 0])


@pytest.mark.parametrize(
    ("name", "values"), [("hinge", [3.0, 1.0, 0.0]), ("softplus", [2.126928, 0.693147, 0.126928])]
)
def test_known_values(name, values):
    np.testing.assert_allclose(LOSSES[name](np.array([-2.0, 0.0, 2.0])), values, atol=5e-7)


@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
def test_gradient_is_the_slope(loss):
    z = np.array([-40.0, -3.0, -0.2, 0.3, 0.9, 1.2, 5.0])
    step = 1e-6
    slope = (loss(z + step) - loss(z - step)) / (2 * step)
    np.testing.assert_allclose(loss.gradient(z), slope, atol=1e-8)


@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
def test_expansion_at_zero(loss):
    zero = np.zeros(1)
    assert loss(zero) == pytest.approx(loss.alpha, rel=1e-15)
    assert loss.gradient(zero) == pytest.approx(-loss.beta, rel=1e-15)


def test_softplus_is_stable_far_out():
    softplus = LOSSES["softplus"]
    far = np.array([-1e8, -1e4, 1e4, 1e8])
    np.testing.assert_array_equal(softplus(far), [1e8, 1e4, 0, 0])
    np.testing.assert_array_equal(softplus.gradient(far), [-1, -1, 0, 0])
    np.testing.assert_allclose(softplus(np.array([50.0])), np.exp(-50.0), rtol=1e-14)


@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
@pytest.mark.parametrize("norm", [1e2, 1e4, 1e6])
def test_large_norm_limit_is_reached_as_one_over_the_norm(loss, norm):
    gap = scaled(loss, norm)(MARGINS) - large_norm_limit(norm, MARGINS)
    assert np.all((gap >= 0) & (gap <= 1))
    risk = empirical_risk(scaled(loss, norm), MARGINS) / norm
    assert risk == pytest.approx((2.5 + 0.3) / 5, abs=1 / norm)


@pytest.mark.parametrize("norm", [1e-1, 1e-2, 1e-3])
def test_small_norm_limits(norm):
    hinge, softplus = (scaled(LOSSES[name], norm)(MARGINS) for name in ("hinge", "softplus"))
    np.testing.assert_allclose(hinge, small_norm_limit(LOSSES["hinge"], norm, MARGINS), rtol=1e-14)
    second_order = (norm * MARGINS) ** 2 / 8
    gap = softplus - small_norm_limit(LOSSES["softplus"], norm, MARGINS)
    np.testing.assert_allclose(gap, second_order, rtol=0.3 * norm**2, atol=1e-15)


def test_regularised_risk_adds_the_squared_norm():
    assert regularised_risk(LOSSES["hinge"], MARGINS, 3.0, 0.1) == pytest.approx(
        (3.5 + 1.3 + 0.8 + 0.3) / 5 + 0.9
    )
