"""Semismooth Newton method for the inner problems of the augmented Lagrangian.

With margins m = A w + b y (A = diag(y) X) and multipliers a in [0, C] as centre, the inner problem is

    min over w, b of  ½‖w - v‖² - β b + Σ ψ(1 - m),    ψ'(u) = clip(a + σ u, 0, C),

the sum over the samples that may change sides, (v, β) standing for those fixed at a = C. It is
piecewise quadratic; only samples with 0 < a + σ(1 - m) < C curve it, so a Newton step costs a small
Cholesky factorisation, bordered for the free bias, and two passes over the rows of A.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.lapack import dpotrf, dpotrs

from tilt.linear.gram import GramCache

Array = NDArray[np.float64]
Index = NDArray[np.intp]

MAX_STEPS = 100
SEARCH_ACCURACY = 0.1
ROUNDING = 4e-16
JITTER = 1e-14  # added to the diagonal, relative to the trace, against rounding


@dataclass(eq=False)
class Inner:
    """An inner problem: rows A (m, d) with labels y (m,) and numbers `samples`; the samples fixed at C, their
    part v = C Σ A_i, β = C Σ y_i; C."""

    A: Array
    y: Array
    samples: Index
    fixed: NDArray[np.bool_]
    v: Array
    beta: float
    C: float

    def scatter(self, a: Array) -> Array:
        """The multipliers of all samples (n,), given those of the samples in play (m,)."""
        everything = np.where(self.fixed, self.C, 0.0)
        everything[self.samples] = a
        return everything


def minimise(
    problem: Inner, gram: GramCache, centre: Array, sigma: float, w: Array, b: float, tol: float
) -> tuple[Array, float, Array]:
    """Minimise from (w, b) until the gradient is below tol·‖w‖, or nothing but rounding errors.

    Returns w, b, the multipliers clip(a + σ(1 - m), 0, C) (m,).
    """
    A, y, C = problem.A, problem.y, problem.C
    floor = ROUNDING * (C + sigma) * np.sqrt(len(y))
    m = A @ w + b * y
    for steps in range(MAX_STEPS):
        t = centre + sigma * (1 - m)
        a = np.clip(t, 0, C)
        gradient_w = w - problem.v - a @ A
        gradient_b = float(-problem.beta - y @ a)
        size = np.sqrt(gradient_w @ gradient_w + gradient_b**2 / len(y))
        if steps and size <= max(tol * np.linalg.norm(w), floor):
            break
        curved = np.flatnonzero((t > 0) & (t < C))
        dw, db = _direction(problem, gram, sigma, curved, gradient_w, gradient_b)
        dm = A @ dw + db * y
        step = _line_search(problem, sigma, t, w, dw, db, dm)
        if step == 0:
            break
        w = w + step * dw
        b = b + step * db
        m += step * dm
    return w, b, np.clip(centre + sigma * (1 - m), 0, C)


def _direction(
    problem: Inner, gram: GramCache, sigma: float, curved: Index, gradient_w: Array, gradient_b: float
) -> tuple[Array, float]:
    """Newton direction from the smaller of two systems: samples × samples or features × features."""
    if curved.size == 0:
        return -gradient_w, -gradient_b / len(problem.y)
    B, y = problem.A[curved], problem.y[curved]
    if curved.size <= B.shape[1]:
        K = gram.block(problem.samples[curved])
        p, q = _solve(K, 1 / sigma, np.stack([B @ gradient_w, y], axis=1)).T
        db = (y @ p - gradient_b) / (y @ q)
        return -gradient_w - (db * q - p) @ B, db
    h = sigma * (y @ B)
    p, q = _solve(sigma * (B.T @ B), 1, np.stack([gradient_w, h], axis=1)).T
    db = (h @ p - gradient_b) / (sigma * curved.size - h @ q)
    return -p - db * q, db


def _solve(matrix: Array, shift: float, right: Array) -> Array:
    """(matrix + shift I)⁻¹ right for a positive semidefinite matrix, which is overwritten."""
    matrix.ravel()[:: len(matrix) + 1] += shift + JITTER * np.trace(matrix)
    factor, _ = dpotrf(matrix.T, lower=1, overwrite_a=1)
    return np.asarray(dpotrs(factor, right, lower=1)[0])


def _line_search(problem: Inner, sigma: float, t: Array, w: Array, dw: Array, db: float, dm: Array) -> float:
    """Step at which the derivative along the direction, piecewise linear and rising, nearly vanishes.

    0 where it is nothing but rounding errors at the start.
    """
    curvature = dw @ dw
    slope = (w - problem.v) @ dw - problem.beta * db

    def derivative(step: float) -> float:
        return float(step * curvature + slope - dm @ np.clip(t - (sigma * step) * dm, 0, problem.C))

    first = derivative(0.0)
    size = (np.abs(w) + np.abs(problem.v)) @ np.abs(dw) + np.abs(dm) @ np.clip(t, 0, problem.C)
    if -first <= ROUNDING * size:
        return 0.0
    return root_of_rising(derivative, first, SEARCH_ACCURACY * abs(first))


def root_of_rising(rising: Callable[[float], float], first: float, accuracy: float) -> float:
    """Positive argument at which a rising function, `first` < 0 at 0, is within `accuracy` of 0."""
    low, high = 0.0, 1.0
    value_low, value_high = first, rising(high)
    if abs(value_high) <= accuracy:
        return high
    while value_high < 0 and high < 1e12:
        low, value_low = high, value_high
        high *= 4
        value_high = rising(high)
    for _ in range(60):
        width = high - low
        middle = low + width / 2
        if value_high > value_low:
            secant = low - value_low * width / (value_high - value_low)
            middle = min(max(secant, low + 0.05 * width), high - 0.05 * width)
        value = rising(middle)
        if abs(value) <= accuracy:
            break
        if value < 0:
            low, value_low = middle, value
        else:
            high, value_high = middle, value
    return middle
