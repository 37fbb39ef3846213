"""What figures against weight decay share: the axis, and a colour and a marker for each start."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator
from numpy.typing import NDArray

from report.figures.colours import SERIES

MARKERS = "os^DvPX*"


def decay_axis(ax: Axes, decays: NDArray[np.float64]) -> None:
    """A logarithmic axis of these weight decays (n,) that is linear from 0 to the least above it."""
    with_zero, positive = bool((decays == 0).any()), decays[decays > 0]
    least, greatest = (positive.min(), positive.max()) if positive.size else (1.0, 1.0)
    decades = 10.0 ** np.arange(np.floor(np.log10(least)), np.ceil(np.log10(greatest)) + 1)
    ticks = [decade for decade in decades if 0.99 * least <= decade <= 1.01 * greatest]
    ax.set_xscale("symlog", linthresh=least, linscale=0.5)
    ax.set_xticks([0, *ticks] if with_zero else ticks or [least, greatest])
    ax.xaxis.set_major_formatter(FuncFormatter(_decade))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.set_xlim(-0.3 * least if with_zero else 0.7 * least, 1.5 * greatest)
    ax.set_xlabel("weight decay")


def log_axis(ax: Axes, values: NDArray[np.float64]) -> None:
    """A logarithmic vertical axis with plain numbers at 1, 2 and 5 times powers of ten.

    It goes from 0.1 to 10 where none of the values drawn is finite and above 0.
    """
    ax.set_yscale("log")
    ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    ax.yaxis.set_minor_locator(NullLocator())
    if not (np.isfinite(values) & (values > 0)).any():
        ax.set_ylim(0.1, 10)


def start_styles(starts: NDArray[Any]) -> dict[str, tuple[Any, str]]:
    """A colour and a marker for each start, in the order in which they first come in a column."""
    names = list(dict.fromkeys(starts.tolist()))
    return {name: (SERIES[k % len(SERIES)], MARKERS[k % len(MARKERS)]) for k, name in enumerate(names)}


def _decade(value: float, _: int) -> str:
    exponent = np.log10(value) if value > 0 else 0.5
    return f"$10^{{{exponent:.0f}}}$" if abs(exponent - round(exponent)) < 1e-6 else f"{value:g}"
