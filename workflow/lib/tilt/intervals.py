"""Intervals: of means over seeds, and of shares."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def mean_interval(values: NDArray[np.float64]) -> tuple[float, float, float]:
    """Mean of values (n,) and the ends of its 95 % interval by Student's t; nan ends below two values."""
    n = len(values)
    mean = float(np.mean(values)) if n else np.nan
    if n < 2:
        return mean, np.nan, np.nan
    from scipy.special import (
        stdtrit,
    )  # takes longer to load than most jobs that import this module take to run

    half = float(stdtrit(n - 1, 0.975) * np.std(values, ddof=1) / np.sqrt(n))
    return mean, mean - half, mean + half


def wilson_interval(
    share: NDArray[np.float64], n: NDArray[Any], z: float = 1.96
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Ends of Wilson's 95 % intervals of shares (k,), each of n (k,) samples."""
    middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return np.clip(middle - half, 0, 1), np.clip(middle + half, 0, 1)  # where rounding leaves it
