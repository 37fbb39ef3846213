"""The regularisation path of the linear support vector machine with a free bias, certified.

For every λ the model minimises mean hinge + λ‖w‖². With C = 1/(2nλ) that is libsvm's

    min  ½‖w‖² + C Σ max(0, 1 - y_i (w·x_i + b))        (primal P)
    max  Σ a_i - ½‖Σ a_i y_i x_i‖²,  0 ≤ a ≤ C,  y·a = 0   (dual D)

and the relative duality gap (P - D)/P bounds how far the objective is above its minimum.

Method. λ falls along the path. While every sample lies inside the margin, a = C for all of them and
the solution is closed form (balanced classes). After that each λ starts from its neighbour: rounds of the
augmented Lagrangian on the dual, the inner problems by semismooth Newton (`tilt.svm.newton`), on the
samples near the margin only; the others keep their multiplier, 0 or C. After each round the active sets
are put to the test: with E = {0 < a < C} and L = {a = C} the solution is that of a linear system. It is
accepted when its duality gap over ALL samples holds, which also checks the screening.
"""

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import LinAlgError, cho_factor, cho_solve
from scipy.optimize import brentq

from tilt.svm.gram import GramCache
from tilt.svm.newton import Inner, minimise

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

MAX_ROUNDS = 40
FIRST_PENALTY = 50.0  # σ/C of a λ's first round; 10 to 1000 take about as long
PENALTY_GROWTH = 10.0
LARGEST_PENALTY = 1e9
JITTER = 1e-12  # added to the Gram matrix of E, relative to its mean diagonal; refined away
NEAR_MARGIN = 0.02  # samples this near to the margin always stay in play
SCREEN_QUANTILE = 0.95  # of the changes of the margins at the last λ: ...
SCREEN_FACTOR = 1.5  # ... this many times that far from the margin, a sample is first left out


@dataclass(frozen=True, eq=False)
class HingePath:
    """Minimisers of mean hinge + λ‖w‖² for k values of λ, in the order in which they were given.

    lambdas (k,); w (k, d); b (k,); bias_low, bias_high (k,): the interval of optimal biases, of which b is
    the middle (one point unless no sample lies on the margin); alpha (k, n): dual variables in [0, C],
    C = 1/(2nλ); objective (k,): mean hinge + λ‖w‖²; duality_gap (k,): (P - D)/P; tol: what was asked for.
    """

    lambdas: Array
    w: Array
    b: Array
    bias_low: Array
    bias_high: Array
    alpha: Array
    objective: Array
    duality_gap: Array
    tol: float

    @property
    def certified(self) -> Mask:
        """Whether each model's duality gap reached the tolerance, (k,)."""
        return self.duality_gap <= self.tol


@dataclass(eq=False)
class _Model:
    C: float
    w: Array
    b: float
    bias_interval: tuple[float, float]
    a: Array
    margins: Array
    primal: float
    gap: float


def fit_path(X: ArrayLike, y: ArrayLike, lambdas: ArrayLike, *, tol: float = 1e-6) -> HingePath:
    """Fit the support vector machine with a free bias for every λ.

    X (n, d) finite; y (n,) in {-1, +1}, both present; lambdas (k,) positive, in any order; tol: relative
    duality gap to reach. Raises ValueError naming the argument that is not so. A gap that is not
    reached is reported by a RuntimeWarning and by `certified`. Deterministic for a fixed BLAS and number
    of threads.
    """
    X, y, lambdas = _checked(X, y, lambdas, tol)
    n, d = X.shape
    used = X.any(axis=0)
    solver = _PathSolver(np.ascontiguousarray(y[:, None] * X[:, used]), y, tol)
    order = np.argsort(-lambdas, kind="stable")
    models = dict(zip(order.tolist(), solver.models(1 / (2 * n * lambdas[order])), strict=True))
    path = [models[k] for k in range(lambdas.size)]
    w = np.zeros((lambdas.size, d))
    w[:, used] = [model.w for model in path]
    result = HingePath(
        lambdas=lambdas,
        w=w,
        b=np.array([model.b for model in path]),
        bias_low=np.array([model.bias_interval[0] for model in path]),
        bias_high=np.array([model.bias_interval[1] for model in path]),
        alpha=np.array([model.a for model in path]),
        objective=np.array([model.primal / (n * model.C) for model in path]),
        duality_gap=np.array([model.gap for model in path]),
        tol=tol,
    )
    if not result.certified.all():
        missed = lambdas[~result.certified]
        warnings.warn(
            f"{missed.size} of {lambdas.size} models did not reach a relative duality gap of {tol:g} "
            f"(largest {result.duality_gap.max():.2g}), the first at lambda = {missed[0]:g}",
            RuntimeWarning,
            stacklevel=2,
        )
    return result


