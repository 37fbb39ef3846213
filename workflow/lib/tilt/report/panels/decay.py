"""Figures against weight decay: one place for each value, so that 0 has its own."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from bokeh.models import FixedTicker
from bokeh.plotting import figure
from numpy.typing import ArrayLike

from tilt.report.panels.base import axes


def decay_axes(tokens: Sequence[str], y: str, **settings: Any) -> figure:
    """An empty figure over the weight decays, at places 0, 1, ... labelled with `tokens`."""
    plot = axes("weight decay", y, **({"x_range": (-0.5, len(tokens) - 0.5)} | settings))
    places = list(range(len(tokens)))
    plot.xaxis.ticker = FixedTicker(ticks=places)
    plot.xaxis.major_label_overrides = dict(zip(places, tokens, strict=True))
    if sum(map(len, tokens)) > 20:  # too many letters for a narrow page
        plot.xaxis.major_label_orientation = 0.7
    plot.xgrid.visible = False
    return plot


def greatest(values: ArrayLike, otherwise: float = 1.0) -> float:
    """The greatest finite number among values, or `otherwise` where there is none above 0."""
    array = np.asarray(values, np.float64)
    found = float(np.max(array, where=np.isfinite(array), initial=0))
    return found if found > 0 else otherwise
