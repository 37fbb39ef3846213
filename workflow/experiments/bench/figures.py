"""Timings of the solvers, of ours against the size of the problem, and of LeNet's training."""

from collections.abc import Mapping
from itertools import product

import numpy as np
from matplotlib.figure import Figure

from report.figures.style import figure, themed
from report.numerals import counted
from tilt.linear.tables import Columns

SOLVERS = {  # name in the tables: label, colour, marker
    "tilt": ("tilt, whole path", "#0072B2", "o"),
    "svc": ("SVC (libsvm, tol 1e-3)", "#D55E00", "s"),
    "linear_svc": ("LinearSVC (liblinear)", "#999933", "^"),
}
RECIPES = {  # name in the table: label, colour
    "usual": ("torchvision, DataLoader,\ntwo workers more", "#999933"),
    "channels_last": ("arrays by index,\nchannels last", "#D55E00"),
    "tilt": ("tilt", "#0072B2"),
}
SMALLEST_EXCESS = 1e-12
AXES = {
    "samples": ("n", "training samples n"),
    "features": ("d", "features d"),
    "lambdas": ("lambdas", "values of λ"),
}


def figures(*, fits: Mapping[str, Columns], table: Columns, sizes: Columns) -> dict[str, Figure]:
    """The pictures of the solvers, from their times and objectives by pair, and of ours against the size."""
    return {"solvers": solvers(table, dict(fits)), "scaling": scaling(sizes)}


def training_figures(*, times: Columns, floor: Mapping[str, float]) -> dict[str, Figure]:
    """The picture of the time of an epoch by recipe."""
    return {"training": training(times, floor["epoch_seconds"])}


@themed
def solvers(table: Columns, fits: Mapping[str, Columns]) -> Figure:
    """Time of a whole path by pair and solver, and each solver's excess over the least objective by λ.

    `table` has a row per pair, `fits` a table by λ for each; the excess is drawn for the first pair.
    """
    fig, (times, excess) = figure(7.2, 3.4, 1, 2)
    places = np.arange(len(table["pair"]))
    for shift, (solver, (label, colour, _)) in zip((0.27, 0, -0.27), SOLVERS.items(), strict=True):
        times.barh(places + shift, table[f"seconds_{solver}"], 0.25, color=colour, label=label)
    for place, ratio, seconds in zip(places, table["ratio"], table["seconds_svc"], strict=True):
        times.text(1.15 * seconds, place, f"SVC {ratio:.0f}×", va="center", fontsize=8)
    times.set(xscale="log", xlabel="CPU time of a path (s), one thread")
    times.set(xlim=(0.5 * table["seconds_tilt"].min(), 12 * table["seconds_svc"].max()))
    times.set_yticks(places, table["pair"])
    times.invert_yaxis()
    times.set_ylabel("pair")
    pair, fit = next(iter(fits.items()))
    objectives = {solver: fit[f"objective_{solver}"] for solver in SOLVERS}
    least = np.nanmin(list(objectives.values()), axis=0)
    for solver, (label, colour, marker) in SOLVERS.items():
        done = np.isfinite(objectives[solver])
        relative = np.maximum(objectives[solver] / least - 1, SMALLEST_EXCESS)
        lam = fit["lambda_article"]
        excess.plot(lam[done], relative[done], marker, color=colour, markersize=3, label=label)
    excess.set(xscale="log", yscale="log", xlabel=r"$\lambda_\mathrm{article}$")
    excess.set(ylabel="objective above the least, relative", title=f"{pair} (below 1e-12: drawn there)")
    fig.legend(*times.get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return fig


@themed
def scaling(table: Columns) -> Figure:
    """CPU time of our path against samples, features and values of λ, over its floor."""
    fig, axes = figure(7.2, 3.0, 1, 3, sharey=True)
    for ax, (axis, (column, label)) in zip(axes, AXES.items(), strict=True):
        rows = np.flatnonzero(table["axis"] == axis)
        x, passes = table[column][rows], table["floor_passes"][rows]
        ax.plot(x, table["seconds"][rows], "o-", color="#0072B2", label="tilt")
        ax.plot(x, passes + table["floor_cholesky"][rows], color="0.1", linestyle="--", label="floor")
        ax.plot(x, passes, color="0.6", linestyle=":", label="of it, passes over the data")
        size = {"n": "n = {}", "d": "d = {}", "lambdas": "{} values of λ"}
        fixed = [text.format(table[name][rows[0]]) for name, text in size.items() if name != column]
        ax.set(xscale="log", yscale="log", xlabel=label, title=", ".join(fixed))
        ax.set_xticks(x, [f"{value:g}" for value in x], rotation=45)
        ax.minorticks_off()
    axes[0].set_ylabel("CPU time of a path (s)")
    fig.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return fig


@themed
def training(table: Columns, floor: float) -> Figure:
    """Time of an epoch by recipe and threads: a dot per repetition, a bar at their median, and the floor."""
    fig, ax = figure(5.4, 3.2)
    threads = np.unique(table["threads"])
    height = 0.8 / len(threads)
    for (row, (recipe, (_, colour))), (k, count) in product(enumerate(RECIPES.items()), enumerate(threads)):
        seconds = table["epoch_seconds"][(table["recipe"] == recipe) & (table["threads"] == count)]
        place = row + (k - (len(threads) - 1) / 2) * height
        ax.barh(place, np.median(seconds), 0.9 * height, color=colour, alpha=0.5)
        ax.plot(seconds, np.full(len(seconds), place), "o", color=colour, markersize=4)
        label = counted(count, "thread")
        ax.annotate(label, (seconds.max(), place), (7, 0), textcoords="offset points", va="center")
    ax.axvline(floor, color="0.1", linestyle="--", linewidth=1, label="floor of direct sums, one thread")
    ax.set(xlabel="wall time of an epoch (s)", ylabel="recipe", xlim=(0, 1.25 * table["epoch_seconds"].max()))
    ax.set_yticks(range(len(RECIPES)), [label for label, _ in RECIPES.values()])
    ax.invert_yaxis()
    fig.legend(*ax.get_legend_handles_labels(), loc="outside lower center")
    return fig
