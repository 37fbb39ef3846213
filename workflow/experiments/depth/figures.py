"""Pictures of networks of growing depth."""

import numpy as np
from matplotlib import colormaps
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from experiments.calibration.tables import TRAINED
from experiments.depth.tables import Columns
from report.figures.colours import SEQUENTIAL
from report.figures.decay import MARKERS, decay_axis, log_axis
from report.figures.style import figure, themed

DISTANCE = "median distance (pixels in [0, 1])"


def figures(*, networks: Columns, summary: Columns, gains: Columns) -> dict[str, Figure]:
    """The pictures, given by name."""
    return {"decays": decays(summary), "causes": causes(networks), "gains": gains_by_depth(gains)}


def looks(labels: list[str]) -> dict[str, tuple[str, str]]:
    """Colour and marker of each model, in their order."""
    shades = colormaps[SEQUENTIAL](np.linspace(0, 0.9, len(labels)))
    return {
        label: (to_hex(shade), MARKERS[k % len(MARKERS)])
        for k, (label, shade) in enumerate(zip(labels, shades, strict=True))
    }


@themed
def decays(summary: Columns) -> Figure:
    """Median distance and test error against weight decay, a line for each model."""
    fig, axes = figure(7.2, 3.6, 1, 2)
    shown = looks(list(dict.fromkeys(summary["label"].tolist())))
    for ax, quantity, factor in zip(axes, ("minimal_norm_median", "test_error"), (1, 100), strict=True):
        for label, (colour, marker) in shown.items():
            rows = summary["label"] == label
            mean, low, high = (
                factor * summary[f"{quantity}_{part}"][rows] for part in ("mean", "low", "high")
            )
            x = summary["weight_decay"][rows]
            ax.plot(x, mean, color=colour, marker=marker, label=label)
            ax.vlines(
                x,
                np.where(np.isfinite(low), low, mean),
                np.where(np.isfinite(high), high, mean),
                color=colour,
            )
        decay_axis(ax, np.unique(summary["weight_decay"]))
    axes[0].set(ylabel=DISTANCE)
    axes[0].set_ylim(bottom=0)
    log_axis(axes[1], 100 * summary["test_error_mean"])
    axes[1].set(ylabel="test error (%)")
    fig.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=5)
    return fig


@themed
def causes(table: Columns) -> Figure:
    """Median distance against relabelled decay, training loss and mean margin, a dot for each network."""
    fig, axes = figure(7.2, 3.4, 1, 3, sharey=True)
    counting = table["status"] == TRAINED
    for ax, quantity, name in zip(
        axes,
        ("decay_relabelled", "train_loss", "mean_margin"),
        ("relabelled decay λT$^{2/L}$", "training loss at the end", "mean margin"),
        strict=True,
    ):
        for label, (colour, marker) in looks(list(dict.fromkeys(table["label"].tolist()))).items():
            rows = counting & (table["label"] == label) & (np.nan_to_num(table[quantity]) > 0)
            ax.plot(
                table[quantity][rows],
                table["minimal_norm_median"][rows],
                marker,
                color=colour,
                alpha=0.8,
                label=label,
            )
        ax.set(xlabel=name, xscale="log")
        shown = table[quantity][counting & (np.nan_to_num(table[quantity]) > 0)]
        narrow = not shown.size or shown.max() < 300 * shown.min()
        ax.xaxis.set_major_locator(LogLocator(subs=(1, 3) if narrow else (1,), numticks=6))
        ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: _tick(value)))
        ax.xaxis.set_minor_locator(NullLocator())
    axes[0].set(ylabel=DISTANCE)
    axes[0].set_ylim(bottom=0)
    fig.legend(*axes[1].get_legend_handles_labels(), loc="outside lower center", ncols=5)
    return fig


@themed
def gains_by_depth(gains: Columns) -> Figure:
    """The largest gain of each model, and how linear it is without decay, against its layers."""
    fig, (left, right) = figure(7.2, 3.4, 1, 2)
    for k, (label, (colour, marker)) in enumerate(looks(gains["label"].tolist()).items()):
        x = gains["layers"][k]
        left.plot(x, gains["gain"][k], marker, color=colour, label=label)
        left.plot(x, gains["gain_equal"][k], marker, color=colour, markerfacecolor="none", markersize=9)
        if np.isfinite(gains["gain_low"][k]):
            left.vlines(x, gains["gain_low"][k], gains["gain_high"][k], color=colour)
        right.plot(x, gains["local_ratio_zero"][k], marker, color=colour)
    for ax in (left, right):
        ax.axhline(1, color="0.6", linewidth=0.8, linestyle="--", zorder=0)
        ax.set(xlabel="layers with weights", xscale="log")
        ticks = np.unique(gains["layers"])
        ax.set_xticks(ticks, [str(tick) for tick in ticks])
        ax.minorticks_off()
    left.set(ylabel="largest gain over no decay\n(hollow: at no more test error)")
    right.set(ylabel="local distance over distance found")
    fig.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=5)
    return fig


def _tick(value: float) -> str:
    """A number on a logarithmic axis, in full where that is short."""
    return f"{value:g}" if value >= 1e-3 else f"$10^{{{np.log10(value):.0f}}}$"
