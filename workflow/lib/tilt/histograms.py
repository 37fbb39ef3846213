"""Bins of histograms."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

EQUAL = 1e-9  # relative difference that is none
LEAST = 1e-290  # what is smaller counts as 0: bins need room


def histogram_edges(values: NDArray[np.float64], bins: int) -> NDArray[Any]:
    """Edges (bins + 1,) of equal bins over the values; around them where they differ by rounding at most."""
    low, high = values.min(), values.max()
    size = max(abs(low), abs(high))
    if high - low <= max(EQUAL * size, LEAST):
        half = size / 2 if size > LEAST else 0.5
        low, high = low - half, high + half
    return np.histogram_bin_edges(values, bins, (low, high))
