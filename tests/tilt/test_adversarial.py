"""Adversarially trained linear models: closed forms, optimality, another solver, what is refused."""

import clarabel
import numpy as np
import pytest
from scipy import sparse
from scipy.special import expit

from optimality import CONJUGATES, LOSSES, both_losses, problem
from samples import refused
from tilt import adversarial_path, fit_adversarial_path, fit_l1_path, fit_path
from tilt.data.images import BinaryPair, binary_pair
from tilt.data.sources import embedded_digits
from tilt.linear.adversarial import AdversarialPath, hinge, softplus
from tilt.linear.adversarial.problem import Problem

SEPARABLE = (
    np.array([[0, 0], [0, 1], [-1, 0], [2, 0], [2, 5], [3, -1.0]]),
    np.repeat([-1.0, 1.0], 3),
)  # margin 1


def pair(i: int, j: int) -> BinaryPair:
    return binary_pair(embedded_digits(), i, j, 100)


def objective(X, y, epsilon, w, b, loss="hinge", order=2):
    """Mean loss under the worst perturbations, computed without the solver."""
    return LOSSES[loss](y * (X @ w + b) - epsilon * np.linalg.norm(w, order)).mean()


def half_the_centroids(X, y, order=2):
    return np.linalg.norm(X[y > 0].mean(axis=0) - X[y < 0].mean(axis=0), order) / 2


def check(X, y, path: AdversarialPath, loss="hinge", order=2):
    """Objectives as recomputed here, and that no other weights near by do better."""
    draw = np.random.default_rng(0)
    assert path.certified.all()
    assert path.duality_gap.min() > -1e-9
    for k, epsilon in enumerate(path.epsilons):
        w, b = path.w[k], path.b[k]
        if path.objective[k] == 0:
            continue
        assert path.objective[k] == pytest.approx(objective(X, y, epsilon, w, b, loss, order), rel=1e-8)
        assert path.collapsed[k] or w.any()
        for size in (1e-3, 1e-1):
            aside = w + size * draw.normal(size=w.shape) * (np.abs(w).max() + 0.1)
            for shift in (-size, 0, size):
                least = path.objective[k] * (1 - 1e-6)
                assert least <= objective(X, y, epsilon, aside, b + shift, loss, order)
                assert least <= objective(X, y, epsilon, w * (1 + shift), b + shift, loss, order)


# Support vector machines


@pytest.mark.parametrize("kind", ["overlapping", "unbalanced", "duplicates", "ties", "far from the origin"])
def test_support_vector_machines_are_adversarially_trained(kind):
    """Their multipliers are feasible in the dual of adversarial training, with the objective's value."""
    X, y = problem(kind)
    lambdas = np.logspace(-2, 2, 9)
    path = fit_path(X, y, lambdas, tol=1e-9)
    trained = adversarial_path(path, y)
    check(X, y, trained)
    norm = np.linalg.norm(path.w, axis=1)
    mean_hinge = path.objective - lambdas * norm**2
    np.testing.assert_allclose(
        trained.epsilons, 2 * lambdas * norm / (mean_hinge + 2 * lambdas * norm**2), rtol=1e-6
    )
    assert (np.diff(trained.epsilons) >= -1e-9).all()
    for k, epsilon in enumerate(trained.epsilons):
        p = path.alpha[k] * 2 * len(y) * lambdas[k]
        assert np.linalg.norm((p * y) @ (X - X.mean(axis=0))) <= epsilon * p.sum() * (1 + 1e-9)
        assert p.mean() >= trained.objective[k] * (1 - 1e-6)


def test_the_ends_of_the_path_are_the_hard_margin_and_half_the_distance_of_the_centroids():
    X, y = SEPARABLE
    trained = adversarial_path(fit_path(X, y, [1e3, 1.0, 1e-5, 1e-6]), y)
    np.testing.assert_allclose(trained.epsilons[[0, -2, -1]], [half_the_centroids(X, y), 1, 1], rtol=1e-9)
    np.testing.assert_array_equal(trained.collapsed, [True, False, False, False])
    np.testing.assert_array_equal(trained.unique, [False, True, False, False])
    assert np.isnan(trained.w[-1]).all()
    assert trained.objective[0] == pytest.approx(1)
    assert trained.objective[-1] == 0
    assert trained.certified.all()


