"""Models of the softplus in L2, by Newton's method in (w, b) from the collapse downwards."""

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_solve
from scipy.linalg.lapack import dpotrf

from tilt.linear.adversarial.problem import ROUNDING, Model, Problem
from tilt.linear.softplus import mistaken

Array = NDArray[np.float64]

MAX_STEPS = 100
SHORTER = 1e-10  # relative, by how much at most the radius is shorter whose p is feasible for the radius
SLOPE = 0.2  # along a direction, relative to the first, at which a step is taken as it is; ...
SEARCH_ACCURACY = 0.05  # ... of one that is not, relative
LARGEST_STEP = 1e12
FIRST_SIZE = 1e-3  # of the first weights, the samples having mean square norm 1
LEFT_OUT = 1e-3  # share of the curvature that is left out of the Hessian
JITTER = 1e-14  # added to the diagonal of the Hessian, relative to its trace


def softplus_models(problem: Problem, radii: Array, tol: float) -> list[Model]:
    """A model for each of radii (k,), falling, in units of the problem's A."""
    A, y = problem.A, problem.y
    positive = int((y > 0).sum())
    direction = problem.between_centroids
    b = float(np.log(positive / (y.size - positive)))
    start = direction * (FIRST_SIZE / max(2 * problem.collapse, np.finfo(float).tiny))
    models: list[Model] = []
    for epsilon in radii.tolist():
        if problem.collapse <= epsilon * (1 + ROUNDING):
            p = np.where(y > 0, y.size - positive, positive) / y.size
            models.append(problem.model(epsilon, np.zeros(A.shape[1]), b, p))
        elif models and models[-1].objective == 0:
            models.append(models[-1])
        else:
            warm = bool(models and models[-1].w.any())
            models.append(
                _newton(problem, epsilon, *((models[-1].w, models[-1].b) if warm else (start, b)), tol)
            )
    return models


def _newton(problem: Problem, epsilon: float, w: Array, b: float, tol: float) -> Model:
    """The minimiser for ε, from (w, b).

    The steps are those of a radius r just below ε, such that the objectives differ by less than a quarter of
    the tolerance: its p, once accurate, satisfies the dual's constraint of ε with something to spare.
    """
    A, y = problem.A, problem.y
    n, d = A.shape
    r = epsilon
    best = None
    scores = A @ w
    for _ in range(MAX_STEPS):
        norm = float(np.linalg.norm(w))
        p = mistaken(scores + b * y - r * norm)
        model = problem.separating(epsilon, w) or problem.model(epsilon, w, b, p)
        if best is None or model.gap < best.gap:
            best = model
        if best.gap <= tol:
            break
        share = tol / 4 * n * model.objective / (epsilon * norm * p.sum())
        r = epsilon * (1 - min(share, SHORTER))
        p = mistaken(scores + b * y - r * norm)
        direction = _newton_direction(problem, r, w, p)
        step = _step(problem, r, w, scores + b * y, direction)
        if not step:
            break
        w, b = w + step * direction[:d], b + step * float(direction[d])
        scores = A @ w
    assert best is not None
    return best


def _step(problem: Problem, r: float, w: Array, margins: Array, direction: Array) -> float:
    """Newton's step of 1, or where the objective is least along the direction; 0 for no descent."""
    from scipy.optimize import brentq  # takes longer to load than most jobs that import this module need

    dw = direction[:-1]
    change = problem.A @ dw + direction[-1] * problem.y

    def slope(step: float) -> float:
        moved = w + step * dw
        norm = np.linalg.norm(moved)
        p = mistaken(margins + step * change - r * norm)
        return float(r * (moved @ dw) / norm * p.sum() - p @ change)

    first, step = slope(0.0), 1.0
    if first >= 0:
        return 0.0
    while (last := slope(step)) < SLOPE * first and step < LARGEST_STEP:
        step *= 4
    if last <= SLOPE * -first:
        return step
    return float(brentq(slope, 0.0, step, xtol=np.finfo(float).tiny, rtol=SEARCH_ACCURACY))


def _newton_direction(problem: Problem, r: float, w: Array, p: Array) -> Array:
    """Newton's direction in (w, b), (d + 1,), of the objective of radius r at w, all but the least terms.

    With u = w/‖w‖ the Hessian is Σ p (1 - p) z zᵀ, z = (y x - r u, y), and r Σp (I - u uᵀ)/‖w‖ for w.
    """
    A, y = problem.A, problem.y
    d = A.shape[1]
    norm = float(np.linalg.norm(w))
    u = w / norm
    s = p * (1 - p)
    across = r * p.sum() / norm
    along = s * (A @ u - r) ** 2
    trace = s * np.einsum("ij,ij->i", A, A)
    order = np.argsort(trace)
    spared = np.cumsum(trace[order]) <= LEFT_OUT * min(across, along.sum())
    kept = np.sort(order[~spared])
    root = np.sqrt(s[kept])[:, None]
    R = np.empty((kept.size, d + 1))
    np.multiply(A[kept] - r * u, root, out=R[:, :d])
    R[:, d] = y[kept] * root[:, 0]
    H = R.T @ R
    H[:d, :d] -= across * np.outer(u, u)
    H.ravel()[: d * (d + 1) : d + 2] += across
    H.ravel()[:: d + 2] += JITTER * np.trace(H)
    factor, _ = dpotrf(H, lower=1)
    gradient = np.append(r * p.sum() * u - p @ A, -(p @ y))
    return np.asarray(cho_solve((factor, True), -gradient, check_finite=False))
