"""Figures of the SVM along λ: curves, margins, tilt planes, mirror images, and all pairs of classes.

Tables and arrays come from `tilt.linear.tables`, of one pair of classes unless said; `rows` are the rows of
the path table, each one λ, that get a panel. Article: the section on the SVM on MNIST.
"""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, MaxNLocator

from report.figures.colours import (
    CHANNELS,
    CLASS_I,
    CLASS_J,
    DIVERGING,
    LOSS_COLOURS,
    SEQUENTIAL,
    scale_ends,
)
from report.figures.style import figure, legend_below, named_ticks, themed
from report.numerals import counted, plain, significant
from report.words import Words
from tilt.linear.tables import Array, Columns, optimal_row
from tilt.losses import hinge, scaled

LAMBDA, OPTIMAL = r"$\lambda_\mathrm{article}$", r"$\lambda_\mathrm{optimal}$"
VALIDATED = r"$\lambda_\mathrm{validation}$"
D_ADV, GAP = r"$d_\mathrm{adv}$", r"$\|x_m - x\|$"
Z_HAT, N_HAT, W_HAT = r"$\hat{z}$", r"$\hat{n}$", r"$\hat{w}$"
PANELS_ACROSS = 3
THINNEST = 0.1  # extent of a tilt plane along n̂ that is drawn at least, over that along ẑ
LETTERS = 24  # of all these names, if they are to stand side by side
ANNOTATED = 10  # classes; numbers in the cells of larger maps would be too small to read


@themed
def path_curves(table: Columns, pair: str, words: Words) -> Figure:
    """θ, d_adv under its ceiling ½‖j - i‖ and the errors against λ, with λ_optimal, of one pair.

    The ceiling is d_adv / cos θ, for balanced classes.
    """
    fig, (tilt, distance, error) = figure(5.4, 6.2, 3, 1, sharex=True)
    lam, best = table["lambda_article"], optimal_row(table)
    tilt.plot(lam, np.degrees(table["theta"]), color="0.1")
    tilt.set(ylabel="tilt θ (degrees)", ylim=(0, 90), yticks=[0, 30, 60, 90])
    tilt.set_title("← overfitted", loc="left")
    tilt.set_title("underfitted →", loc="right")
    upright = table["theta"].argmin()
    ceiling = table["d_adv"][upright] / np.cos(table["theta"][upright])
    distance.axhline(ceiling, color="0.5", linestyle="--", label="½‖j − i‖")
    distance.plot(lam, table["d_adv"], color="0.1", label=D_ADV)
    distance.set(ylabel=f"{D_ADV} ({words.units})", ylim=(0, 1.1 * ceiling))
    distance.legend()
    error.axhline(0, color="0.8", linewidth=0.8)
    error.plot(lam, 100 * table["err_train"], color="0.5", linestyle="--", label="training set")
    error.plot(lam, 100 * table["err_test"], color="0.1", label="test set")
    if "err_validation" in table:
        error.plot(lam, 100 * table["err_validation"], color="0.5", linestyle="-.", label="validation set")
        validated = lam[optimal_row(table, "validation")]
        error.axvline(validated, color="0.5", linewidth=1, linestyle="-.", label=VALIDATED)
    least = table["err_test"] == table["err_test"][best]
    error.plot(
        lam[least], 100 * table["err_test"][least], "o", color="0.1", markersize=4, label="least test error"
    )
    error.set(ylabel="error (%)", xscale="log", xlabel=_lambda_label(table), xlim=(lam.min(), lam.max()))
    error.set_ylim(top=max(error.get_ylim()[1], 1))
    for ax in (tilt, distance, error):
        ax.axvspan(lam.min(), lam[best], color="0.94")
        ax.axvline(lam[best], color="0.1", linewidth=1, linestyle=":", label=OPTIMAL)
    error.legend()
    named = words.title(pair) + ("\n" if words.names else ": ")
    least = f"least test error {100 * table['err_test'][best]:.2f} % at {_value(lam[best])}"
    fig.suptitle(named + (least if table["err_test"].any() else "no test error at any λ"))
    return fig


