"""Paths of linear classifiers: closed forms, other solvers, optimality, invariances, what is refused."""

import gzip
import warnings
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.special import expit, xlogy
from sklearn.datasets import load_breast_cancer, load_wine
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC

from experiments.svm import tables as svm
from tilt.data.images import BinaryPair, Images, binary_pair
from tilt.data.sources import embedded_digits
from tilt.errors import InputError
from tilt.linear import LinearPath, fit_path
from tilt.linear.gram import GramCache
from tilt.linear.tables import (
    lambda_grid,
    optimal_row,
    path_table,
    plane_arrays,
    summary_table,
    weight_arrays,
)

GRID = np.logspace(2, -5, 15)
GRID_OF_ONE = {"first_exponent": 0, "last_exponent": 1, "step": 1, "scale": 1}


LOSSES = {"hinge": lambda m: np.maximum(1 - m, 0), "softplus": lambda m: np.logaddexp(0, -m)}
# -f*(-p), the dual's part of one sample, p = alpha/C
CONJUGATES = {"hinge": lambda p: p, "softplus": lambda p: -xlogy(p, p) - xlogy(1 - p, 1 - p)}

both_losses = pytest.mark.parametrize("loss", list(LOSSES))


def objective(X, y, lam, w, b, loss="hinge"):
    """Mean loss + λ‖w‖², computed without the solver."""
    return LOSSES[loss](y * (X @ w + b)).mean() + lam * (w @ w)


def check(X, y, path: LinearPath, tol=1e-6, loss="hinge"):
    """Feasible multipliers, w made of them, certificate and optimality conditions as recomputed here."""
    n = len(y)
    for k, lam in enumerate(path.lambdas):
        C = 1 / (2 * n * lam)
        alpha, w, b = path.alpha[k], path.w[k], path.b[k]
        assert alpha.min() >= 0
        assert alpha.max() <= C * (1 + 1e-12)
        assert abs(y @ alpha) <= 1e-11 * C * n
        primal = objective(X, y, lam, w, b, loss)
        w_dual = (alpha * y) @ (X - X.mean(axis=0))
        dual = CONJUGATES[loss](alpha / C).mean() - lam * w_dual @ w_dual
        assert path.objective[k] == pytest.approx(primal, rel=1e-8)
        assert path.duality_gap[k] == pytest.approx((primal - dual) / primal, abs=1e-9)
        assert -1e-12 <= path.duality_gap[k] <= tol
        margin = y * (X @ w + b)
        if loss == "softplus":  # alpha = C p
            np.testing.assert_allclose(alpha, C * expit(-margin), rtol=1e-6)
            assert lam * np.sum((w - w_dual) ** 2) <= (tol + 1e-12) * primal
        else:  # alpha = C inside the margin, 0 outside it
            conditions = alpha * np.maximum(margin - 1, 0) + (C - alpha) * np.maximum(1 - margin, 0)
            assert 2 * lam * conditions.sum() <= (tol + 1e-9) * primal
            np.testing.assert_allclose(w_dual, w, rtol=1e-8, atol=1e-9 * (1 + np.abs(w).max()))
    assert path.certified.all()


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


