"""Panels of the linear classifiers: a map over the pairs, and one pair at one λ in every view.

The banks of a pair are "svm/7v9" (hinge), "logistic/7v9" (softplus, where it was fitted), "plane/7v9/tilting"
and "plane/7v9/fixed". Arrays come from `tilt.linear.tables`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from bokeh.models import ColorBar, LinearColorMapper, Range1d

from experiments.svm import views
from experiments.svm.banks import (
    MOST_PIXELS,
    SHOWN_PER_CLASS,
    block_of,
    cells_of,
    logistic_bank,
    pair_banks,
)
from experiments.svm.views import PAIR
from report.figures.colours import SEQUENTIAL, scale_ends
from report.numerals import counted
from report.panels.base import CURRENT, Control, Panel, axes, colours, packed, power, section
from report.panels.shared import class_axis
from report.words import Words
from tilt.linear.tables import Columns, optimal_row

TILTING = "plane/{pair}/tilting"


def panel(
    *,
    paths: Mapping[str, Columns],
    planes: Mapping[str, Columns],
    weights: Mapping[str, Columns],
    logistic_paths: Mapping[str, Columns],
    logistic_weights: Mapping[str, Columns],
    words: Words,
    start: str,
    per_class: int,
    published: bool,
) -> dict[str, Any]:
    """The panels of the SVM, with logistic regression beside it, from what was fitted to each pair."""
    tables = dict(paths)
    pair, lam = pair_control(list(tables), start, words), lambda_control(tables[start])
    overview, bank = map_panel(tables, pair, lam, words)
    banks = {"svm-map": bank}
    for name, table in tables.items():
        of_pair = weights[name]
        banks |= pair_banks(name, table, planes[name], of_pair, words)
    for name, table in logistic_paths.items():
        banks[f"logistic/{name}"] = logistic_bank(table, logistic_weights[name])
    shape = of_pair["image_shape"].tolist()
    one = pair_panel(tables, pair, lam, words, shape=shape, per_class=per_class, published=published)
    front = front_panel(pair, lam, words, shape=shape, shown=min(per_class, SHOWN_PER_CLASS))
    return section([front, overview, one], banks)


def pair_control(pairs: Sequence[str], start: str, words: Words) -> Control:
    """The choice of a pair of classes."""
    names = [words.pair(pair) for pair in pairs]
    return Control("pair", "Pair", pairs, names, start=pairs.index(start), slider=False)


def lambda_control(path: Columns) -> Control:
    """The slider over λ_article, which starts at λ_optimal of the path."""
    exponents = np.log10(path["lambda_article"]).round(6)
    tokens = [f"{exponent:.4g}" for exponent in exponents]
    texts = list(map(power, exponents))
    return Control(
        "lambda", "L2, λ_article", tokens, texts, optimal_row(path), ends=("overfitted", "nearest centroid")
    )


def front_panel(pair: Control, lam: Control, words: Words, *, shape: Sequence[int], shown: int) -> Panel:
    """The panel of the first screen: one pair in its tilt plane, with the mirror images beside it."""
    panel = Panel(
        "panel-front",
        "Turn the boundary: from overfitted to nearest centroid",
        [lam, pair],
        f"x, the {words.sample} nearest its centroid, and xₘ, its mirror image behind the boundary, which "
        "gets the opposite score, in the colour of the class of x. The less L2 regularization, the more the "
        "boundary tilts and the more xₘ looks like x; ε is the radius of an adversarial training that gives "
        "the same boundary. Squares are the first "
        f"{counted(shown, f'training {words.sample}')} of each class; distances are L2 norms, "
        f"{words.values}.",
        front=True,
    )
    views.tilt_plane(panel, TILTING, cells_of(2 * shown), words, height=270)
    views.mirrors(panel, shape)
    here = ("lambda",)
    panel.readout("radius ε", PAIR, ("epsilon", *here), 2, unit=f" {words.units}", significant=True)
    panel.readout("tilt θ", PAIR, ("theta_degrees", *here), 1, unit="°")
    panel.readout("distance", PAIR, ("d_adv", *here), 2, unit=f" {words.units}", significant=True)
    panel.readout("test error", PAIR, ("test_percent", *here), 2, unit=" %")
    return panel


def map_panel(
    paths: Mapping[str, Columns], pair: Control, lam: Control, words: Words
) -> tuple[Panel, dict[str, Any]]:
    """The map over the pairs at one λ, and its bank "svm-map"."""
    quantities = {
        "theta": ("tilt θ", "degrees", 180 / np.pi),
        "d_adv": ("adversarial distance", words.units, 1),
        "err_test": ("test error", "%", 100),
        "err_train": ("training error", "%", 100),
    }
    texts = [f"{name} ({unit})" for name, unit, _ in quantities.values()]
    quantity = Control("quantity", "Colour", list(quantities), texts, slider=False)
    panel = Panel(
        "panel-svm-map",
        "Every pair of classes",
        [lam, quantity, pair],
        f"A cell is an SVM of its own, {counted(len(paths), 'pair')} at each of {len(lam.tokens)} λ; a click "
        "on a cell chooses the pair for the views below. The colours of a quantity mean the same at every λ.",
    )
    values = np.stack(
        [[factor * table[name] for table in paths.values()] for name, (_, _, factor) in quantities.items()]
    ).swapaxes(1, 2)
    low, high = np.transpose([scale_ends(of_quantity) for of_quantity in values])
    classes = np.array([[int(number) for number in name.split("v")] for name in paths])
    bank = {
        "pair": pair.texts,
        "values": packed(values),
        "low": packed(low),
        "high": packed(high),
        "name": texts,
    }
    numbers = np.unique(classes)
    places = np.searchsorted(numbers, classes)
    bank["row"], bank["column"] = packed(places[:, 0], 1), packed(places[:, 1], 1)
    last = len(numbers) - 0.5
    chart = axes(
        "class J", "class I", height=340, x_range=Range1d(-0.5, last), y_range=Range1d(last, -0.5),
        tools="tap,hover", tooltips=[("pair", "@pair"), ("value", "@value")],
    )  # fmt: skip
    class_axis(chart.xaxis, numbers, words)
    class_axis(chart.yaxis, numbers, words, slanted=False)
    chart.grid.visible = False
    mapper, of_bar = (LinearColorMapper(palette=colours(SEQUENTIAL)) for _ in range(2))
    for each in (mapper, of_bar):  # a bar on the mapper of the cells would be painted anew at every λ
        panel.follow(each, "svm-map", low=("low", "quantity"), high=("high", "quantity"))
    cells = panel.source(
        "svm-map", x=("column",), y=("row",), pair=("pair",), value=("values", "quantity", "lambda"),
    )  # fmt: skip
    cells.tags = ["chooses", "pair"]
    mapped = {"field": "value", "transform": mapper}
    drawn = chart.rect("x", "y", 0.94, 0.94, source=cells, fill_color=mapped, line_color=None)
    drawn.nonselection_glyph = drawn.selection_glyph = None
    chart.add_layout(ColorBar(color_mapper=of_bar, major_label_text_font_size="13px", width=16), "right")
    chart.min_border_right = 60
    chart.title.text = texts[0]  # an empty one would get no room
    panel.follow(chart.title, "svm-map", text=("name", "quantity"))
    chosen = panel.source("svm-map", x=("column", "pair"), y=("row", "pair"))
    chart.rect("x", "y", 1, 1, source=chosen, fill_color=None, line_color=CURRENT, line_width=4)
    panel.plot(chart, "Map over the pairs of classes, coloured by the chosen quantity", "large")
    return panel, bank


def pair_panel(
    paths: Mapping[str, Columns],
    pair: Control,
    lam: Control,
    words: Words,
    *,
    shape: Sequence[int],
    per_class: int,
    published: bool,
) -> Panel:
    """Every view of one pair at one λ, beside the article's values where some are `published`.

    Its banks are those of `pair_banks`, `logistic_bank` and `experiments.published.panel.published_bank`.
    """
    planes = ("tilts with the boundary", "stays as at λ_optimal")
    which = Control("plane", "Plane", ["tilting", "fixed"], planes, slider=False)
    shown = min(per_class, SHOWN_PER_CLASS)
    cells = cells_of(2 * shown)
    panel = Panel(
        "panel-svm",
        "One pair, one λ",
        [lam, pair, which],
        f"SVM of {counted(per_class, f'training {words.sample}')} a class, tested on all test "
        f"{words.samples} of the two. The plane holds ẑ, from centroid to centroid, and n̂, into which the "
        f"boundary tilts; shown are the first {counted(shown, words.sample)} of each class, counted in "
        f"{cells} × {cells} cells, and of each the {words.sample} nearest its centroid (filled) with its "
        "mirror image (hollow). The plane turns with the boundary, and that is why points move when λ does: "
        "each λ looks at the data from another side. In the plane that stays as it is at λ_optimal the "
        "points rest, and boundaries of other λ are cut by it, not seen edge-on. The hinge is scaled "
        f"by ‖w‖, so that it is a loss of the distance. {_of_samples(shape)}"
        "ε: the L2 radius of the perturbations against which training, without L2, gives this same SVM. "
        "Logistic regression on the same data is ours, not the article’s."
        + (" Dots on the curves are the article’s values." if published else ""),
    )
    views.margins(panel, words)
    views.tilt_plane(panel, views.PLANE, cells, words)
    views.curves(panel, paths, words, published)
    views.bars(panel, words)
    views.mirrors(panel, shape)
    views.weights(panel, shape)
    here = ("lambda",)
    for label, array, digits, unit in (
        ("θ", "theta_degrees", 2, "°"),
        ("d_adv", "d_adv", 4, f" {words.units}"),
        ("‖w‖", "norm_w", 4, f" /{words.unit}"),
        ("training error", "train_percent", 2, " %"),
        ("test error", "test_percent", 2, " %"),
        ("‖x_m − x‖, class I", "gap_i", 4, f" {words.units}"),
        ("class J", "gap_j", 4, f" {words.units}"),
    ):
        panel.readout(label, PAIR, (array, *here), digits, unit=unit, significant=digits == 4)
    panel.readout("λ as a radius ε", PAIR, ("epsilon", *here), 3, unit=f" {words.units}", significant=True)
    panel.readout("the SVM at ε", PAIR, ("epsilon_kind", *here))
    panel.readout("λ_optimal", PAIR, ("optimal_text",))
    if "err_validation" in next(iter(paths.values())):
        panel.readout("λ_validation", PAIR, ("validation_text",))
    panel.readout("logistic: θ", "logistic/{pair}", ("theta_degrees", *here), 2, unit="°")
    panel.readout("test error", "logistic/{pair}", ("test_percent", *here), 2, unit=" %")
    return panel


def _of_samples(shape: Sequence[int]) -> str:
    """What the caption says of the pictures of samples."""
    if len(shape) == 1:
        return "Weights are relative to their largest; above 0 they pull towards J. "
    finer = ""
    if block_of(shape) > 1:
        finer = f"Images are shown more coarsely than they are, at most {MOST_PIXELS} pixels wide and high. "
    return finer + (
        "Weights are scaled to their largest; blue pulls towards I, red towards J. "
        + ("Those of colour images have a picture for each channel. " if len(shape) > 2 else "")
        + "Pixels of mirror images outside [0, 1] are shown as "
        + ("0 or 1. " if len(shape) > 2 else "black or white. ")
    )
