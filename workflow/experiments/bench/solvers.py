"""Our paths beside scikit-learn's solvers, SVC, LinearSVC and newton-cholesky: time and objective.

Times are CPU times of the process, which is to run on one thread. A path is timed three times, before, amid
and after the other solvers' fits, so that a machine whose speed drifts slows both alike.
"""

import linecache
import re
import signal
import warnings
from collections.abc import Callable
from types import FrameType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.bench.machine import cpu_seconds, gemm_rate, pass_seconds
from tilt.linear import LinearPath, fit_path
from tilt.linear.libsvm import libsvm_models
from tilt.losses import hinge, softplus

Array = NDArray[np.float64]
Columns = dict[str, NDArray[Any]]

SVC_TOL = 1e-3  # scikit-learn's default
CHECK_TOL = 1e-8
NEWTON_TOL = 1e-4  # scikit-learn's default
SAMPLING = 1e-3  # seconds of CPU time between samples of the profile
LINEAR_ALGEBRA = re.compile(r" @ |\bdpotr[fs]\(|_solve\(|\.block\(|\.take\(")


def compare(
    X: Array, y: Array, lambdas: Array, *, tol: float, svc_step: int
) -> tuple[Columns, dict[str, Any]]:
    """Time one path of ours and the fits of SVC and LinearSVC at the same λ; a table by λ, and a record.

    X (n, d), y (n,), lambdas (k,) rising. SVC is fitted at every `svc_step`-th λ and at the last; at the
    others its time is interpolated, linearly in the logarithms. Columns lambda; objective (mean hinge +
    λ‖w‖²) of tilt, svc, linear_svc, the latter two NaN where not fitted; seconds_svc, svc_timed (0 or 1),
    seconds_linear_svc. Record: n, d, lambdas, seconds of each solver's path, ratio (SVC over ours), largest
    relative excess of each one's objective over the least of the three, largest duality gap of ours, share
    of its time in linear algebra, and its floor (`path_floor`).
    """
    timed = np.unique([*range(0, lambdas.size, svc_step), lambdas.size - 1])
    table: Columns = {"lambda": lambdas, "svc_timed": np.isin(np.arange(lambdas.size), timed).astype(int)}
    blank = np.full(lambdas.size, np.nan)
    table |= {name: blank.copy() for name in ("objective_svc", "seconds_svc", "seconds_linear_svc")}
    table["objective_linear_svc"] = blank.copy()
    ours: list[float] = []
    path: list[LinearPath] = []

    def run() -> None:
        ours.append(cpu_seconds(lambda: path.append(fit_path(X, y, lambdas, tol=tol))))

    run()
    for count, k in enumerate(timed):
        if count == timed.size // 2:
            run()
        table["seconds_svc"][k], table["objective_svc"][k] = _svc(X, y, lambdas[k])
    for k, lam in enumerate(lambdas):
        table["seconds_linear_svc"][k], table["objective_linear_svc"][k] = _linear_svc(X, y, lam)
    run()
    share = linear_algebra_share(lambda: fit_path(X, y, lambdas, tol=tol))
    floor = path_floor(X, path[0])
    table["objective_tilt"] = path[0].objective
    table["seconds_svc"] = np.exp(
        np.interp(np.log(lambdas), np.log(lambdas[timed]), np.log(table["seconds_svc"][timed]))
    )
    solvers = ("tilt", "svc", "linear_svc")
    objectives = np.stack([table[f"objective_{solver}"] for solver in solvers])
    excess = objectives / np.nanmin(objectives, axis=0) - 1
    seconds = (float(np.median(ours)), *(float(table[f"seconds_{solver}"].sum()) for solver in solvers[1:]))
    record: dict[str, Any] = {"n": len(y), "d": X.shape[1], "lambdas": lambdas.size, "svc_fits": timed.size}
    record |= {f"seconds_{solver}": value for solver, value in zip(solvers, seconds, strict=True)}
    record |= {"ratio": seconds[1] / seconds[0], "largest_gap": float(path[0].duality_gap.max())}
    record |= {f"excess_{s}": float(np.nanmax(row)) for s, row in zip(solvers, excess, strict=True)}
    return table, record | {"linear_algebra_share": share} | floor


def compare_logistic(X: Array, y: Array, lambdas: Array, *, tol: float) -> dict[str, float]:
    """Time the path of logistic regression and scikit-learn's newton-cholesky, warm-started along the same λ.

    Both follow lambdas (k,) from the largest to the smallest. Record: logistic_seconds_tilt (of two runs,
    before and after) and _newton_cholesky, logistic_ratio, logistic_largest_gap of ours, and the largest
    relative logistic_excess_ of each one's objective over the lesser.
    """
    ours: list[float] = []
    path: list[LinearPath] = []

    def run() -> None:
        ours.append(cpu_seconds(lambda: path.append(fit_path(X, y, lambdas, loss="softplus", tol=tol))))

    run()
    seconds, objectives = _newton_cholesky(X, y, lambdas)
    run()
    both = np.stack([path[0].objective, objectives])
    excess = (both / both.min(axis=0) - 1).max(axis=1)
    return {
        "logistic_seconds_tilt": float(np.median(ours)),
        "logistic_seconds_newton_cholesky": seconds,
        "logistic_ratio": seconds / float(np.median(ours)),
        "logistic_largest_gap": float(path[0].duality_gap.max()),
        "logistic_excess_tilt": float(excess[0]),
        "logistic_excess_newton_cholesky": float(excess[1]),
    }


