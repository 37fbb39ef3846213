"""Figures of the article's tables beside ours, drawn from the tables of `published.tables.deviations`."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure

from experiments.published.tables import ERRORS, ROUNDING, TOLERANCES, Pair, present
from pipeline.pair import pair_classes
from report.figures.style import figure, themed
from tilt.linear.tables import Columns

LAMBDA = r"$\lambda_\mathrm{article}$"
NAMES = {
    "theta": "tilt θ",
    "norm_w": "‖w‖",
    "d_adv": r"$d_\mathrm{adv}$",
    "err_train": "training error",
    "err_test": "test error",
}
UNITS = {"theta": "radians", "d_adv": "pixels", "err_train": "%", "err_test": "%"}
DEVIATION_UNITS = UNITS | {
    "norm_w": "relative",
    "err_train": "percentage points",
    "err_test": "percentage points",
}
HOLLOW = {"marker": "o", "linestyle": "", "markerfacecolor": "none", "markeredgewidth": 0.6}


def figures(*, compared: Mapping[str, Columns], shown: str) -> dict[str, Figure]:
    """Deviations of all pairs, and the curves of the pair `shown` or of the first that has a table."""
    found = present(compared)
    name = shown if shown in found else next(iter(found))
    return {
        "deviations": deviations({pair_classes(pair): table for pair, table in found.items()}),
        "pair": path_and_published(found[name], name),
    }


@themed
def path_and_published(compared: Columns, pair: str) -> Figure:
    """θ, d_adv and both errors of the pair named `pair` against λ: our curves, published values as dots."""
    fig, axes = figure(7.2, 4.8, 2, 2, sharex=True)
    lam, unique = compared["lambda_article"], compared["bias_unique"] == 1
    for ax, (quantity, unit) in zip(axes.flat, UNITS.items(), strict=True):
        factor = 100 if quantity in ERRORS else 1
        published = factor * compared[f"{quantity}_published"]
        solid = unique | (quantity not in ERRORS)
        ax.plot(lam[solid], published[solid], "o", color="0.65", markersize=4, label="the article")
        ax.plot(lam[~solid], published[~solid], color="0.4", markersize=4, **HOLLOW)
        ax.plot(lam, factor * compared[f"{quantity}_ours"], color="0.1", linewidth=1, label="ours")
        ax.set(xscale="log", ylabel=f"{NAMES[quantity]} ({unit})")
        ax.set_ylim(bottom=-0.02 * ax.get_ylim()[1])
    for ax in axes[1]:
        ax.set_xlabel(LAMBDA)
    axes[0, 0].plot([], [], color="0.4", markersize=4, **HOLLOW, label="the article, bias not unique")
    fig.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    fig.suptitle(pair)
    return fig


@themed
def deviations(compared: Mapping[Pair, Columns]) -> Figure:
    """Ours minus published against λ, all pairs at once, with tolerances, printed digits and the median.

    All tables have the same λ. Errors whose bias is not unique are hollow and not counted; the median over
    the pairs is drawn where at least half of them count.
    """
    fig, axes = figure(7.2, 5.0, 2, 3, sharex=True)
    lam = next(iter(compared.values()))["lambda_article"]
    unique = np.array([table["bias_unique"] == 1 for table in compared.values()])
    for ax, (quantity, tolerance) in zip(axes.flat, TOLERANCES.items(), strict=False):
        deviation = np.array([table[f"{quantity}_deviation"] for table in compared.values()])
        every, solid = np.broadcast_to(lam, deviation.shape), unique | (quantity not in ERRORS)
        if quantity in UNITS:
            ax.axhspan(-ROUNDING, ROUNDING, color="0.88")
        ax.plot(every[~solid], deviation[~solid], color="0.6", markersize=3, rasterized=True, **HOLLOW)
        dots = {"color": "0.4", "markersize": 2.5, "markeredgewidth": 0, "rasterized": True}
        ax.plot(every[solid], deviation[solid], "o", alpha=0.4, **dots)
        for side in (-tolerance, tolerance):
            ax.axhline(side, color="0.1", linewidth=1, linestyle="--")
        known = solid.mean(axis=0) >= 0.5
        ax.plot(
            lam[known], [np.median(deviation[solid[:, k], k]) for k in np.flatnonzero(known)], color="0.1"
        )
        within = np.count_nonzero(np.abs(deviation[solid]) <= tolerance)
        ax.set(
            xscale="log",
            title=f"{NAMES[quantity]}\n{within} of {np.count_nonzero(solid)} within",
            ylabel=DEVIATION_UNITS[quantity],
            ylim=np.array([-1.1, 1.1]) * max(tolerance, np.abs(deviation).max()),
        )
    for ax in (axes[0, 2], *axes[1, :2]):
        ax.set_xlabel(LAMBDA)
        ax.tick_params(labelbottom=True)
    key = axes[1, 2]
    key.set_axis_off()
    key.plot([], [], "o", **dots, label="one pair")
    key.plot([], [], color="0.6", markersize=3, **HOLLOW, label="one pair, bias not unique")
    key.plot([], [], color="0.1", label="median of the pairs")
    key.plot([], [], color="0.1", linewidth=1, linestyle="--", label="tolerance")
    key.fill_between([], [], color="0.88", label="rounding of the printed value")
    key.legend(loc="center")
    fig.supylabel("ours − article", fontsize="medium")
    return fig
