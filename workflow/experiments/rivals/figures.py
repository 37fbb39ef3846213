"""Figures of weight decay and its rivals: the trade-off, accuracy against L2 radius, cost."""

import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from experiments.rivals.reported import curve_points
from experiments.rivals.styles import look
from experiments.rivals.tables import Columns, lines, rows_alike
from report.figures.decay import log_axis
from report.figures.style import figure, themed
from report.numerals import exact

SPACING = 0.075  # of the labels beside a figure, in heights of the axes
COLUMNS = 4
CUT = 5  # times the least test error, and 10 % at least, beyond which the trade-off only names a point


def figures(*, summary: Columns, curve: Columns, weight_decay: float, published: bool) -> dict[str, Figure]:
    """The pictures of the rivals, with what others report where `published`.

    `weight_decay` is that of the reference.
    """
    return {
        "trade_off": trade_off(summary, weight_decay),
        "radii": radii(summary, curve, weight_decay, published=published),
        "cost": cost(summary, weight_decay),
    }


@themed
def trade_off(summary: Columns, weight_decay: float) -> Figure:
    """Test error against median distance, one line a rival as its strength grows.

    Means over seeds with 95 % intervals in both directions; larger markers are later along a line, hollow
    ones have masked networks among them. Names stand at the right, joined with the last point of their line
    that is shown; points beyond CUT are named above.
    """
    fig, ax = figure(8.0, 5.2)
    ends, points, beyond, hollow = {}, [], [], False
    error = 100 * summary["test_error_mean"]
    known = np.isfinite(summary["minimal_norm_median_mean"]) & np.isfinite(error)
    cut = max(CUT * error[known].min(initial=100), 10)
    for k, line in enumerate(lines(summary, weight_decay).values()):
        drawn = known[line.rows]
        rows = line.rows[drawn]
        if not drawn.any() or (k and not drawn[~line.reference].any()):
            continue
        colour, marker, style = look(k)
        x, y = summary["minimal_norm_median_mean"][rows], error[rows]
        shown = y <= cut
        texts = np.array(line.texts())[drawn]
        beyond += [
            f"{line.label} {text} ({at:.0f} %)" for text, at in zip(texts[~shown], y[~shown], strict=True)
        ]
        ax.plot(x, y, style, color=colour, linewidth=1.2 if k else 2.4, zorder=2)
        x, y, rows = x[shown], y[shown], rows[shown]
        ax.errorbar(
            x, y, _half(summary, "test_error", rows, 100), _half(summary, "minimal_norm_median", rows),
            linestyle="none", ecolor=colour, elinewidth=0.7, alpha=0.35, zorder=1,
        )  # fmt: skip
        sizes = np.linspace(18, 60, len(rows)) if len(rows) > 1 else [40]
        masked = summary["n_masked"][rows] > 0
        faces = ["white" if each else colour for each in masked]
        ax.scatter(x, y, sizes, faces, marker=marker, edgecolors=colour, linewidths=1, zorder=3)
        points.append(np.stack([x, y]))
        hollow |= bool(masked.any())
        if len(rows):
            ends[line.label] = (float(x[-1]), float(y[-1]), colour)
    log_axis(ax, error[error <= cut])
    if points:
        x, y = np.concatenate(points, axis=1)
        ax.set(xlim=(0, 1.12 * x.max()), ylim=(y.min() / 1.2, 1.2 * y.max()))  # bars may end beyond
    ax.set(
        xlabel="median L2 norm of the nearest adversarial example (pixels in [0, 1])", ylabel="test error (%)"
    )
    ax.grid(color="0.92", linewidth=0.6)
    _name_ends(ax, ends)
    notes = {"diverged or at chance: ": [*_left_out(summary, weight_decay)], "beyond the frame: ": beyond}
    told = [textwrap.fill(of + "; ".join(names), 95) for of, names in notes.items() if names]
    ax.set_title("\n".join(told), loc="left", fontsize=7.5, color="0.3")
    if hollow:
        mark = Line2D([], [], linestyle="none", marker="o", markerfacecolor="white", color="0.3")
        ax.legend([mark], ["masked gradients"], loc="lower right")
    return fig


