"""Logistic regression along a path of rising C, certified.

Method. Newton's method on F(w) = min over b of ½‖w‖² + C Σ softplus(margins), the bias being solved for
exactly in each evaluation. With s_i = C p_i (1 - p_i), p_i the logistic function of minus the margin, and μ
the mean of x weighted by s, the Hessian of F is I + Σ s_i (x_i - μ)(x_i - μ)ᵀ. Its least eigenvalue is at
least 1, so samples whose terms have a trace far below 1 together are left out of it, at small λ most of
them; the system is solved in samples or in features, whichever are fewer. Each C starts from the quadratic
that runs through its last three neighbours over log C. With a = C p, which satisfies y·a = 0 at the optimal
bias, primal minus dual is exactly ½‖w - Aᵀa‖²: half of the squared gradient.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_solve
from scipy.linalg.lapack import dpotrf
from scipy.special import expit

from tilt.linear.model import Model, accurate_enough
from tilt.linear.newton import root_of_rising
from tilt.losses import softplus

Array = NDArray[np.float64]

MAX_STEPS = 100
SEARCH_ACCURACY = 0.2  # slope along a direction at which the search stops, relative to the first
LEFT_OUT = 1e-3  # trace of the terms left out of the Hessian
ROWS_AT_ONCE = 2048
BIAS_STEPS = 60
ROUNDING = 1e-13  # relative duality gap below which there is nothing but rounding errors


def softplus_models(A: Array, y: Array, Cs: Array, tol: float) -> Sequence[Model]:
    """A model for each C of Cs (k,), rising; A = diag(y) X (n, d), centred, rows of mean square norm 1."""
    solver = _Newton(A, y, tol)
    models: list[_Iterate] = []
    for C in Cs.tolist():
        starts = [np.zeros(A.shape[1])] if not models else [models[-1].w, _extrapolated(models[-3:], C)]
        models.append(solver.solve(C, min((solver.model(w, C) for w in starts), key=lambda m: m.primal)))
    return models


def _extrapolated(models: Sequence[Model], C: float) -> Array:
    """Value at C of the polynomial over log C through the weights of models with other values of C."""
    nodes = np.log([model.C for model in models])
    others = [np.delete(nodes, k) for k in range(len(nodes)) if nodes[k] not in np.delete(nodes, k)]
    if len(others) < len(nodes):
        return models[-1].w
    shares = [np.prod((np.log(C) - o) / (node - o)) for node, o in zip(nodes, others, strict=True)]
    return np.array(shares) @ np.stack([model.w for model in models])


@dataclass(eq=False)
class _Iterate(Model):
    """A model with the gradient of F at its weights, (d,)."""

    gradient: Array


class _Newton:
    def __init__(self, A: Array, y: Array, tol: float) -> None:
        self.A, self.y, self.tol = A, y, tol
        self.square_norms = np.einsum("ij,ij->i", A, A)

    def solve(self, C: float, model: _Iterate) -> _Iterate:
        """The minimiser for C, from the model of another w."""
        for _ in range(MAX_STEPS):
            if accurate_enough(model, self.tol, ROUNDING):
                break
            direction = -self._solve_hessian(model, model.gradient)
            model = self._step(model, direction)
        return model

    def _step(self, model: Model, direction: Array) -> _Iterate:
        """The model at which the slope along the direction nearly vanishes."""
        y, w, C = self.y, model.w, model.C
        scores, change = y * model.margins - model.b, y * (self.A @ direction)

        def slope(step: float) -> float:
            moved = scores + step * change
            residuals = y * expit(-y * (moved + _bias(moved, y)))
            return float((w + step * direction) @ direction - C * residuals @ change)

        step = root_of_rising(slope, SEARCH_ACCURACY * abs(slope(0.0)))
        return self.model(w + step * direction, C, scores + step * change)

    def model(self, w: Array, C: float, scores: Array | None = None) -> _Iterate:
        """The model of weights w with its optimal bias; scores (n,) are X w, where they are known."""
        y = self.y
        scores = y * (self.A @ w) if scores is None else scores
        b = _bias(scores, y)
        margins = y * (scores + b)
        a = C * expit(-margins)
        gradient = w - a @ self.A
        primal = float(w @ w / 2 + C * softplus(margins).sum())
        return _Iterate(C, w, b, b, a, margins, primal, float(gradient @ gradient) / 2 / primal, gradient)

    def _solve_hessian(self, model: Model, right: Array) -> Array:
        """(I + Σ s_i (x_i - μ)(x_i - μ)ᵀ)⁻¹ right, all but the least of the terms."""
        s = model.a * (1 - model.a / model.C)
        trace = s * self.square_norms
        order = np.argsort(trace)
        kept = np.sort(order[np.searchsorted(np.cumsum(trace[order]), LEFT_OUT) :])
        mean = (s * self.y) @ self.A / s.sum()
        root = np.sqrt(s[kept])
        d = len(right)
        if kept.size <= d:
            R = root[:, None] * (self.A[kept] - self.y[kept, None] * mean)
            solved: Array = right - _solve(R @ R.T, R @ right) @ R
            return solved
        H = np.zeros((d, d))
        for rows in np.array_split(np.arange(kept.size), -(-kept.size // ROWS_AT_ONCE)):
            R = self.A[kept[rows]]
            R -= self.y[kept[rows], None] * mean
            R *= root[rows, None]
            H += R.T @ R
        return _solve(H, right)


def _solve(matrix: Array, right: Array) -> Array:
    """(I + matrix)⁻¹ right for a positive semidefinite matrix, which is overwritten."""
    matrix.ravel()[:: len(matrix) + 1] += 1
    factor, _ = dpotrf(matrix.T, lower=1, overwrite_a=1)
    return np.asarray(cho_solve((factor, True), right, check_finite=False))


def _bias(scores: Array, y: Array) -> float:
    """The bias b at which the logistic functions of scores + b add up to the number of positive samples."""
    positive = float((y > 0).sum())
    middle = np.log(positive / (len(y) - positive))
    low, high = middle - scores.max(), middle - scores.min()
    b = middle - scores.mean()
    for _ in range(BIAS_STEPS):
        p = expit(scores + b)
        excess = p.sum() - positive
        if excess > 0:
            high = b
        else:
            low = b
        step = b - excess / (p @ (1 - p))
        step = step if low < step < high else (low + high) / 2
        if abs(step - b) <= 4e-16 * (1 + abs(b)):
            break
        b = step
    return float(b)
