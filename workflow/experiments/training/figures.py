"""Figures of the training of networks: error curves, size of the weights, first-layer filters."""

import textwrap
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, NullLocator, StrMethodFormatter
from numpy.typing import NDArray

from report.article import LENET_DECAYS, LENET_RMS
from report.figures.colours import DIVERGING, HIGH, LOW, SEQUENTIAL
from report.figures.style import figure, themed
from report.networks import is_of_article, layers_of, recipe_labels
from tilt.io import Table

Columns = Mapping[str, NDArray[Any]]

PUBLISHED: dict[str, Any] = {
    "marker": "D",
    "markerfacecolor": "white",
    "markeredgecolor": "0.1",
    "markersize": 5,
}


def figures(
    *,
    histories: Mapping[str, Columns],
    filters: Mapping[str, Columns],
    networks: Mapping[str, Mapping[str, Any]],
    published: bool,
) -> dict[str, Figure]:
    """The pictures of the networks named, from their histories, first filters and settings."""
    tables = {name: histories[name] for name in networks}
    diverged = {name: bool(history["diverged"][-1]) for name, history in tables.items()}
    along = along_epochs(
        list(tables.values()),
        network=list(networks),
        recipe=list(recipe_labels(networks).values()),
        weight_decay=[network["weight_decay"] for network in networks.values()],
        diverged=list(diverged.values()),
    )
    rms = {
        name: {
            layer: np.nan if diverged[name] else history[f"rms_{layer}"][-1] for layer in layers_of(history)
        }
        for name, history in tables.items()
    }
    of_article = {
        name: LENET_RMS[side]
        for name, network in networks.items()
        for side, decay in LENET_DECAYS.items()
        if published and network["weight_decay"] == decay and is_of_article(network)
    }
    return {
        "errors": error_curves(along),
        "rms": weight_rms(rms, of_article),
        "filters": first_filters({name: filters[name]["filters"] for name in networks}),
    }


def network_colours(networks: Sequence[Any]) -> dict[Any, Any]:
    """A colour per network; give them from the least weight decay to the greatest."""
    if len(networks) == 2:
        return dict(zip(networks, (LOW, HIGH), strict=True))
    return dict(zip(networks, mpl.colormaps[SEQUENTIAL](np.linspace(0, 0.9, len(networks))), strict=True))


def bare(ax: Axes) -> None:
    """Turn the axes of a picture into a thin frame."""
    ax.set(xticks=[], yticks=[])
    for spine in ax.spines.values():
        spine.set(visible=True, color="0.7", linewidth=0.5)


def signed_scale(fig: Figure, picture: AxesImage, limit: float, beside: Sequence[Axes]) -> None:
    """A colour bar from -limit to limit for the pictures `beside`."""
    bar = fig.colorbar(picture, ax=beside, pad=0.01, aspect=8, ticks=[-limit, 0, limit])
    bar.ax.yaxis.set_major_formatter(StrMethodFormatter("{x:.2g}"))
    bar.ax.tick_params(length=2)
    bar.outline.set_visible(False)


def legend(fig: Figure, ax: Axes, published: bool) -> None:
    """The legend of `ax` to the right of it, the entry for published values at the end."""
    handles, labels = ax.get_legend_handles_labels()
    if published:
        ax_handle = Line2D([], [], linestyle="none", **PUBLISHED)
        handles, labels = [*handles, ax_handle], [*labels, "published"]
    fig.legend(handles, labels, loc="outside right center")