def test_the_radius_of_a_path_leads_back_to_its_model():
    digits = pair(7, 9)
    X, y = digits.x_train, digits.y_train
    path = adversarial_path(fit_path(X, y, np.logspace(-2.5, -0.5, 5), tol=1e-9), y)
    assert path.unique.all()
    fitted = fit_adversarial_path(X, y, path.epsilons)
    np.testing.assert_allclose(fitted.objective, path.objective, rtol=1e-8)
    np.testing.assert_allclose(fitted.w, path.w, atol=1e-3 * np.abs(path.w).max())


def test_only_paths_of_the_hinge_are_taken():
    X, y = problem("overlapping")
    refused("path must be of the hinge", adversarial_path, fit_path(X, y, [0.1], loss="softplus"), y)
    refused("y must have shape \\(60,\\)", adversarial_path, fit_path(X, y, [0.1]), y[1:])
    refused("y must hold the labels", adversarial_path, fit_path(X, y, [0.1]), y[::-1] * np.sign(X[:, 0]))


# Both losses


@both_losses
@pytest.mark.parametrize(
    "kind",
    ["overlapping", "unbalanced", "one in twenty", "contradictions", "no information", "constant columns",
     "fewer samples than columns", "one column", "three samples", "ties", "far from the origin", "scales"],
)  # fmt: skip
def test_certified_for_data_of_every_kind(kind, loss):
    X, y = problem(kind)
    radii = np.geomspace(0.01, 1.2, 5) * max(half_the_centroids(X, y), 1e-3)
    check(X, y, fit_adversarial_path(X, y, radii, loss=loss), loss)


@pytest.mark.parametrize(
    "kind", ["overlapping", "unbalanced", "ties", "no information", "far from the origin"]
)
def test_certified_for_the_largest_change_of_a_pixel(kind):
    X, y = problem(kind)
    radii = np.geomspace(0.01, 1.2, 4) * max(half_the_centroids(X, y, np.inf), 1e-3)
    check(X, y, fit_adversarial_path(X, y, radii, norm=np.inf), order=1)


@both_losses
def test_balanced_classes_collapse_at_half_the_distance_of_the_centroids(loss):
    digits = pair(3, 5)
    X, y = digits.x_train, digits.y_train
    path = fit_adversarial_path(X, y, half_the_centroids(X, y) * np.array([0.999, 1.001]), loss=loss)
    np.testing.assert_array_equal(path.collapsed, [False, True])
    assert path.objective[0] < path.objective[1] == pytest.approx({"hinge": 1, "softplus": np.log(2)}[loss])
    pixel = half_the_centroids(X, y, np.inf) * np.array([0.999, 1.001])
    np.testing.assert_array_equal(fit_adversarial_path(X, y, pixel, norm=np.inf).collapsed, [False, True])


def test_the_softplus_of_unbalanced_classes_collapses_there_too_and_the_hinge_earlier():
    X, y = problem("unbalanced")
    radii = half_the_centroids(X, y) * np.array([0.99, 1.01])
    np.testing.assert_array_equal(fit_adversarial_path(X, y, radii, loss="softplus").collapsed, [False, True])
    hinge = fit_adversarial_path(X, y, radii)
    np.testing.assert_array_equal(hinge.collapsed, [True, True])
    np.testing.assert_allclose(hinge.objective, 2 * (y > 0).mean())


@pytest.mark.parametrize("share", [0.5, 1])
def test_a_feature_that_tells_the_classes_apart_is_no_obstacle(share):
    """It alone has the largest change of a pixel: up to half of it all is separable, from there on w = 0."""
    X, y = separated_by_one_feature()
    path = fit_adversarial_path(X, y, [share * half_the_centroids(X, y, np.inf)], norm=np.inf)
    assert path.certified.all()
    assert path.objective[0] == share // 1
    assert path.collapsed[0] == (share == 1)


