"""Small problems of many kinds are certified, one λ alone too, and the certificates are true."""

import numpy as np
import pytest

from optimality import both_losses
from small_problems import FAMILIES, TOLERANCE, problem, tried, true_gaps
from tilt.linear import fit_path

# Far starts, a rounded bias, and multipliers that a small σ does not find
HARD = [("offset", 7), ("offset", 42), ("heavy_tails", 13), ("heavy_tails", 64),
        ("column_scales", 24), ("column_scales", 85)]  # fmt: skip


@both_losses
@pytest.mark.parametrize(
    ("family", "seed"), [*((family, seed) for family in FAMILIES for seed in range(5)), *HARD]
)
def test_certified_and_the_certificate_is_true(family, seed, loss):
    certified, gap = tried(family, seed, loss)
    assert certified
    assert gap <= TOLERANCE


def test_the_true_gap_finds_what_is_wrong():
    X, y, lambdas = problem("gaussian", 0)
    path = fit_path(X, y, lambdas)
    assert true_gaps(X, y, path, "hinge").max() < 1e-9
    path.b[:] += 0.1
    assert true_gaps(X, y, path, "hinge").max() > 1e-4


def test_one_small_lambda_alone():
    path = fit_path([[0.0], [0], [1]], [-1, -1, 1], [1e-7])
    assert path.duality_gap[0] <= 1e-6
    assert (path.w[0, 0], path.b[0]) == pytest.approx((2, -1), rel=1e-6)
    X = np.array([[-1.0, -1], [-1, 1], [1, 1], [1, 1]])
    assert fit_path(X, X[:, 0] * X[:, 1], [1.318e-9]).duality_gap[0] <= 1e-6


@both_losses
@pytest.mark.parametrize("seed", range(3))
def test_weights_that_vanish_are_zero_with_the_best_bias_however_small_lambda_is(seed, loss):
    """Three samples among 42 of the other class, on a line: multipliers of 1/(2nλ) cancel."""
    draw = np.random.default_rng(seed)
    X = np.outer(draw.normal(size=45), draw.normal(size=9))
    y = np.full(45, -1.0)
    y[np.argsort(X[:, 0])[[15, 22, 30]]] = 1
    path = fit_path(X, y, np.logspace(-3, -12, 4), loss=loss)
    assert path.duality_gap.max() <= 1e-9
    if loss == "hinge":
        assert not path.w.any()
        assert path.b == pytest.approx(np.full(4, -1.0), abs=1e-12)


def test_small_weights_of_a_small_feature_are_not_rounding():
    """The third weight is 1e-9 times the multipliers' sum, 2C, and cannot cancel: all have one sign there."""
    y = np.full(17, -1.0)
    y[0] = 1
    X = np.column_stack([np.random.default_rng(4).choice([-1.0, 1.0], size=(17, 2)), 1e-9 * y])
    path = fit_path(X, y, [1e-10])
    assert path.certified
    assert path.w[0, 2] == pytest.approx(10 / 17, rel=1e-6)


@both_losses
def test_values_of_lambda_that_are_all_but_equal(loss):
    X, y, _ = problem("gaussian", 1)
    path = fit_path(X, y, np.nextafter(0.1, [0.0, 1, 0, 1]) * [1, 1, 1e-4, 1e-4], loss=loss)
    assert path.duality_gap.max() <= 1e-6
    np.testing.assert_allclose(path.w[::2], path.w[1::2], rtol=1e-3)


@both_losses
def test_the_gap_is_that_of_a_bias_rounded_far_from_the_origin(loss):
    """At 10⁸ neighbouring numbers are 1.5e-8 apart, and the objective of this margin is 4e-8."""
    X, y = 1e8 + np.array([[-1.0, 0.25], [-1, 3], [1, 0], [1, -2]]), np.array([-1.0, -1, 1, 1])
    path = fit_path(X, y, [4e-8], loss=loss)
    assert path.certified
    assert path.duality_gap == pytest.approx(true_gaps(X, y, path, loss), abs=1e-10)
