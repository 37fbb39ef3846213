"""Adversarial training of the SVM by another solver, Clarabel's interior point method."""

from typing import Any

import clarabel
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Array = NDArray[np.float64]

TOLERANCE = 1e-9


def cone_objective(X: Array, y: Array, epsilon: float) -> float:
    """The least mean hinge of X (n, d), y (n,) in {-1, +1} under perturbations of L2 norm epsilon.

    The variables are w, b, t ≥ ‖w‖ and a loss of each sample, at least 1 less its margin less ε t, and 0.
    Recomputed from the solver's w and b, so that it is never below the minimum.
    """
    n, d = X.shape
    below = np.hstack([-y[:, None] * X, -y[:, None], np.full((n, 1), epsilon)])  # minus the margin
    norm = -np.eye(d + 2)[[d + 1, *range(d)]]
    blocks: Any = [
        [sparse.csc_array(norm), None],
        [sparse.csc_array(below), -sparse.eye_array(n)],
        [None, -sparse.eye_array(n)],
    ]
    A = sparse.csc_matrix(sparse.block_array(blocks))
    right = np.concatenate([np.zeros(d + 1), -np.ones(n), np.zeros(n)])
    cost = np.concatenate([np.zeros(d + 2), np.full(n, 1 / n)])
    settings = clarabel.DefaultSettings()
    settings.verbose = False
    settings.tol_gap_abs = settings.tol_gap_rel = settings.tol_feas = TOLERANCE
    cones = [clarabel.SecondOrderConeT(d + 1), clarabel.NonnegativeConeT(2 * n)]
    nothing = sparse.csc_matrix((cost.size, cost.size))
    x = np.array(clarabel.DefaultSolver(nothing, cost, A, right, cones, settings).solve().x)
    margins = y * (X @ x[:d] + x[d]) - epsilon * np.linalg.norm(x[:d])
    return float(np.maximum(1 - margins, 0).mean())
