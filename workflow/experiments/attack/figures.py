"""Figures of the attacks on LeNet: examples, distributions of norms, norms by class, accuracies."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from experiments.attack.statistics import ATTACKED, first_images, found_norms
from experiments.training.figures import PUBLISHED, bare, legend, network_colours, signed_scale
from report.article import ATTACK_NORMS
from report.figures.colours import DIVERGING
from report.figures.style import figure, named_ticks, themed
from report.words import Words, short
from tilt.intervals import wilson_interval
from tilt.io import Table

NARROW = 11  # letters of a class's name above an image
LETTERS = 60  # of the names of classes that stand side by side
NORM = "L2 norm of the perturbation\n(pixels in [0, 1])"


def figures(
    *,
    attacks: Mapping[str, Mapping[str, NDArray[Any]]],
    accuracies: Mapping[str, Table],
    low: Mapping[str, NDArray[Any]],
    high: Mapping[str, NDArray[Any]],
    words: Words,
    networks: Mapping[str, Mapping[str, Any]],
    shown: Mapping[str, str],
    published: bool,
) -> dict[str, Figure]:
    """The pictures of the networks named; `low` and `high` are the images of the two shown."""
    tables = {name: attacks[name] for name in networks}
    drawn = {}
    for side, images in (("low", low), ("high", high)):
        name = shown[side]
        first = first_images(tables[name])
        drawn[side] = adversarial_examples(
            f"{name}: weight decay {networks[name]['weight_decay']:g}",
            images["originals"][first],
            images["adversarial"][first],
            {column: values[first] for column, values in tables[name].items()},
            words,
        )
    of_article = {shown[side]: np.array(norms) for side, norms in ATTACK_NORMS.items()}
    return drawn | {
        "norms": norm_distribution(tables),
        "distances": distance_curves(tables),
        "classes": norms_by_class(tables, words, of_article if published else None),
        "accuracy": accuracy_curves({name: accuracies[name] for name in networks}),
    }


@themed
def adversarial_examples(
    title: str,
    originals: NDArray[np.floating[Any]],
    adversarial: NDArray[np.floating[Any]],
    table: Table,
    words: Words,
) -> Figure:
    """Original, adversarial example and perturbation, a column per row of an `ascent_table`.

    Images are (n, h, w) on the 0-255 scale. Above the first two rows stands class@score, above the third the
    norm; a target that was not reached is in brackets. A network that was not attacked shows its originals.
    """

    def scored(label: float, score: float) -> str:
        named = short(words.class_name(label), NARROW) + "\n" if words.names else f"{label}"
        return f"{named}@{score:.2f}"

    n, status = len(originals), table["status"][0]
    change = (adversarial - originals) / 255
    limit = float(np.nan_to_num(np.abs(change)).max()) or 1.0
    fig, axes = figure(1.5 + 0.72 * n, 3.2, 3, n, squeeze=False)
    for k in range(n):
        reached = scored(table["target"][k], table["p_target_end"][k])
        titles = (
            scored(table["predicted"][k], table["p_source_start"][k]),
            reached if table["success"][k] else f"({reached})",
            f"{table['norm'][k]:.2f}",
        )
        if status != ATTACKED:
            titles = (short(words.class_name(table["label"][k]), NARROW), "–", "–")
        axes[0, k].imshow(originals[k], vmin=0, vmax=255)
        axes[1, k].imshow(adversarial[k], vmin=0, vmax=255)
        picture = axes[2, k].imshow(change[k], cmap=DIVERGING, vmin=-limit, vmax=limit)
        for ax, text in zip(axes[:, k], titles, strict=True):
            ax.set_title(text, fontsize=8.5, pad=2.5)
            bare(ax)
    for ax, name in zip(
        axes[:, 0], ("original", "adversarial\nexample", "perturbation\nand L2 norm"), strict=True
    ):
        ax.set_ylabel(name, rotation=0, ha="right", va="center")
    signed_scale(fig, picture, limit, list(axes[2]))
    mean = f"mean L2 norm {np.mean(table['norm']):.2f}" if status == ATTACKED else status
    fig.suptitle(f"{title}: {mean}")
    return fig


@themed
def norm_distribution(tables: Mapping[str, Table]) -> Figure:
    """Norms of all targeted perturbations, a strip and a box per network; crosses are attacks that failed.

    Boxes show the median and quartiles of the attacks that succeeded, whiskers their 5th and 95th percentile.
    """
    colours = network_colours(list(tables))
    fig, ax = figure(1.6 + 1.2 * max(len(tables), 3), 3.2)
    rng = np.random.default_rng(0)
    for k, (name, table) in enumerate(tables.items()):
        norm, success = np.asarray(table["norm"]), np.asarray(table["success"])
        at = k + rng.uniform(-0.28, 0.28, len(norm))
        ax.scatter(at[success], norm[success], s=8, color=colours[name], alpha=0.55, linewidth=0)
        ax.scatter(at[~success], norm[~success], s=16, color="0.1", marker="x", linewidth=0.8)
        ax.boxplot(
            norm[success],
            positions=[k],
            widths=0.66,
            whis=(5, 95),
            showfliers=False,
            medianprops={"color": "0.1"},
        )
    names = [_named(name, table, "\n") for name, table in tables.items()]
    ax.set(xticks=range(len(tables)), xticklabels=names, xlabel="network", ylabel=NORM, ylim=(0, None))
    return fig


@themed
def distance_curves(tables: Mapping[str, Table]) -> Figure:
    """Share of the images that have an adversarial example within a distance, a colour per network.

    Solid: the minimal-norm attack, with its median as a dot; dotted: the targeted ascent. Shares are of all
    attacked images, so that a curve stays below 100 % by the attacks that failed.
    """
    colours = network_colours(list(tables))
    fig, ax = figure(6.4, 3.4)
    limit = max(
        (norms.max() for table in tables.values() for norms in _sorted_norms(table).values() if norms.size),
        default=1.0,
    )
    for name, table in tables.items():
        n = len(table["norm"])
        for (quantity, norms), style in zip(_sorted_norms(table).items(), (":", "-"), strict=True):
            share = 100 * np.arange(len(norms) + 1) / n
            label = _counted(name, table, n) if quantity == "minimal_norm" else None
            at = np.concatenate([[0], norms, [1.04 * limit]])
            ax.step(at, [*share, share[-1]], where="post", color=colours[name], linestyle=style, label=label)
            if quantity == "minimal_norm" and 2 * len(norms) >= n:
                ax.plot(norms[(n - 1) // 2], 50, "o", color=colours[name], markersize=5)
    ax.plot([], [], "o-", markersize=5, color="0.3", label="minimal norm, median")
    ax.plot([], [], ":", color="0.3", label="targeted ascent")
    ax.set(xlabel=NORM.replace("\n", " "), ylabel="images with an adversarial\nexample within it (%)")
    ax.set(xlim=(0, 1.04 * limit), ylim=(0, 103))
    legend(fig, ax, False)
    return fig


@themed
def accuracy_curves(tables: Mapping[str, Table]) -> Figure:
    """Accuracy, in Wilson's intervals, against the magnitude ε of the linear attack: `accuracy_table`s."""
    colours = network_colours(list(tables))
    fig, ax = figure(6.4, 3.2)
    for name, table in tables.items():
        epsilon, accuracy, images = (
            np.asarray(table[column])[np.argsort(table["epsilon"])]
            for column in ("epsilon", "accuracy", "images")
        )
        low, high = wilson_interval(accuracy, images)
        label = _counted(name, table, images[0])
        ax.plot(epsilon, 100 * accuracy, "o-", markersize=4, color=colours[name], label=label)
        ax.fill_between(epsilon, 100 * low, 100 * high, color=colours[name], alpha=0.2, linewidth=0)
    ax.grid(axis="y", color="0.9", linewidth=0.6)
    if not any(np.isfinite(table["accuracy"]).any() for table in tables.values()):
        ax.set_xlim(0, 1)
    ax.set(xlabel="change ε of every pixel (pixels in [0, 1])", ylabel="test accuracy (%)", ylim=(0, 103))
    legend(fig, ax, False)
    return fig


