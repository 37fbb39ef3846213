"""Figures of the attacks: examples, distributions of norms, norms by class, accuracies."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from experiments.attack.statistics import (
    ATTACKED,
    LEAST,
    attack_names,
    finite,
    first_images,
    found_norms,
    rows_of,
    searching,
)
from experiments.attack.styles import ASCENT, styles
from experiments.training.figures import PUBLISHED, bare, legend, network_colours, signed_scale
from report.article import ATTACK_NORMS
from report.figures.colours import DIVERGING
from report.figures.style import figure, named_ticks, themed
from report.numerals import or_dash
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
    """The pictures of the networks named; `low` and `high` are the images of the two shown.

    Examples and strips are those of the first attack that searches, the article's.
    """
    tables = {name: attacks[name] for name in networks}
    leading = searching(next(iter(tables.values())))[0]
    drawn = {}
    for side, images in (("low", low), ("high", high)):
        name = shown[side]
        first = first_images(tables[name])
        drawn[side] = adversarial_examples(
            f"{name}: weight decay {networks[name]['weight_decay']:g}",
            images["originals"][first],
            images[leading][first],
            {column: values[first] for column, values in rows_of(tables[name], leading).items()},
            words,
        )
    of_article = {shown[side]: np.array(norms) for side, norms in ATTACK_NORMS.items()}
    return drawn | {
        "norms": norm_distribution(tables, leading),
        "distances": distance_curves(tables),
        "classes": norms_by_class(tables, words, of_article if published and leading == ASCENT else None),
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
    """Original, adversarial example and perturbation, a column per row of one attack of an `attack_table`.

    Images are (n, h, w) or, in colour, (n, h, w, 3) on the 0-255 scale. Above the first two rows stands
    class@score, or the class where the attack has no score, above the third the norm; where the attack
    failed, what it reached is in brackets. A network that was not attacked shows its originals. Channels of
    a perturbation in colour are drawn around mid grey.
    """

    def scored(label: float, score: float) -> str:
        named = short(words.class_name(label), NARROW) + "\n" if words.names else f"{label}"
        return f"{named}@{score:.2f}" if np.isfinite(score) else named.strip()

    n, status, coloured = len(originals), table["status"][0], originals.ndim > 3
    change = (adversarial - originals) / 255
    limit = float(np.nan_to_num(np.abs(change)).max()) or 1.0
    ends = np.where(np.asarray(table["target"]) >= 0, table["target"], table["found"])
    fig, axes = figure(1.5 + 0.72 * n, 3.2, 3, n, squeeze=False)
    for k in range(n):
        reached = scored(ends[k], table["p_end"][k])
        titles = (
            scored(table["predicted"][k], table["p_start"][k]),
            reached if table["success"][k] else f"({reached})",
            or_dash(table["norm"][k], ".2f"),
        )
        if status != ATTACKED:
            titles = (short(words.class_name(table["label"][k]), NARROW), "–", "–")
        for ax, image in zip(axes[:2, k], (originals[k], adversarial[k]), strict=True):
            ax.imshow(_seen(image / 255) if coloured else image, vmin=0, vmax=255)
        shown = _seen(0.5 + change[k] / (2 * limit)) if coloured else change[k]
        picture = axes[2, k].imshow(shown, cmap=DIVERGING, vmin=-limit, vmax=limit)
        for ax, text in zip(axes[:, k], titles, strict=True):
            ax.set_title(text, fontsize=8.5, pad=2.5)
            bare(ax)
    measured = f"perturbation\n± {limit:.2g} and\nL2 norm" if coloured else "perturbation\nand L2 norm"
    for ax, name in zip(axes[:, 0], ("original", "adversarial\nexample", measured), strict=True):
        ax.set_ylabel(name, rotation=0, ha="right", va="center")
    if not coloured:
        signed_scale(fig, picture, limit, list(axes[2]))
    norms = finite(np.asarray(table["norm"], np.float64))
    mean = (
        status if status != ATTACKED else f"mean L2 norm {norms.mean():.2f}" if norms.size else "none found"
    )
    fig.suptitle(f"{title}: {mean}")
    return fig


@themed
def norm_distribution(tables: Mapping[str, Table], attack: str) -> Figure:
    """Norms of all of an attack's perturbations, a strip and a box per network; crosses are failures.

    Boxes show the median and quartiles of the attacks that succeeded, whiskers their 5th and 95th percentile.
    """
    colours = network_colours(list(tables))
    fig, ax = figure(1.6 + 1.2 * max(len(tables), 3), 3.2)
    rng = np.random.default_rng(0)
    for k, (name, table) in enumerate(tables.items()):
        norm, success = (rows_of(table, attack)[column] for column in ("norm", "success"))
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

    A line per attack that searches: the first one's is dotted, the others have their median as a dot. Shares
    are of all attacked images, so that a curve stays below 100 % by the attacks that failed.
    """
    colours = network_colours(list(tables))
    looks = styles(searching(next(iter(tables.values()))))
    norms = {
        (name, attack): np.sort(finite(found_norms(table, attack)))
        for name, table in tables.items()
        for attack in looks
    }
    fig, ax = figure(6.4, 3.4)
    limit = max((found.max() for found in norms.values() if found.size), default=1.0)
    for name, table in tables.items():
        n = len(rows_of(table, LEAST)["norm"])
        ax.plot([], [], color=colours[name], label=_counted(name, table, n))
        for k, (attack, look) in enumerate(looks.items()):
            found = norms[name, attack]
            share = 100 * np.arange(len(found) + 1) / n
            at = np.concatenate([[0], found, [1.04 * limit]])
            ax.step(at, [*share, share[-1]], where="post", color=colours[name], linestyle=look.line)
            if k and 2 * len(found) >= n:
                ax.plot(found[(n - 1) // 2], 50, "o", color=colours[name], markersize=5)
    for k, look in reversed(list(enumerate(looks.values()))):
        mark, text = ("o", f"{look.label}, median") if k else ("", look.label)
        ax.plot([], [], mark + look.line, markersize=5, color="0.3", label=text)
    ax.set(xlabel=NORM.replace("\n", " "), ylabel="images with an adversarial\nexample within it (%)")
    ax.set(xlim=(0, 1.04 * limit), ylim=(0, 103))
    legend(fig, ax, False)
    return fig


@themed
def accuracy_curves(tables: Mapping[str, Table]) -> Figure:
    """Accuracy, in Wilson's intervals, against the magnitude of each attack of an `accuracy_table`."""
    colours = network_colours(list(tables))
    looks = styles(attack_names(next(iter(tables.values()))))
    fig, axes = figure(2.9 + 3.5 * max(len(looks), 1), 3.2, 1, max(len(looks), 1), sharey=True, squeeze=False)
    for ax, (attack, look) in zip(axes[0], looks.items(), strict=False):
        for name, table in tables.items():
            rows = rows_of(table, attack)
            magnitude, accuracy, images = (
                rows[column][np.argsort(rows["magnitude"])] for column in ("magnitude", "accuracy", "images")
            )
            low, high = wilson_interval(accuracy, images)
            label = _counted(name, table, images[0])
            ax.plot(magnitude, 100 * accuracy, "o-", markersize=4, color=colours[name], label=label)
            ax.fill_between(magnitude, 100 * low, 100 * high, color=colours[name], alpha=0.2, linewidth=0)
        ax.grid(axis="y", color="0.9", linewidth=0.6)
        ax.set(xlabel=look.magnitude, title=look.label if len(looks) > 1 else "")
        if not any(np.isfinite(table["accuracy"]).any() for table in tables.values()):
            ax.set_xlim(0, 1)
    axes[0, 0].set(ylabel="test accuracy (%)", ylim=(0, 103))
    if not looks:
        axes[0, 0].set(xlim=(0, 1), xlabel="no attack of given magnitudes was asked for")
    legend(fig, axes[0, 0], False)
    return fig


@themed
def norms_by_class(
    tables: Mapping[str, Table],
    words: Words,
    published: Mapping[str, NDArray[np.floating[Any]]] | None = None,
) -> Figure:
    """Median norm by the class attacked, bars over the quartiles: a panel for each attack that searches.

    `published` maps a network's name to the article's norms, one image for each class from 0: diamonds in
    the panel of the first.
    """
    colours = network_colours(list(tables))
    looks = styles(searching(next(iter(tables.values()))))
    fig, axes = figure(6.4, 2.4 * len(looks), len(looks), 1, sharex=True, squeeze=False)
    axes = axes[:, 0]
    for k, (name, table) in enumerate(tables.items()):
        label = rows_of(table, LEAST)["label"]
        classes = np.unique(label)
        shift = 0.6 * ((k + 0.5) / len(tables) - 0.5)
        for ax, attack in zip(axes, looks, strict=True):
            norms = found_norms(table, attack)
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
    for ax, look in zip(axes, looks.values(), strict=True):
        ax.set(ylabel=NORM, ylim=(0, None))
        ax.set_title(look.title)
    ticks = words.ticks(classes)
    named_ticks(axes[-1], classes[list(ticks)].tolist(), list(ticks.values()), LETTERS)
    axes[-1].set_xlabel("class attacked")
    legend(fig, axes[0], published is not None)
    return fig


def _named(name: str, table: Table, gap: str = " ") -> str:
    """The network's name, and why it was not attacked if so."""
    return name if table["status"][0] == ATTACKED else f"{name}{gap}({table['status'][0]})"


def _counted(name: str, table: Table, n: int) -> str:
    return f"{name}, n = {n:,}" if table["status"][0] == ATTACKED else _named(name, table)


def _seen(image: NDArray[np.floating[Any]]) -> NDArray[np.floating[Any]]:
    """A picture in colour within [0, 1], white where it is not known."""
    seen: NDArray[np.floating[Any]] = np.nan_to_num(image, nan=1.0).clip(0, 1)
    return seen


def _quartiles(norms: NDArray[np.float64]) -> NDArray[np.float64]:
    found = finite(norms)
    return np.quantile(found, (0.25, 0.5, 0.75)) if found.size else np.full(3, np.nan)
