"""Benchmarks: what they report is what was fitted; no time is tested."""

import numpy as np
import pytest

from experiments.bench import solvers
from experiments.bench.machine import cpu_seconds, gemm_rate, pass_seconds
from tilt.data.images import binary_pair
from tilt.data.sources import embedded_digits
from tilt.linear import fit_path
from tilt.linear.tables import lambda_grid

LAMBDAS = lambda_grid(1, 7, 0.5, 1e-5)[1]


@pytest.fixture(scope="module")
def seven_nine():
    pair = binary_pair(embedded_digits(), 7, 9, 100)
    return pair.x_train, pair.y_train


@pytest.fixture(scope="module")
def compared(seven_nine):
    return solvers.compare(*seven_nine, LAMBDAS, tol=1e-6, svc_step=5)


def test_svc_is_fitted_at_some_lambdas_and_interpolated_at_the_others(compared):
    table, record = compared
    timed = table["svc_timed"] == 1
    assert np.flatnonzero(timed).tolist() == [0, 5, 10, 12]
    assert record["svc_fits"] == 4
    assert (np.isfinite(table["objective_svc"]) == timed).all()
    seconds = table["seconds_svc"]
    assert (seconds > 0).all()
    assert seconds[2] == pytest.approx(seconds[0] ** 0.6 * seconds[5] ** 0.4)
    assert record["seconds_svc"] == pytest.approx(seconds.sum())
    assert record["ratio"] == record["seconds_svc"] / record["seconds_tilt"]


def test_objectives_are_those_of_the_models(compared, seven_nine):
    table, record = compared
    path = fit_path(*seven_nine, LAMBDAS)
    np.testing.assert_array_equal(table["objective_tilt"], path.objective)
    assert record["excess_tilt"] <= 1e-9
    assert 1e-4 < record["excess_svc"] < 1
    assert 1e-4 < record["excess_linear_svc"] < 1
    assert record["largest_gap"] == path.duality_gap.max()
    assert (record["n"], record["d"], record["lambdas"]) == (200, 64, 13)
    assert 0 <= record["linear_algebra_share"] <= 1


def test_floors_count_passes_and_samples_on_the_margin(seven_nine, monkeypatch):
    X, y = seven_nine
    path = fit_path(X, y, LAMBDAS)
    C = 1 / (2 * len(y) * LAMBDAS[:, None])
    on_margin = ((path.alpha > 0) & (path.alpha < C)).sum(axis=1)
    shapes = []
    monkeypatch.setattr(solvers, "pass_seconds", lambda used: shapes.append(used.shape) or 0.5)
    monkeypatch.setattr(solvers, "gemm_rate", lambda dtype: 10.0)
    floor = solvers.path_floor(X, path)
    assert floor["floor_passes"] == 13 * 0.5
    assert floor["floor_cholesky"] == pytest.approx((on_margin**3).sum() / 30)
    assert shapes == [(200, (np.ptp(X, axis=0) > 0).sum())]
    sized = solvers.scaling(X, y, LAMBDAS, tol=1e-6)
    assert (sized["n"], sized["d"], sized["lambdas"]) == (200, 64, 13)
    assert sized["seconds"] > 0


def test_the_objective_is_not_above_that_of_libsvm(seven_nine):
    path = fit_path(*seven_nine, LAMBDAS)
    table = solvers.libsvm_check(*seven_nine, path, np.array([2, 7, 12]))
    np.testing.assert_array_equal(table["lambda"], LAMBDAS[[2, 7, 12]])
    np.testing.assert_allclose(table["objective_tilt"], table["objective_libsvm"], rtol=1e-6)
    np.testing.assert_allclose(table["excess"], table["objective_tilt"] / table["objective_libsvm"] - 1)


def test_the_share_of_linear_algebra_is_that_of_the_lines_that_do_it():
    a = np.ones((300, 300))

    def products():
        for _ in range(200):
            a @ a

    def other():
        for _ in range(2000):
            a.sum()

    assert solvers.linear_algebra_share(products) > 0.8
    assert solvers.linear_algebra_share(other) < 0.2


def test_rates_of_the_machine_are_measured():
    assert gemm_rate(np.float64) > 1e8
    assert 0 < pass_seconds(np.ones((1000, 100))) < 1
    assert cpu_seconds(lambda: sum(range(10**5))) > 0


def test_logistic_regression_is_timed_beside_newton_cholesky(seven_nine):
    """Both find the same minima, ours within its certificate; the ratio is that of the times."""
    X, y = seven_nine
    record = solvers.compare_logistic(X, y, np.logspace(-4, -1, 4), tol=1e-6)
    assert record["logistic_largest_gap"] <= 1e-6
    assert record["logistic_excess_tilt"] <= 1e-6
    assert record["logistic_excess_newton_cholesky"] < 1e-3
    ratio = record["logistic_seconds_newton_cholesky"] / record["logistic_seconds_tilt"]
    assert record["logistic_ratio"] == ratio
