"""Figures of the two-layer networks of one pair: along the weight decay, distributions, distances, trade-off.

`networks`, `images` and `local` come from `study_tables`, `svm` is the path table of the pair.
Networks that diverged are left out; the titles count them. Article: the two-layer network.
"""

from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from experiments.two_layer.tables import Array, Columns, over_seeds, reached
from report.figures.colours import CLASS_I, CLASS_J, SEQUENTIAL
from report.figures.decay import decay_axis
from report.figures.style import figure, legend_below, themed
from report.numerals import counted
from report.words import Words
from tilt.linear.tables import optimal_row

LAMBDA = r"$\lambda_\mathrm{article}$"
PANELS = 3


def figures(
    *, networks: Columns, images: Columns, local: Columns, path: Columns, words: Words, pair: str
) -> dict[str, Figure]:
    """The pictures of one pair: its networks beside its SVM."""
    return {
        "errors": along_decay(networks, path, pair, words),
        "distributions": distributions(local, networks, pair, words),
        "found": distances_found(images, networks, pair, words),
        "trade_off": trade_off(networks, path, pair, words),
    }


@themed
def along_decay(networks: Columns, svm: Columns, pair: str, words: Words) -> Figure:
    """Errors and mean distances: against weight decay on the left, of the SVM against λ on the right."""
    fig, axes = figure(7.2, 5.4, 2, 2, sharex="col", sharey="row")
    errors, distances = axes
    for quantity, label, colour, style in (
        ("err_train", "training set", "0.5", "--"),
        ("err_test", "test set", "0.1", "-"),
    ):
        _with_interval(errors[0], networks, quantity, 100, color=colour, linestyle=style)
        errors[1].plot(svm["lambda_article"], 100 * svm[quantity], color=colour, linestyle=style, label=label)
    _with_interval(distances[0], networks, "d_adv", 1, color="0.1", label="mean of y d(x), training set")
    _with_interval(
        distances[0], networks, "found_mean", 1, color=CLASS_J, label="mean distance found, test set"
    )
    distances[1].plot(svm["lambda_article"], svm["d_adv"], color="0.1", label="mean of y d(x), training set")
    best = over_seeds(networks, "err_test")
    marks = [(svm["lambda_article"][optimal_row(svm)], axes[:, 1])]
    if best["n"].size:
        marks.append((best["weight_decay"][best["mean"].argmin()], axes[:, 0]))
    for place, column in marks:
        for ax in column:
            ax.axvline(place, color="0.1", linewidth=1, linestyle=":", label="least test error")
    decay_axis(distances[0], best["weight_decay"] if best["n"].size else networks["weight_decay"])
    distances[1].set(xscale="log", xlabel=LAMBDA)
    errors[0].set(title=f"two-layer networks, {_counted(networks)}", ylabel="error (%)")
    errors[1].set_title("SVM")
    distances[0].set_ylabel(f"distance ({words.units})")
    for ax in (errors[0], distances[0]):
        ax.set_ylim(bottom=0)
    errors[1].legend()
    distances[1].legend(*distances[0].get_legend_handles_labels(), loc="lower right")
    fig.suptitle(words.title(pair))
    return fig


@themed
def distributions(local: Columns, networks: Columns, pair: str, words: Words) -> Figure:
    """Distributions over the test images of ‖∇s(x)‖ and of y d(x): a curve per weight decay."""
    fig, (norms, distances) = figure(7.6, 3.4, 1, 2, sharey=True)
    kept = ~networks["diverged"]
    decays = np.unique(local["weight_decay"][kept])
    for decay, colour in _colours(decays).items():
        rows = kept & (local["weight_decay"] == decay)
        norm = local["gradient_norm"][rows]
        steep = norm > 0
        margin = (local["y"] * local["score"][rows])[steep] / norm[steep]
        norms.ecdf(norm[steep], color=colour, label=f"{decay:g}")
        distances.ecdf(margin, color=colour)
    distances.axvline(0, color="0.6", linewidth=1)
    if decays.size:
        all_margins = np.concatenate([line.get_xdata()[1:] for line in distances.lines[:-1]])
        distances.set_xlim(np.quantile(all_margins, (0.002, 0.995)))
    distances.set_xlabel(f"local distance y d(x) ({words.units})")
    distances.xaxis.set_major_locator(MaxNLocator(6))
    norms.set(xscale="log", xlabel=f"norm of the gradient ‖∇s(x)‖ (per {words.unit})")
    norms.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    norms.set_ylabel(f"share of the test {words.samples}")
    fig.legend(*norms.get_legend_handles_labels(), title="weight decay", loc="outside right center")
    fig.suptitle(f"{words.title(pair)}: {_counted(networks)}")
    return fig