def diverged_note(ax: Axes, names: Sequence[str]) -> None:
    """Say in the axes which networks diverged and so are not drawn there, if any."""
    if names:
        text = textwrap.fill(f"diverged: {', '.join(names)}", 36)
        box: dict[str, Any] = {"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1}
        ax.text(
            0.98, 0.97, text, transform=ax.transAxes, ha="right", va="top", color="0.3", fontsize=8, bbox=box
        )


def error_axis(ax: Axes, errors: NDArray[np.float64]) -> None:
    """A vertical axis for errors in %, logarithmic above 0.1 % and linear below, so that zero shows."""
    errors = errors[np.isfinite(errors)] if np.isfinite(errors).any() else np.array([0.0, 100.0])
    ax.set_yscale("symlog", linthresh=0.1, linscale=0.4)
    ax.set_yticks([0, 0.1, 0.2, 0.5, 1, 1.5, 2, 3, 5, 10, 20, 50, 100], minor=False)
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    ax.yaxis.set_minor_locator(NullLocator())
    ax.set_ylim(0.85 * errors.min() - 0.005, 1.1 * errors.max())


def along_epochs(histories: Sequence[Columns], **of_network: Sequence[Any]) -> Columns:
    """Training histories as one table of epoch, train_error and test_error; `of_network` gives each
    network's value in further columns."""
    columns = ("epoch", "train_error", "test_error")
    table = {name: np.concatenate([history[name] for history in histories]) for name in columns}
    epochs = [len(history["epoch"]) for history in histories]
    return table | {name: np.repeat(values, epochs) for name, values in of_network.items()}


@themed
def error_curves(table: Table) -> Figure:
    """Training and test error against epochs: a panel per recipe, a colour per weight decay.

    The table has a row per network and epoch with columns network, recipe, weight_decay, diverged, epoch,
    train_error and test_error (fractions). Lines are medians over seeds, bands their range; networks that
    diverged are named instead. Errors are drawn logarithmically above 0.1 % and linearly below, so that zero
    shows.
    """
    columns = {name: np.asarray(column) for name, column in table.items()}
    trained = ~columns["diverged"]
    recipes = list(dict.fromkeys(columns["recipe"].tolist()))
    colours = network_colours(np.unique(columns["weight_decay"]).tolist())
    fig, axes = figure(
        1.6 + 2.8 * len(recipes), 4.6, 2, len(recipes), sharex=True, sharey="row", squeeze=False
    )
    for column, recipe in enumerate(recipes):
        of_recipe = columns["recipe"] == recipe
        for ax, error in zip(axes[:, column], ("train_error", "test_error"), strict=True):
            for decay, colour in colours.items():
                rows = of_recipe & trained & (columns["weight_decay"] == decay)
                epochs = np.unique(columns["epoch"][rows])
                values = [100 * columns[error][rows & (columns["epoch"] == epoch)] for epoch in epochs]
                ax.plot(epochs, [np.median(v) for v in values], color=colour, label=f"{decay:g}")
                low, high = [v.min() for v in values], [v.max() for v in values]
                ax.fill_between(epochs, low, high, color=colour, alpha=0.2, linewidth=0)
            diverged_note(ax, list(dict.fromkeys(columns["network"][of_recipe & ~trained].tolist())))
            ax.grid(axis="y", color="0.9", linewidth=0.6)
        axes[0, column].set_title(textwrap.fill(recipe, 36))
        axes[1, column].set_xlabel("epoch")
    if not trained.any():
        axes[0, 0].set_xlim(0, columns["epoch"].max())
    for ax, part in zip(axes[:, 0], ("train", "test"), strict=True):
        error_axis(ax, 100 * columns[f"{part}_error"][trained])
        ax.set_ylabel(f"{part} error (%)")
    fig.legend(*axes[0, 0].get_legend_handles_labels(), title="weight decay", loc="outside right center")
    return fig


@themed
def weight_rms(
    rms: Mapping[str, Mapping[str, float]], published: Mapping[str, Mapping[str, float]] | None = None
) -> Figure:
    """Root mean square of the weights: bars by layer and network, `published` values as diamonds.

    Both map a network's name to its layers' values; of a network that diverged these are nan.
    """
    colours = network_colours(list(rms))
    layers = list(dict.fromkeys(chain(*rms.values())))
    width = 0.8 / len(rms)
    fig, ax = figure(5.4, 3.0)
    for k, (name, values) in enumerate(rms.items()):
        at = np.arange(len(layers)) + (k - (len(rms) - 1) / 2) * width
        heights = [values.get(layer, np.nan) for layer in layers]
        ax.bar(at, heights, 0.92 * width, color=colours[name], label=name)
        if published and name in published:
            marks = [published[name].get(layer, np.nan) for layer in layers]
            ax.plot(at, marks, linestyle="none", **PUBLISHED)
    diverged_note(ax, [name for name, values in rms.items() if np.isnan(list(values.values())).any()])
    ax.set(yscale="log", ylabel="RMS of the weights", xticks=range(len(layers)), xticklabels=layers)
    ax.set_ylim(bottom=10 ** np.floor(np.log10(ax.get_ylim()[0])))
    ax.tick_params(axis="x", length=0)
    legend(fig, ax, bool(published))
    return fig


@themed
def first_filters(weights: Mapping[str, NDArray[np.floating[Any]]], count: int = 10, seed: int = 0) -> Figure:
    """A random selection of first-layer filters, a row per network; each row has its own colour scale.

    `weights` maps a network's name to its filters (k, h, w), or (k, h, w, 3) in colour, whose channels are
    drawn as red, green and blue around grey. Of networks with as many filters the same ones are drawn; the
    row of one without filters, or whose filters are not finite, is empty.
    """
    numbers = {
        kernels: np.sort(np.random.default_rng(seed).permutation(kernels)[:count])
        for kernels in {len(bank) for bank in weights.values()}
    }
    columns = max(1, *map(len, numbers.values()))
    fig, axes = figure(1.6 + 0.55 * columns, 0.35 + 0.68 * len(weights), len(weights), columns, squeeze=False)
    for ax in axes.flat:
        bare(ax)
    for row, (name, bank) in zip(axes, weights.items(), strict=True):
        chosen, known = numbers[len(bank)], bool(np.isfinite(bank).all())
        limit = (float(np.abs(bank[chosen]).max(initial=0)) or 1.0) if known else 1.0
        for ax, kernel in zip(row, chosen, strict=False):
            shown = (
                bank[kernel] if bank.ndim == 3 else np.nan_to_num(0.5 + bank[kernel] / (2 * limit), nan=0.5)
            )
            picture = ax.imshow(shown, cmap=DIVERGING, vmin=-limit, vmax=limit)
        for ax in row[max(1, len(chosen)) :]:
            ax.set_visible(False)
        reason = "" if known and len(bank) else "\n(no filters)" if known else "\n(diverged)"
        row[0].set_ylabel(f"{name}{reason}", rotation=0, ha="right", va="center")
        if len(bank) and bank.ndim == 3:
            signed_scale(fig, picture, limit, list(row))
    if len(numbers) == 1:
        for ax, kernel in zip(axes[0], chosen, strict=False):
            ax.set_title(str(kernel + 1))
    fig.supxlabel("filter of the first layer (colour: weight)", fontsize=9)
    return fig