@themed
def margins(plane: Columns, table: Columns, rows: list[int], pair: str, words: Words) -> Figure:
    """Histograms of y d(x) of the training data, class by class, and the hinge scaled by ‖w‖ over them.

    The panels share an axis where they share their bins.
    """
    counts, edges = plane["histogram_i"] + plane["histogram_j"], plane["histogram_edges"]
    shared = bool((edges == edges[0]).all())
    height = (1.6 if shared else 1.8) * len(rows)
    fig, axes = figure(5.8, 0.9 + height, len(rows), 1, sharex=shared, squeeze=False)
    for ax, k in zip(axes[:, 0], rows, strict=True):
        filled = np.flatnonzero(counts[rows if shared else [k]].any(axis=0))
        d = np.linspace(min(edges[k][filled[0]], 0), edges[k][filled[-1] + 1], 2001)
        for side, colour, name in zip("ij", (CLASS_I, CLASS_J), words.sides(pair), strict=True):
            ax.stairs(plane[f"histogram_{side}"][k], edges[k], fill=True, color=colour, alpha=0.45)
            ax.stairs(plane[f"histogram_{side}"][k], edges[k], color=colour, linewidth=1, label=name)
        ax.axvline(0, color="0.6", linewidth=1, label="boundary")
        ax.axvline(table["d_adv"][k], color="0.1", linewidth=1, linestyle=":", label=f"mean, {D_ADV}")
        ax.set(
            title=f"{_value(table['lambda_article'][k])}, {_norm_and_tilt(table, k)}",
            ylabel=f"{words.samples} per bin",
            xlim=(d[0], d[-1]),
        )
        loss = ax.twinx()
        loss.plot(d, scaled(hinge, table["norm_w"][k])(d), color=LOSS_COLOURS["hinge"])
        loss.set(ylim=(0, 3), ylabel="f(‖w‖ y d)")
        loss.spines["right"].set_visible(True)
    axes[-1, 0].set_xlabel(f"y d(x) ({words.units})")
    ax.plot([], [], color=LOSS_COLOURS["hinge"], label="scaled hinge")
    legend_below(fig, ax)
    return fig


