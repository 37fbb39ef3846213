"""Answers of the first screen: factors with their intervals, and what they amount to."""

import numpy as np
from numpy.typing import ArrayLike

from report.contract import Answer
from report.numerals import counted, significant
from tilt.intervals import mean_interval

LINEAR, THEOREM, NETWORKS, RIVALS, DEPTH = (
    "Linear SVMs",
    "L2 and adversarial training",
    "Networks",
    "Rivals of weight decay",
    "Depth",
)
UNDECIDED = "undecided"

Factor = tuple[float, float, float]  # with the ends of its 95 % interval, nan where there is none


def factor(ratios: ArrayLike) -> Factor:
    """The geometric mean of ratios (n,) and its 95 % interval (Student's t of the logarithms)."""
    mean, low, high = np.exp(mean_interval(np.log(np.asarray(ratios, np.float64))))
    return float(mean), float(low), float(high)


def in_words(of: Factor, n: int, over: str) -> str:
    """A factor in words, with its interval over n of something: "1.90 (95 % interval ...)"."""
    mean, low, high = of
    ends = f"95 % interval {significant(low)} to {significant(high)} over {counted(n, over)}"
    return f"{significant(mean)} ({ends if np.isfinite(low) else f'{counted(n, over)}, no interval'})"


def short(of: Factor) -> str:
    """A factor for a table: "× 1.90 (1.72 to 2.10)"."""
    mean, low, high = of
    ends = f" ({significant(low)} to {significant(high)})" if np.isfinite(low) else " (no interval)"
    return f"× {significant(mean)}{ends}" if np.isfinite(mean) else UNDECIDED


def verdict(of: Factor, *, above: str, below: str) -> str:
    """What the interval of a factor says: `above` 1, `below` it, or nothing."""
    _, low, high = of
    return above if low > 1 else below if high < 1 else UNDECIDED


def of_decay(of: Factor) -> str:
    """What the interval of a factor of distances says of weight decay."""
    return verdict(
        of,
        above="weight decay moves adversarial examples away",
        below="weight decay brings adversarial examples nearer",
    )


def undecided(question: str, why: str, panel: str) -> Answer:
    """The answer where nothing could be compared."""
    return Answer(question, UNDECIDED, why, UNDECIDED, panel)
