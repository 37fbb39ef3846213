"""Panel of the training: errors and weights along the epochs, and the first filters, of any network."""

from collections.abc import Mapping
from itertools import product
from typing import Any

import numpy as np
from bokeh.models import Range1d
from bokeh.plotting import figure
from numpy.typing import NDArray

from report.article import LENET_CURVES, LENET_DECAYS, LENET_RMS
from report.figures.colours import CLASS_I
from report.networks import Settings, layers_of
from report.panels.base import CURRENT, GREY, INK, Control, Panel, axes, packed, section
from report.panels.grids import (
    ABSENT,
    STATE,
    Array,
    Grid,
    apart,
    at_published,
    banks,
    numbers,
    over,
)
from report.panels.mosaics import LEVEL, around_grey, enlarged, lay, mosaic, sheet, write
from report.panels.networks import network_controls
from report.panels.shared import article_marks, greatest, plain_log
from tilt.chance import at_chance, chance_error

Columns = Mapping[str, NDArray[Any]]
Filters = Mapping[str, NDArray[np.floating[Any]]]

COLUMNS, MOST_FILTERS = 5, 20
FLOOR = 0.1  # in %: lower errors are drawn there, as in the article's plot
COLOURS = (CLASS_I, "#E69F00", "#009E73", CURRENT)  # of the layers
DASHES = ("solid", "dashed", "dotdash", "dotted")
PUBLISHED_EPOCHS = max(LENET_CURVES["low", "test_error"])


def panel(
    *,
    histories: Mapping[str, Columns],
    filters: Mapping[str, Columns],
    record: Mapping[str, Any],
    networks: Mapping[str, Settings],
    shown: str,
    published: bool,
) -> dict[str, Any]:
    """The panel of the networks named; `record` is that of the data set."""
    images = record["test"]["images_per_class"].values()
    return training_panels(
        networks,
        shown,
        {name: histories[name] for name in networks},
        {name: filters[name]["filters"] for name in networks},
        chance=chance_error(images),
        test_images=sum(images),
        published=published,
    )


def training_panels(
    networks: Mapping[str, Settings],
    shown: str,
    histories: Mapping[str, Columns],
    filters: Filters,
    *,
    chance: float,
    test_images: int,
    published: bool,
) -> dict[str, Any]:
    """The section from the settings, training histories and first filters (k, h, w) of networks by name.

    It begins at the network `shown`. `chance` is the test error of a constant answer; `published` adds the
    article's values to the networks with its weight decays.
    """
    recipe, decay, grid = network_controls(networks, shown)
    caption = _caption(test_images, published)
    panel = Panel("panel-training", "Any network along its training", [recipe, decay], caption)
    epochs = max(len(history["epoch"]) for history in histories.values())
    bank = _ends(grid, histories, chance)
    _errors(panel, bank, grid, decay, histories, epochs, published)
    _weights(panel, bank, grid, decay, histories, epochs, published)
    images = _filters(panel, bank, grid, filters)
    panel.readout("Training", "training", ("fate", *STATE))
    for label, array, digits, unit in (
        ("Test error at the end", "test_error", 2, " %"),
        ("least", "least_error", 2, " %"),
        ("at epoch", "least_epoch", 0, ""),
        ("Training error at the end", "train_error", 2, " %"),
        *((f"RMS {layer}", f"end_{layer}", 4, "") for layer in layers_of(*histories.values())),
    ):
        panel.readout(label, "training", (array, *STATE), digits, unit=unit)
    return section([panel], {"training": bank, **images})


def _caption(test_images: int, published: bool) -> str:
    article = (
        "Squares and diamonds are the article’s numbers for its two weight decays (0.0001 and 0.1): errors "
        f"as read off its plot, RMS after its {PUBLISHED_EPOCHS} epochs. "
    )
    return (
        "One network of the seed named, n = 1; in grey the test errors from the same recipe with the other "
        f"weight decays. Test errors are over {test_images:,} images after the epoch, training errors over "
        f"the epoch’s images, each before its own step; both are drawn at {FLOOR:g} % where they are below. "
        f"{article if published else ''}The recipe is ours: the article prints neither initial weights nor "
        "the scale of the pixels. Filters: blue is negative, white 0, red positive; of colour images each "
        "channel lies around mid grey."
    )


