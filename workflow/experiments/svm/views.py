"""Views of one pair at one λ in the panels of the linear classifiers: each adds figures to a panel."""

from collections.abc import Mapping, Sequence

import numpy as np
from bokeh.models import Range1d, Span
from bokeh.plotting import figure

from experiments.svm.banks import block_of, directions
from report.figures.colours import CLASS_I, CLASS_J, DIVERGING
from report.panels.base import CURRENT, GREY, INK, Panel, Part, axes, colours, picture, plane, right_axis
from report.words import Words
from tilt.linear.tables import Columns

PAIR, PLANE = "svm/{pair}", "plane/{pair}/{plane}"
CLASSES = {"class I": ("class_i",), "class J": ("class_j",)}  # what legends say until a pair is shown


def margins(panel: Panel, words: Words) -> None:
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


def tilt_plane(panel: Panel, bank: str, cells: int, words: Words, height: int = 380) -> None:
    """Training samples, boundary, margin and mirror images in the plane of a bank."""
    corners = panel.source(bank, x=("window_z",), y=("window_n",))
    chart = plane(
        f"centroid to centroid, ẑ ({words.units})", f"tilt, n̂ ({words.units})", corners, height=height
    )
    for side, colour, name in (("i", CLASS_I, "class I"), ("j", CLASS_J, "class J")):
        place = (f"column_{side}",), (f"row_{side}", "lambda")
        panel.points(chart, bank, cells, place, (("corner",), ("side",)), colour, name)
    boundary = panel.source(bank, x=("boundary_z", "lambda"), y=("boundary_n", "lambda"))
    drawn = chart.line("x", "y", source=boundary, line_width=2, legend_label="boundary")
    drawn.glyph.tags = [INK]
    ends = {
        f"{axis}{end}": (f"margins_{name}{end}", "lambda") for axis, name in ("xz", "yn") for end in (0, 1)
    }
    margins = panel.source(bank, **ends)
    drawn = chart.segment(
        "x0",
        "y0",
        "x1",
        "y1",
        source=margins,
        line_width=1.5,
        line_dash="dashed",
        legend_label="margin, ±1",
    )
    drawn.glyph.tags = [INK]
    for side, colour in (("i", CLASS_I), ("j", CLASS_J)):
        course = panel.source(bank, x=(f"path_{side}_z",), y=(f"path_{side}_n",))
        chart.line("x", "y", source=course, color=colour, line_width=2, legend_label="path of xₘ over λ")
    columns = {name: (name, "lambda") for name in ("x_z", "x_n", "mirror_z", "mirror_n")}
    mirrored = panel.source(bank, {"colour": [CLASS_I, CLASS_J]}, **columns)
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


def curves(panel: Panel, paths: Mapping[str, Columns], words: Words, published: bool) -> None:
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


def bars(panel: Panel, words: Words) -> None:
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


def mirrors(panel: Panel, shape: Sequence[int]) -> None:
    """Of each class the sample shown and its mirror image."""
    for side in "IJ":
        x, mirror = (f"image_{side.lower()}",), (f"mirror_{side.lower()}", "lambda")
        if len(shape) > 1:
            for part, title in ((x, f"x, class {side}"), (mirror, f"xₘ of {side}")):
                drawn = sample(panel, PAIR, shape, part, title)
                panel.follow(drawn.title, PAIR, text=(f"title_{part[0]}",))
        else:
            _mirrored(panel, shape[0], x, mirror, side)


def weights(panel: Panel, shape: Sequence[int]) -> None:
    """The weights of the SVM and of logistic regression."""
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
) -> figure:
    """A figure of a sample, or with `signed` a direction in [-1, 1]: an image, or bars of a vector.

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
        return drawn
    chart = axes("feature", title, height=180)
    source = panel.source(bank, {"x": range(shape[0])}, top=part)
    chart.vbar("x", 0.9, "top", source=source, color=GREY)
    panel.plot(chart, f"{title}, feature by feature")
    return chart
