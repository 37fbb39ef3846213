"""Bins of histograms."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

EQUAL = 1e-9  # relative difference that is none


def histogram_edges(values: NDArray[np.float64], bins: int) -> NDArray[Any]:
    """Edges (bins + 1,) of equal bins over the values; around them where they differ by rounding at most."""
    low, high = values.min(), values.max()
    size = max(abs(low), abs(high))
    if high - low <= EQUAL * size:
        low, high = low - (size or 1) / 2, high + (size or 1) / 2
    return np.histogram_bin_edges(values, bins, (low, high))