def _ends(grid: Grid, histories: Mapping[str, Columns], chance: float) -> dict[str, Any]:
    """What the readouts tell."""

    def fate(history: Columns) -> str:
        if history["diverged"][-1]:
            return "diverged"
        return "no better than chance" if at_chance(history["test_error"][-1], chance) else "trained"

    def measured(name: str) -> list[float]:
        history = histories[name]
        test, train = (_measured(history, column) for column in ("test_error", "train_error"))
        rms = [_measured(history, f"rms_{layer}") for layer in layers]
        known = np.isfinite(test).any()
        best = np.nanargmin(test) if known else 0
        least, epoch = (100 * test[best], history["epoch"][best]) if known else (np.nan, np.nan)
        return [100 * test[-1], 100 * train[-1], least, epoch, *(values[-1] for values in rms)]

    layers = layers_of(*histories.values())
    errors = ("test_error", "train_error", "least_error", "least_epoch")
    names = (*errors, *(f"end_{layer}" for layer in layers))
    columns = np.moveaxis(numbers(grid, measured, len(names)), -1, 0)
    return {
        "fate": over(grid, lambda name: fate(histories[name]), ABSENT),
        **{name: packed(column) for name, column in zip(names, columns, strict=True)},
    }


def _measured(history: Columns, column: str) -> Array:
    """A column of a history, nan where it has none and in the epoch in which the training diverged."""
    return np.where(history["diverged"], np.nan, history.get(column, np.nan))


def _errors(
    panel: Panel,
    bank: dict[str, Any],
    grid: Grid,
    decay: Control,
    histories: Mapping[str, Columns],
    epochs: int,
    published: bool,
) -> None:
    def along(column: str) -> Array:
        return apart(numbers(grid, lambda name: 100 * _measured(histories[name], column), epochs))

    errors = {column: along(column) for column in ("test_error", "train_error")}
    top = max(1.0, greatest(list(errors.values())))
    plot = _along_epochs("error (%)", epochs, 0.85 * FLOOR, 1.15 * top)
    plot.yaxis.major_label_overrides = {FLOOR: f"≤ {FLOOR:g}"}
    epoch = apart(np.arange(1.0, epochs + 1))
    bank["epoch"], bank["epochs"] = packed(epoch), packed(np.tile(epoch, len(decay.tokens)))
    for column, curves in errors.items():
        bank[f"curve_{column}"] = packed(np.maximum(curves, FLOOR))
    others = panel.source("training", x=("epochs",), y=("curve_test_error", "recipe"))
    plot.line("x", "y", source=others, color=GREY, alpha=0.7, legend_label="other decays")
    training = panel.source("training", x=("epoch",), y=("curve_train_error", *STATE))
    line = plot.line("x", "y", source=training, line_width=2, line_dash="dashed", legend_label="training")
    line.glyph.tags = [INK]
    test = panel.source("training", x=("epoch",), y=("curve_test_error", *STATE))
    plot.line("x", "y", source=test, color=CURRENT, line_width=2.5, legend_label="test")
    for column, marker, size, label in (
        ("train_error", "square", 8, "article, train"),
        ("test_error", "diamond", 13, "article, test"),
    ):
        if published:
            of = {side: LENET_CURVES[side, column] for side in LENET_DECAYS}
            x = at_published(decay, {side: list(curve) for side, curve in of.items()})
            y = at_published(decay, {side: list(curve.values()) for side, curve in of.items()})
            bank[f"article_{column}_epoch"] = packed(x)
            bank[f"article_{column}"] = packed(np.maximum(y, FLOOR))
            parts = {"x": (f"article_{column}_epoch", "decay"), "y": (f"article_{column}", "decay")}
            source = panel.source("training", **parts)
            article_marks(plot, source, label, marker, size)
    panel.plot(plot, "Training and test error of the network in each epoch")


