"""Bins of histograms."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

EQUAL = 1e-9  # relative difference that is none
LEAST = 1e-290  # what is smaller counts as 0: bins need room
FEWEST = 5  # bins that a row of values spans at least where all rows share them


def edges_between(low: float, high: float, bins: int) -> NDArray[np.float64]:
    """Edges (bins + 1,) of equal bins, at least two, over low < high; 0 is an edge where it lies between.

    Then the bins reach beyond one of the ends, by as little as can be.
    """
    if not low < 0 < high:
        return np.linspace(low, high, bins + 1)
    below = np.arange(1, bins)
    width = np.maximum(-low / below, high / (bins - below))
    best = width.argmin()
    edges: NDArray[np.float64] = width[best] * (np.arange(bins + 1) - float(below[best]))
    edges[[0, -1]] = min(low, edges[0]), max(high, edges[-1])
    return edges


def histogram_edges(values: NDArray[np.float64], bins: int) -> NDArray[Any]:
    """Edges (bins + 1,) of equal bins over the values; around them where they differ by rounding at most.

    No bin has values on both sides of 0.
    """
    low, high = values.min(), values.max()
    size = max(abs(low), abs(high))
    if high - low <= max(EQUAL * size, LEAST):
        half = size / 2 if size > LEAST else 0.5
        low, high = low - half, high + half
    return edges_between(low, high, bins)


def edges_by_row(values: NDArray[np.float64], bins: int) -> NDArray[Any]:
    """Edges (k, bins + 1) for the rows of values (k, n): the same for all, so that their histograms compare.

    Where a row would span fewer than `FEWEST` of these bins, each row has its own.
    """
    shared = histogram_edges(values, bins)
    if np.ptp(values, axis=1).min() < FEWEST * (shared[1] - shared[0]):
        return np.stack([histogram_edges(row, bins) for row in values])
    return np.tile(shared, (len(values), 1))
