"""Panels of the linear classifiers: a map over the pairs, and one pair at one λ in every view.

The banks of a pair are "svm/7v9" (hinge), "logistic/7v9" (softplus, where it was fitted), "plane/7v9/tilting"
and "plane/7v9/fixed". Arrays come from `tilt.linear.tables`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from bokeh.models import ColorBar, LinearColorMapper, Range1d, Span

from experiments.svm.banks import (
    MOST_PIXELS,
    SHOWN_PER_CLASS,
    block_of,
    cells_of,
    directions,
    logistic_bank,
    pair_banks,
)
from report.figures.colours import CLASS_I, CLASS_J, DIVERGING, SEQUENTIAL, scale_ends
from report.numerals import counted
from report.panels.base import (
    CURRENT,
    GREY,
    INK,
    Control,
    Panel,
    Part,
    axes,
    colours,
    packed,
    picture,
    plane,
    power,
    right_axis,
    section,
)
from report.panels.shared import class_axis
from report.words import Words
from tilt.linear.tables import Columns, optimal_row

PAIR, PLANE = "svm/{pair}", "plane/{pair}/{plane}"
CLASSES = {"class I": ("class_i",), "class J": ("class_j",)}  # what legends say until a pair is shown


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
    return section([overview, one], banks)


def pair_control(pairs: Sequence[str], start: str, words: Words) -> Control:
    """The choice of a pair of classes."""
    names = [words.pair(pair) for pair in pairs]
    return Control("pair", "Pair", pairs, names, start=pairs.index(start), slider=False)


def lambda_control(path: Columns) -> Control:
    """The slider over λ_article, which starts at λ_optimal of the path."""
    exponents = np.log10(path["lambda_article"]).round(6)
    tokens = [f"{exponent:.4g}" for exponent in exponents]
    return Control("lambda", "λ_article", tokens, list(map(power, exponents)), optimal_row(path))


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
    views = ("tilts with the boundary", "stays as at λ_optimal")
    which = Control("plane", "Plane", ["tilting", "fixed"], views, slider=False)
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
    _margins(panel, words)
    _plane(panel, cells, words)
    _curves(panel, paths, words, published)
    _bars(panel, words)
    _samples(panel, shape)
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


def _margins(panel: Panel, words: Words) -> None:
    chart = axes(f"y d(x) ({words.units})", f"training {words.samples} per bin", height=260)
    chart.x_range, chart.y_range = Range1d(-1, 1), Range1d(0, 1)
    panel.follow(chart.x_range, PAIR, start=("first", "lambda"), end=("last", "lambda"))
    panel.follow(chart.y_range, PAIR, end=("highest", "lambda"))
    for side, colour, name in (("i", CLASS_I, "class I"), ("j", CLASS_J, "class J")):
        outline = panel.source(PAIR, x=("outline_x", "lambda"), y=(f"outline_{side}", "lambda"))
        chart.patch(
            "x", "y", source=outline, fill_color=colour, fill_alpha=0.45, line_color=colour, legend_label=name
        )
    chart.add_layout(Span(location=0, dimension="height", line_color=GREY, line_dash="dotted"))
    right_axis(chart, "loss", "scaled hinge f(‖w‖ y d)", 3)
    loss = panel.source(PAIR, x=("hinge_x", "lambda"), y=("hinge_y", "lambda"))
    drawn = chart.line("x", "y", source=loss, y_range_name="loss", line_width=2, legend_label="scaled hinge")
    drawn.glyph.tags = [INK]
    panel.cursor(chart, PAIR, ("d_adv", "lambda"))
    chart.line([0], [np.nan], color=CURRENT, line_width=2, legend_label="mean, d_adv")
    panel.follow_legend(chart, PAIR, CLASSES)
    panel.plot(
        chart, "Histogram of the signed distances y d(x) of both classes with the scaled hinge", "large"
    )


def _plane(panel: Panel, cells: int, words: Words) -> None:
    corners = panel.source(PLANE, x=("window_z",), y=("window_n",))
    chart = plane(f"along ẑ ({words.units})", f"along n̂ ({words.units})", corners, height=380)
    for side, colour, name in (("i", CLASS_I, "class I"), ("j", CLASS_J, "class J")):
        place = (f"column_{side}",), (f"row_{side}", "lambda")
        panel.points(chart, PLANE, cells, place, (("corner",), ("side",)), colour, name)
    boundary = panel.source(PLANE, x=("boundary_z", "lambda"), y=("boundary_n", "lambda"))
    drawn = chart.line("x", "y", source=boundary, line_width=2, legend_label="boundary")
    drawn.glyph.tags = [INK]
    ends = {
        f"{axis}{end}": (f"margins_{name}{end}", "lambda") for axis, name in ("xz", "yn") for end in (0, 1)
    }
    margins = panel.source(PLANE, **ends)
    drawn = chart.segment(
        "x0",
        "y0",
        "x1",
        "y1",
        source=margins,
        line_width=1.5,
        line_dash="dashed",
        legend_label="margin, y s = 1",
    )
    drawn.glyph.tags = [INK]
    for side, colour in (("i", CLASS_I), ("j", CLASS_J)):
        course = panel.source(PLANE, x=(f"path_{side}_z",), y=(f"path_{side}_n",))
        chart.line("x", "y", source=course, color=colour, line_width=2, legend_label="course of xₘ")
    columns = {name: (name, "lambda") for name in ("x_z", "x_n", "mirror_z", "mirror_n")}
    mirrored = panel.source(PLANE, {"colour": [CLASS_I, CLASS_J]}, **columns)
    drawn = chart.segment("x_z", "x_n", "mirror_z", "mirror_n", source=mirrored, line_width=1)
    drawn.glyph.tags = [INK]
    drawn = chart.scatter("x_z", "x_n", source=mirrored, size=11, fill_color="colour", legend_label="x")
    drawn.glyph.tags = [INK]
    chart.scatter(
        "mirror_z", "mirror_n", source=mirrored, size=11, fill_color=None, line_color="colour",
        line_width=2.5, legend_label="xₘ",
    )  # fmt: skip
    panel.follow_legend(chart, PAIR, CLASSES)
    panel.plot(chart, f"Training {words.samples} in the plane, boundary, margin and mirror images", "large")


def _curves(panel: Panel, paths: Mapping[str, Columns], words: Words, published: bool) -> None:
    lam = next(iter(paths.values()))["lambda_article"]
    for name, label, highest, lines in (
        ("tilt", "tilt θ (degrees)", None, (("theta_degrees", ""),)),
        ("distance", f"d_adv, mean of y d ({words.units})", "highest_d_adv", (("d_adv", ""),)),
        (
            "error",
            "error (%)",
            "highest_error",
            (("test_percent", ", test"), ("train_percent", ", training")),
        ),
    ):
        chart = axes(
            "λ on the article’s scale", label, x_axis_type="log", x_range=Range1d(lam[0], lam[-1]), height=230
        )
        chart.y_range = Range1d(0, 90)
        if highest:
            panel.follow(chart.y_range, PAIR, end=(highest,))
        for bank, model, colour in ((PAIR, "SVM", None), ("logistic/{pair}", "logistic", "#999933")):
            for array, what in lines:
                source = panel.source(bank, x=("lambda_article",), y=(array,))
                dash = "dashed" if "training" in what else "solid"
                drawn = chart.line(
                    "x", "y", source=source, line_width=2, line_dash=dash, legend_label=model + what
                )
                if colour:
                    drawn.glyph.line_color = colour
                else:
                    drawn.glyph.tags = [INK]
        for array, what in lines if published else ():
            dots = panel.source("published/{pair}", x=("lambda_article",), y=(array,))
            fill = None if "training" in what else CURRENT
            chart.scatter(
                "x", "y", source=dots, size=5, fill_color=fill, line_color=CURRENT, fill_alpha=0.6,
                legend_label="article" + what,
            )  # fmt: skip
        best = Span(dimension="height", line_color=GREY, line_dash="dotted", line_width=2)
        panel.follow(best, PAIR, location=("optimal",))
        chart.add_layout(best)
        panel.cursor(chart, PAIR, ("lambda_article", "lambda"))
        panel.plot(chart, f"Curve of the {name} over λ; dotted: λ_optimal")


def _bars(panel: Panel, words: Words) -> None:
    for part, label, names, marked, highest in (
        ("d_adv", f"d_adv ({words.units})", [""], "d_adv_optimal", "highest_d_adv"),
        ("errors", "error (%)", ["training", "test"], "errors_optimal", "highest_error"),
    ):
        chart = axes("", label, height=230, y_range=Range1d(0, 1))
        panel.follow(chart.y_range, PAIR, end=(highest,))
        chart.x_range = Range1d(-0.6, len(names) - 0.4)
        chart.xaxis.ticker = list(range(len(names)))
        chart.xaxis.visible = len(names) > 1
        chart.xaxis.major_label_overrides = dict(enumerate(names))
        for bank, offset, model, colour in (
            (PAIR, -0.2, "SVM", GREY),
            ("logistic/{pair}", 0.2, "logistic", "#999933"),
        ):
            places = {"x": [k + offset for k in range(len(names))]}
            bars = panel.source(bank, places, top=(part, "lambda"))
            chart.vbar("x", 0.36, "top", source=bars, color=colour, legend_label=model)
        best = panel.source(PAIR, {"x": [k - 0.2 for k in range(len(names))]}, y=(marked,))
        chart.scatter("x", "y", source=best, marker="dash", size=40, line_color=CURRENT, line_width=3,
                      legend_label="SVM at λ_optimal")  # fmt: skip
        panel.plot(chart, f"Bars of {label} at this λ; a mark shows the value at λ_optimal")


def _samples(panel: Panel, shape: Sequence[int]) -> None:
    for side in "IJ":
        x, mirror = (f"image_{side.lower()}",), (f"mirror_{side.lower()}", "lambda")
        if len(shape) > 1:
            sample(panel, PAIR, shape, x, f"x, class {side}")
            sample(panel, PAIR, shape, mirror, f"xₘ of {side}")
        else:
            _mirrored(panel, shape[0], x, mirror, side)
    for bank, model in ((PAIR, "SVM"), ("logistic/{pair}", "logistic")):
        for direction in directions(shape):
            channel = direction.removeprefix("direction").replace("_", ", ")
            sample(panel, bank, shape, (direction, "lambda"), f"weights, {model}{channel}", signed=True)


def _mirrored(panel: Panel, features: int, x: Part, mirror: Part, side: str) -> None:
    """A vector as an outline over its mirror image, feature by feature."""
    chart = axes("feature", f"class {side}", height=180)
    bars, outline = (panel.source(PAIR, {"x": range(features)}, top=part) for part in (mirror, x))
    chart.vbar(
        "x", 0.9, "top", source=bars, color=CLASS_I if side == "I" else CLASS_J, alpha=0.45, legend_label="xₘ"
    )
    drawn = chart.vbar("x", 0.9, "top", source=outline, fill_color=None, legend_label="x (outline)")
    drawn.glyph.tags = [INK]
    panel.plot(chart, f"x, as an outline, and its mirror image of class {side}, feature by feature")


def sample(
    panel: Panel, bank: str, shape: Sequence[int], part: Part, title: str, signed: bool = False
) -> None:
    """A sample, or with `signed` a direction in [-1, 1]: an image, or bars where samples are vectors.

    A direction is that of one channel of a colour image.
    """
    if len(shape) > 1:
        block = block_of(shape)
        shown = [-(-side // block) for side in shape[:2]]
        if signed:
            drawn = picture(panel.image(bank, shown, part), shown, title, colours(DIVERGING), low=-1)
        else:
            shown += shape[2:]
            drawn = picture(panel.image(bank, shown, part), shown, title)
        panel.plot(drawn, f"{title} as an image", "small")
        return
    chart = axes("feature", title, height=180)
    source = panel.source(bank, {"x": range(shape[0])}, top=part)
    chart.vbar("x", 0.9, "top", source=source, color=GREY)
    panel.plot(chart, f"{title}, feature by feature")
