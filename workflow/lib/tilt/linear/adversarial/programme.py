"""Models of the hinge with ‖w‖₁ inside the loss or outside it, by linear programming."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tilt.linear.adversarial.problem import ROUNDING, Model, Problem

Array = NDArray[np.float64]

FEASIBLE = 1e-10  # the least tolerance that HiGHS takes, and by how much radii are shorter for that reason
SHORTER = 1e-7  # by how much where that is not enough, at a hard margin


def linear_programmes(problem: Problem, radii: Array, tol: float) -> list[Model]:
    """A model for each of radii (k,), in units of the problem's A."""
    models = []
    for epsilon in radii.tolist():
        if epsilon >= problem.collapse * (1 - ROUNDING):
            majority = float(np.sign(problem.y.sum()))
            p = np.ones_like(problem.y)
            models.append(problem.model(epsilon, np.zeros(problem.A.shape[1]), majority, p))
            continue
        try:
            w, b, p = programme(problem, epsilon=max(epsilon - FEASIBLE, epsilon / 2))
        except RuntimeError:
            w, b, p = programme(problem, epsilon=max(epsilon - SHORTER, epsilon / 2))
        models.append(problem.separating(epsilon, w) or problem.model(epsilon, w, b, p))
    return models


def programme(problem: Problem, *, epsilon: float = 0.0, penalty: float = 0.0) -> tuple[Array, float, Array]:
    """w, b and p (n,) at the minimum of mean hinge(y (w·x + b) - ε‖w‖₁) + penalty ‖w‖₁.

    Raises RuntimeError where HiGHS finds none, as at a hard margin, beyond which w may grow without end.
    The variables are the positive and the negative parts of w, ‖w‖₁, b and the losses. X is shifted by
    the medians, which are 0 in most pixels, so that its zeros can be left out.
    """
    # These take longer to load than most jobs that import this module need.
    from scipy import sparse
    from scipy.optimize import linprog

    n, d = problem.A.shape
    y = problem.y[:, None]
    median = np.median(y * problem.A, axis=0)
    rows = sparse.csr_array(problem.A - y * median)
    norm_and_bias = sparse.csr_array(np.hstack([np.full((n, 1), epsilon), -y]))
    losses = sparse.hstack([-rows, rows, norm_and_bias, -sparse.eye_array(n)], format="csc")
    parts = sparse.csc_array(np.concatenate([np.ones(2 * d), [-1], np.zeros(1 + n)])[None])
    solution: Any = linprog(  # type: ignore[call-overload] # which knows no sparse matrices
        np.concatenate([np.zeros(2 * d), [penalty, 0], np.full(n, 1 / n)]),
        A_ub=losses,
        b_ub=-np.ones(n),
        A_eq=parts,
        b_eq=[0.0],
        bounds=[(0, None)] * (2 * d + 1) + [(None, None)] + [(0, None)] * n,
        method="highs",
        options=dict.fromkeys(("primal_feasibility_tolerance", "dual_feasibility_tolerance"), FEASIBLE),
    )
    if solution.status != 0:
        raise RuntimeError(f"the linear programme was not solved: {solution.message}")
    w: Array = solution.x[:d] - solution.x[d : 2 * d]
    b = float(solution.x[2 * d + 1] - w @ median)
    p: Array = np.clip(-n * solution.ineqlin.marginals, 0, 1)
    return w, b, p
