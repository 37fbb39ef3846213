"""Answers of the first screen: factors with their intervals, and what they amount to."""

import numpy as np
from numpy.typing import ArrayLike

from report.contract import Answer
from report.numerals import counted, plain
from tilt.intervals import mean_interval

LINEAR, THEOREM, NETWORKS, RIVALS, DEPTH = (
    "Linear classifiers",
    "Adversarial training",
    "Networks",
    "Rivals",
    "Depth",
)
UNTOLD = "cannot be told"


def factor(ratios: ArrayLike) -> tuple[float, float, float]:
    """The geometric mean of ratios (n,) and its 95 % interval (Student's t of the logarithms)."""
    logs = np.log(np.asarray(ratios, np.float64))
    mean, low, high = np.exp(mean_interval(logs))
    return float(mean), float(low), float(high)


def of_factor(mean: float, low: float, high: float, n: int, over: str) -> str:
    """A factor of distances in words, with its interval over n of something: "1.90 times as far (...)"."""
    of = f"n = {counted(n, over)}"
    ends = f"95 % interval {plain(low, '.2f')} to {plain(high, '.2f')}, {of}"
    return f"{plain(mean, '.2f')} times as far ({ends if np.isfinite(low) else f'{of}, no interval'})"


def short_factor(mean: float, low: float, high: float) -> str:
    """A factor for a table: "× 1.90 (1.72 to 2.10)"."""
    ends = f" ({plain(low, '.2f')} to {plain(high, '.2f')})" if np.isfinite(low) else " (no interval)"
    return f"× {plain(mean, '.2f')}{ends}" if np.isfinite(mean) else UNTOLD


def verdict(low: float, high: float, *, above: str, below: str) -> str:
    """What an interval of a factor says: `above` 1, `below` it, or that it cannot be told."""
    return above if low > 1 else below if high < 1 else UNTOLD


def untold(question: str, why: str, panel: str) -> Answer:
    """The answer where there is none."""
    return Answer(question, UNTOLD, why, UNTOLD, panel)
