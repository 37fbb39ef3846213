"""Figures of the toy problem: tilted boundaries, mirror images, one noisy point."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.toy.tables import (
    REPRESENTATIVE,
    SPREAD,
    Array,
    Columns,
    image,
    mirror_distance_table,
    normal,
)
from report.figures.colours import CLASS_I, CLASS_J, LOSS_COLOURS
from report.figures.style import figure, themed

PLANE = {"xlabel": "a (along the data, pixels)", "ylabel": "b (off the data, pixels)"}
GAP = r"$\|x_m - x\|$"
REACH = 20.0  # longer than any panel is wide

SHOWN_DEGREES = (0, 45, 85)


def figures(
    *, mirror_distance: Columns, training_set: Columns, noisy_point: Columns, four_fits: Columns
) -> dict[str, Figure]:
    """The pictures of the toy problem, from its tables."""
    shown = mirror_distance_table(np.radians(SHOWN_DEGREES))
    X = np.stack([training_set["a"], training_set["b"]], axis=1)
    return {
        "boundaries": boundaries(shown),
        "mirror_distance": distance_against_tilt(mirror_distance, shown),
        "noisy_point": four_boundaries(X, training_set["y"], four_fits),
        "tilt": tilt_against_lambda(noisy_point),
    }


@themed
def boundaries(table: Columns) -> Figure:
    """L_θ, x, its projected and its mirror image: a panel per row of `mirror_distance_table`."""
    fig, axes = figure(7.2, 2.8, 1, len(table["theta"]), sharex=True, sharey=True, squeeze=False)
    for k, (ax, theta) in enumerate(zip(axes[0], table["theta"], strict=True)):
        _sides(ax, normal(theta), 0.0)
        for side, colour, name in ((-1, CLASS_I, "class I"), (1, CLASS_J, "class J")):
            ax.plot(
                [side * SPREAD[0], side * SPREAD[1]], [0, 0], color=colour, linewidth=6, solid_capstyle="butt"
            )
            ax.text(side * np.mean(SPREAD), -1.2, name, color=colour, ha="center", va="center")
        x, x_p, x_m = (
            REPRESENTATIVE,
            *(np.array([table[f"{name}_a"][k], table[f"{name}_b"][k]]) for name in ("projected", "mirror")),
        )
        ax.plot(*np.stack([x, x_m]).T, color="0.3", linewidth=1, linestyle=":")
        ahead, aside = normal(theta), normal(theta + np.pi / 2)
        for point, label, face, offset in (
            (x, "$x$", "0.1", 12 * aside),
            (x_p, "$x_p$", "0.6", 8 * ahead - 12 * aside),
            (x_m, "$x_m$", "white", 12 * aside),
        ):
            ax.plot(*point, "o", color="0.1", markerfacecolor=face, markersize=6)
            ax.annotate(label, point, offset, textcoords="offset points", ha="center", va="center")
        ax.set(
            title=f"θ = {np.degrees(theta):.0f}°",
            xlabel=PLANE["xlabel"],
            xlim=(-4, 4),
            ylim=(-4, 4),
            aspect=1,
        )
    axes[0, 0].set_ylabel(PLANE["ylabel"])
    return fig


@themed
def distance_against_tilt(table: Columns, shown: Columns) -> Figure:
    """‖x_m - x‖ against θ, measured over the closed form, and x and x_m as images at the angles of `shown`.

    Both tables come from `mirror_distance_table`.
    """
    columns = len(shown["theta"])
    fig, axes = figure(7.2, 2.8, 2, 1 + columns, width_ratios=[1.3 + 0.5 * columns] + columns * [1])
    grid = axes[0, 0].get_gridspec()
    for ax in axes[:, 0]:
        ax.remove()
    curve = fig.add_subplot(grid[:, 0])
    curve.plot(
        np.degrees(table["theta"]), table["closed_form"], color="0.5", label=r"$2\,|x \cdot w_\theta|$"
    )
    curve.plot(
        np.degrees(table["theta"]), table["distance"], "o", color="0.1", markersize=3.5, label="measured"
    )
    curve.set(
        xlabel="tilt θ of the boundary (degrees)",
        ylabel=rf"{GAP} (L2, pixels in [0, 1])",
        xticks=[0, 30, 60, 90],
    )
    curve.set_ylim(bottom=0)
    curve.legend()
    for k, theta in enumerate(shown["theta"]):
        mirror = image(shown["mirror_a"][k], shown["mirror_b"][k])
        for ax, pixels, name in zip(
            axes[:, 1 + k], (image(*REPRESENTATIVE), mirror), ("$x$", "$x_m$"), strict=True
        ):
            ax.imshow(pixels.round(6), vmin=0, vmax=1)  # mid-grey lies between two grey levels
            ax.set(xticks=[], yticks=[], frame_on=False)
            if k == 0:
                ax.set_ylabel(name, rotation=0, ha="right", va="center")
        axes[0, 1 + k].set_title(f"θ = {np.degrees(theta):.0f}°")
        axes[1, 1 + k].set_xlabel(f"{GAP} = {shown['distance'][k]:.2f}")
    return fig


@themed
def four_boundaries(X: Array, y: Array, fits: Columns) -> Figure:
    """The training set, p and the boundary of each row of `four_fits`, with its tilt."""
    fig, axes = figure(7.2, 5.0, 2, 2, sharex=True, sharey=True)
    for k, ax in enumerate(axes.flat):
        w = np.array([fits["w_1"][k], fits["w_2"][k]])
        unit, offset = w / fits["norm_w"][k], fits["bias"][k] / fits["norm_w"][k]
        _sides(ax, unit, offset)
        for label, colour, name in ((-1, CLASS_I, "class I"), (1, CLASS_J, "class J")):
            ax.plot(*X[:-1][y[:-1] == label].T, "o", color=colour, alpha=0.6, markersize=4, label=name)
        ax.plot(
            *X[-1], "*", color=CLASS_J, markeredgecolor="0.1", markersize=11, label="noisy point p (class J)"
        )
        ax.set(
            title=f"{fits['classifier'][k]} {fits['l2'][k]} L2\n"
            f"λ = {fits['lambda'][k]:g}, θ = {np.degrees(fits['theta'][k]):.1f}°",
            xlim=(-3.6, 3.6),
            ylim=(-1.8, 1.8),
            aspect=1,
        )
    for ax in axes[1]:
        ax.set_xlabel(PLANE["xlabel"])
    for ax in axes[:, 0]:
        ax.set_ylabel(PLANE["ylabel"])
    fig.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return fig


@themed
def tilt_against_lambda(table: Columns) -> Figure:
    """θ against λ of `noisy_point_table`; filled dots where p is classified as labelled."""
    fig, ax = figure(4.6, 3.2)
    for loss, name in (("hinge", "SVM (hinge)"), ("softplus", "logistic regression (softplus)")):
        rows = table["loss"] == loss
        lam, theta = table["lambda"][rows], np.degrees(table["theta"][rows])
        fits_p = table["noisy_point_correct"][rows] == 1
        colour = LOSS_COLOURS[loss]
        ax.plot(lam, theta, color=colour, label=name)
        ax.plot(lam[fits_p], theta[fits_p], "o", color=colour, markersize=4)
        ax.plot(lam[~fits_p], theta[~fits_p], "o", color=colour, markerfacecolor="white", markersize=4)
    ax.plot([], [], "o", color="0.4", markersize=4, label="p classified as labelled")
    ax.plot([], [], "o", color="0.4", markerfacecolor="white", markersize=4, label="p ignored")
    ax.set(xscale="log", xlabel="λ of λ‖w‖²", ylabel="tilt θ of the boundary (degrees)", ylim=(0, 90))
    ax.set_yticks([0, 30, 60, 90])
    ax.legend()
    return fig


def _sides(ax: Axes, unit: Array, offset: float) -> None:
    """Draw the boundary unit·x + offset = 0 and tint its two sides with the colours of the classes."""
    along = np.array([-unit[1], unit[0]]) * REACH
    foot = -offset * unit
    line = np.stack([foot - along, foot + along])
    for side, colour in ((-1, CLASS_I), (1, CLASS_J)):
        ax.fill(
            *np.concatenate([line, line[::-1] + side * REACH * unit]).T, color=colour, alpha=0.1, linewidth=0
        )
    ax.plot(*line.T, color="0.1")
