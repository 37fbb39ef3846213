"""Figures of calibration: reliability diagrams, calibration and size of the scores against weight decay."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, NullLocator
from numpy.typing import NDArray

from report.figures.colours import HIGH, LOW
from report.figures.decay import decay_axis, log_axis, recipe_styles
from report.figures.style import entries_below, figure, themed
from tilt.intervals import wilson_interval

Columns = Mapping[str, NDArray[Any]]

BIN = ("low", "high", "count", "confidence", "accuracy")
LEFT_OUT: dict[str, Any] = {
    "linestyle": "none",
    "marker": "x",
    "markersize": 5,
    "clip_on": False,
    "zorder": 5,
}


def figures(
    *, networks: Columns, bins: Columns, summary: Columns, shown: Mapping[str, str]
) -> dict[str, Figure]:
    """The pictures of calibration, from its tables."""
    return {
        "reliability": reliability_diagrams(bins, networks, shown),
        "errors": calibration_curves(summary, networks),
        "temperature": temperature_curves(summary, networks),
    }


@themed
def reliability_diagrams(bins: Columns, networks: Columns, shown: Mapping[str, str]) -> Figure:
    """Accuracy against confidence before and after the temperature, a column per network; counts below.

    `bins` and `networks` are the tables of calibration; `shown` maps "low" and "high" to names of networks.
    Bars are 95 % intervals of the accuracy in a bin (Wilson's).
    """
    fig, axes = figure(
        7.0, 4.6, 2, len(shown), sharex=True, sharey="row", squeeze=False, height_ratios=[2.6, 1]
    )
    colours = {"before": LOW, "after": HIGH}
    for (upper, lower), (side, name) in zip(axes.T, shown.items(), strict=True):
        (row,) = np.flatnonzero(networks["network"] == name)
        upper.plot([0, 1], [0, 1], color="0.7", linewidth=0.8)
        for stage, colour in colours.items():
            chosen = (bins["network"] == name) & (bins["stage"] == stage)
            table = {column: bins[column][chosen] for column in BIN}
            if not chosen.any():
                continue
            used = table["count"] > 0
            confidence, accuracy = table["confidence"][used], table["accuracy"][used]
            least, greatest = wilson_interval(accuracy, table["count"][used])
            upper.errorbar(
                confidence,
                accuracy,
                (np.maximum(accuracy - least, 0), np.maximum(greatest - accuracy, 0)),
                color=colour,
                marker="o" if stage == "before" else "s",
                markersize=4,
                linewidth=1,
                elinewidth=0.7,
                label=f"{stage}: ECE {networks[f'ece_{stage}'][row]:.3f}",
            )
            edges = np.append(table["low"], table["high"][-1])
            lower.stairs(table["count"], edges, color=colour, linewidth=1.3)
        status = str(networks["status"][row])
        upper.set_title(
            f"{side}: {name}, weight decay {networks['weight_decay'][row]:g}"
            + ("" if status == "trained" else f" ({status})")
        )
        if upper.get_legend_handles_labels()[0]:
            upper.legend(loc="upper left")
        lower.set(xlabel="confidence (top score)", xlim=(0, 1), yscale="symlog", ylim=(0, None))
    axes[0, 0].set(ylabel="accuracy", ylim=(0, 1.3), yticks=np.linspace(0, 1, 6))  # room for the legend
    axes[1, 0].set_ylabel("test images")
    for lower in axes[1]:
        lower.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        lower.yaxis.set_minor_locator(NullLocator())
    return fig


@themed
def calibration_curves(summary: Columns, networks: Columns) -> Figure:
    """Calibration error and top score of errors against weight decay, before and after the temperature.

    From `summary_table` and the table of networks: means over seeds with their 95 % interval, a dot for each
    network, a cross on the axis for one that is left out.
    """
    panels = {
        (0, 0): ("ece_before", "as trained", "expected calibration error"),
        (0, 1): ("ece_after", "after the temperature", ""),
        (1, 0): ("top_score_errors_before", "", "mean top score of\nmisclassified images"),
        (1, 1): ("top_score_errors_after", "", ""),
    }
    fig, axes = figure(8.4, 5.0, 2, 2, sharex=True, sharey="row")
    for place, (quantity, title, label) in panels.items():
        _curves(axes[place], summary, networks, quantity)
        axes[place].set(title=title, ylabel=label)
    axes[0, 0].set_ylim(0, None)
    axes[1, 0].set_ylim(0, 1)
    for ax in axes[0]:
        ax.set_xlabel("")
    _legend(fig, networks)
    return fig


@themed
def temperature_curves(summary: Columns, networks: Columns) -> Figure:
    """What weight decay does to the scores: ‖∇s‖, their scale and two temperatures, each logarithmic.

    From the same tables as `calibration_curves`.
    """
    panels = {
        (0, 0): ("gradient_norm_median", "‖∇s‖, median over images"),
        (0, 1): ("logit_scale", "RMS of the centred scores"),
        (1, 0): ("temperature", "temperature of the\ngreatest likelihood"),
        (1, 1): ("median_temperature", "temperature of median\ntop score 0.95"),
    }
    fig, axes = figure(8.4, 5.0, 2, 2, sharex=True)
    for place, (quantity, label) in panels.items():
        ax = axes[place]
        _curves(ax, summary, networks, quantity)
        ax.set_ylabel(label)
        log_axis(ax, networks[quantity])
        if "temperature" in quantity:
            ax.axhline(1, color="0.7", linewidth=0.8, zorder=0)
    for ax in axes[0]:
        ax.set_xlabel("")
    _legend(fig, networks)
    return fig


def _curves(ax: Axes, summary: Columns, networks: Columns, quantity: str) -> None:
    for recipe, (colour, marker) in recipe_styles(networks["recipe"]).items():
        rows = (summary["recipe"] == recipe) & (summary[f"{quantity}_n"] > 0)
        decay = summary["weight_decay"][rows]
        mean, low, high = (summary[f"{quantity}_{part}"][rows] for part in ("mean", "low", "high"))
        interval = mean - low, high - mean
        ax.errorbar(
            decay, mean, np.nan_to_num(interval), color=colour, marker=marker, markersize=5, elinewidth=1
        )
        of_recipe = networks["recipe"] == recipe
        ax.plot(
            networks["weight_decay"][of_recipe],
            networks[quantity][of_recipe],
            color=colour,
            linestyle="none",
            marker=".",
            markersize=4,
            alpha=0.6,
        )
        left_out = networks["weight_decay"][of_recipe & (networks["status"] != "trained")]
        if left_out.size:
            on_axis = {"transform": ax.get_xaxis_transform(), **LEFT_OUT}
            ax.plot(left_out, np.zeros(len(left_out)), color=colour, **on_axis)
    ax.grid(axis="y", color="0.92", linewidth=0.6)
    decay_axis(ax, np.unique(networks["weight_decay"]))


def _legend(fig: Figure, networks: Columns) -> None:
    handles = [
        Line2D([], [], color=colour, marker=marker, markersize=5, label=recipe)
        for recipe, (colour, marker) in recipe_styles(networks["recipe"]).items()
    ]
    if (networks["status"] != "trained").any():
        handles.append(Line2D([], [], color="0.3", label="diverged or at chance", **LEFT_OUT))
    entries_below(fig, handles, [str(handle.get_label()) for handle in handles])