def _checked(X: ArrayLike, y: ArrayLike, lambdas: ArrayLike, tol: float) -> tuple[Array, Array, Array]:
    X, y, lambdas = (np.asarray(value, dtype=np.float64) for value in (X, y, lambdas))
    if X.ndim != 2 or X.size == 0:
        raise ValueError(f"X must be a non-empty matrix (n, d), not of shape {X.shape}")
    if not np.isfinite(X).all():
        raise ValueError("X must be finite")
    if y.shape != (len(X),):
        raise ValueError(f"y must have shape ({len(X)},) like the rows of X, not {y.shape}")
    if not np.isin(y, (-1, 1)).all() or abs(y.sum()) == y.size:
        raise ValueError("y must hold the labels -1 and +1, both of them")
    if lambdas.ndim != 1 or lambdas.size == 0 or not (np.isfinite(lambdas) & (lambdas > 0)).all():
        raise ValueError("lambdas must be a non-empty vector of positive finite numbers")
    if not 0 < tol < 1:
        raise ValueError(f"tol must lie between 0 and 1, not {tol}")
    return X, y, lambdas


class _PathSolver:
    """Models along a path of rising C; A = diag(y) X (n, d) without empty columns."""

    def __init__(self, A: Array, y: Array, tol: float) -> None:
        self.A, self.y, self.tol = A, y, tol
        self.gram = GramCache(A)

    def models(self, Cs: Array) -> list[_Model]:
        """One model for each C; Cs rises."""
        n = len(self.y)
        all_inside = self.y.sum() == 0
        previous = _Model(
            0.0, np.zeros(self.A.shape[1]), 0.0, (0.0, 0.0), np.zeros(n), np.zeros(n), float(n), np.inf
        )
        reach = np.inf
        models = []
        for C in Cs.tolist():
            if all_inside:
                model = self._model_without_margin(np.ones(n, dtype=bool), C)
                all_inside = model.bias_interval[0] <= model.bias_interval[1]
            if not all_inside:
                model = self._solve(C, previous, reach)
                reach = SCREEN_FACTOR * np.quantile(np.abs(model.margins - previous.margins), SCREEN_QUANTILE)
            models.append(model)
            previous = model
        return models

    def _solve(self, C: float, start: _Model, reach: float) -> _Model:
        """Solve for one C, from the model of a neighbouring C; `reach` screens samples by margin."""
        A, y = self.A, self.y
        w, b, m = start.w, start.b, start.margins
        a = start.a * (C / start.C) if start.C else start.a
        active = (a > 0) & (a < C)
        self.gram.retain(np.flatnonzero(active))
        in_play = active | (np.abs(1 - m) < max(reach, NEAR_MARGIN))
        best = None
        penalty = FIRST_PENALTY
        for round_ in range(MAX_ROUNDS):
            fixed = ~in_play & (m < 1)
            samples = np.flatnonzero(in_play)
            inner = Inner(
                A=A[samples],
                y=y[samples],
                samples=samples,
                v=C * (fixed.astype(float) @ A),
                beta=C * y[fixed].sum(),
                C=C,
                sigma=penalty * C,
            )
            w, b, played, _ = minimise(inner, self.gram, a[samples], w, b, 1e-4 * 0.1**round_ + 1e-12)
            a = np.where(fixed, C, 0.0)
            a[samples] = played
            for model in (self._finish(a, C), self._certified(a, b, C) if round_ >= 2 else None):
                if model is not None and (best is None or model.gap < best.gap):
                    best = model
            if best is not None and best.gap <= self.tol:
                break
            m = A @ w + b * y
            in_play |= ((m < 1) != fixed) | (np.abs(1 - m) < NEAR_MARGIN)
            penalty = min(penalty * PENALTY_GROWTH, LARGEST_PENALTY)
        assert best is not None
        return best

    def _finish(self, a: Array, C: float) -> _Model | None:
        """The exact solution for the active sets of a, or None where a cannot have these sets."""
        full = a >= C
        edge = np.flatnonzero((a > 0) & (a < C))
        if edge.size == 0:
            return self._model_without_margin(full, C) if self.y[full].sum() == 0 else None
        if edge.size > self.A.shape[1] + 1:
            return None
        B, y = self.A[edge], self.y[edge]
        K = self.gram.block(edge)
        right = 1 - C * (B @ (full.astype(float) @ self.A))
        balance = -C * self.y[full].sum()
        try:
            a_edge, b = _bordered_solve(K, y, right, balance)
        except LinAlgError:
            return None
        slack = 1e-9 * C
        if not ((a_edge >= -slack) & (a_edge <= C + slack)).all():
            return None
        exact = np.where(full, C, 0.0)
        exact[edge] = np.clip(a_edge, 0, C)
        return self._certified(exact, b, C)

    def _model_without_margin(self, full: Mask, C: float) -> _Model:
        """The model with a = C on `full` and 0 elsewhere; its bias in the middle of the optimal interval."""
        a = np.where(full, C, 0.0)
        w = a @ self.A
        bound = self.y * (1 - self.A @ w)  # the bias that puts a sample on the margin
        above = full == (self.y > 0)
        low, high = float(bound[~above].max(initial=-np.inf)), float(bound[above].min(initial=np.inf))
        return self._evaluated(a, w, (low + high) / 2, C, (low, high))

    def _certified(self, a: Array, b: float, C: float) -> _Model:
        """The model of the multipliers made feasible, with the duality gap over all samples."""
        a = _feasible(a, self.y, C)
        return self._evaluated(a, a @ self.A, b, C, (b, b))

    def _evaluated(self, a: Array, w: Array, b: float, C: float, interval: tuple[float, float]) -> _Model:
        m = self.A @ w + b * self.y
        half = w @ w / 2
        primal = half + C * np.maximum(1 - m, 0).sum()
        gap = (primal - (a.sum() - half)) / primal
        return _Model(C, w, b, interval, a, m, float(primal), float(gap))


