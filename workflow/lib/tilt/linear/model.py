"""What the solvers of one loss return for one value of the regularisation."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(eq=False)
class Model:
    """A model of rows A = diag(y) X: w (d,), the interval of optimal biases, multipliers a (n,) in [0, C].

    margins (n,) are A w + b y; primal and gap, (primal - dual)/primal, are those of
    min ½‖w‖² + C Σ f(margins).
    """

    C: float
    w: Array
    bias_low: float
    bias_high: float
    a: Array
    margins: Array
    primal: float
    gap: float

    @property
    def b(self) -> float:
        """The middle of the optimal biases."""
        return (self.bias_low + self.bias_high) / 2


def accurate_enough(model: Model, tol: float, rounding: float) -> bool:
    """Whether the gap is below tol · ½‖w‖², or as small as rounding allows.

    ½‖w - w*‖² ≤ primal - dual: a gap that is small against ½‖w‖², not only against the primal, makes w
    accurate too.
    """
    return model.gap * model.primal <= max(tol * float(model.w @ model.w) / 2, rounding * model.primal)
