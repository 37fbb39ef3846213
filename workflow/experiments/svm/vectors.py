"""The figure of mirror images for data that are vectors: features as bars instead of pixels."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from experiments.svm.drawings import GAP, W_HAT, Z_HAT, lambda_and_tilt
from report.figures.colours import CLASS_I, CLASS_J
from report.figures.style import figure, themed
from report.numerals import significant
from report.words import Words
from tilt.linear.tables import Columns


@themed
def mirror_vectors(
    plane: Columns, table: Columns, weights: Columns, rows: list[int], pair: str, words: Words
) -> Figure:
    """The representative vector of each class beside its mirror images, and ẑ beside ŵ, for each λ.

    Arguments are those of `mirror_images`; a bar for each feature, x as a line over its mirror images.
    """
    fig, axes = figure(max(1.7 * (1 + len(rows)), 4), 5.4, 3, 1 + len(rows), sharex=True, sharey="row")
    edges = np.arange(len(weights["z_hat"]) + 1) - 0.5
    for c, (name, colour) in enumerate(zip(words.sides(pair), (CLASS_I, CLASS_J), strict=True)):
        x = plane["images"][c]
        axes[c, 0].stairs(x, edges, fill=True, color=colour, alpha=0.45)
        for ax, mirror in zip(axes[c, 1:], plane["mirror_images"][c][rows], strict=True):
            ax.stairs(mirror, edges, fill=True, color=colour, alpha=0.45)
            outline = ax.stairs(
                x, edges, baseline=None, color="0.1", linewidth=min(0.8, 30 / len(x)), label="outline: $x$"
            )
            ax.set_title(f"{GAP} = {significant(np.linalg.norm(mirror - x))}", fontsize=8)
        axes[c, 0].set_ylabel(f"{name}\nvalue")
    directions = [weights["z_hat"], *(weights["w"][k] / table["norm_w"][k] for k in rows)]
    for ax, direction, name in zip(axes[2], directions, [Z_HAT, *[W_HAT] * len(rows)], strict=True):
        ax.stairs(direction, edges, fill=True, color="0.4")
        ax.set_title(name)
        ax.set_xlabel("feature")
        ax.xaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes[2, 0].set_ylabel("weight")
    for ax in axes.flat:
        ax.axhline(0, color="0.1", linewidth=0.6)
    axes[0, 0].set_title("$x$")
    for ax, k in zip(axes[0, 1:], rows, strict=True):
        ax.set_title(f"{lambda_and_tilt(table, k)}\n{ax.get_title()}", fontsize=8)
    fig.legend(handles=[outline], loc="outside lower center")
    return fig