def separated_by_one_feature():
    y = np.repeat([-1.0, 1.0], 20)
    noise = np.random.default_rng(0).normal(0, 0.01, (40, 3))
    return np.column_stack([y, noise]), y


def test_at_a_hard_margin_that_is_no_collapse_the_programme_is_solved():
    X, y = np.array([[0.0, 1], [0, -1], [0, -2], [-2, -4]]), np.array([-1.0, 1, 1, 1])
    with pytest.warns(RuntimeWarning, match="did not reach"):
        path = fit_adversarial_path(X, y, [1.0], norm=np.inf)
    assert 0 < path.objective[0] <= 0.5


def test_below_the_hard_margin_the_infimum_is_0():
    X, y = SEPARABLE
    radii = np.array([1.001, 0.999, 0.5])
    hinge = fit_adversarial_path(X, y, radii)
    softplus = fit_adversarial_path(X, y, radii, loss="softplus")
    for path in (hinge, softplus):
        np.testing.assert_array_equal(path.unique, [True, False, False])
        assert path.objective[0] > 0.01
        assert not path.objective[1:].any()
        assert path.certified.all()
    for k in (1, 2):
        assert objective(X, y, radii[k], hinge.w[k], hinge.b[k]) == pytest.approx(0, abs=1e-9)
        assert np.isnan(softplus.w[k]).all()
    assert objective(X, y, 0.9, *_l_infinity(X, y, 0.9), order=1) == pytest.approx(0, abs=1e-9)


def _l_infinity(X, y, epsilon):
    path = fit_adversarial_path(X, y, [epsilon], norm=np.inf)
    assert not path.unique[0]
    return path.w[0], path.b[0]


def test_logistic_regression_balances_what_the_samples_pull():
    """Σ p y x = ε Σ p w/‖w‖ and Σ p y = 0, p the logistic function of minus the margin under attack."""
    digits = pair(7, 9)
    X, y = digits.x_train, digits.y_train
    path = fit_adversarial_path(X, y, [0.5, 0.4, 0.8], loss="softplus", tol=1e-9)
    check(X, y, path, "softplus")
    for epsilon, w, b, value in zip(path.epsilons, path.w, path.b, path.objective, strict=True):
        norm = np.linalg.norm(w)
        p = expit(epsilon * norm - y * (X @ w + b))
        np.testing.assert_allclose((p * y) @ X / p.sum(), epsilon * w / norm, atol=1e-6)
        assert abs(y @ p) < 1e-6 * p.sum()
        assert CONJUGATES["softplus"](p).mean() == pytest.approx(value, rel=1e-6)


def test_the_gap_bounds_how_far_a_coarse_model_is_above_the_least(monkeypatch):
    X, y = problem("overlapping")
    radii = np.geomspace(0.05, 0.9, 6) * half_the_centroids(X, y)
    exact = fit_adversarial_path(X, y, radii, tol=1e-9)
    monkeypatch.setattr(hinge, "WANTED", 1.0)
    coarse = fit_adversarial_path(X, y, radii, tol=0.3)
    assert 1e-6 < coarse.duality_gap.max() <= 0.3
    assert (coarse.objective >= exact.objective * (1 - 1e-9)).all()
    assert (coarse.objective * (1 - coarse.duality_gap) <= exact.objective * (1 + 1e-9)).all()


@both_losses
def test_the_dual_takes_multipliers_of_smaller_radii_and_no_others(loss):
    X, y = problem("overlapping")
    least = fit_adversarial_path(X, y, [0.3], loss=loss, tol=1e-9)
    samples = Problem.of(X, y, loss, 2)
    other = fit_adversarial_path(X, y, [0.28, 0.32], loss="softplus", tol=1e-9)
    for k, feasible in enumerate((True, False)):
        w, b = other.w[k], other.b[k]
        p = expit(other.epsilons[k] * np.linalg.norm(w) - y * (X @ w + b))
        bound = samples.dual(0.3 / samples.scale, p)
        assert (bound > 0) == feasible
        assert bound <= least.objective[0]
    model = samples.model(0.3 / samples.scale, 1.1 * least.w[0] * samples.scale, 0.0, p)
    assert (model.gap, model.objective > least.objective[0]) == (1, True)