@themed
def distances_found(images: Columns, networks: Columns, pair: str, words: Words) -> Figure:
    """Distance of the nearest adversarial example found against |d(x)|: low, middle and high weight decay."""
    decays = np.unique(networks["weight_decay"][~networks["diverged"]])
    shown = np.unique(decays[np.linspace(0, decays.size - 1, min(PANELS, decays.size)).round().astype(int)])
    fig, axes = figure(
        7.6, 3.9, 1, max(shown.size, 1), sharex=True, sharey=True, squeeze=False, subplot_kw={"aspect": 1}
    )
    usable = reached(images)
    limit = 0.0
    for ax, decay in zip(axes[0], shown, strict=False):
        rows = usable & (images["weight_decay"] == decay)
        local, found = np.abs(images["distance"][rows]), images["found"][rows]
        colours = np.where(images["y"][rows] < 0, CLASS_I, CLASS_J)
        ax.axline((0, 0), slope=1, color="0.1", linewidth=1, label="equal")
        ax.scatter(local, found, 7, colours, alpha=0.5, linewidth=0)
        median, correlation = (
            over_seeds(networks, name)["mean"][decays == decay][0] for name in ("ratio_median", "correlation")
        )
        ax.set_title(
            f"weight decay {decay:g}\nfound / local: {median:.3f}, correlation {correlation:.2f}", fontsize=8
        )
        ax.set_xlabel(f"local distance |d(x)| ({words.units})")
        limit = max(limit, float(np.quantile(local, 0.99)), float(found.max()))
    ax, reach = axes[0, -1], (0, 1.05 * limit or 1)
    axes[0, 0].set(ylabel=f"distance found ({words.units})", xlim=reach, ylim=reach)
    if not shown.size:
        ax.set_title(_counted(networks))
    for colour, name in zip((CLASS_I, CLASS_J), words.sides(pair), strict=True):
        ax.plot([], [], "o", color=colour, markersize=3, label=name)
    legend_below(fig, ax)
    return fig


@themed
def trade_off(networks: Columns, svm: Columns, pair: str, words: Words) -> Figure:
    """Test error against mean distance y d(x): the networks by weight decay, and the path of the SVM."""
    fig, ax = figure(5.6, 3.8)
    distance, error = over_seeds(networks, "d_adv"), over_seeds(networks, "err_test")
    ax.plot(svm["d_adv"], 100 * svm["err_test"], color="0.5", label="SVM along λ")
    best = optimal_row(svm)
    ax.plot(
        svm["d_adv"][best], 100 * svm["err_test"][best], "o", color="0.5", label="least test error of the SVM"
    )
    ax.plot(distance["mean"], 100 * error["mean"], color="0.8", linewidth=1, zorder=1)
    for k, (decay, colour) in enumerate(_colours(distance["weight_decay"]).items()):
        ax.errorbar(
            distance["mean"][k],
            100 * error["mean"][k],
            xerr=np.nan_to_num(distance["half"][k]),
            yerr=100 * np.nan_to_num(error["half"][k]),
            fmt="D",
            color=colour,
            markersize=5,
            label=f"two-layer, decay {decay:g}",
        )
    ax.set(
        xlabel=f"mean of y d(x), training set ({words.units})",
        ylabel="test error (%)",
    )
    ax.xaxis.set_major_locator(MaxNLocator(6))
    ax.set_ylim(bottom=-0.03 * ax.get_ylim()[1])
    fig.legend(*ax.get_legend_handles_labels(), loc="outside right center")
    fig.suptitle(f"{words.title(pair)}: {_counted(networks)}")
    return fig


def _with_interval(ax: Axes, networks: Columns, quantity: str, factor: float, **style: Any) -> None:
    """A line of means over the seeds, with their 95 % intervals where there is more than one seed."""
    of = over_seeds(networks, quantity)
    ax.errorbar(
        of["weight_decay"],
        factor * of["mean"],
        factor * np.nan_to_num(of["half"]),
        marker="o",
        markersize=4,
        capsize=2,
        **style,
    )


def _colours(decays: Array) -> dict[float, tuple[float, ...]]:
    shades = mpl.colormaps[SEQUENTIAL](np.linspace(0, 0.9, decays.size))
    return dict(zip(decays.tolist(), map(tuple, shades), strict=True))


def _counted(networks: Columns) -> str:
    """How many seeds a weight decay has, and which networks diverged."""
    seeds = np.unique(networks["seed"]).size
    diverged = networks["weight_decay"][networks["diverged"]]
    text = counted(seeds, "seed") + (", no interval" if seeds == 1 else "")
    if diverged.size:
        text += f"; diverged: {diverged.size}, decay {', '.join(f'{d:g}' for d in np.unique(diverged))}"
    return text
