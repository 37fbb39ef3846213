"""Figures of the SVM along λ: curves, margins, tilt planes, mirror images, maps over pairs, all pairs at once.

Tables and arrays come from `tilt.svm.tables`, of one pair of classes unless said; `rows` are the rows of the
path table, each one λ, that get a panel. Article: the section on the SVM on MNIST.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from tilt.figures.style import CLASS_I, CLASS_J, DIVERGING, LOSS_COLOURS, SEQUENTIAL, figure, themed
from tilt.losses import hinge, scaled
from tilt.svm.tables import Columns, optimal_row

LAMBDA, D_ADV, GAP = r"$\lambda_\mathrm{article}$", r"$d_\mathrm{adv}$", r"$\|x_m - x\|$"
PANELS_ACROSS = 3
ANNOTATED_CLASSES = 10  # numbers in the cells of larger maps would be too small to read


@themed
def path_curves(table: Columns, pair: str) -> Figure:
    """θ, d_adv under its ceiling ½‖j - i‖, and both errors against λ, with λ_optimal, of the pair named `pair`.

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
    distance.set(ylabel=f"{D_ADV} (pixels)", ylim=(0, 1.1 * ceiling))
    error.plot(lam, 100 * table["err_train"], color="0.5", linestyle="--", label="training set")
    error.plot(lam, 100 * table["err_test"], color="0.1", label="test set")
    least = table["err_test"] == table["err_test"][best]
    error.plot(lam[least], 100 * table["err_test"][least], "o", color="0.1", markersize=4, label="least")
    error.set(ylabel="error (%)", xscale="log", xlabel=_lambda_label(table), xlim=(lam.min(), lam.max()))
    error.set_ylim(bottom=0)
    for ax in (tilt, distance, error):
        ax.axvspan(lam.min(), lam[best], color="0.94")
        ax.axvline(lam[best], color="0.1", linewidth=1, linestyle=":")
    distance.legend()
    error.legend()
    fig.suptitle(
        f"{pair}: least test error {100 * table['err_test'][best]:.2f} % at λ_optimal: {_value(lam[best])}"
    )
    return fig


@themed
def margins(plane: Columns, table: Columns, rows: Sequence[int]) -> Figure:
    """Histograms of y d(x) of the training data, a colour per class, and the hinge scaled by ‖w‖ over them."""
    fig, axes = figure(5.8, 0.9 + 1.6 * len(rows), len(rows), 1, sharex=True, squeeze=False)
    edges = plane["histogram_edges"]
    d = np.linspace(edges[0], edges[-1], 2001)
    for ax, k in zip(axes[:, 0], rows, strict=True):
        for side, colour, name in (("i", CLASS_I, "class I"), ("j", CLASS_J, "class J")):
            ax.stairs(plane[f"histogram_{side}"][k], edges, fill=True, color=colour, alpha=0.45)
            ax.stairs(plane[f"histogram_{side}"][k], edges, color=colour, linewidth=1, label=name)
        ax.axvline(table["d_adv"][k], color="0.1", linewidth=1, linestyle=":", label=f"mean, {D_ADV}")
        ax.set(title=f"{_value(table['lambda_article'][k])}, {_norm_and_tilt(table, k)}", ylabel="images")
        loss = ax.twinx()
        loss.plot(d, scaled(hinge, table["norm_w"][k])(d), color=LOSS_COLOURS["hinge"])
        loss.set(ylim=(0, 3), ylabel="f(‖w‖ y d)")
        loss.spines["right"].set_visible(True)
    filled = np.flatnonzero((plane["histogram_i"][rows] + plane["histogram_j"][rows]).any(axis=0))
    axes[-1, 0].set(xlabel="y d(x) (pixels)", xlim=(edges[filled[0]], edges[filled[-1] + 1]))
    ax.plot([], [], color=LOSS_COLOURS["hinge"], label="scaled hinge (right axis)")
    fig.legend(*ax.get_legend_handles_labels(), loc="outside lower center", ncols=4)
    return fig


@themed
def tilt_planes(plane: Columns, table: Columns, rows: Sequence[int]) -> Figure:
    """Training data in the tilt plane, boundary, margin lines y s = 1, representative and mirror images.

    The margin lines lie 1/‖w‖ to either side of the boundary; for large λ that is outside the panel.
    """
    shown = [plane["positions"][:, rows], plane["mirror_positions"][:, rows]]
    z = np.concatenate([plane["z"], *(points[..., 0].ravel() for points in shown)])
    n = np.concatenate([plane["n"][rows].ravel(), *(points[..., 1].ravel() for points in shown)])
    across = min(len(rows), PANELS_ACROSS)
    down = -(-len(rows) // across)
    height = 0.6 + down * (0.5 + 6.4 / across * np.ptp(n) / np.ptp(z))
    fig, axes = figure(7.2, height, down, across, sharex=True, sharey=True, squeeze=False)
    mixed = np.random.default_rng(0).permutation(len(plane["y"]))  # neither class lies over the other
    colours = np.where(plane["y"] < 0, CLASS_I, CLASS_J)
    for ax, k in zip(axes.flat, rows, strict=False):
        ax.scatter(
            plane["z"][mixed], plane["n"][k][mixed], 3, colours[mixed], alpha=0.35, linewidth=0, rasterized=True
        )
        normal = np.array([np.cos(table["theta"][k]), np.sin(table["theta"][k])])
        along = np.array([-normal[1], normal[0]])
        for offset, style in ((0, "-"), (-1, "--"), (1, "--")):
            foot = (offset / table["norm_w"][k] - table["midpoint_distance"][k]) * normal
            ax.axline(foot, foot + along, color="0.1", linestyle=style, linewidth=1)
        for c, colour in enumerate((CLASS_I, CLASS_J)):
            ends = np.stack([plane["positions"][c, k], plane["mirror_positions"][c, k]])
            ax.plot(*ends.T, color="0.1", linewidth=1)
            for point, face in zip(ends, (colour, "white"), strict=True):
                ax.plot(*point, "o", color="0.1", markerfacecolor=face, markersize=6)
        ax.set_title(f"{_value(table['lambda_article'][k])}\n{_norm_and_tilt(table, k)}")
    axes[0, 0].set(aspect=1, xlim=_padded(z), ylim=_padded(n))
    return fig
