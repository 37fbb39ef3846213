"""Figures of the scaled loss: histograms of scores, the losses, their scaling by ‖w‖, its two limits."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter, StrMethodFormatter

from experiments.scaling.tables import Array, Columns
from report.figures.colours import CLASS_I, CLASS_J, LOSS_COLOURS
from report.figures.style import figure, legend_below, themed
from report.numerals import plain
from report.words import Words
from tilt.histograms import histogram_edges
from tilt.losses import LOSSES, scaled, zero_one

NAMES = {"zero_one": "0-1", "hinge": "hinge", "softplus": "softplus"}
CURVES = {"zero_one": zero_one} | LOSSES
D_ADV, D_ERR = r"$d_\mathrm{adv}$", r"$d_\mathrm{err}$"
ASYMPTOTE = {"color": "0.1", "linestyle": "--", "linewidth": 1}


def figures(
    *, margins: Columns, histograms: Columns, risk: Columns, classifier: Mapping[str, Any], words: Words
) -> dict[str, Figure]:
    """The pictures of the scaled loss, from its tables."""
    return {
        "histograms": score_and_losses(histograms, classifier, words),
        "losses": losses(),
        "scaled_losses": scaled_losses(margins["y"] * margins["distance"], classifier["norms"], words),
        "limits": limits(risk, words),
    }


@themed
def score_and_losses(table: Columns, classifier: Mapping[str, Any], words: Words) -> Figure:
    """Histograms of s, y s and both losses of y s, from `score_histograms` and the classifier's record."""
    fig, axes = figure(7.2, 4.6, 2, 2)
    titles = {
        "s": "raw score s(x)",
        "ys": "margin y s(x), of errors ≤ 0",
        "hinge": "hinge loss f(y s(x))",
        "softplus": "softplus loss f(y s(x))",
    }
    sides = [
        f"{side} (y = {y})" for side, y in zip(words.sides(classifier["pair"]), ("−1", "+1"), strict=True)
    ]
    for ax, (quantity, title) in zip(axes.flat, titles.items(), strict=True):
        for label, colour, name in zip((-1, 1), (CLASS_I, CLASS_J), sides, strict=True):
            rows = (table["quantity"] == quantity) & (table["y"] == label)
            edges = np.append(table["left"][rows], table["right"][rows][-1])
            ax.stairs(table["count"][rows], edges, fill=True, color=colour, alpha=0.45)
            ax.stairs(table["count"][rows], edges, color=colour, label=name)
        ax.set(xlabel=title, ylabel=f"training {words.samples} per bin")
        ax.xaxis.set_major_locator(MaxNLocator(5))
        if quantity in LOSSES:
            count_axis(ax, table["count"][table["quantity"] == quantity].max())
        else:
            ax.axvline(0, color="0.1", linewidth=1, linestyle="--")
    legend_below(fig, axes[0, 0])
    fig.suptitle(f"Scores and losses at ‖w‖ = {plain(classifier['norm_w'])}")
    return fig


def count_axis(ax: Axes, highest: int) -> None:
    """A logarithmic vertical axis of counts up to the highest, with plain numbers."""
    ax.set(yscale="log", ylim=(0.7, None))
    ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if highest < 100 else (1,)))
    ax.yaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    ax.yaxis.set_minor_formatter(NullFormatter())


@themed
def losses() -> Figure:
    """The 0-1, hinge and softplus losses of a margin z."""
    fig, ax = figure(4.2, 3)
    z = np.linspace(-3, 3, 1201)
    for name, loss in CURVES.items():
        ax.plot(z, loss(z), color=LOSS_COLOURS[name], label=NAMES[name])
    ax.set(xlabel="margin z = y s(x)", ylabel="loss f(z)", xlim=(-3, 3), ylim=(0, 4))
    ax.legend()
    return fig


@themed
def scaled_losses(distance_margins: Array, norms: Sequence[float], words: Words) -> Figure:
    """The losses scaled by each of `norms` over the histogram of the margins y d (n,)."""
    fig, axes = figure(7.2, 3.0, 1, len(norms), sharey=True, squeeze=False)
    reach = np.abs(distance_margins).max() * 1.02
    d = np.linspace(-reach, reach, 1201)
    for ax, norm in zip(axes[0], norms, strict=True):
        for name, loss in CURVES.items():
            ax.plot(d, scaled(loss, norm)(d), color=LOSS_COLOURS[name], label=NAMES[name])
        ax.set(title=f"‖w‖ = {norm:g}", xlabel=f"y d(x) ({words.units})", xlim=(-reach, reach), ylim=(0, 4))
        ax.xaxis.set_major_locator(MaxNLocator(3))
        ax.patch.set_visible(False)
        counts = ax.twinx()
        counts.set_zorder(ax.get_zorder() - 1)
        counts.stairs(
            *np.histogram(distance_margins, histogram_edges(distance_margins, 60)), fill=True, color="0.88"
        )
        if ax is axes[0, -1]:
            counts.spines["right"].set_visible(True)
            counts.set_ylabel(f"training {words.samples} per bin")
        else:
            counts.set_yticks([])
    axes[0, 0].set_ylabel("scaled loss f(‖w‖ y d)")
    fig.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return fig


@themed
def limits(table: Columns, words: Words) -> Figure:
    """Empirical risk against ‖w‖ over its two limits, and the distances d_err and d_adv found in them.

    `table` is that of `risk_table`.
    """
    fig, (risk, large, small) = figure(7.2, 3.2, 1, 3)
    norm = table["norm"]
    d_err = table["large_norm_limit"][0] / norm[0]
    d_adv = (LOSSES["hinge"].alpha - table["hinge_small_norm_limit"][0]) / norm[0]
    for name, label in NAMES.items():
        risk.plot(norm, table[name], color=LOSS_COLOURS[name], label=label)
    for name, loss in LOSSES.items():
        colour = LOSS_COLOURS[name]
        limit = table[f"{name}_small_norm_limit"]
        risk.plot(
            norm[limit > 0],
            limit[limit > 0],
            color=colour,
            linestyle=":",
            label=f"α − β ‖w‖ {D_ADV}, {NAMES[name]}",
        )
        large.plot(norm, table[name] / norm, color=colour)
        small.plot(norm, (loss.alpha - table[name]) / (loss.beta * norm), color=colour)
    risk.plot(norm, table["large_norm_limit"], **ASYMPTOTE, label=f"‖w‖ {D_ERR}")
    large.axhline(d_err, **ASYMPTOTE)
    small.axhline(d_adv, **ASYMPTOTE)
    large.set_title(f"{D_ERR} = {plain(d_err)}")
    small.set_title(f"{D_ADV} = {plain(d_adv)}")
    lowest = min(table[name].min() for name in NAMES)
    risk.set(
        yscale="log", ylabel="empirical risk R", ylim=(0.3 * max(lowest, 1e-3), 3 * table["hinge"].max())
    )
    large.set(
        yscale="log",
        ylabel=f"R / ‖w‖ ({words.units})",
        ylim=(0.3 * max(d_err, 1e-3 * d_adv), 3 * (table["hinge"] / norm).max()),
    )
    small.set(ylabel=f"(α − R) / (β ‖w‖) ({words.units})")
    for ax in (risk, large, small):
        ax.set(xscale="log", xlabel=f"‖w‖ (1/{words.unit})")
    fig.legend(*risk.get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return fig