def _bordered_solve(K: Array, y: Array, right: Array, balance: float) -> tuple[Array, float]:
    """Solve K a + b y = right, y·a = balance, K positive semidefinite; refined twice."""
    jittered = K.copy()
    jittered[np.diag_indices_from(K)] += JITTER * np.trace(K) / len(K)
    factor = cho_factor(jittered, lower=True, overwrite_a=True, check_finite=False)
    q = cho_solve(factor, y, check_finite=False)
    a, b = np.zeros(len(y)), 0.0
    for _ in range(3):
        residual, missing = right - K @ a - b * y, balance - y @ a
        p = cho_solve(factor, residual, check_finite=False)
        db = (y @ p - missing) / (y @ q)
        a += p - db * q
        b += db
    return a, float(b)


def _feasible(a: Array, y: Array, C: float) -> Array:
    """Nearest multipliers with 0 ≤ a ≤ C and y·a = 0: clip(a - μ y, 0, C) for a scalar μ."""

    def excess(shift: float) -> float:
        return float(y @ np.clip(a - shift * y, 0, C))

    if abs(excess(0.0)) <= 1e-15 * C * len(y):
        return np.clip(a, 0, C)
    shift = brentq(excess, -C, C, xtol=1e-18 * C, rtol=8.9e-16, maxiter=200)
    return np.clip(a - shift * y, 0, C)