@themed
def norms_by_class(
    tables: Mapping[str, Table],
    words: Words,
    published: Mapping[str, NDArray[np.floating[Any]]] | None = None,
) -> Figure:
    """Median norm by the class attacked, bars over the quartiles: targeted ascent above, minimal norm below.

    `published` maps a network's name to the article's norms, one image for each class from 0: diamonds.
    """
    colours = network_colours(list(tables))
    fig, axes = figure(6.4, 4.8, 2, 1, sharex=True)
    for k, (name, table) in enumerate(tables.items()):
        label = np.asarray(table["label"])
        classes = np.unique(label)
        shift = 0.6 * ((k + 0.5) / len(tables) - 0.5)
        for ax, quantity in zip(axes, ("norm", "minimal_norm"), strict=True):
            norms = found_norms(table, quantity)
            quartiles = [_quartiles(norms[label == c]) for c in classes]
            low, middle, high = np.reshape(quartiles, (-1, 3)).T
            ax.errorbar(
                classes + shift,
                middle,
                (middle - low, high - middle),
                fmt="o",
                markersize=4,
                color=colours[name],
                label=_named(name, table),
            )
        if published and name in published:
            at = np.arange(len(published[name])) + shift
            axes[0].plot(at, published[name], linestyle="none", **PUBLISHED)
    for ax, title in zip(axes, ("targeted ascent to the next class", "minimal norm"), strict=True):
        ax.set(ylabel=NORM, ylim=(0, None))
        ax.set_title(title)
    ticks = words.ticks(classes)
    named_ticks(ax, classes[list(ticks)].tolist(), list(ticks.values()), LETTERS)
    axes[1].set_xlabel("class attacked")
    legend(fig, axes[0], published is not None)
    return fig


def _named(name: str, table: Table, gap: str = " ") -> str:
    """The network's name, and why it was not attacked if so."""
    return name if table["status"][0] == ATTACKED else f"{name}{gap}({table['status'][0]})"


def _counted(name: str, table: Table, n: int) -> str:
    return f"{name}, n = {n:,}" if table["status"][0] == ATTACKED else _named(name, table)


def _sorted_norms(table: Table) -> dict[str, NDArray[np.float64]]:
    norms = {quantity: found_norms(table, quantity) for quantity in ("norm", "minimal_norm")}
    return {quantity: np.sort(values[np.isfinite(values)]) for quantity, values in norms.items()}


def _quartiles(norms: NDArray[np.float64]) -> NDArray[np.float64]:
    found = norms[np.isfinite(norms)]
    return np.quantile(found, (0.25, 0.5, 0.75)) if found.size else np.full(3, np.nan)