@themed
def radii(summary: Columns, curve: Columns, weight_decay: float, *, published: bool) -> Figure:
    """Accuracy against L2 radius: a panel a rival, a line a strength, dark where it is great.

    The dotted line in each is the reference; dashed ones have masked networks among them. Crosses are what
    others report of another network with the same regulariser.
    """
    found = lines(summary, weight_decay)
    rows = -(-len(found) // COLUMNS)
    columns = min(len(found), COLUMNS)
    fig, axes = figure(
        0.6 + 2.1 * columns, 0.5 + 2.2 * rows, rows, columns, squeeze=False, sharex=True, sharey=True
    )
    for ax in axes.flat[len(found) :]:
        ax.set_visible(False)
    for ax, (name, line) in zip(axes.flat, found.items(), strict=False):
        shades = colormaps["viridis_r"](np.linspace(0.2, 1, len(line.rows)))
        for row, text, of_reference, shade in zip(
            line.rows, line.texts(), line.reference, shades, strict=True
        ):
            radius, accuracy = of_row(curve, summary, row)
            if not np.isfinite(accuracy).any():
                text += " (left out)"
            style = ":" if of_reference else "--" if summary["n_masked"][row] else "-"
            ax.plot(radius, accuracy, style, color="0.4" if of_reference else shade, label=text)
        if published and (points := curve_points(name)):
            ax.plot(*zip(*points, strict=True), "x", color="black", markersize=5, label="others")
        ax.set_title(line.label, fontsize=8)
        ax.legend(fontsize=6.5, handlelength=1.2, loc="upper right")
        ax.set(ylim=(0, 1.02), xlim=(0, float(curve["radius"].max())))
        ax.grid(color="0.92", linewidth=0.6)
    for ax in axes.flat[max(len(found) - columns, 0) : len(found)]:
        ax.set_xlabel("L2 radius")
        ax.xaxis.set_tick_params(labelbottom=True)
    for ax in axes[:, 0]:
        ax.set_ylabel("accuracy")
    return fig


@themed
def cost(summary: Columns, weight_decay: float) -> Figure:
    """Seconds an epoch over those of the reference, a row a rival and a mark a strength."""
    found = lines(summary, weight_decay)
    fig, ax = figure(7.2, 1.1 + 0.3 * len(found))
    seconds = summary["seconds_per_epoch_mean"]
    own = seconds[found[""].rows[found[""].reference]]
    for k, line in enumerate(found.values()):
        colour, marker, _ = look(k)
        rows = line.rows if k == 0 else line.rows[~line.reference]
        if own.size:
            ax.plot(
                seconds[rows] / own[0], np.full(len(rows), k), marker, color=colour, markersize=6, alpha=0.8
            )
    ax.axvline(1, color="0.6", linewidth=0.8, zorder=0)
    ax.set(yticks=range(len(found)), yticklabels=[line.label for line in found.values()])
    ax.set(ylim=(len(found) - 0.5, -0.5), xlim=(0, None))
    ax.set_ylabel("rival")
    ax.set_xlabel("seconds an epoch over those of the reference")
    ax.grid(axis="y", color="0.92", linewidth=0.6)
    return fig


def of_row(curve: Columns, summary: Columns, row: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Radius and mean accuracy (k,) of a row of the `summary_table`, from the `curve_table`."""
    own = rows_alike(curve, summary, row)
    return curve["radius"][own], curve["accuracy_mean"][own]


def _left_out(summary: Columns, weight_decay: float) -> Iterator[str]:
    """Each rival and strength that has networks which count nowhere, and how many."""
    for k, line in enumerate(lines(summary, weight_decay).values()):
        for row, amount, of_reference in zip(line.rows, line.amounts, line.reference, strict=True):
            n, gone = summary["n"][row], summary["n_left_out"][row]
            if gone and not (k and of_reference):
                yield f"{line.label} {exact(amount)} ({gone} of {n + gone})"


def _half(summary: Columns, quantity: str, rows: NDArray[np.intp], factor: float = 1) -> NDArray[np.float64]:
    """Half the width of the intervals, 0 where there is none."""
    return np.nan_to_num(factor * (summary[f"{quantity}_high"][rows] - summary[f"{quantity}_mean"][rows]))


def _name_ends(ax: Axes, ends: Mapping[str, tuple[float, float, str]]) -> None:
    """Names beside the axes, from below in the order of the points (x, y) that they belong to."""
    ordered = sorted(ends.items(), key=lambda item: item[1][1])
    below = 0.5 - SPACING * (len(ordered) - 1) / 2
    for k, (name, (x, y, colour)) in enumerate(ordered):
        to: dict[str, Any] = {"arrowstyle": "-", "color": colour, "linewidth": 0.6, "relpos": (0, 0.5)}
        ax.annotate(
            name, (x, y), (1.03, below + k * SPACING), textcoords="axes fraction", va="center", color=colour,
            fontsize=8, arrowprops=to, annotation_clip=False,
        )  # fmt: skip
