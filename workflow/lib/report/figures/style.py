"""One look for every static picture: theme, colours, sizes, saving.

Decorate each function that draws with ``@themed``, so that text and lines added after `figure` take the
theme too.
"""

import textwrap
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import fontManager

from tilt.io import replacing

EAST_ASIAN = (  # fonts for names in Chinese, Japanese and Korean, of which those that are there are used
    *("Noto Sans CJK JP", "Noto Sans CJK SC", "Source Han Sans", "WenQuanYi Zen Hei", "WenQuanYi Micro Hei"),
    *("IPAexGothic", "IPAGothic", "Droid Sans Fallback", "NanumGothic", "Hiragino Sans", "PingFang SC"),
    *("Yu Gothic", "Microsoft YaHei", "Malgun Gothic", "Arial Unicode MS"),
)
LETTERS = 11  # of a legend that fit into an inch
# The theme is seaborn's "ticks" for "paper", written out: its import costs each job that draws half a second.
_RC: dict[Any, Any] = {
    "font.family": ["DejaVu Sans", *(name for name in EAST_ASIAN if name in fontManager.get_font_names())],
    "font.size": 9,
    "text.color": ".15",
    "axes.axisbelow": True,
    "axes.edgecolor": ".15",
    "axes.labelcolor": ".15",
    "axes.labelsize": 9,
    "axes.linewidth": 1,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 9.5,
    **{
        f"{axis}tick.{key}": value
        for axis in "xy"
        for key, value in {
            **{"color": ".15", "labelsize": 8, "major.size": 4.8, "major.width": 1},
            **{"minor.size": 3.2, "minor.width": 0.8},
        }.items()
    },
    "grid.color": ".8",
    "legend.fontsize": 8,
    "legend.title_fontsize": 8,
    "legend.frameon": False,
    "figure.titlesize": 10,
    "lines.linewidth": 1.5,
    "lines.markersize": 4.8,
    "lines.solid_capstyle": "round",
    "patch.edgecolor": "w",
    "patch.force_edgecolor": True,
    "patch.linewidth": 0.8,
    "image.cmap": "gray",
    "image.interpolation": "nearest",
    "svg.hashsalt": "tilt",
}


@contextmanager
def _theme() -> Iterator[None]:
    """The look; a sign that no font has is a box, without a warning each time that it is drawn."""
    with mpl.rc_context(_RC), warnings.catch_warnings():
        warnings.filterwarnings("ignore", r"Glyph \d+ .* missing from font")
        yield


themed = _theme()


@themed
def figure(width: float, height: float, rows: int = 1, cols: int = 1, **kw: Any) -> tuple[Figure, Any]:
    """A figure of `width` x `height` inches, laid out without overlaps, and its axes.

    `kw` goes to ``Figure.subplots``. The axes are one Axes or an array, as ``Figure.subplots`` has it.
    """
    created = Figure(figsize=(width, height), layout="constrained")
    return created, created.subplots(rows, cols, **kw)


def legend_below(fig: Figure, ax: Axes) -> None:
    """The legend of `ax` below all axes of its figure, in as few rows as there is room for."""
    entries_below(fig, *ax.get_legend_handles_labels())


def entries_below(fig: Figure, handles: Sequence[Artist], labels: Sequence[str]) -> None:
    """A legend of these entries below all axes, in as few rows as there is room for; longer labels wrap."""
    letters = int(LETTERS * fig.get_figwidth())
    wrapped = [textwrap.fill(label, letters) for label in labels]
    for rows in range(1, len(labels) + 1):
        columns = -(-len(labels) // rows)
        legend = fig.legend(handles, wrapped, loc="outside lower center", ncols=columns)
        if columns == 1 or legend.get_window_extent().width <= fig.bbox.width:
            return
        legend.remove()


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
