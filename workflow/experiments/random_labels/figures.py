"""Figure of networks trained on random labels: training error along the epochs and against weight decay."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter
from numpy.typing import NDArray

from experiments.random_labels.tables import half_of_chance
from experiments.training.figures import diverged_note, network_colours
from report.figures.decay import decay_axis
from report.figures.style import figure, themed

Columns = Mapping[str, NDArray[Any]]


def figures(*, networks: Columns, histories: Mapping[str, Columns], classes: int) -> dict[str, Figure]:
    """The picture of memorisation."""
    return {"memorisation": memorisation(networks, dict(histories), classes)}


@themed
def memorisation(table: Columns, histories: Mapping[str, Columns], classes: int) -> Figure:
    """Training error against epochs, a colour per weight decay, and at the end against weight decay.

    `table` is a `memorisation_table`, `histories` go by the names of its networks. Lines mark chance and half
    of it; a network that diverged ends in a cross, is named on the right and has no place there.
    """
    half = half_of_chance(classes)
    colours = network_colours(np.unique(table["weight_decay"]).tolist())
    fig, (along, at_end) = figure(8.0, 3.4, 1, 2, sharey=True, width_ratios=[1.5, 1])
    drawn = set()
    for name, decay, diverged in zip(
        table["network"].tolist(), table["weight_decay"].tolist(), table["diverged"], strict=True
    ):
        epoch, error = histories[name]["epoch"], histories[name]["train_error"]
        along.plot(epoch, error, color=colours[decay], label=None if decay in drawn else f"{decay:g}")
        drawn.add(decay)
        if diverged:
            along.plot(epoch[-1], error[-1], color=colours[decay], marker="x", markersize=6)
        else:
            at_end.plot(decay, error[-1], "o", color=colours[decay])
    for ax in (along, at_end):
        ax.axhline(2 * half, color="0.6", linewidth=0.8, linestyle=":", zorder=0)
        ax.axhline(half, color="0.6", linewidth=0.8, linestyle="--", zorder=0)
    along.annotate("chance", (1, 2 * half), (-2, 2), ha="right", va="bottom", fontsize=7.5, **_AT_THE_RIGHT)
    along.annotate("half of it", (1, half), (-2, 2), ha="right", va="bottom", fontsize=7.5, **_AT_THE_RIGHT)
    along.set(xlabel="epoch", ylabel="training error on random labels", ylim=(-0.02, 1))
    along.yaxis.set_major_formatter(PercentFormatter(1))
    diverged_note(at_end, table["network"][table["diverged"]].tolist())
    decay_axis(at_end, np.unique(table["weight_decay"]))
    at_end.set_title("at the end")
    fig.legend(*along.get_legend_handles_labels(), title="weight decay", loc="outside right center")
    return fig


_AT_THE_RIGHT: dict[str, Any] = {"xycoords": ("axes fraction", "data"), "textcoords": "offset points"}
