"""Axes and ranges that the panels of networks share."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from bokeh.models import BasicTickFormatter, ColumnDataSource, FixedTicker, NoOverlap
from bokeh.plotting import figure
from numpy.typing import ArrayLike, NDArray

from report.panels.base import INK, axes
from report.words import Words

LETTERS = 40  # of the names on an axis that stand side by side


def decay_axes(tokens: Sequence[str], y: str, **settings: Any) -> figure:
    """An empty figure over weight decays, each at a place 0, 1, ... with its token, so that 0 has one too."""
    plot = axes("weight decay", y, **({"x_range": (-0.5, len(tokens) - 0.5)} | settings))
    places = list(range(len(tokens)))
    plot.xaxis.ticker = FixedTicker(ticks=places)
    plot.xaxis.major_label_overrides = dict(zip(places, tokens, strict=True))
    if sum(map(len, tokens)) > 20:  # too many letters for a narrow page
        plot.xaxis.major_label_orientation = 0.7
    plot.xgrid.visible = False
    return plot


def class_axis(axis: Any, classes: NDArray[Any], words: Words, slanted: bool = True) -> None:
    """Names of classes at the places 0, 1, ... of an axis; long ones may be `slanted`."""
    ticks = words.ticks(classes)
    axis.ticker = FixedTicker(ticks=list(ticks))
    axis.major_label_overrides = ticks
    if slanted and sum(map(len, ticks.values())) > LETTERS:
        axis.major_label_orientation = 0.7


def article_marks(
    plot: figure, source: ColumnDataSource, label: str, marker: str = "diamond", size: int = 13
) -> None:
    """Draw the article's values, columns x and y of the source, as hollow marks in the colour of the text."""
    plot.scatter(
        "x", "y", source=source, marker=marker, size=size, fill_alpha=0, legend_label=label
    ).glyph.tags = [INK]


def plain_log(axis: Any) -> None:
    """Ticks of a logarithmic axis at 1, 2, 5 times powers of ten, with plain numbers where there is room."""
    axis.ticker = FixedTicker(ticks=[digit * 10.0**power for power in range(-9, 10) for digit in (1, 2, 5)])
    axis.formatter = BasicTickFormatter(use_scientific=False)
    axis.major_label_policy = NoOverlap(min_distance=8)


def greatest(values: ArrayLike, otherwise: float = 1.0) -> float:
    """The greatest finite number among values, or `otherwise` where there is none above 0."""
    array = np.asarray(values, np.float64)
    found = float(np.max(array, where=np.isfinite(array), initial=0))
    return found if found > 0 else otherwise
