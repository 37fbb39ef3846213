"""Figures of the attack on LeNet: examples, distribution of their norms, norms by digit."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from tilt.figures.lenet import PUBLISHED, bare, legend, network_colours, signed_scale
from tilt.figures.style import DIVERGING, figure, themed
from tilt.io import Table

NORM = "L2 norm of the perturbation\n(pixels in [0, 1])"


@themed
def adversarial_examples(
    title: str, originals: NDArray[np.floating[Any]], adversarial: NDArray[np.floating[Any]], table: Table
) -> Figure:
    """Original, adversarial example and perturbation, a column per row of an `ascent_table`.

    Images are (n, h, w) on the 0-255 scale. Above the first two rows stands class@score, above the third the
    norm; a target that was not reached is in brackets.
    """
    n = len(originals)
    change = (adversarial - originals) / 255
    limit = float(np.abs(change).max()) or 1.0
    fig, axes = figure(1.5 + 0.72 * n, 3.2, 3, n, squeeze=False)
    for k in range(n):
        reached = f"{table['target'][k]}@{table['p_target_end'][k]:.2f}"
        titles = (
            f"{table['predicted'][k]}@{table['p_source_start'][k]:.2f}",
            reached if table["success"][k] else f"({reached})",
            f"{table['norm'][k]:.2f}",
        )
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
    fig.suptitle(f"{title}: mean L2 norm {np.mean(table['norm']):.2f}")
    return fig


@themed
def norm_distribution(tables: Mapping[str, Table]) -> Figure:
    """Norms of all perturbations, a strip and a box per network; crosses are attacks that failed.

    Boxes show the median and quartiles of the attacks that succeeded, whiskers their 5th and 95th percentile.
    """
    colours = network_colours(list(tables))
    fig, ax = figure(1.6 + 0.9 * max(len(tables), 3), 3.2)
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
    ax.set(xticks=range(len(tables)), xticklabels=tables, xlabel="network", ylabel=NORM, ylim=(0, None))
    return fig


@themed
def norms_by_digit(
    tables: Mapping[str, Table], published: Mapping[str, NDArray[np.floating[Any]]] | None = None
) -> Figure:
    """Median norm of the successful attacks by the digit they start from, bars over the quartiles.

    `published` maps a network's name to the article's norms, one image for each digit from 0: diamonds.
    """
    colours = network_colours(list(tables))
    fig, ax = figure(6.4, 3.2)
    for k, (name, table) in enumerate(tables.items()):
        norm, label = (
            np.asarray(table[column])[np.asarray(table["success"])] for column in ("norm", "label")
        )
        digits = np.unique(label)
        shift = 0.5 * ((k + 0.5) / len(tables) - 0.5)
        quartiles = [np.quantile(norm[label == digit], (0.25, 0.5, 0.75)) for digit in digits]
        low, middle, high = np.reshape(quartiles, (-1, 3)).T
        ax.errorbar(
            digits + shift,
            middle,
            (middle - low, high - middle),
            fmt="o",
            markersize=5,
            color=colours[name],
            label=name,
        )
        if published and name in published:
            ax.plot(np.arange(len(published[name])) + shift, published[name], linestyle="none", **PUBLISHED)
    pairs = dict(zip(table["label"], table["target"], strict=True))
    ax.set(ylabel=NORM, ylim=(0, None), xlabel="digit → target", xticks=list(pairs))
    ax.set_xticklabels([f"{digit}→{target}" for digit, target in pairs.items()])
    legend(fig, ax, published is not None)
    return fig
