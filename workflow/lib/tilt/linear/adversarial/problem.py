"""The problem of adversarial training in units of its own: primal and dual objectives, certified models."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tilt.errors import InputError
from tilt.losses import LOSSES

Array = NDArray[np.float64]

ROUNDING = 1e-12  # relative, of two numbers that are equal but for rounding errors


@dataclass(eq=False)
class Model:
    """Weights (d,), bias, objective and relative duality gap."""

    w: Array
    b: float
    objective: float
    gap: float


@dataclass(eq=False)
class Problem:
    """Samples as A = diag(y) X (n, d), X centred, without its constant columns, rows of mean square norm 1.

    columns: which of X's are kept; total: how many X has; centre (d,) and scale: what was
    taken off the columns kept, and what they were divided by then.
    """

    A: Array
    y: Array
    loss: str
    norm: float
    columns: NDArray[np.intp]
    total: int
    centre: Array
    scale: float

    @classmethod
    def of(cls, X: Array, y: Array, loss: str, norm: float) -> "Problem":
        """The problem of X (n, d), y (n,) in {-1, +1}, a loss of LOSSES and the perturbations' norm."""
        columns = np.flatnonzero(np.ptp(X, axis=0) > 0)
        if columns.size == 0:
            columns = np.zeros(1, dtype=np.intp)
        A = X[:, columns]
        centre = A.mean(axis=0)
        A -= centre
        with np.errstate(over="ignore"):
            scale = float(np.linalg.norm(A) / np.sqrt(y.size))
        if not np.isfinite(scale) or (scale < np.sqrt(np.finfo(np.float64).tiny) and A.any()):
            raise InputError("X has values whose squares float64 cannot hold; scale it")
        scale = scale or 1.0
        A *= y[:, None] / scale
        return cls(A, y, loss, norm, columns, X.shape[1], centre, scale)

    def in_units_of_x(self, models: list[Model]) -> tuple[Array, Array]:
        """Weights (k, d) and biases (k,) for X as it was given."""
        w = np.zeros((len(models), self.total))
        w[:, self.columns] = [model.w / self.scale for model in models]
        return w, np.array([model.b for model in models]) - w[:, self.columns] @ self.centre

    @property
    def between_centroids(self) -> Array:
        """From the centroid of the negative class to that of the positive one, (d,)."""
        positive = self.y > 0
        difference: Array = self.A[positive].mean(axis=0) + self.A[~positive].mean(axis=0)
        return difference

    @property
    def collapse(self) -> float:
        """The radius from which on w = 0 is optimal: the multipliers of its margins are feasible there.

        Half the distance of the centroids in the dual's norm. Of unbalanced classes the hinge may collapse
        before: the multipliers of the larger class are not unique.
        """
        return float(np.linalg.norm(self.between_centroids, self.norm)) / 2

    def dual_norm(self, w: Array) -> float:
        """‖w‖*."""
        return float(np.linalg.norm(w, 2 if self.norm == 2 else 1))

    def primal(self, epsilon: float, w: Array, b: float) -> float:
        """Mean loss under the worst perturbations of radius epsilon."""
        return float(LOSSES[self.loss](self.A @ w + b * self.y - epsilon * self.dual_norm(w)).mean())

    def dual(self, epsilon: float, p: Array) -> float:
        """The dual objective of p (n,), made feasible; that of p = 0 where ‖g‖ exceeds ε Σp."""
        p = balanced(p, self.y)
        if np.linalg.norm(p @ self.A, self.norm) > epsilon * p.sum() * (1 + ROUNDING):
            return 0.0
        if self.loss == "hinge":
            return float(p.mean())
        from scipy.special import xlog1py, xlogy  # takes as long to load as a path of the hinge to compute

        return float((-xlogy(p, p) - xlog1py(1 - p, -p)).mean())

    def model(self, epsilon: float, w: Array, b: float, p: Array) -> Model:
        """A model with its objective and its gap to the dual of p (n,)."""
        primal = self.primal(epsilon, w, b)
        return Model(w, b, primal, (primal - self.dual(epsilon, p)) / primal if primal else 0.0)

    def separating(self, epsilon: float, w: Array) -> Model | None:
        """A model of loss 0, or of infimum 0, in the direction of w, where w has all samples beyond ε."""
        scores = self.y * (self.A @ w)
        low, high = scores[self.y > 0].min(), scores[self.y < 0].max()
        margin = float(low - high) / 2 - epsilon * self.dual_norm(w)
        if margin <= ROUNDING * np.abs(scores).max():
            return None
        if self.loss == "softplus":
            return Model(np.full_like(w, np.nan), np.nan, 0.0, 0.0)
        return Model(w / margin, float(-(low + high)) / 2 / margin, 0.0, 0.0)


def balanced(p: Array, y: Array) -> Array:
    """p (n,) with the larger of the classes' sums scaled down to the other."""
    positive, negative = p[y > 0].sum(), p[y < 0].sum()
    smaller = min(positive, negative)
    if smaller == 0:
        return np.zeros_like(p)
    return np.asarray(p * np.where(y > 0, smaller / positive, smaller / negative))