def scaling(X: Array, y: Array, lambdas: Array, *, tol: float) -> dict[str, Any]:
    """One path's CPU time and its floor: n, d, lambdas, seconds and the fields of `path_floor`."""
    path: list[LinearPath] = []
    seconds = cpu_seconds(lambda: path.append(fit_path(X, y, lambdas, tol=tol)))
    size = {"n": len(y), "d": X.shape[1], "lambdas": lambdas.size, "seconds": seconds}
    return size | path_floor(X, path[0])


def path_floor(X: Array, path: LinearPath) -> dict[str, float]:
    """Seconds that no method of this kind can save, at the rates measured now.

    floor_passes: one pass over the data a model, to certify it; floor_cholesky: a factorisation of the Gram
    matrix of each model's samples on the margin, m³/3 operations. Columns of X that do not vary are not
    passed over.
    """
    C = 1 / (2 * len(X) * path.lambdas[:, None])
    on_margin = ((path.alpha > 0) & (path.alpha < C)).sum(axis=1).astype(float)
    used = np.ascontiguousarray(X[:, np.ptp(X, axis=0) > 0])
    return {
        "floor_passes": path.lambdas.size * pass_seconds(used),
        "floor_cholesky": float((on_margin**3).sum() / 3 / gemm_rate(np.float64)),
    }


def libsvm_check(X: Array, y: Array, path: LinearPath, rows: NDArray[np.intp]) -> Columns:
    """Our objective beside that of libsvm at a tolerance of 1e-8, for the models `rows` of a hinge path.

    Columns lambda, objective_tilt, objective_libsvm, excess: ours over libsvm's, minus 1.
    """
    lambdas = path.lambdas[rows]
    theirs = np.array(
        [
            _objective(X, y, lam, w, b)
            for lam, (w, b) in zip(lambdas, libsvm_models(X, y, lambdas, tol=CHECK_TOL), strict=True)
        ]
    )
    ours = path.objective[rows]
    return {
        "lambda": lambdas,
        "objective_tilt": ours,
        "objective_libsvm": theirs,
        "excess": ours / theirs - 1,
    }


def linear_algebra_share(work: Callable[[], object]) -> float:
    """Share of the CPU time of `work()`, our solver, in products, factorisations and Gram matrices.

    Sampled: a signal arrives after the operation it interrupts, so a sample counts for the line it finds.
    """
    samples = {True: 0, False: 0}

    def sample(_: int, frame: FrameType | None) -> None:
        if frame is not None:
            line = linecache.getline(frame.f_code.co_filename, frame.f_lineno)
            samples[LINEAR_ALGEBRA.search(line) is not None] += 1

    before = signal.signal(signal.SIGPROF, sample)
    signal.setitimer(signal.ITIMER_PROF, SAMPLING, SAMPLING)
    try:
        work()
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
    return samples[True] / max(sum(samples.values()), 1)


def _objective(
    X: Array, y: Array, lam: float, w: Array, b: float, loss: Callable[[Array], Array] = hinge
) -> float:
    return float(loss(y * (X @ w + b)).mean() + lam * w @ w)


def _timed(model: Any, X: Array, y: Array, lam: float) -> tuple[float, float]:
    """CPU seconds of one fit of a scikit-learn model, and its objective."""
    from sklearn.exceptions import ConvergenceWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        seconds = cpu_seconds(lambda: model.fit(X, y))
    return seconds, _objective(X, y, lam, model.coef_[0], model.intercept_[0])


def _newton_cholesky(X: Array, y: Array, lambdas: Array) -> tuple[float, Array]:
    """CPU seconds of the fits of all λ, each from the last, and their objectives."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(solver="newton-cholesky", warm_start=True, tol=NEWTON_TOL, max_iter=1000)
    seconds, objectives = 0.0, np.empty(lambdas.size)
    for k in np.argsort(-lambdas):
        model.C = 1 / (2 * len(y) * lambdas[k])
        seconds += cpu_seconds(lambda: model.fit(X, y))
        objectives[k] = _objective(X, y, lambdas[k], model.coef_[0], model.intercept_[0], softplus)
    return seconds, objectives


def _svc(X: Array, y: Array, lam: float) -> tuple[float, float]:
    from sklearn.svm import SVC

    return _timed(SVC(kernel="linear", C=1 / (2 * len(y) * lam), tol=SVC_TOL), X, y, lam)


def _linear_svc(X: Array, y: Array, lam: float) -> tuple[float, float]:
    """LinearSVC as it comes: it regularises the bias and stops after 1,000 rounds."""
    from sklearn.svm import LinearSVC

    return _timed(LinearSVC(loss="hinge", C=1 / (2 * len(y) * lam), random_state=0), X, y, lam)
