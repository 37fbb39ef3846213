"""Paths of linear classifiers: closed forms, other solvers, optimality, invariances, what is refused."""

import gzip

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_wine
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC

from optimality import both_losses, check, objective, problem
from tilt.data.images import BinaryPair, binary_pair
from tilt.data.sources import embedded_digits
from tilt.linear import fit_path
from tilt.linear.tables import (
    lambda_grid,
)

GRID = np.logspace(2, -5, 15)


# Closed forms


def test_two_points():
    X, y = np.array([[1.0, 2.0], [4.0, 6.0]]), np.array([-1.0, 1.0])
    path = fit_path(X, y, [10.0, 1e-6])
    difference, middle = np.array([3.0, 4.0]), np.array([2.5, 4.0])
    np.testing.assert_allclose(path.w[0], difference / 40, rtol=1e-10)
    assert path.b[0] == pytest.approx(-path.w[0] @ middle, rel=1e-10)
    np.testing.assert_allclose(path.w[1], 2 * difference / 25, rtol=1e-10)
    assert path.b[1] == pytest.approx(-path.w[1] @ middle, rel=1e-10)
    assert path.alpha[1] == pytest.approx(2 / 25)


def test_separable_points_with_a_known_margin():
    X = np.array([[0, 0], [0, 1], [-1, 0], [2, 0], [2, 5], [3, -1.0]])
    y = np.repeat([-1.0, 1.0], 3)
    path = fit_path(X, y, [1e-4])
    np.testing.assert_allclose(path.w[0], [1, 0], atol=1e-9)
    assert path.b[0] == pytest.approx(-1, abs=1e-9)
    assert path.objective[0] == pytest.approx(1e-4, rel=1e-9)


def test_all_samples_inside_the_margin():
    draw = np.random.default_rng(0)
    X, y = draw.normal(size=(40, 5)), np.repeat([-1.0, 1.0], 20)
    lam = 50.0
    path = fit_path(X, y, [lam])
    w = (X[y > 0].mean(axis=0) - X[y < 0].mean(axis=0)) / (4 * lam)
    np.testing.assert_allclose(path.w[0], w, rtol=1e-10)
    high = (1 - X[y > 0] @ w).min()
    low = (-1 - X[y < 0] @ w).max()
    assert (path.bias_low[0], path.bias_high[0]) == pytest.approx((low, high), rel=1e-10)
    assert path.b[0] == pytest.approx((low + high) / 2, abs=1e-12)


def test_unbalanced_classes_under_a_large_penalty():
    """The small class inside the margin, the other class on it: w is proportional to 1/λ."""
    X, y = problem("unbalanced")
    lambdas = np.array([1e2, 1e4, 1e6])
    path = fit_path(X, y, lambdas)
    scaled = path.w * lambdas[:, None]
    assert np.linalg.norm(scaled[0]) > 1e-3
    np.testing.assert_allclose(scaled, np.tile(scaled[0], (3, 1)), atol=1e-7)
    for lam in lambdas:
        np.testing.assert_allclose(fit_path(X, y, [lam]).w[0] * lam, scaled[0], atol=1e-7)


def test_logistic_regression_under_a_large_penalty():
    """The small-norm limit: w = (j - i)/(8λ) for balanced classes, half of the hinge's."""
    draw = np.random.default_rng(0)
    X, y = draw.normal(size=(40, 5)), np.repeat([-1.0, 1.0], 20)
    path = fit_path(X, y, [1e5], loss="softplus")
    w = (X[y > 0].mean(axis=0) - X[y < 0].mean(axis=0)) / (8 * 1e5)
    np.testing.assert_allclose(path.w[0], w, rtol=1e-4)
    assert path.objective[0] == pytest.approx(np.log(2), rel=1e-4)


# Against other solvers

KINDS = ["separable", "overlapping", "unbalanced", "one in twenty", "one among many", "duplicates",
         "contradictions", "no information", "constant columns", "fewer samples than columns", "one column",
         "two columns", "three samples", "ties", "binary ties", "far from the origin"]  # fmt: skip
# Below these λ libsvm takes 10⁷ to 10⁸ iterations.
SMALLEST_FOR_LIBSVM = {"one in twenty": 0.5, "one among many": 0.05}


