"""Logistic regression along a path of rising C, certified.

Method. Newton's method on F(w) = min over b of ½‖w‖² + C Σ softplus(margins), the bias being solved for
exactly in each evaluation. With s_i = C p_i (1 - p_i), p_i the logistic function of minus the margin, and μ
the mean of x weighted by s, the Hessian of F is I + Σ s_i (x_i - μ)(x_i - μ)ᵀ. Its least eigenvalue is at
least 1, so samples whose terms have a trace far below 1 together are left out of it, at small λ most of
them. Newton's system is solved by conjugate gradients, no more exactly than the tolerance asks. Their
preconditioner is the Cholesky factor of an earlier Hessian of the path, in samples or in features, whichever
were fewer, made anew where some steps with it do not suffice. The products with the Hessian are in single
precision while its trace is small enough for that; gradients, objectives and gaps are in double precision.
Each C starts from the quadratic that runs through its last three neighbours over log C. With a = C p, which
satisfies y·a = 0 at the optimal bias, primal minus dual is exactly ½‖w - Aᵀa‖²: half of the squared gradient.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.lapack import dpotrf, dpotrs

from tilt.linear.model import Model, accurate_enough
from tilt.linear.newton import root_of_rising
from tilt.losses import softplus

Array = NDArray[np.float64]
Matrix = NDArray[Any]  # of single or of double precision

MAX_STEPS = 100
NEAR = 1.001  # ratio of two values of C through which no course is drawn
SEARCH_ACCURACY = 0.2  # slope along a direction at which the search stops, relative to the first
LEFT_OUT = 1e-3  # trace of the terms left out of the Hessian
SINGLE_PRECISION = 1e5  # trace of a Hessian below which its products are in single precision
PATIENCE = 8  # steps of conjugate gradients before the preconditioner is made anew
MAX_PRODUCTS = 60
RESIDUAL = 0.1  # of Newton's system, over the gradient that would be small enough
LARGEST_RESIDUAL, SMALLEST_RESIDUAL = 0.2, 1e-3  # ... relative to the gradient
JITTER = 1e-14  # added to the diagonal of a Hessian, relative to the trace, against rounding
ROWS_AT_ONCE = 2048
BIAS_STEPS = 60
BALANCED = 1e-15  # |y·a| over Σ a at which a bias is optimal
ROUNDING = 1e-13  # relative duality gap below which there is nothing but rounding errors


def softplus_models(A: Array, y: Array, Cs: Array, tol: float) -> Sequence[Model]:
    """A model for each C of Cs (k,), rising; A = diag(y) X (n, d), centred, rows of square norms near 1."""
    solver = _Newton(A, y, tol)
    models = []
    course = [solver.model(np.zeros(A.shape[1]), np.zeros(len(y)), Cs[0])]
    for C in Cs.tolist():
        models.append(solver.solve(C, course[-3:]))
        if C <= NEAR * course[-1].C:
            course.pop()
        course.append(models[-1])
    return models


@dataclass(eq=False)
class _Iterate(Model):
    """A model with its scores X w (n,)."""

    scores: Array


class _Newton:
    """Minimisers for rising C; A = diag(y) X (n, d), centred, rows of mean square norm near 1."""

    def __init__(self, A: Array, y: Array, tol: float) -> None:
        self.A, self.y, self.tol = A, y, tol
        self.single = A.astype(np.float32)
        self.square_norms = np.einsum("ij,ij->i", A, A)
        self.precondition: Callable[[Array], Array] | None = None

    def solve(self, C: float, neighbours: Sequence[_Iterate]) -> _Iterate:
        """The minimiser for C, from models of neighbouring values of C."""
        last = neighbours[-1]
        shares = _extrapolation(np.array([model.C for model in neighbours]), C)
        ahead = shares @ [model.w for model in neighbours], shares @ [model.scores for model in neighbours]
        starts = [self.model(last.w, last.scores, C, last.b), self.model(*ahead, C, last.b)]
        model = min(starts, key=lambda start: start.primal)
        for _ in range(MAX_STEPS):
            gradient = model.w - model.a @ self.A
            model.gap = float(gradient @ gradient) / 2 / model.primal
            if accurate_enough(model, self.tol, ROUNDING):
                break
            model = self._step(model, gradient, self._direction(model, gradient))
        return model

    def _step(self, model: _Iterate, gradient: Array, direction: Array) -> _Iterate:
        """The model at which the slope along the direction nearly vanishes."""
        y, w, C, b = self.y, model.w, model.C, model.b
        change = y * (self.A @ direction)
        first = float(gradient @ direction)

        def slope(step: float) -> float:
            moved = model.scores + step * change
            residuals = y * mistaken(y * (moved + _bias(moved, y, b)))
            return float((w + step * direction) @ direction - C * (residuals @ change))

        step = root_of_rising(slope, first, SEARCH_ACCURACY * abs(first))
        return self.model(w + step * direction, model.scores + step * change, C, b)

    def model(self, w: Array, scores: Array, C: float, b: float = 0.0) -> _Iterate:
        """The model of weights w (d,) and scores X w (n,), its best bias sought from b; without its gap."""
        b = _bias(scores, self.y, b)
        margins = self.y * (scores + b)
        primal = float(w @ w / 2 + C * softplus(margins).sum())
        return _Iterate(C, w, b, b, C * mistaken(margins), margins, primal, np.inf, scores)

    def _direction(self, model: _Iterate, gradient: Array) -> Array:
        """Minus the gradient over the Hessian, as exactly as the tolerance asks."""
        s = model.a * (1 - model.a / model.C)
        trace = s * self.square_norms
        total = trace.sum()
        order = np.argsort(trace)
        kept = np.sort(order[np.searchsorted(np.cumsum(trace[order])[:-1], LEFT_OUT) :])
        rows = kept if 2 * kept.size < len(s) else slice(None)
        A: Matrix = (self.single if total < SINGLE_PRECISION else self.A)[rows]
        weights, y = s[rows].astype(A.dtype), self.y[rows].astype(A.dtype)
        mean_part = (weights * y / np.sqrt(s.sum())).astype(A.dtype)

        def product(p: Array) -> Array:
            scores = A @ p.astype(A.dtype)
            return np.asarray(p + (weights * scores - mean_part * (mean_part @ scores)) @ A)

        wanted = max(self.tol * float(model.w @ model.w) / 2, ROUNDING * model.primal)
        enough = RESIDUAL * np.sqrt(wanted / model.gap / model.primal)
        enough = min(max(enough, SMALLEST_RESIDUAL), LARGEST_RESIDUAL) * np.linalg.norm(gradient)
        x, r = np.zeros_like(gradient), -gradient
        p, last = r, np.inf
        for k in range(MAX_PRODUCTS):
            if self.precondition is None or k == PATIENCE:
                mean = ((weights * y) @ A / s.sum()).astype(A.dtype)
                self.precondition = _inverse(A, np.sqrt(weights), y, mean)
                last = np.inf  # the directions so far are not conjugate to those that follow
            z = self.precondition(r)
            now = float(r @ z)
            p = z + (now / last) * p
            last = now
            Hp = product(p)
            step = now / (p @ Hp)
            x += step * p
            r -= step * Hp
            if np.linalg.norm(r) <= enough:
                break
        return x


def _inverse(A: Matrix, roots: Matrix, y: Matrix, mean: Matrix) -> Callable[[Array], Array]:
    """Multiplication by (I + Σ s_i (x_i - μ)(x_i - μ)ᵀ)⁻¹; A = diag(y) X (m, d), roots (m,) those of s."""
    m, d = A.shape
    if m <= d:
        R = roots[:, None] * (A - y[:, None] * mean)
        solve = _cholesky((R @ R.T).astype(float))
        return lambda r: r - solve((R @ r.astype(R.dtype)).astype(float)).astype(R.dtype) @ R
    H = np.zeros((d, d))
    for first in range(0, m, ROWS_AT_ONCE):
        part = slice(first, first + ROWS_AT_ONCE)
        R = roots[part, None] * (A[part] - y[part, None] * mean)
        H += R.T @ R
    return _cholesky(H)


def _cholesky(matrix: Array) -> Callable[[Array], Array]:
    """Multiplication by (I + matrix)⁻¹ for a positive semidefinite matrix, which is overwritten."""
    matrix.ravel()[:: len(matrix) + 1] += 1 + JITTER * np.trace(matrix)
    factor, _ = dpotrf(matrix.T, lower=1, overwrite_a=1)
    return lambda right: np.asarray(dpotrs(factor, right, lower=1)[0])


def _extrapolation(nodes: Array, C: float) -> Array:
    """Shares of the values at nodes in the value at C of the polynomial over log C that runs through them."""
    logs = np.log(nodes)
    return np.array(
        [
            np.prod([(np.log(C) - other) / (node - other) for other in np.delete(logs, k)])
            for k, node in enumerate(logs)
        ]
    )


def mistaken(margins: Array) -> Array:
    """The logistic function of minus the margins, 1/(1 + e^m)."""
    with np.errstate(over="ignore"):
        return np.asarray(1 / (1 + np.exp(margins)))


def _bias(scores: Array, y: Array, b: float) -> float:
    """The bias at which y·a = 0, a being the logistic functions of minus the margins; sought from b."""
    positive = float((y > 0).sum())
    middle = np.log(positive / (len(y) - positive))
    low, high = middle - scores.max(), middle - scores.min()
    b = min(max(b, low), high)
    for _ in range(BIAS_STEPS):
        p = mistaken(y * (scores + b))
        excess = float(y @ p)
        total = float(p.sum())
        if abs(excess) <= BALANCED * total:
            break
        if excess < 0:
            high = b
        else:
            low = b
        curvature = total - float(p @ p)
        step = b + excess / curvature if curvature > 0 else np.inf
        step = step if low < step < high else (low + high) / 2
        if abs(step - b) <= 4e-16 * (1 + abs(b)):
            break
        b = step
    return float(b)
