"""The support vector machine and logistic regression of one pair, side by side."""

import numpy as np
from matplotlib.figure import Figure

from report.figures.colours import LOSS_COLOURS
from report.figures.style import figure, themed
from report.words import Words
from tilt.linear.tables import Columns

NAMES = {"hinge": "SVM (hinge)", "softplus": "logistic regression (softplus)"}


def figures(*, hinge: Columns, softplus: Columns, words: Words, pair: str) -> dict[str, Figure]:
    """The picture of one pair, from its path tables with either loss."""
    return {"comparison": comparison(hinge, softplus, pair, words)}


@themed
def comparison(hinge: Columns, softplus: Columns, pair: str, words: Words) -> Figure:
    """θ, d_adv and both errors of the two losses, against λ on the left and against ‖w‖ on the right.

    `hinge` and `softplus` are the path tables of the pair; the same height is the same quantity. ‖w‖ falls to
    the right, so that both columns run from the overfitted to the underfitted side.
    """
    fig, axes = figure(7.2, 6.4, 3, 2, sharex="col", sharey="row")
    for column, abscissa in enumerate(("lambda_article", "norm_w")):
        for loss, table in (("hinge", hinge), ("softplus", softplus)):
            style = {"color": LOSS_COLOURS[loss], "label": NAMES[loss]}
            x = table[abscissa]
            axes[0, column].plot(x, np.degrees(table["theta"]), **style)
            axes[1, column].plot(x, table["d_adv"], **style)
            axes[2, column].plot(x, 100 * table["err_test"], **style)
            axes[2, column].plot(x, 100 * table["err_train"], linestyle="--", color=style["color"])
    axes[0, 0].set(ylabel="tilt θ (degrees)", ylim=(0, 90), yticks=[0, 30, 60, 90])
    axes[1, 0].set(ylabel=rf"$d_\mathrm{{adv}}$ ({words.units})")
    axes[1, 0].set_ylim(bottom=0)
    axes[2, 0].set(ylabel="error (%)", xscale="log", xlabel=r"$\lambda_\mathrm{article}$")
    axes[2, 0].set_ylim(bottom=0)
    axes[2, 1].set(xscale="log", xlabel=f"‖w‖ (per {words.unit})")
    axes[2, 1].invert_xaxis()
    axes[0, 0].set_title("at the same λ")
    axes[0, 1].set_title("at the same ‖w‖")
    axes[2, 1].plot([], [], color="0.5", label="test error")
    axes[2, 1].plot([], [], color="0.5", linestyle="--", label="training error")
    fig.legend(*axes[2, 1].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    fig.suptitle(words.title(pair))
    return fig
