"""Losses of a margin and their scaling by the norm of the weights (article: scaling the loss function).

A margin is z = y s(x) = ‖w‖ y d(x), with labels y in {-1, +1}, raw score s and signed distance d. Losses
map margins of any shape elementwise.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Elementwise = Callable[[Array], Array]


def zero_one(z: Array) -> Array:
    """1 where z ≤ 0 (an error, the boundary included), else 0."""
    return np.where(z <= 0, 1.0, 0.0)


def hinge(z: Array) -> Array:
    """max(1 - z, 0), the loss of the SVM."""
    return np.maximum(1.0 - z, 0.0)


def hinge_gradient(z: Array) -> Array:
    """A subgradient of the hinge: -1 where z < 1, else 0."""
    return np.where(z < 1, -1.0, 0.0)


def softplus(z: Array) -> Array:
    """ln(1 + e^-z), the loss of logistic regression; exact to rounding for any finite z."""
    return np.logaddexp(0.0, -z)


def softplus_gradient(z: Array) -> Array:
    """-1/(1 + e^z), without overflow."""
    return -np.exp(-np.logaddexp(0.0, z))


@dataclass(frozen=True)
class Loss:
    """A loss f with its derivative and its expansion f(z) = α - β z + O(z²) at 0."""

    value: Elementwise
    gradient: Elementwise
    alpha: float
    beta: float

    def __call__(self, z: Array) -> Array:
        """f(z)."""
        return self.value(z)


LOSSES = {
    "hinge": Loss(hinge, hinge_gradient, alpha=1.0, beta=1.0),
    "softplus": Loss(softplus, softplus_gradient, alpha=log(2), beta=0.5),
}


def scaled(loss: Elementwise, norm: float) -> Elementwise:
    """The scaled loss f_‖w‖(z) = f(‖w‖ z): a loss of the signed distance instead of the score."""
    return lambda z: loss(norm * z)


def empirical_risk(loss: Elementwise, margins: Array) -> float:
    """R = mean of f(y s) over the margins y s."""
    return float(np.mean(loss(margins)))


def regularised_risk(loss: Elementwise, margins: Array, norm: float, lam: float) -> float:
    """L(w, b) = R + λ ‖w‖², from the margins y s and norm = ‖w‖; the bias is not regularised."""
    return empirical_risk(loss, margins) + lam * norm**2


def large_norm_limit(norm: float, distance_margins: Array) -> Array:
    """‖w‖ max(-y d, 0): what hinge and softplus of ‖w‖ y d approach, to within 1, as ‖w‖ → ∞."""
    return norm * np.maximum(-distance_margins, 0.0)


def small_norm_limit(loss: Loss, norm: float, distance_margins: Array) -> Array:
    """α - β ‖w‖ y d: what a loss of ‖w‖ y d approaches as ‖w‖ → 0."""
    return loss.alpha - loss.beta * norm * distance_margins
