"""Softmax temperature of a classifier's raw scores."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from tilt.errors import InputError


def fit_temperature(scores: NDArray[np.floating[Any]], median_top: float = 0.95) -> float:
    """The temperature t at which the median over samples of the top score of softmax(s / t) is `median_top`.

    `scores` is (n, k): the raw scores s of n samples for k classes (the article's section on adversarial
    examples of LeNet, which sets the median to 0.95). The median falls as t grows, so t is unique.
    Raises InputError when no temperature does it.
    """
    if scores.ndim != 2 or scores.shape[0] < 1 or scores.shape[1] < 2:
        raise InputError(
            f"scores of shape {scores.shape} have no temperature; give (n, k) with two classes or more"
        )
    if not np.isfinite(scores).all():
        raise InputError(
            "scores that are not finite have no temperature; train the network again, at a lower rate"
        )
    gaps = scores.astype(np.float64)
    gaps -= gaps.max(axis=1, keepdims=True)
    lowest, highest = 1 / scores.shape[1], float(np.median(1 / (gaps == 0).sum(axis=1)))
    if not lowest < median_top < highest:
        raise InputError(
            f"no temperature gives a median top score of {median_top}: "
            f"these scores allow {lowest:.3g} to {highest:.3g}"
        )

    def excess(log_t: float) -> float:
        return float(np.median(1 / np.exp(gaps / np.exp(log_t)).sum(axis=1))) - median_top

    low = high = float(np.log(-gaps.min()))
    while excess(low) <= 0:
        low -= 1
    while excess(high) >= 0:
        high += 1
    return float(np.exp(brentq(excess, low, high, xtol=1e-13)))
