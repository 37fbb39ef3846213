"""The map of initial weight scale and weight decay."""

from collections.abc import Mapping
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter
from numpy.typing import NDArray

from experiments.attack.styles import ASCENT
from experiments.sweep.tables import grid
from report.article import LENET_DECAYS
from report.figures.colours import SEQUENTIAL, scale_ends
from report.figures.style import figure, themed
from report.networks import inner_layer

Columns = Mapping[str, NDArray[Any]]


def figures(*, networks: Columns) -> dict[str, Figure]:
    """The picture of the map, from its table of networks."""
    return {"maps": maps(networks)}


@themed
def maps(table: Columns) -> Figure:
    """Test error, RMS of an inner layer and median adversarial norm over initial weight scale × weight decay.

    From a `sweep.networks_table` with one seed. Frames stand round the article's two weight decays; a network
    that diverged has a grey cell.
    """
    inner = inner_layer(table)
    panels = (
        ("test_error", "test error (%)", 100, ".2f"),
        (f"rms_{inner}", f"RMS of {inner}", 1, ".2g"),
        (f"{ASCENT}_median", "median adversarial L2 norm", 1, ".2f"),
    )
    shape = grid(table, "test_error")[2].shape
    fig, axes = figure(max(3.6, 1.4 + 0.72 * shape[1]), 3 * (1.1 + 0.36 * shape[0]), 3, 1)
    for ax, (quantity, title, factor, digits) in zip(axes, panels, strict=True):
        scales, decays, cells = grid(table, quantity)
        cells = factor * cells
        ax.set_facecolor("0.85")
        mesh = ax.imshow(cells, cmap=SEQUENTIAL, norm=_colour_scale(cells), aspect="auto", origin="lower")
        fig.colorbar(mesh, ax=ax, format=FuncFormatter(lambda value, _: f"{value:g}"))
        for (i, j), value in np.ndenumerate(cells):
            known = np.isfinite(value)
            dark = not known or mesh.norm(value) > 0.55
            text = f"{value:{digits}}" if known else "–"
            ax.text(j, i, text, color="0.1" if dark else "white", ha="center", va="center", fontsize=8)
        for j in np.flatnonzero(np.isin(decays, list(LENET_DECAYS.values()))):
            frame: dict[str, Any] = {
                "fill": False,
                "edgecolor": "#D55E00",
                "linewidth": 2,
                "clip_on": False,
                "zorder": 3,
            }
            ax.add_patch(Rectangle((j - 0.5, -0.5), 1, len(scales), **frame))
        ax.set_xticks(range(len(decays)), [f"{decay:g}" for decay in decays])
        ax.set_yticks(range(len(scales)), [f"{scale:g}" for scale in scales])
        ax.set(title=title, ylabel="initial weights ×")
    axes[-1].set_xlabel("weight decay")
    return fig


def _colour_scale(cells: NDArray[np.float64]) -> mpl.colors.Normalize:
    """Logarithmic where the values span more than a factor of ten."""
    low, high = scale_ends(cells)
    return mpl.colors.LogNorm(low, high) if 0 < 10 * low < high else mpl.colors.Normalize(low, high)