def _weights(
    panel: Panel,
    bank: dict[str, Any],
    grid: Grid,
    decay: Control,
    histories: Mapping[str, Columns],
    epochs: int,
    published: bool,
) -> None:
    def along(layer: str) -> Array:
        return apart(numbers(grid, lambda name: _measured(histories[name], f"rms_{layer}"), epochs))

    layers = layers_of(*histories.values())
    curves = {layer: along(layer) for layer in layers}
    looks = dict(zip(layers, product(DASHES, COLOURS), strict=False))
    known = np.concatenate([values[values > 0] for values in curves.values()])
    printed = [value for of in LENET_RMS.values() for value in of.values()] if published else []
    drawn = [*known, *printed] or [1e-2, 1e-1]
    low, high = min([1e-1, *drawn]), max([1e-2, *drawn])
    plot = _along_epochs("root mean square of the weights", epochs, 0.8 * low, 1.25 * high)
    for layer, (dash, colour) in looks.items():
        bank[f"curve_{layer}"] = packed(curves[layer])
        source = panel.source("training", x=("epoch",), y=(f"curve_{layer}", *STATE))
        plot.line("x", "y", source=source, color=colour, line_dash=dash, line_width=2.5, legend_label=layer)
    bank["article_epoch"] = packed([PUBLISHED_EPOCHS])
    for layer, (_, colour) in looks.items():
        if published and layer in LENET_RMS["low"]:
            of = {side: [values[layer]] for side, values in LENET_RMS.items()}
            bank[f"article_{layer}"] = packed(at_published(decay, of))
            source = panel.source("training", x=("article_epoch",), y=(f"article_{layer}", "decay"))
            plot.scatter(
                "x", "y", source=source, marker="diamond", size=13, color=colour, legend_label="article"
            )
    panel.plot(plot, "Root mean square of each layer's weights along the epochs")


def _along_epochs(label: str, epochs: int, low: float, high: float) -> figure:
    """Axes of a quantity from `low` to `high`, logarithmic, against the epoch."""
    plot = axes(
        "epoch",
        label,
        height=330,
        y_axis_type="log",
        x_range=Range1d(0, epochs + 1),
        y_range=Range1d(low, high),
    )
    plain_log(plot.yaxis[0])
    return plot


def _filters(panel: Panel, bank: dict[str, Any], grid: Grid, filters: Filters) -> dict[str, Any]:
    """Draw the first filters; returns a bank for each network that has finite ones."""
    size = max(1, *(max(of_network.shape[1:3]) for of_network in filters.values()))
    count = max(1, *(min(len(of_network), MOST_FILTERS) for of_network in filters.values()))
    coloured = any(of_network.ndim > 3 for of_network in filters.values())
    channels = (3,) if coloured else ()

    def title(name: str) -> list[str]:
        if not filters[name].size:
            return ["no filters of the first layer"]
        largest = np.abs(filters[name]).max()
        colours = f"colours from −{largest:.2g} to {largest:.2g}" if np.isfinite(largest) else "diverged"
        return [f"filters of the first layer, {colours}"]

    def scaled(name: str) -> dict[str, Any] | None:
        found = filters[name][:MOST_FILTERS]
        if not (found.size and np.isfinite(found).all()):
            return None
        squares = np.zeros((count, size, size, *channels))
        squares[: len(found)] = enlarged(found / (np.abs(filters[name]).max() or 1), (size, size))
        sheet_of = mosaic(squares, COLUMNS)
        return {"filters": packed(around_grey(sheet_of) if coloured else sheet_of, LEVEL)}

    rows = -(-count // COLUMNS)
    top = 0.08 * COLUMNS * size
    plot = sheet(COLUMNS * size, top + rows * size, 420)
    shape = (rows * size, COLUMNS * size, *channels)
    source = panel.image("training-filters/{recipe}/{decay}", shape, ("filters",))
    lay(plot, source, top, (size, size), (rows, COLUMNS), signed=True, coloured=coloured)
    bank |= {"title_x": packed([0]), "title_y": packed([top / 2]), "title": over(grid, title, [""])}
    write(plot, panel.source("training", x=("title_x",), y=("title_y",), text=("title", *STATE)))
    panel.plot(plot, f"The first {count} filters of the first layer")
    return banks("training-filters", panel.controls, grid, scaled)
