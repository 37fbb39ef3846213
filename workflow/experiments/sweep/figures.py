"""Figures of many networks: quantities against weight decay, distance of the recipes, maps of both scales."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from experiments.attack.styles import ASCENT, styles
from experiments.sweep.tables import GROUPS, attacks_of, shown_recipe
from experiments.training.figures import PUBLISHED, along_epochs, error_axis, error_curves
from report.article import ATTACK_MEAN, LENET_CURVES, LENET_DECAYS, LENET_RMS, LENET_TEST_ERROR
from report.figures.decay import MARKERS, decay_axis, log_axis, recipe_styles
from report.figures.style import entries_below, figure, themed
from report.networks import layers_of

Columns = Mapping[str, NDArray[Any]]

DIVERGED: dict[str, Any] = {"marker": "x", "linestyle": "none", "markersize": 5, "clip_on": False}


def figures(
    *,
    networks: Columns,
    summary: Columns,
    search: Columns,
    histories: Mapping[str, Columns],
    shown: str,
    published: bool,
) -> dict[str, Figure]:
    """The pictures of the sweep; the curves are of the recipe of the network `shown`, or of the first."""
    of_recipe = np.flatnonzero(networks["recipe"] == shown_recipe(networks, shown))
    names = networks["network"][of_recipe]
    curves = along_epochs(
        [histories[name] for name in names],
        **{name: networks[name][of_recipe].tolist() for name in ("recipe", "weight_decay", "diverged")},
        network=names.tolist(),
    )
    return {
        "errors": errors(summary, networks, published=published),
        "robustness": robustness(summary, networks, published=published),
        "rms": layer_rms(summary, networks, published=published),
        "curves": error_curves(curves),
        "search": distances(search),
    }


@themed
def errors(summary: Columns, networks: Columns, *, published: bool) -> Figure:
    """Training and test error at the end against weight decay.

    Takes a `sweep.summary_table` and its `sweep.networks_table`; `published` marks the article's values. Here
    as in the next two figures a recipe has a colour, a line through the means over seeds with the 95 %
    interval as a band, a dot for each network, and a cross at the top edge where networks diverged.
    """
    ends = {side: LENET_CURVES[side, "train_error"] for side in LENET_DECAYS}
    values = {
        "train_error": {side: curve[max(curve)] for side, curve in ends.items()},
        "test_error": LENET_TEST_ERROR,
    }
    labels = {"train_error": "training error (%)", "test_error": "test error (%)"}
    fig, axes = figure(7.2, 3.4, 1, 2)
    for ax, (quantity, marks) in zip(axes, values.items(), strict=True):
        _against_decay(ax, summary, networks, quantity, 100)
        marks = marks if published else {}
        _mark(ax, marks)
        ax.set_ylabel(labels[quantity])
        error_axis(ax, np.array([*(100 * networks[quantity][~networks["diverged"]]), *marks.values()]))
    _legend(fig, axes[0], summary, published)
    return fig


@themed
def robustness(summary: Columns, networks: Columns, *, published: bool) -> Figure:
    """Mean norm of the targeted ascent, median norms of the other attacks that found one, and temperature."""
    panels = {}
    for attack, look in styles(attacks_of(summary)).items():
        statistic = "mean" if attack == ASCENT else "median"
        if np.isfinite(summary[f"{attack}_{statistic}_mean"]).any():
            panels[f"{attack}_{statistic}"] = f"{statistic} {look.norm}\n(pixels in [0, 1])"
    panels["temperature"] = "temperature"
    fig, axes = figure(0.6 + 3.3 * len(panels), 3.6, 1, len(panels), squeeze=False)
    for ax, (quantity, label) in zip(axes[0], panels.items(), strict=True):
        _against_decay(ax, summary, networks, quantity)
        _mark(ax, ATTACK_MEAN if published and quantity == f"{ASCENT}_mean" else {})
        ax.set_ylabel(label)
        ax.set_ylim(bottom=0)
    _legend(fig, axes[0, 0], summary, published)
    return fig


@themed
def layer_rms(summary: Columns, networks: Columns, *, published: bool) -> Figure:
    """Root mean square of each layer's weights at the end."""
    layers = layers_of(networks)
    rows = -(-len(layers) // 2)
    fig, axes = figure(7.2, 2.7 * rows, rows, 2, squeeze=False)
    for ax in axes.flat[len(layers) :]:
        ax.set_visible(False)
    for ax, layer in zip(axes.flat, layers, strict=False):
        _against_decay(ax, summary, networks, f"rms_{layer}")
        marks = {side: rms[layer] for side, rms in LENET_RMS.items() if published and layer in rms}
        _mark(ax, marks)
        ax.set(title=layer, ylabel="RMS of the weights")
        log_axis(ax, np.array([*networks[f"rms_{layer}"][~networks["diverged"]], *marks.values()]))
    _legend(fig, axes[0, 0], summary, published)
    return fig


@themed
def distances(table: Columns) -> Figure:
    """Distance of each recipe from the article's figures by group, from a `sweep.search_table`."""
    fig, ax = figure(7.2, 1.5 + 0.4 * len(table["recipe"]))
    at = np.arange(len(table["recipe"]))
    palette = sns.color_palette("colorblind", len(GROUPS))
    for (group, name), colour, marker in zip(GROUPS.items(), palette, MARKERS, strict=False):
        ax.plot(table[group], at, marker, color=colour, markersize=6, label=name)
    ax.plot(table["distance"], at, "|", color="0.1", markersize=16, markeredgewidth=2, label="all groups")
    ax.axvline(1, color="0.4", linewidth=1, linestyle="--", label="tolerated")
    for row in np.flatnonzero(np.isnan(table["distance"])):
        ax.text(0.02, row, "diverged or without a norm", color="0.3", fontsize=8, va="center")
    ax.set(yticks=at, yticklabels=table["recipe"], ylim=(max(len(at), 1) - 0.5, -0.5), xlim=(0, None))
    ax.set_xlabel("root mean square deviation from the article's figures (tolerances)")
    ax.grid(axis="y", color="0.9", linewidth=0.6)
    fig.legend(*ax.get_legend_handles_labels(), loc="outside upper center", ncols=3)
    return fig


def _against_decay(ax: Axes, summary: Columns, networks: Columns, quantity: str, factor: float = 1) -> None:
    for k, (recipe, (colour, marker)) in enumerate(recipe_styles(summary["recipe"]).items()):
        rows = summary["recipe"] == recipe
        mean, low, high = (factor * summary[f"{quantity}_{k}"][rows] for k in ("mean", "low", "high"))
        decays, diverged = summary["weight_decay"][rows], summary["n_left_out"][rows] > 0
        ax.plot(decays, mean, color=colour, marker=marker, markersize=5, label=recipe)
        ax.fill_between(decays, low, high, color=colour, alpha=0.2, linewidth=0)
        single = (networks["recipe"] == recipe) & ~networks["diverged"]
        dots = factor * networks[quantity][single]
        ax.plot(networks["weight_decay"][single], dots, ".", color=colour, markersize=4, alpha=0.5)
        if diverged.any():
            top = np.full(diverged.sum(), 1 + 0.04 * k)
            ax.plot(decays[diverged], top, transform=ax.get_xaxis_transform(), color=colour, **DIVERGED)
    decay_axis(ax, np.unique(summary["weight_decay"]))


def _mark(ax: Axes, values: Mapping[str, float]) -> None:
    """The article's values at its weight decays."""
    for side, value in values.items():
        ax.plot(LENET_DECAYS[side], value, linestyle="none", zorder=4, **PUBLISHED)


def _legend(fig: Figure, ax: Axes, summary: Columns, published: bool) -> None:
    handles, labels = ax.get_legend_handles_labels()
    for label, style, there in (
        ("published", {"linestyle": "none", **PUBLISHED}, published),
        (
            "diverged or at chance",
            {"color": "0.3", **DIVERGED},
            summary["n_left_out"].any(),
        ),
    ):
        if there:
            handles.append(Line2D([], [], **style))
            labels.append(label)
    entries_below(fig, handles, labels)