@pytest.mark.parametrize("kind", KINDS)
def test_never_above_libsvm_and_certified(kind):
    X, y = problem(kind)
    path = fit_path(X, y, GRID)
    check(X, y, path)
    for k, lam in enumerate(GRID[SMALLEST_FOR_LIBSVM.get(kind, 1e-3) < GRID]):
        libsvm = SVC(kernel="linear", C=1 / (2 * len(y) * lam), tol=1e-8).fit(X, y)
        theirs = objective(X, y, lam, libsvm.coef_[0], libsvm.intercept_[0])
        assert path.objective[k] <= theirs * (1 + 1e-6)
        if kind in ("separable", "overlapping"):
            np.testing.assert_allclose(path.w[k], libsvm.coef_[0], rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("kind", ["separable", "overlapping", "unbalanced", "contradictions", "ties"])
def test_logistic_regression_agrees_with_another_solver(kind):
    X, y = problem(kind)
    path = fit_path(X, y, GRID, loss="softplus", tol=1e-9)
    for k, lam in enumerate(GRID):
        C = 1 / (2 * len(y) * lam)
        other = LogisticRegression(C=C, solver="newton-cholesky", tol=1e-10, max_iter=1000).fit(X, y)
        theirs = objective(X, y, lam, other.coef_[0], other.intercept_[0], "softplus")
        assert path.objective[k] <= theirs * (1 + 1e-9)
        np.testing.assert_allclose(path.w[k], other.coef_[0], rtol=1e-3, atol=1e-5)


@both_losses
@pytest.mark.parametrize("kind", KINDS)
def test_a_tighter_tolerance_is_reached_as_well(kind, loss):
    X, y = problem(kind)
    check(X, y, fit_path(X, y, GRID, loss=loss, tol=1e-9), 1e-9, loss)


@both_losses
def test_columns_of_very_different_scale(loss):
    X, y = problem("scales")
    check(X, y, fit_path(X, y, GRID, loss=loss), loss=loss)


@both_losses
def test_many_samples_of_few_columns(loss):
    draw = np.random.default_rng(3)
    y = np.where(draw.random(3000) < 0.3, 1.0, -1.0)
    X = draw.normal(size=(3000, 4)) + 0.4 * y[:, None]
    check(X, y, fit_path(X, y, np.logspace(3, -6, 10), loss=loss), loss=loss)


@both_losses
@pytest.mark.parametrize("table", [load_breast_cancer, load_wine])
def test_tables_of_measurements_scaled_and_in_their_units(table, loss):
    X, target = table(return_X_y=True)
    y = np.where(target == 1, 1.0, -1.0)
    low = X.min(axis=0)
    scaled = (X - low) / (X.max(axis=0) - low)
    check(scaled, y, fit_path(scaled, y, np.logspace(1, -7, 9), loss=loss), loss=loss)
    check(X, y, fit_path(X, y, np.logspace(6, -5, 12), loss=loss), loss=loss)


@pytest.fixture(scope="module")
def seven_nine() -> BinaryPair:
    return binary_pair(embedded_digits(), 7, 9, 100)


@both_losses
def test_digits_along_the_whole_path(seven_nine, loss):
    lambdas = lambda_grid(-1, 7, 0.1, 1e-5)[1]
    path = fit_path(seven_nine.x_train, seven_nine.y_train, lambdas, loss=loss, tol=1e-9)
    check(seven_nine.x_train, seven_nine.y_train, path, 1e-9, loss)
    norm = np.linalg.norm(path.w, axis=1)
    assert (np.diff(norm) <= 1e-9 * norm[:-1]).all()


def test_every_pair_of_digits():
    lambdas = lambda_grid(-1, 7, 0.2, 1e-5)[1]
    digits = embedded_digits()
    for j in range(10):
        for i in range(j):
            pair = binary_pair(digits, i, j, 100)
            check(pair.x_train, pair.y_train, fit_path(pair.x_train, pair.y_train, lambdas, tol=1e-9), 1e-9)


@pytest.mark.parametrize("classes", [(7, 9), (0, 1)])
def test_mnist(reference, classes):
    pixels, labels = (
        np.frombuffer(gzip.decompress((reference / "mnist" / name).read_bytes()), np.uint8)
        for name in ("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz")
    )
    images, labels = pixels[16:].reshape(-1, 784), labels[8:]
    X = np.concatenate([images[labels == digit][:3000] for digit in classes]) / 255
    y = np.repeat([-1.0, 1.0], 3000)
    lambdas = lambda_grid(-1, 7, 0.1, 1e-5)[1]
    for asked in (lambdas, [lambdas.min()]):
        check(X, y, fit_path(X, y, asked, tol=1e-9), 1e-9)
