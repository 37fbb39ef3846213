"""Intervals: of means over seeds, and of shares."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray


def mean_interval(values: NDArray[np.float64]) -> tuple[float, float, float]:
    """Mean of values (n,) and the ends of its 95 % interval by Student's t; nan ends below two values."""
    n = len(values)
    mean = float(np.mean(values)) if n else np.nan
    if n < 2:
        return mean, np.nan, np.nan
    half = _student(n - 1) * float(np.std(values, ddof=1) / np.sqrt(n))
    return mean, mean - half, mean + half


def jackknife_interval(
    values: NDArray[np.float64], groups: Sequence[NDArray[np.bool_]]
) -> tuple[float, float, float]:
    """Mean of values (n,) that come in overlapping groups, and its 95 % interval by the jackknife.

    Each of the k groups (n,) that differ is left out in turn; Student's t with k - 1 degrees of freedom. Ends
    are nan for fewer than three such groups, or where leaving one out leaves nothing.
    """
    mean = float(np.mean(values))
    left = [values[~group] for group in np.unique(np.array(groups), axis=0)]
    k = len(left)
    if k < 3 or not all(map(len, left)):
        return mean, np.nan, np.nan
    without = np.array([part.mean() for part in left])
    half = _student(k - 1) * float(np.sqrt((k - 1) / k * ((without - without.mean()) ** 2).sum()))
    return mean, mean - half, mean + half


def wilson_interval(
    share: NDArray[np.float64], n: NDArray[Any], z: float = 1.96
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Ends of Wilson's 95 % intervals of shares (k,), each of n (k,) samples."""
    middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return np.clip(middle - half, 0, 1), np.clip(middle + half, 0, 1)  # where rounding leaves it


def _student(degrees: int) -> float:
    """The 97.5 % quantile of Student's t; scipy is loaded here, as it takes longer than most jobs run."""
    from scipy.special import stdtrit

    return float(stdtrit(degrees, 0.975))
