"""Calibration of a classifier: temperatures of its raw scores, reliability, log-likelihood.

`scores` are raw scores s (n, k) of n samples for k classes, `labels` (n,) are from 0 to k - 1. The top score
of a sample is the greatest probability of softmax(s / t), its confidence.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import log_softmax, softmax

from tilt.errors import InputError

Scores = NDArray[np.floating[Any]]
Labels = NDArray[np.int64]


def fit_temperature(scores: Scores, median_top: float = 0.95) -> float:
    """The temperature t at which the median over samples of the top score of softmax(s / t) is `median_top`.

    The rule is that of the article's section on adversarial examples of LeNet, which sets the median to 0.95.
    The median falls as t grows, so t is unique. Raises InputError when no temperature does it.
    """
    gaps = _gaps(scores)
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


def likeliest_temperature(scores: Scores, labels: Labels) -> float:
    """The temperature t of the least mean negative log-likelihood of the labels under softmax(s / t).

    The mean is convex in 1/t, so t is unique. Raises InputError when no temperature is best: the likelihood
    grows without end as t falls when every sample is right, and as t grows when equal scores are better.
    """
    gaps = _gaps(scores)
    of_label = gaps[np.arange(len(labels)), labels]
    if not of_label.any():
        raise InputError("no temperature is likeliest: every sample is right; fit it on more samples")

    def slope(inverse: float) -> float:
        return float((softmax(inverse * gaps, axis=1) * gaps).sum(axis=1).mean() - of_label.mean())

    if slope(0) >= 0:
        raise InputError("no temperature is likeliest: equal scores are better; train the network again")
    low = high = float(np.log(-gaps.min()))
    while slope(np.exp(-low)) <= 0:
        low -= 1
    while slope(np.exp(-high)) >= 0:
        high += 1
    return float(np.exp(brentq(lambda log_t: slope(np.exp(-log_t)), low, high, xtol=1e-13)))


def negative_log_likelihood(scores: Scores, labels: Labels, temperature: float = 1.0) -> float:
    """Mean of -log p_y with p = softmax(s / t)."""
    log_p = log_softmax(scores.astype(np.float64) / temperature, axis=1)
    return float(-log_p[np.arange(len(labels)), labels].mean())


def top_scores(scores: Scores, temperature: float = 1.0) -> NDArray[np.float64]:
    """Top score (n,) of softmax(s / t)."""
    top: NDArray[np.float64] = softmax(scores.astype(np.float64) / temperature, axis=1).max(axis=1)
    return top


def reliability(
    top: NDArray[np.float64], right: NDArray[np.bool_], bins: int = 15
) -> dict[str, NDArray[Any]]:
    """Accuracy by confidence: a row for each of `bins` bins of equal width on [0, 1].

    From the top score (n,) of each sample and whether it is classified right. Columns: low and high edge of
    the bin (a top score on an edge belongs to the upper one), count of samples, their mean confidence and
    their accuracy, which are nan where the bin is empty.
    """
    place = np.minimum((top * bins).astype(np.int64), bins - 1)
    count = np.bincount(place, minlength=bins)
    sums = (np.bincount(place, values, bins) for values in (top, right))
    confidence, accuracy = (
        np.divide(total, count, out=np.full(bins, np.nan), where=count > 0) for total in sums
    )
    edges = np.arange(bins + 1) / bins
    return {
        "low": edges[:-1],
        "high": edges[1:],
        "count": count,
        "confidence": confidence,
        "accuracy": accuracy,
    }


def expected_calibration_error(table: dict[str, NDArray[Any]]) -> float:
    """Mean over samples of |accuracy - confidence| of their bin, from a table of `reliability`."""
    gap = np.abs(table["accuracy"] - table["confidence"])
    return float(np.nansum(table["count"] * gap) / table["count"].sum())


def logit_scale(scores: Scores) -> float:
    """Root mean square of the scores, each sample's mean taken off."""
    centred = scores.astype(np.float64)
    centred -= centred.mean(axis=1, keepdims=True)
    return float(np.sqrt(np.square(centred).mean()))


def _gaps(scores: Scores) -> NDArray[np.float64]:
    """Each score less the greatest of its sample. Raises InputError for scores that have no temperature."""
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
    return gaps
