"""One look for every static picture: theme, colours, sizes, saving.

Decorate each function that draws with ``@themed``, so that text and lines added after `figure` take the
theme too.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tilt.io import replacing

_RC: dict[Any, Any] = {
    **sns.axes_style("ticks"),
    **sns.plotting_context("paper"),
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.labelsize": 9,
    "axes.titlesize": 9.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "legend.fontsize": 8,
    "legend.title_fontsize": 8,
    "legend.frameon": False,
    "figure.titlesize": 10,
    "lines.linewidth": 1.5,
    "image.cmap": "gray",
    "image.interpolation": "nearest",
    "svg.hashsalt": "tilt",
}
themed = mpl.rc_context(_RC)


@themed
def figure(width: float, height: float, rows: int = 1, cols: int = 1, **kw: Any) -> tuple[Figure, Any]:
    """A figure of `width` x `height` inches, laid out without overlaps, and its axes.

    `kw` goes to ``Figure.subplots``. The axes are one Axes or an array, as ``Figure.subplots`` has it.
    """
    created = Figure(figsize=(width, height), layout="constrained")
    return created, created.subplots(rows, cols, **kw)


def named_ticks(ax: Axes, places: Sequence[float], names: Sequence[str], letters: int) -> None:
    """Names at places of the horizontal axis, slanted where they have more than so many letters together."""
    slant: dict[str, Any] = {"rotation": 40, "ha": "right", "rotation_mode": "anchor"}
    ax.set_xticks(places, names, **(slant if sum(map(len, names)) > letters else {}))


@themed
def save_figure(path: str | Path, figure: Figure) -> None:
    """Write `figure` as PNG (150 dpi) to `path` and as SVG beside it; equal figures give equal SVG files."""
    path = Path(path)
    with replacing(path) as png, replacing(path.with_suffix(".svg")) as svg:
        figure.savefig(png, format="png", dpi=150)
        figure.set_layout_engine("none")  # the layout is found: it need not be again
        figure.savefig(svg, format="svg", dpi=150, metadata={"Date": None})
