"""Pictures of adversarially trained linear models of one pair of classes."""

import numpy as np
from matplotlib.figure import Figure

from experiments.adversarial_linear.rows import NAMES, accuracy_map, rows_of
from report.claims import Columns
from report.figures.colours import CLASS_I, CLASS_J, LOSS_COLOURS, SEQUENTIAL
from report.figures.style import figure, themed
from report.words import Words

LOOKS = {  # colour and marker
    ("hinge", "l2"): (LOSS_COLOURS["hinge"], "o"),
    ("softplus", "l2"): (LOSS_COLOURS["softplus"], "s"),
    ("hinge", "linf"): ("#CC79A7", "^"),
}
SHARE = "radius ε of training, over that of the collapse"


def figures(
    *, path: Columns, robust: Columns, planes: Columns, svm: Columns, words: Words, pair: str
) -> dict[str, Figure]:
    """The pictures of one pair, from its tables, planes and the SVM's path table."""
    return {
        "curves": curves(path, svm, pair, words),
        "robust": robust_maps(path, robust, pair, words),
        "planes": tilt_planes(planes, pair, words),
    }


@themed
def curves(path: Columns, svm: Columns, pair: str, words: Words) -> Figure:
    """Tilt, distance and errors of each kind of model against the radius, and the SVM's own path."""
    fig, (tilt, distance, error) = figure(6.4, 6.6, 3, 1, sharex=True)
    reach = rows_of(path, "hinge", "l2")
    collapse = float(reach["epsilon"][0] / reach["share"][0])
    shown = svm["epsilon_kind"] == "unique"
    share = svm["epsilon"][shown] / collapse
    tilt.plot(
        share, np.degrees(svm["theta"][shown]), color="0.75", linewidth=4, label="SVM of the path, at ε(λ)"
    )
    distance.plot(share, svm["d_adv"][shown], color="0.75", linewidth=4)
    error.plot(share, 100 * svm["err_test"][shown], color="0.75", linewidth=4)
    for (loss, norm), name in NAMES.items():
        rows = rows_of(path, loss, norm)
        known = rows["unique"] & ~rows["collapsed"]
        x = rows["share"][known]
        colour, marker = LOOKS[loss, norm]
        style = {"color": colour, "marker": marker, "markersize": 3}
        tilt.plot(x, np.degrees(rows["theta"][known]), label=name, **style)
        beside = np.degrees(rows["theta_regularised"][known])
        if loss == "softplus":
            tilt.plot(
                x, beside, color=colour, marker=marker, markerfacecolor="none", linestyle=":",
                label="logistic regression, L2-regularised",
            )  # fmt: skip
        distance.plot(x, rows["d_adv"][known], **style)
        error.plot(x, 100 * rows["err_test"][known], **style)
        error.plot(x, 100 * rows["err_train"][known], color=colour, linestyle="--", linewidth=1)
    tilt.set(ylabel="tilt θ (degrees)", ylim=(0, 90), yticks=[0, 30, 60, 90])
    distance.set(ylabel=rf"$d_\mathrm{{adv}}$ ({words.units})")
    distance.set_ylim(bottom=0)
    error.set(ylabel="error (%), dashed: training", xlabel=SHARE, xlim=(0, 1.05))
    error.set_ylim(bottom=0)
    fig.legend(*tilt.get_legend_handles_labels(), loc="outside lower center", ncols=2)
    fig.suptitle(f"{words.title(pair)}: the collapse is at {collapse:.3g} {words.units} in L2")
    return fig


@themed
def robust_maps(path: Columns, robust: Columns, pair: str, words: Words) -> Figure:
    """Accuracy over the radius of training and that of the attack, a panel for each kind of model."""
    fig, axes = figure(7.2, 3.0, 1, len(NAMES), squeeze=False)
    for ax, ((loss, norm), name) in zip(axes[0], NAMES.items(), strict=True):
        shares, table = accuracy_map(path, robust, loss, norm)
        places = np.arange(len(shares))
        image = ax.pcolormesh(places, places, 100 * table, cmap=SEQUENTIAL, vmin=0, vmax=100)
        ax.plot(places, places, color="w", linestyle="--", linewidth=1)
        every = places[:: max(1, len(places) // 4)]
        ticks = [f"{shares[k]:.2g}" for k in every]
        ax.set(
            title=name, xlabel="ε of training", ylabel="radius of the attack", xticks=every, xticklabels=ticks
        )
        ax.set(yticks=every, yticklabels=ticks)
        ax.set_facecolor("0.85")
    fig.colorbar(image, ax=axes, label="accuracy (%); grey: no one model", shrink=0.9)
    fig.suptitle(f"{words.title(pair)}: radii as shares of that of the collapse")
    return fig


@themed
def tilt_planes(planes: Columns, pair: str, words: Words) -> Figure:
    """Training data in the tilt planes, the boundary, and a line at the radius on either side."""
    count = len(planes["epsilon"])
    z, n = planes["z"], planes["n"]
    low, high = z.min(), z.max()
    across = np.abs(n).max()
    fig, axes = figure(
        7.2, 1.2 + 6.4 / count * min(2.2, 2 * across / (high - low)), 1, count,
        squeeze=False, sharex=True, sharey=True, subplot_kw={"aspect": 1},
    )  # fmt: skip
    mixed = np.random.default_rng(0).permutation(len(z))
    colours = np.where(planes["y"] < 0, CLASS_I, CLASS_J)
    size = np.clip(18000 / len(z), 3, 12)
    for k, ax in enumerate(axes[0]):
        ax.scatter(z[mixed], n[k][mixed], size, colours[mixed], alpha=0.35, linewidth=0, rasterized=True)
        theta, epsilon = planes["theta"][k], planes["epsilon"][k]
        along = np.array([-1.0, 1.0]) * 3 * max(high - low, 2 * across)
        foot = -planes["midpoint_distance"][k] * np.array([np.cos(theta), np.sin(theta)])
        for offset, style in ((0, "-"), (-epsilon, "--"), (epsilon, "--")):
            start = foot + offset * np.array([np.cos(theta), np.sin(theta)])
            ax.plot(
                start[0] - along * np.sin(theta),
                start[1] + along * np.cos(theta),
                style,
                color="0.1",
                linewidth=1,
            )
        ax.set(
            title=f"ε = {epsilon:.3g}, θ = {np.degrees(theta):.0f}°", xlabel=f"along ẑ ({words.units})",
            xlim=(low, high), ylim=(-1.05 * across, 1.05 * across),
        )  # fmt: skip
    axes[0, 0].set_ylabel(f"along n̂ ({words.units})")
    for colour, side in zip((CLASS_I, CLASS_J), words.sides(pair), strict=True):
        ax.scatter([], [], color=colour, label=side)
    ax.plot([], [], color="0.1", label="boundary")
    ax.plot([], [], "--", color="0.1", label="at distance ε")
    fig.legend(*ax.get_legend_handles_labels(), loc="outside lower center", ncols=4)
    fig.suptitle(words.title(pair))
    return fig
