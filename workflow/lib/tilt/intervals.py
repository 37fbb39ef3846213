"""Means and their intervals over seeds."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit


def mean_interval(values: NDArray[np.float64]) -> tuple[float, float, float]:
    """Mean of values (n,) and the ends of its 95 % interval by Student's t; nan ends below two values."""
    n = len(values)
    mean = float(np.mean(values)) if n else np.nan
    if n < 2:
        return mean, np.nan, np.nan
    half = float(stdtrit(n - 1, 0.975) * np.std(values, ddof=1) / np.sqrt(n))
    return mean, mean - half, mean + half
