"""Linear classifiers of random problems; what is refused, and inner products that are kept."""

import warnings
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from optimality import both_losses, check, objective, problem
from tilt.data.images import BinaryPair, binary_pair
from tilt.data.sources import embedded_digits
from tilt.errors import InputError
from tilt.linear import fit_path
from tilt.linear.gram import GramCache

GRID = np.logspace(2, -5, 15)


@pytest.fixture(scope="module")
def seven_nine() -> BinaryPair:
    return binary_pair(embedded_digits(), 7, 9, 100)


@st.composite
def problems(draw):
    n, d = draw(st.integers(4, 25)), draw(st.integers(1, 6))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    X = rng.normal(size=(n, d))
    if draw(st.booleans()):
        X = np.round(X)
    y = np.where(rng.random(n) < 0.5, -1.0, 1.0)
    y[:2] = -1, 1
    return X, y


quick = settings(max_examples=25, deadline=None, derandomize=True)
SHORT = np.array([3.0, 0.1, 0.003])


@both_losses
@quick
@given(data=problems())
def test_random_problems_are_certified_and_monotone(data, loss):
    X, y = data
    path = fit_path(X, y, SHORT, loss=loss)
    check(X, y, path, loss=loss)
    norm = np.linalg.norm(path.w, axis=1)
    risk = path.objective - path.lambdas * norm**2
    assert (np.diff(norm) >= -1e-3 * norm.max() - 1e-9).all()
    assert (np.diff(risk) <= 1e-5).all()


@both_losses
@quick
@given(data=problems(), c=st.floats(0.01, 100))
def test_equivalent_problems_have_the_same_solution(data, c, loss):
    X, y = data

    def fit(X, y, lambdas):
        return fit_path(X, y, lambdas, loss=loss, tol=1e-9)

    path = fit(X, y, SHORT)
    order = np.random.default_rng(0).permutation(len(y))
    atol = 1e-4 * (1 + np.abs(path.w).max())
    shuffled, swapped, scaled = fit(X[order], y[order], SHORT), fit(X, -y, SHORT), fit(c * X, y, c**2 * SHORT)
    for other, sign, unit in ((shuffled, 1, 1), (swapped, -1, 1), (scaled, 1, c)):
        np.testing.assert_allclose(sign * unit * other.w, path.w, atol=atol)
        np.testing.assert_allclose(sign * other.b, path.b, atol=5 * atol)


@quick
@given(problems())
def test_the_bias_interval_is_where_the_objective_is_least(data):
    X, y = data
    path = fit_path(X, y, SHORT, tol=1e-9)
    for k, lam in enumerate(SHORT):
        low, high, w = path.bias_low[k], path.bias_high[k], path.w[k]
        least = objective(X, y, lam, w, path.b[k])
        assert low <= path.b[k] <= high
        for b in (low, high):
            assert objective(X, y, lam, w, b) == pytest.approx(least, rel=1e-9)
        for b in (low - 0.01, high + 0.01):
            assert objective(X, y, lam, w, b) > least


@both_losses
def test_lambdas_in_any_order_repeated_and_one_alone(seven_nine, loss):
    X, y = seven_nine.x_train, seven_nine.y_train
    lambdas = np.array([1e-3, 10.0, 1e-5, 10.0, 0.1])
    path = fit_path(X, y, lambdas, loss=loss, tol=1e-9)
    np.testing.assert_array_equal(path.lambdas, lambdas)
    for k, lam in enumerate(lambdas):
        alone = fit_path(X, y, [lam], loss=loss, tol=1e-9)
        assert alone.objective[0] == pytest.approx(path.objective[k], rel=2e-9)
        np.testing.assert_allclose(alone.w[0], path.w[k], atol=1e-4 * np.abs(path.w[k]).max())


@both_losses
def test_two_runs_are_equal_to_the_bit(seven_nine, loss):
    X, y = seven_nine.x_train, seven_nine.y_train
    one, two = fit_path(X, y, GRID, loss=loss), fit_path(X, y, GRID, loss=loss)
    np.testing.assert_array_equal(one.w, two.w)
    np.testing.assert_array_equal(one.b, two.b)


