"""Colours of pictures and panels; they stay apart under protanopia, deuteranopia and tritanopia."""

import numpy as np
from numpy.typing import ArrayLike

CLASS_I = "#0072B2"
CLASS_J = "#D55E00"
LOW = "#882255"
HIGH = "#44AA99"
LOSS_COLOURS = {"zero_one": "#8C8C8C", "hinge": "#222222", "softplus": "#999933"}
SERIES = (  # of as many lines as there are, again from the first where there are more
    *("#0173B2", "#DE8F05", "#029E73", "#D55E00", "#CC78BC"),
    *("#CA9161", "#FBAFE4", "#949494", "#ECE133", "#56B4E9"),
)
SEQUENTIAL = "viridis"
DIVERGING = "RdBu_r"
CHANNELS = ("red", "green", "blue")  # of colour images


def scale_ends(values: ArrayLike) -> tuple[float, float]:
    """Where a scale of colours begins and ends: the extremes, or 0 and the value where all are equal.

    Values that are not finite count for nothing; where all are 0, or there is none, it is from 0 to 1.
    """
    array = np.asarray(values, np.float64)
    known = array[np.isfinite(array)]
    low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 0.0)
    if low < high:
        return low, high
    return (min(low, 0.0), max(high, 0.0)) if low else (0.0, 1.0)
