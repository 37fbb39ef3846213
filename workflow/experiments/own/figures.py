"""Figures of networks that were trained elsewhere: side by side, and the examples of each."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from experiments.attack.figures import accuracy_curves, adversarial_examples
from experiments.attack.statistics import LEAST, NEAREST, accuracy_within, first_images, found_norms, rows_of
from experiments.training.figures import network_colours
from report.figures.style import figure, themed
from report.words import Words
from tilt.intervals import wilson_interval

Columns = Mapping[str, NDArray[Any]]


def figures(
    *,
    attacks: Mapping[str, Columns],
    accuracies: Mapping[str, Columns],
    tables: Mapping[str, Columns],
) -> dict[str, Figure]:
    """The pictures that compare the networks, given by name."""
    return {
        "radii": radii(dict(attacks)),
        "local": local(dict(tables)),
        "accuracy": accuracy_curves(dict(accuracies)),
    }


def examples(
    *, attacks: Columns, pictures: Mapping[str, NDArray[Any]], words: Words, name: str
) -> dict[str, Figure]:
    """Images, adversarial examples and perturbations of one network: the first image of each class."""
    rows = {column: values[first_images(attacks)] for column, values in rows_of(attacks, NEAREST).items()}
    drawn = adversarial_examples(name, pictures["originals"], pictures["nearest"], rows, words)
    return {"examples": drawn}


@themed
def radii(attacks: Mapping[str, Columns]) -> Figure:
    """Share of the attacked images that keep their label within an L2 radius, in Wilson's intervals."""
    colours = network_colours(list(attacks))
    fig, ax = figure(6.0, 3.4)
    norms = {name: np.nan_to_num(found_norms(table, LEAST), nan=np.inf) for name, table in attacks.items()}
    finite = np.concatenate([found[np.isfinite(found)] for found in norms.values()])
    radius = np.linspace(0, 1.05 * max(finite.max(initial=0), 1e-3), 400)
    for name, found in norms.items():
        accuracy = accuracy_within(attacks[name], radius)
        low, high = wilson_interval(accuracy, np.full(len(radius), len(found)))
        ax.plot(radius, 100 * accuracy, color=colours[name], label=f"{name}, n = {len(found):,}")
        ax.fill_between(radius, 100 * low, 100 * high, color=colours[name], alpha=0.2, linewidth=0)
    ax.set(xlabel="L2 radius (pixels in [0, 1])", ylabel="accuracy (%)", ylim=(0, 103), xlim=(0, radius[-1]))
    ax.grid(axis="y", color="0.92", linewidth=0.6)
    fig.legend(*ax.get_legend_handles_labels(), loc="outside right center")
    return fig


@themed
def local(tables: Mapping[str, Columns]) -> Figure:
    """Local distance s / ‖∇s‖ of each image against the least norm found; equal on the line."""
    colours = network_colours(list(tables))
    fig, ax = figure(5.2, 3.8)
    seen = [0.0]
    for name, table in tables.items():
        known = (table["least_norm"] > 0) & np.isfinite(table["local_distance"])
        x, y = table["least_norm"][known], table["local_distance"][known]
        ax.scatter(x, y, s=10, color=colours[name], alpha=0.6, linewidth=0, label=f"{name}, n = {len(x):,}")
        seen += [*x.tolist(), *y.tolist()]
    ends = (0, 1.05 * max(seen) or 1)
    ax.plot(ends, ends, color="0.5", linewidth=0.8, zorder=0)
    ax.set(
        xlabel="least norm found (pixels in [0, 1])", ylabel="local distance s / ‖∇s‖", xlim=ends, ylim=ends
    )
    fig.legend(*ax.get_legend_handles_labels(), loc="outside right center")
    return fig