GOOD = (np.eye(3), np.array([-1.0, 1.0, 1.0]), np.array([1.0]))


@pytest.mark.parametrize(
    ("X", "y", "lambdas", "tol", "message"),
    [
        (np.array([[1.0, np.nan]] * 3), *GOOD[1:], 1e-6, "X must be finite"),
        (np.ones(3), *GOOD[1:], 1e-6, "X must be a non-empty matrix"),
        (np.ones((0, 3)), *GOOD[1:], 1e-6, "X must be a non-empty matrix"),
        (csr_array(np.eye(3)), *GOOD[1:], 1e-6, "X is a sparse matrix; give a dense one"),
        (GOOD[0], np.ones(2), GOOD[2], 1e-6, "y must have shape"),
        (GOOD[0], np.ones(3), GOOD[2], 1e-6, "y must hold the labels -1 and \\+1, both"),
        (GOOD[0], np.array([0.0, 1, 1]), GOOD[2], 1e-6, "y must hold the labels"),
        (*GOOD[:2], np.array([0.0]), 1e-6, "lambdas must be"),
        (*GOOD[:2], np.array([1.0, -1.0]), 1e-6, "lambdas must be"),
        (*GOOD[:2], np.array([np.inf]), 1e-6, "lambdas must be"),
        (*GOOD[:2], np.array([]), 1e-6, "lambdas must be"),
        (*GOOD[:2], np.ones((1, 1)), 1e-6, "lambdas must be"),
        (*GOOD, 0.0, "tol must lie"),
    ],
)
def test_unusable_arguments_are_named(X, y, lambdas, tol, message):
    with pytest.raises(InputError, match=message):
        fit_path(X, y, lambdas, tol=tol)


def test_an_unknown_loss_is_named():
    with pytest.raises(InputError, match="loss must be one of hinge, softplus, not 'log'"):
        fit_path(*GOOD, loss="log")


@both_losses
@pytest.mark.parametrize(("unit", "lam"), [(1, 1e-16), (1, 1e301), (1e5, 1e-6), (1e170, 1), (1e-170, 1)])
def test_lambdas_beyond_what_float64_can_tell_are_refused_in_one_line(loss, unit, lam):
    X, y = problem("separable")
    with pytest.raises(InputError, match="times the mean square norm") as caught:
        fit_path(unit * X, y, [1.0, lam], loss=loss)
    assert "\n" not in str(caught.value)


def test_lambdas_at_the_ends_of_the_range_have_a_boundary():
    X, y = problem("separable")
    upright = X[y > 0].mean(axis=0) - X[y < 0].mean(axis=0)
    for loss, lam in (("hinge", 1e149), ("softplus", 1e11)):
        w = fit_path(X, y, [lam], loss=loss).w[0]
        assert w @ upright == pytest.approx(np.linalg.norm(w) * np.linalg.norm(upright), rel=1e-6)


@both_losses
def test_an_unreached_gap_is_said(loss):
    X, y = problem("overlapping")
    with pytest.warns(RuntimeWarning, match="did not reach a relative duality gap of 1e-40"):
        path = fit_path(X, y, GRID, loss=loss, tol=1e-40)
    assert not path.certified.all()
    gap = np.partition(path.duality_gap, 1)[1]
    assert (replace(path, tol=gap).certified == (path.duality_gap <= gap)).all()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fit_path(X, y, GRID)


def test_the_gram_cache_gives_inner_products_whatever_was_asked_before():
    A = np.random.default_rng(0).normal(size=(30, 4))
    cache = GramCache(A)
    for samples in ([3, 1], [1, 5, 3, 29], list(range(20)), [7]):
        np.testing.assert_allclose(cache.block(np.array(samples)), A[samples] @ A[samples].T, atol=1e-14)
    cache.retain(np.array([5, 2, 28]))
    for samples in ([28, 5], [0, 5, 2]):
        np.testing.assert_allclose(cache.block(np.array(samples)), A[samples] @ A[samples].T, atol=1e-14)