@themed
def tilt_planes(plane: Columns, table: Columns, rows: list[int], pair: str, words: Words) -> Figure:
    """Training data in the tilt plane, boundary, margin lines y s = 1, representative and mirror images.

    The margin lines lie 1/‖w‖ to either side of the boundary; for large λ that is outside the panel.
    """
    shown = [plane["positions"][:, rows], plane["mirror_positions"][:, rows]]
    z = np.concatenate([plane["z"], *(points[..., 0].ravel() for points in shown)])
    strip = THINNEST * np.ptp(z) * np.array([-0.5, 0.5])
    n = np.concatenate([plane["n"][rows].ravel(), *(points[..., 1].ravel() for points in shown), strip])
    across = 2 if len(rows) == 4 else min(len(rows), PANELS_ACROSS)
    down = -(-len(rows) // across)
    height = 0.5 + down * (0.9 + 6.4 / across * np.ptp(n) / np.ptp(z))
    fig, axes = figure(
        7.2, height, down, across, sharex=True, sharey=True, squeeze=False, subplot_kw={"aspect": 1}
    )
    mixed = np.random.default_rng(0).permutation(len(plane["y"]))  # neither class lies over the other
    colours = np.where(plane["y"] < 0, CLASS_I, CLASS_J)
    size = np.clip(18000 / len(mixed), 3, 12)  # few points may be larger
    for ax, k in zip(axes.flat, rows, strict=False):
        ax.scatter(
            plane["z"][mixed],
            plane["n"][k][mixed],
            size,
            colours[mixed],
            alpha=0.35,
            linewidth=0,
            rasterized=True,
        )
        normal = np.array([np.cos(table["theta"][k]), np.sin(table["theta"][k])])
        along = np.array([-normal[1], normal[0]])
        for offset, style in ((0, "-"), (-1, "--"), (1, "--")):
            foot = (offset / table["norm_w"][k] - table["midpoint_distance"][k]) * normal
            ax.axline(foot, foot + along, color="0.1", linestyle=style, linewidth=1)
        for c, colour in enumerate((CLASS_I, CLASS_J)):
            x, mirror = plane["positions"][c, k], plane["mirror_positions"][c, k]
            ax.plot(*np.stack([x, mirror]).T, color="0.1", linewidth=1)
            ax.plot(*x, "o", color=colour, markeredgecolor="0.1", markersize=6)
            ax.plot(*mirror, "o", color=colour, markerfacecolor="white", markersize=6, markeredgewidth=1.5)
        ax.set_title(f"{_value(table['lambda_article'][k])}\n{_norm_and_tilt(table, k)}")
    axes[0, 0].set(xlim=_padded(z), ylim=_padded(n))
    for ax in axes.flat[len(rows) :]:
        ax.remove()
    for ax in axes[:, 0]:
        ax.set_ylabel(f"along {N_HAT} ({words.units})")
    for ax in axes.flat[max(len(rows) - across, 0) : len(rows)]:
        ax.set_xlabel(f"along {Z_HAT} ({words.units})")
        ax.tick_params(labelbottom=True)
    for colour, name in zip((CLASS_I, CLASS_J), words.sides(pair), strict=True):
        ax.plot([], [], "o", color=colour, markersize=3, label=name)
    ax.plot([], [], "o", color="0.6", markeredgecolor="0.1", label="representative $x$")
    ax.plot([], [], "o", color="0.4", markerfacecolor="white", label="its mirror image $x_m$")
    ax.plot([], [], color="0.1", linewidth=1, label="boundary")
    ax.plot([], [], color="0.1", linewidth=1, linestyle="--", label="margin")
    legend_below(fig, ax)
    return fig


@themed
def mirror_images(
    plane: Columns, table: Columns, weights: Columns, rows: list[int], pair: str, words: Words
) -> Figure:
    """The representative image of each class beside its mirror images, and ẑ beside ŵ, for each λ.

    Pixels outside [0, 1] are shown as 0 and 1; of colour images ẑ and ŵ have a row for each channel.
    """
    shape = tuple(weights["image_shape"])
    channels = CHANNELS if len(shape) > 2 else ("directions",)
    down = 2 + len(channels)
    fig, axes = figure(max(1.2 * (1 + len(rows)), 4), 1.6 + 1.2 * down, down, 1 + len(rows))
    for c, name in enumerate(words.sides(pair)):
        x, mirrors = plane["images"][c], plane["mirror_images"][c][rows]
        for ax, pixels in zip(axes[c], (x, *mirrors), strict=True):
            ax.imshow(pixels.reshape(shape).clip(0, 1), vmin=0, vmax=1)
        axes[c, 0].set_ylabel(name)
        axes[c, 0].set_xlabel(f"{GAP} ({words.units})")
        for ax, mirror in zip(axes[c, 1:], mirrors, strict=True):
            ax.set_xlabel(significant(np.linalg.norm(mirror - x)))
    directions = [weights["z_hat"], *(weights["w"][k] / table["norm_w"][k] for k in rows)]
    limit = np.abs(directions).max()
    for column, direction in zip(axes[2:].T, directions, strict=True):
        for ax, pixels in zip(column, np.moveaxis(direction.reshape(*shape[:2], -1), 2, 0), strict=True):
            shading = ax.imshow(pixels, cmap=DIVERGING, vmin=-limit, vmax=limit)
    for ax, name in zip(axes[2:, 0], channels, strict=True):
        ax.set_ylabel(name)
    for ax, name in zip(axes[-1], [Z_HAT, *[W_HAT] * len(rows)], strict=True):
        ax.set_xlabel(name)
    bar = fig.colorbar(shading, ax=axes[-1], location="bottom", shrink=0.4, aspect=30, ticks=MaxNLocator(5))
    bar.set_label("weight of a pixel (blue: towards I, red: towards J)")
    axes[0, 0].set_title("$x$")
    for ax, k in zip(axes[0, 1:], rows, strict=True):
        ax.set_title(lambda_and_tilt(table, k), fontsize=8)
    for ax in axes.flat:
        ax.set(xticks=[], yticks=[], frame_on=False)
    return fig


@themed
def pair_maps(summary: Columns, words: Words) -> Figure:
    """Maps over the pairs of classes: θ at the smallest λ and at λ_optimal, d_adv and test error there."""
    classes_i, rows = np.unique(summary["class_i"], return_inverse=True)
    classes_j, columns = np.unique(summary["class_j"], return_inverse=True)
    cells = np.full((classes_i.size, classes_j.size), np.nan)
    smallest, optimal = np.degrees(summary["theta_smallest"]), np.degrees(summary["theta_optimal"])
    thetas = np.concatenate([smallest, optimal])
    panels = (
        ("θ at the smallest λ", "degrees", smallest, thetas, ".0f"),
        (f"θ at {OPTIMAL}", "degrees", optimal, thetas, ".0f"),
        (f"{D_ADV} at {OPTIMAL}", words.units, summary["d_adv_optimal"], summary["d_adv_optimal"], ".2g"),
        (
            "least test error",
            "%",
            100 * summary["err_test_optimal"],
            100 * summary["err_test_optimal"],
            ".2f",
        ),
    )
    across, down = words.ticks(classes_j), words.ticks(classes_i)
    longest = max(map(len, words.names and [*across.values(), *down.values()]), default=0)
    fig, axes = figure(7.2 + 0.13 * longest, 6.4 + 0.08 * longest, 2, 2)
    for ax, (title, unit, values, scale, digits) in zip(axes.flat, panels, strict=True):
        cells[rows, columns] = values
        low, high = scale_ends(scale)
        mesh = ax.imshow(cells, cmap=SEQUENTIAL, vmin=low, vmax=high)
        fig.colorbar(mesh, ax=ax, shrink=0.8)
        if max(cells.shape) <= ANNOTATED:
            for i, j, value in zip(rows, columns, values, strict=True):
                colour = "0.1" if mesh.norm(value) > 0.55 else "white"
                ax.text(j, i, plain(value, digits), color=colour, ha="center", va="center", fontsize=7)
        ax.set(title=f"{title} ({unit})", xlabel="class J", ylabel="class I")
        named_ticks(ax, list(across), list(across.values()), LETTERS)
        ax.set_yticks(list(down), down.values())
    return fig


@themed
def all_paths(tables: Mapping[str, Columns], words: Words) -> Figure:
    """θ, d_adv and errors of every pair against λ with their median, and where λ_optimal lies.

    `tables` maps the name of a pair to its path table; all of them have the same values of λ. Errors are on
    a square-root scale, which shows the small ones and 0.
    """
    fig, axes = figure(5.4, 8.0, 5, 1, sharex=True, height_ratios=[1, 1, 1, 1, 0.8])
    first = next(iter(tables.values()))
    lam = first["lambda_article"]
    panels = (
        ("theta", "tilt θ (degrees)", 180 / np.pi),
        ("d_adv", f"{D_ADV} ({words.units})", 1),
        ("err_train", "training error (%)", 100),
        ("err_test", "test error (%)", 100),
    )
    for ax, (quantity, label, factor) in zip(axes, panels, strict=False):
        curves = factor * np.stack([table[quantity] for table in tables.values()])
        ax.plot(lam, curves.T, color="0.7", linewidth=0.6)
        ax.plot(lam, np.median(curves, axis=0), color="0.1", linewidth=2)
        ax.set_ylabel(label)
        ax.set_ylim(bottom=0)
    axes[0].set(ylim=(0, 90), yticks=[0, 30, 60, 90])
    for ax in axes[2:4]:
        ax.set_yscale("function", functions=(np.sqrt, np.square))
        ax.yaxis.set_major_locator(FixedLocator([0, 0.2, 1, 2, 5, 10, 20, 50]))
        ax.yaxis.set_major_formatter("{x:g}")
    axes[0].plot([], [], color="0.7", linewidth=0.6, label="one pair")
    axes[0].plot([], [], color="0.1", linewidth=2, label=f"median of {counted(len(tables), 'pair')}")
    axes[0].legend()
    optimal = [lam[optimal_row(table)] for table in tables.values()]
    places, counts = np.unique(optimal, return_counts=True)
    axes[4].plot(
        np.repeat(places, counts),
        np.concatenate([1 + np.arange(count) for count in counts]),
        "o",
        color="0.1",
        markersize=4,
    )
    middle = 10 ** np.median(np.log10(optimal))
    axes[4].axvline(middle, color="0.1", linewidth=1, linestyle=":", label=f"median: {_value(middle)}")
    axes[4].legend()
    axes[4].set(xscale="log", xlabel=_lambda_label(first), xlim=(lam.min(), lam.max()))
    axes[4].set(ylabel=f"pairs with {OPTIMAL}\nat this λ", ylim=(0, counts.max() + 1))
    axes[4].yaxis.set_major_locator(MaxNLocator(integer=True))
    return fig


def lambda_and_tilt(table: Columns, row: int) -> str:
    """λ_article and θ of a row of the path table, on two lines."""
    return f"{_value(table['lambda_article'][row])}\n{_tilt(table, row)}"


def _exponent(lam: float) -> str:
    return f"{np.log10(lam):.3g}"


def _value(lam: float) -> str:
    return rf"{LAMBDA} = $10^{{{_exponent(lam)}}}$"


def _lambda_label(table: Columns) -> str:
    return rf"{LAMBDA} = $10^{{{_exponent(table['lambda_article'][0] / table['lambda'][0])}}}\,\lambda$"


def _tilt(table: Columns, row: int) -> str:
    return f"θ = {np.degrees(table['theta'][row]):.1f}°"


def _norm_and_tilt(table: Columns, row: int) -> str:
    return f"‖w‖ = {plain(table['norm_w'][row])}, {_tilt(table, row)}"


def _padded(values: Array) -> tuple[float, float]:
    pad = 0.04 * np.ptp(values)
    return values.min() - pad, values.max() + pad