def problem(kind: str):
    draw = np.random.default_rng(len(kind))
    n, d = 60, 6
    y = np.repeat([-1.0, 1.0], n // 2)
    X = draw.normal(size=(n, d))
    if kind == "separable":
        X[:, 0] += 5 * y
    elif kind == "overlapping":
        X += 0.3 * y[:, None]
    elif kind == "unbalanced":
        y = np.where(np.arange(n) < 3, 1.0, -1.0)
        X += 0.5 * y[:, None]
    elif kind == "one in twenty":
        n = 210
        y = np.where(np.arange(n) % 21 == 0, 1.0, -1.0)
        X = draw.normal(size=(n, 3)) + 0.5 * y[:, None]
    elif kind == "one among many":  # at their centre: w = 0 until it is weighty
        y = np.where(np.arange(n) == 7, 1.0, -1.0)
        X = X[:, :2] * (y < 0)[:, None]
    elif kind == "duplicates":
        X = np.repeat(X[::2], 2, axis=0) + 0.2 * y[:, None]
        X[1::2] = X[::2]
    elif kind == "contradictions":
        X, y = np.concatenate([X, X]), np.concatenate([y, -y])
    elif kind == "no information":
        X = np.full((n, d), 0.7)
        y[0] = 1
    elif kind == "constant columns":
        X[:, 1], X[:, 2] = 3.0, 0.0
    elif kind == "fewer samples than columns":
        X = draw.normal(size=(n, 200))
    elif kind == "one column":
        X = X[:, :1] + 0.5 * y[:, None]
    elif kind == "two columns":
        X = X[:, :2] + 0.5 * y[:, None]
    elif kind == "three samples":
        X, y = X[28:31], y[28:31]
    elif kind == "ties":
        X = draw.integers(0, 3, size=(n, d)).astype(float)
    elif kind == "binary ties":
        y = np.where(np.arange(n) % 3 == 0, 1.0, -1.0)
        X = draw.integers(0, 2, size=(n, d)).astype(float)
    elif kind == "far from the origin":
        X = X + 1000
    elif kind == "scales":
        X = X * 10.0 ** np.arange(-2, 4) + 100
    return X, y


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
    check(X, y, fit_path(X, y, lambda_grid(-1, 7, 0.1, 1e-5)[1], tol=1e-9), 1e-9)


# Properties


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


# Interface


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


# Tables


def test_the_grid_of_lambda():
    article, lambdas = lambda_grid(-1, 7, 0.1, 1e-5)
    assert len(article) == 81
    assert article[0] == pytest.approx(0.1)
    assert article[-1] == 1e7
    np.testing.assert_allclose(lambdas, 1e-5 * article)


def test_the_tables_of_a_pair_agree_with_each_other(seven_nine):
    article, lambdas = lambda_grid(-1, 7, 0.5, 1e-5)
    path = fit_path(seven_nine.x_train, seven_nine.y_train, lambdas)
    table = path_table(seven_nine, path, article)
    weights, plane = weight_arrays(seven_nine, path), plane_arrays(seven_nine, path)
    half = np.linalg.norm(weights["centroid_j"] - weights["centroid_i"]) / 2
    np.testing.assert_allclose(table["d_adv"], half * np.cos(table["theta"]), rtol=1e-10)
    np.testing.assert_allclose(table["norm_w"], np.linalg.norm(weights["w"], axis=1))
    hinge = table["objective"] - table["lambda"] * table["norm_w"] ** 2
    assert (hinge >= -1e-9).all()
    assert (table["n_margin"] <= table["n_support"]).all()
    # the plane: distances from the boundary are those of the classifier, mirror images mirror them
    for k in (0, 8, 16):
        w, b = weights["w"][k], weights["b"][k]
        distance = (seven_nine.x_train @ w + b) / np.linalg.norm(w)
        in_plane = (
            np.cos(table["theta"][k]) * plane["z"]
            + np.sin(table["theta"][k]) * plane["n"][k]
            + table["midpoint_distance"][k]
        )
        np.testing.assert_allclose(in_plane, distance, atol=1e-6)
        mirrored = (plane["mirror_images"][:, k] @ w + b) / np.linalg.norm(w)
        np.testing.assert_allclose(mirrored, -distance[plane["representative"]], atol=1e-5)
        counts = plane["histogram_i"][k].sum(), plane["histogram_j"][k].sum()
        assert counts == (100, 100)
    assert plane["y"][plane["representative"]].tolist() == [-1, 1]


def test_from_lambda_inside_on_every_sample_is_inside_the_margin():
    X, y = problem("overlapping")
    pair = BinaryPair(X, y, X, y, (6,), 0, 1)
    needed = path_table(pair, fit_path(X, y, [1.0]), np.ones(1))["lambda_inside"][0]
    path = fit_path(X, y, needed * np.array([1 - 1e-6, 1 + 1e-9]), tol=1e-12)
    table = path_table(pair, path, np.ones(2))
    assert table["n_margin"].tolist() == [2, 0]
    assert table["theta"][0] > 1e-9 > table["theta"][1]
    np.testing.assert_array_equal(table["lambda_inside"], needed)


def test_a_validation_part_chooses_a_lambda_of_its_own(seven_nine):
    article, lambdas = lambda_grid(-1, 7, 1, 1e-5)
    wrong = replace(seven_nine, x_validation=seven_nine.x_test[:9], y_validation=-seven_nine.y_test[:9])
    path = fit_path(seven_nine.x_train, seven_nine.y_train, lambdas)
    table, validated = (path_table(pair, path, article) for pair in (seven_nine, wrong))
    assert "err_validation" not in table
    k = optimal_row(validated, "validation")
    assert validated["err_validation"][k] == validated["err_validation"].min()
    assert validated["err_validation"][0] == pytest.approx(
        np.mean(seven_nine.y_test[:9] * (seven_nine.x_test[:9] @ path.w[0] + path.b[0]) >= 0)
    )
    for name, column in table.items():
        np.testing.assert_array_equal(validated[name], column)
    summary = summary_table([(7, 9)], [validated])
    assert summary["lambda_validation"][0] == lambdas[k]
    assert summary["err_test_validation"][0] == table["err_test"][k]
    assert not any("validation" in name for name in summary_table([(7, 9)], [table]))


def test_the_balanced_error_counts_both_classes_alike(seven_nine):
    rows = np.concatenate([np.flatnonzero(seven_nine.y_test < 0)[:3], np.flatnonzero(seven_nine.y_test > 0)])
    few = replace(seven_nine, x_test=seven_nine.x_test[rows], y_test=seven_nine.y_test[rows])
    path = fit_path(few.x_train, few.y_train, [1e-5, 10.0])
    table = path_table(few, path, np.array([1.0, 1e6]))
    for k in range(2):
        wrong = few.y_test * (few.x_test @ path.w[k] + path.b[k]) <= 0
        assert table["balanced_err_test"][k] == pytest.approx((wrong[:3].mean() + wrong[3:].mean()) / 2)
        assert table["err_test"][k] == pytest.approx(wrong.mean())
    assert (table["balanced_err_test"] != table["err_test"]).all()


def test_lambda_optimal_is_the_largest_of_equals():
    table = {"err_test": np.array([0.2, 0.1, 0.1, 0.3]), "lambda": np.array([1.0, 2.0, 3.0, 4.0])}
    assert optimal_row(table) == 2
    table["lambda"] = table["lambda"][::-1]
    assert optimal_row(table) == 1


def test_the_summary_has_a_row_per_pair(seven_nine):
    article, lambdas = lambda_grid(-1, 7, 1, 1e-5)
    path = fit_path(seven_nine.x_train, seven_nine.y_train, lambdas)
    table = path_table(seven_nine, path, article)
    summary = summary_table([(7, 9), (7, 9)], [table, table])
    assert summary["class_i"].tolist() == [7, 7]
    assert summary["err_test_optimal"][0] == table["err_test"].min()
    assert summary["theta_smallest"][0] == table["theta"][0]
    assert summary["d_adv_largest"][0] == table["d_adv"][-1]
    assert summary["largest_duality_gap"][0] == table["duality_gap"].max()


# Job of a pair


@pytest.mark.parametrize(
    ("coinciding", "changed", "message"),
    [
        (True, {}, r"datasets\.mine\.svm\.pairs: 0v1: the centroids .* coincide .*; leave the pair out"),
        (
            False,
            {"validation_per_class": 9},
            r"datasets\.mine\.svm\.validation_per_class: class 0 has 8 .* 1 to 8",
        ),
        (False, {"train_per_class": 11}, r"datasets\.mine\.svm: class 0 has 10 training images and 11 were"),
        (
            False,
            {"grid": GRID_OF_ONE | {"scale": 1e-30}},
            r"datasets\.mine\.svm\.lambda_article: lambdas from 1e-30",
        ),
    ],
)
def test_the_job_of_a_pair_names_data_set_and_key(coinciding, changed, message):
    x = np.random.default_rng(0).random((20, 4))
    y = np.repeat([0, 1], 10)
    if coinciding:
        x[10:] = x[:10]
    per_class = 10 if coinciding else 2
    settings = {"dataset": "mine", "pair": "0v1", "train_per_class": per_class, "loss": "hinge",
                "validation_per_class": None, "tolerance": 1e-6, "grid": GRID_OF_ONE}  # fmt: skip
    with pytest.raises(InputError, match=message) as caught:
        svm.path(data=Images(x, y, x, y, (0, 1)), **settings | changed)
    assert "\n" not in str(caught.value)