@both_losses
def test_radii_in_any_order_and_units(loss):
    X, y = problem("overlapping")
    radii = np.array([0.3, 0.05, 5.0, 0.3, 0.1])
    path = fit_adversarial_path(X, y, radii, loss=loss, tol=1e-9)
    np.testing.assert_array_equal(path.epsilons, radii)
    np.testing.assert_array_equal(np.argsort(path.objective, kind="stable"), [1, 4, 0, 3, 2])
    larger = fit_adversarial_path(1000 * X + 5, y, 1000 * radii, loss=loss, tol=1e-9)
    np.testing.assert_allclose(larger.objective, path.objective, rtol=1e-8)
    np.testing.assert_allclose(1000 * larger.w, path.w, atol=1e-4)


def test_a_gap_that_is_not_reached_is_warned_of(monkeypatch):
    X, y = problem("overlapping")
    monkeypatch.setattr(softplus, "MAX_STEPS", 1)
    with pytest.warns(RuntimeWarning, match="1 of 2 models did not reach .* at epsilon = 0.1"):
        path = fit_adversarial_path(X, y, [0.1, 9.0], loss="softplus")
    np.testing.assert_array_equal(path.certified, [False, True])


# L1


def test_models_with_an_l1_penalty_are_trained_against_the_largest_change_of_a_pixel():
    digits = pair(1, 8)
    X, y = digits.x_train, digits.y_train
    penalised = fit_l1_path(X, y, [0.01, 0.03, 0.1, 0.5])
    norm = np.abs(penalised.w).sum(axis=1)
    for k, mu in enumerate(penalised.mus):
        value = objective(X, y, 0, penalised.w[k], penalised.b[k]) + mu * norm[k]
        assert penalised.objective[k] == pytest.approx(value)
    assert np.abs(penalised.duality_gap).max() < 1e-9
    assert norm[-1] == 0
    trained = fit_adversarial_path(X, y, penalised.epsilons, norm=np.inf)
    grown = 1 / (1 - penalised.epsilons * norm)
    np.testing.assert_allclose(
        (penalised.objective - penalised.mus * norm) * grown, trained.objective, rtol=1e-7
    )
    np.testing.assert_allclose(penalised.w * grown[:, None], trained.w, atol=1e-5 * np.abs(trained.w).max())


# What is refused

GOOD = np.eye(3), np.array([-1.0, 1.0, 1.0])


def test_unusable_arguments_are_named():
    refused("epsilons must be a non-empty vector of positive", fit_adversarial_path, *GOOD, [0.0])
    refused("epsilons must be", fit_adversarial_path, *GOOD, [])
    refused("norm must be 2 or inf, not 1", fit_adversarial_path, *GOOD, [1.0], norm=1)
    refused("loss must be hinge with norm", fit_adversarial_path, *GOOD, [1.0], loss="softplus", norm=np.inf)
    refused("loss must be one of", fit_adversarial_path, *GOOD, [1.0], loss="log")
    refused("y must hold the labels", fit_adversarial_path, GOOD[0], np.ones(3), [1.0])
    refused("tol must lie", fit_adversarial_path, *GOOD, [1.0], tol=0.0)
    refused("mus must be", fit_l1_path, *GOOD, [-1.0])


# Against a cone solver


def cone_solution(X, y, epsilon, loss):
    """Weights and bias by Clarabel: t ≥ ‖w‖, and a bound of each sample's loss at its margin less ε t."""
    n, d = X.shape
    below = np.hstack([-y[:, None] * X, -y[:, None], np.full((n, 1), epsilon)])  # minus the margin
    one, none, free = np.eye(n), np.zeros((n, n)), np.zeros((n, d + 2))
    norm = -np.eye(d + 2)[[d + 1, *range(d)]]
    cones = [clarabel.SecondOrderConeT(d + 1)]
    if loss == "hinge":
        rows = [[norm, np.zeros((d + 1, n))], [below, -one], [free, -one]]
        right = np.concatenate([np.zeros(d + 1), -np.ones(n), np.zeros(n)])
        cones += [clarabel.NonnegativeConeT(2 * n)]
    else:  # e^(u - loss) + e^-loss ≤ 1: exponential cones (u - loss, 1, z), (-loss, 1, z'), z + z' ≤ 1
        zero = [free, none, none, none]
        first = np.block([[-below, one, none, none], zero, [free, none, -one, none]])
        second = np.block([[free, one, none, none], zero, [free, none, none, -one]])
        triples = np.arange(3 * n).reshape(3, n).T.ravel()
        rows = [[norm, np.zeros((d + 1, 3 * n))], [first[triples]], [second[triples]], [free, none, one, one]]
        right = np.concatenate([np.zeros(d + 1), np.tile([0.0, 1, 0], 2 * n), np.ones(n)])
        cones += [*[clarabel.ExponentialConeT()] * (2 * n), clarabel.NonnegativeConeT(n)]
    A = sparse.csc_matrix(np.block(rows))
    cost = np.zeros(A.shape[1])
    cost[d + 2 : d + 2 + n] = 1 / n
    settings = clarabel.DefaultSettings()
    settings.verbose = False
    settings.tol_gap_abs = settings.tol_gap_rel = settings.tol_feas = 1e-9
    P = sparse.csc_matrix((cost.size, cost.size))
    x = np.array(clarabel.DefaultSolver(P, cost, A, right, cones, settings).solve().x)
    return x[:d], x[d]


@both_losses
@pytest.mark.parametrize("classes", [(1, 8), (7, 9)])
def test_a_cone_solver_agrees(classes, loss):
    digits = pair(*classes)
    X, y = digits.x_train, digits.y_train
    path = fit_adversarial_path(X, y, np.array([0.55, 0.7, 0.95]) * half_the_centroids(X, y), loss=loss)
    for k, epsilon in enumerate(path.epsilons):
        w, b = cone_solution(X, y, epsilon, loss)
        assert objective(X, y, epsilon, w, b, loss) == pytest.approx(path.objective[k], rel=1e-6)
        np.testing.assert_allclose(w, path.w[k], atol=1e-3 * np.abs(w).max())


@both_losses
@pytest.mark.parametrize(
    ("share", "collapsed"), [(1 - 1e-4, False), (1 - 1e-9, False), (1, True), (1.5, True)]
)
def test_the_collapse_is_told_by_its_radius(loss, share, collapsed):
    """However little the objective is below that of w = 0."""
    digits = pair(7, 9)
    X, y = digits.x_train, digits.y_train
    path = fit_adversarial_path(X, y, [share * half_the_centroids(X, y)], loss=loss)
    assert path.collapsed.tolist() == [collapsed]
    assert path.w.any() != collapsed


def test_numbers_beyond_float64_are_refused():
    X, y = SEPARABLE
    refused("squares float64 cannot hold; scale it", fit_adversarial_path, 1e160 * X, y, [1e160])
    refused("squares float64 cannot hold; scale it", fit_adversarial_path, 1e-170 * X, y, [1e-170])
    far = fit_adversarial_path(X, y, [1e18], norm=np.inf)
    assert far.collapsed[0]
    assert far.objective[0] == 1


def test_at_the_collapse_itself_no_model_is_the_only_one():
    """However the radius is rounded."""
    digits = pair(7, 9)
    X, y = digits.x_train, digits.y_train
    half = half_the_centroids(X, y)
    path = fit_adversarial_path(X, y, [half * (1 - 1e-15), half * (1 + 1e-15), 0.9 * half, 1.1 * half])
    assert path.unique.tolist() == [False, False, True, True]
