"""Panels: Bokeh figures and numbers that follow the controls of the page.

Every state of a panel is computed beforehand: its numbers are arrays whose leading axes belong to controls,
packed into *banks*. The page's script cuts the state's part out of each array and hands it to Bokeh; it
computes nothing. A bank is named by a template with controls in it, "svm/{pair}", so that only those looked
at are unpacked.
"""

import base64
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from bokeh.embed import json_item
from bokeh.model import Model
from bokeh.models import BoxAnnotation, ColumnDataSource, LinearAxis, LinearColorMapper, Range1d, Span
from bokeh.palettes import Greys256
from bokeh.plotting import figure
from matplotlib import colormaps
from matplotlib.colors import to_hex, to_rgb
from numpy.typing import ArrayLike, NDArray

from report.numerals import significant

GREY = "#808790"  # legible on light and on dark
CURRENT = "#CC79A7"  # the state in a curve over all states
INK = "ink"  # tag of a glyph or label whose colour is that of the page's text
OPACITY = 0.6  # of one point
LEVELS: tuple[type[np.signedinteger[Any]], ...] = (np.int8, np.int16, np.int32)

Array = NDArray[Any]
Part = tuple[str, ...]  # the name of an array and, axis by axis, the controls that choose its part


@dataclass(frozen=True)
class Control:
    """One choice among several: a slider over `tokens`, or a list of them.

    A token stands for its option in the address of a view; `texts` are shown, and `ends` beside a slider.
    Panels that name the same control share it.
    """

    name: str
    label: str
    tokens: Sequence[str]
    texts: Sequence[str]
    start: int = 0
    slider: bool = True
    ends: tuple[str, str] | None = None


@dataclass(frozen=True)
class Readout:
    """A number or text under the controls: factor · value with so many digits, and a unit.

    Digits are decimals, or those that are `significant`.
    """

    label: str
    bank: str
    array: str
    index: Sequence[str]
    digits: int
    factor: float
    unit: str
    significant: bool


@dataclass
class Panel:
    """A panel of a section of the page: controls, figures, readouts, and a caption of one paragraph.

    One in `front` stands on the first screen instead of in its section.
    """

    name: str
    title: str
    controls: Sequence[Control]
    caption: str
    front: bool = False
    plots: list[dict[str, Any]] = field(default_factory=list)
    readouts: list[Readout] = field(default_factory=list)
    targets: list[dict[str, Any]] = field(default_factory=list)

    def source(self, bank: str, fixed: Mapping[str, ArrayLike] = {}, /, **columns: Part) -> ColumnDataSource:
        """A source of a figure whose columns are parts of the bank's arrays, or `fixed`."""
        rows = {name: np.asarray(values) for name, values in fixed.items()}
        size = max((len(values) for values in rows.values()), default=0)
        blank = size * [np.nan]
        source = ColumnDataSource(
            rows | dict.fromkeys(columns, blank), name=f"{self.name}-{len(self.targets)}"
        )
        self._follow(source, bank, "data", columns, size)
        return source

    def image(self, bank: str, shape: Sequence[int], part: Part) -> ColumnDataSource:
        """A source with a column `image` of one picture of (h, w) pixels, the first row on top.

        Of (h, w, 3) pixels it is one in colour, for numbers in [0, 1]; what lies outside is cut off.
        """
        coloured = len(shape) > 2
        blank = np.zeros(shape[:2], np.uint32 if coloured else np.float64)
        source = ColumnDataSource({"image": [blank]}, name=f"{self.name}-{len(self.targets)}")
        self._follow(source, bank, "colours" if coloured else "image", {"image": part})
        return source

    def points(
        self,
        plot: figure,
        bank: str,
        cells: int,
        place: tuple[Part, Part],
        frame: tuple[Part, Part],
        colour: str,
        name: str,
    ) -> None:
        """Draw points as a picture of `cells` x `cells` cells, painted many times faster than markers.

        `place` is the column and the row of each point, from 0 and from below; `frame` is x as well as y of
        the lower left corner, and the length of a side. More points make a cell less transparent.
        """
        source = ColumnDataSource(
            {"image": [np.zeros((cells, cells))]}, name=f"{self.name}-{len(self.targets)}"
        )
        self._follow(source, bank, "counts", dict(zip(("column", "row"), place, strict=True)), cells)
        opacities = 1 - (1 - OPACITY) ** np.arange(6)
        palette = [to_hex((*to_rgb(colour), opacity), keep_alpha=True) for opacity in opacities]
        mapper = LinearColorMapper(palette=palette, low=-0.5, high=len(palette) - 0.5)
        drawn = plot.image("image", x=0, y=0, dw=1, dh=1, source=source, color_mapper=mapper)
        corner, side = frame
        self.follow(drawn.glyph, bank, x=corner, y=corner, dw=side, dh=side)
        plot.scatter([np.nan], [np.nan], marker="square", color=colour, alpha=OPACITY, legend_label=name)

    def follow(self, model: Model, bank: str, **properties: Part) -> None:
        """Let properties of a Bokeh model follow the controls; each part is one number or text."""
        model.name = f"{self.name}-{len(self.targets)}"
        self._follow(model, bank, "properties", properties)

    def follow_legend(self, plot: figure, bank: str, parts: Mapping[str, Part]) -> None:
        """Let entries of a legend follow the controls; `parts` go by what the entries say at first."""
        for item in plot.legend[0].items:
            if part := parts.get(item.label.value):
                self.follow(item, bank, label=part)

    def _follow(self, model: Model, bank: str, kind: str, parts: Mapping[str, Part], fixed: int = 0) -> None:
        cut = {name: {"array": array, "index": index} for name, (array, *index) in parts.items()}
        self.targets.append({"model": model.name, "kind": kind, "bank": bank, "parts": cut, "fixed": fixed})

    def plot(self, plot: figure, alt: str, size: str = "medium") -> None:
        """Add a figure, `small`, `medium` or `large`, with a text for those who cannot see it.

        Its legend moves below it.
        """
        for legend in plot.legend:
            columns = 2 if max(len(item.label.value) for item in legend.items) < 19 else 1
            legend.update(
                orientation="horizontal", ncols=columns, padding=0, margin=0, spacing=4, location="left"
            )
            legend.label_text_font_size = "13px"
            plot.add_layout(legend, "below")
            plot.height += 23 * -(-len(legend.items) // columns)
        self.plots.append(
            {"id": f"{self.name}-plot-{len(self.plots)}", "alt": alt, "size": size, "item": plot}
        )

    def cursor(self, plot: figure, bank: str, part: Part) -> None:
        """Add to a figure a vertical line where the state is."""
        line = Span(dimension="height", line_color=CURRENT, line_width=2, line_alpha=0.6)
        self.follow(line, bank, location=part)
        plot.add_layout(line)

    def readout(
        self,
        label: str,
        bank: str,
        part: Part,
        digits: int = 2,
        factor: float = 1,
        unit: str = "",
        significant: bool = False,
    ) -> None:
        """Add a number or text of the bank to those shown."""
        array, *index = part
        self.readouts.append(Readout(label, bank, array, index, digits, factor, unit, significant))

    def record(self) -> dict[str, Any]:
        """The panel as JSON, for `write_json`."""
        record = {name: getattr(self, name) for name in ("name", "title", "caption", "front", "targets")}
        return record | {
            "plots": [
                plot | {"item": json_item(_layered(plot["item"])), "height": plot["item"].height}
                for plot in self.plots
            ],
            "controls": [asdict(control) for control in self.controls],
            "readouts": [
                {"id": f"{self.name}-readout-{k}"} | asdict(readout)
                for k, readout in enumerate(self.readouts)
            ],
        }


def section(panels: Sequence[Panel], banks: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The panels of a section and the banks they draw on as one JSON record."""
    return {"panels": [panel.record() for panel in panels], "banks": banks}


def packed(values: ArrayLike, step: float | None = None) -> dict[str, Any]:
    """An array for a bank: numbers to a multiple of `step`, or with None as 32-bit floats, compressed.

    Numbers in steps are kept as differences along the first axis, small where it is that of a slider.

    Raises ValueError for numbers in steps that are not finite or exceed 32 bits.
    """
    array = np.asarray(values)
    if step is None:
        kept, kind = array.astype("<f4"), "float32"
    else:
        levels = np.rint(array / step)
        largest = np.abs(levels).max(initial=0)
        fitting = [kind for kind in LEVELS if largest <= np.iinfo(kind).max]
        if not fitting:
            raise ValueError(f"numbers up to {largest * step} cannot be kept in steps of {step}")
        kept = levels.astype(fitting[0])
        kind = kept.dtype.name
        if kept.ndim > 1:
            kept = np.concatenate([kept[:1], np.diff(kept, axis=0)])  # wraps around, and back in the page
        kept = kept.astype(kept.dtype.newbyteorder("<"))
    data = base64.b64encode(zlib.compress(kept.tobytes(), 9)).decode()
    return {"kind": kind, "shape": array.shape, "step": step, "data": data}


def packed_in(values: ArrayLike, steps: int) -> dict[str, Any]:
    """An array for a bank, to so many steps from 0 to its largest size."""
    return packed(values, float(np.abs(values).max(initial=0)) / steps or 1.0)


def axes(x: str, y: str, **settings: Any) -> figure:
    """An empty figure with labelled axes that takes the width it is given."""
    plot = figure(
        x_axis_label=x, y_axis_label=y, sizing_mode="stretch_width", toolbar_location=None,
        **({"height": 270, "tools": ""} | settings),
    )  # fmt: skip
    _quiet(plot)
    for axis in plot.axis:
        _legible(axis)
    plot.title.text_font_size = "14px"
    return plot


def right_axis(plot: figure, name: str, label: str, end: float) -> None:
    """Give a figure a second scale from 0 to `end`, for glyphs whose `y_range_name` is the name."""
    plot.extra_y_ranges = {name: Range1d(0, end)}
    axis = LinearAxis(y_range_name=name, axis_label=label)
    _legible(axis)
    plot.add_layout(axis, "right")


def plane(x: str, y: str, corners: ColumnDataSource, height: int = 420) -> figure:
    """A figure with one scale on both axes that shows at least the rectangle of two corners (x, y)."""
    plot = axes(x, y, height=height, match_aspect=True)
    drawn = plot.scatter("x", "y", source=corners, alpha=0)
    for window in (plot.x_range, plot.y_range):
        window.renderers, window.range_padding = [drawn], 0
    return plot


def picture(
    source: ColumnDataSource,
    shape: Sequence[int],
    title: str,
    palette: Sequence[str] = Greys256,
    low: float = 0,
    high: float = 1,
) -> figure:
    """The image of a source, without axes: in colour of a shape (h, w, 3), else from `low` to `high`."""
    height, width = shape[:2]
    plot = figure(
        x_range=Range1d(0, width), y_range=Range1d(height, 0), toolbar_location=None, tools="", title=title,
        width=136, height=int(136 * min(height / width, 1)) + 24, min_border=0,
    )  # fmt: skip
    _quiet(plot)
    plot.title.text_font_size = "13px"
    plot.axis.visible = plot.grid.visible = False
    place = {"x": 0, "y": 0, "dw": width, "dh": height}
    if len(shape) > 2:
        plot.image_rgba("image", source=source, **place)
    else:
        mapper = LinearColorMapper(palette=palette, low=low, high=high)
        plot.image("image", source=source, color_mapper=mapper, **place)
    return plot


def power(exponent: float) -> str:
    """10 to a power, as text: 10⁻⁶ or, with a decimal point, which no raised character is, 10^2.5."""
    text = f"{exponent:.4g}"
    return f"10^{text}" if "." in text else "10" + text.translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def written(value: float, digits: int = 3) -> str:
    """A number to so many significant digits, as text: 0.125, 1.25·10⁶."""
    mantissa, _, exponent = significant(value, digits).partition("e")
    return mantissa.replace("-", "−") + (f"·{power(int(exponent))}" if exponent else "")


def colours(name: str) -> list[str]:
    """256 colours of a map of matplotlib."""
    return [to_hex(colour) for colour in colormaps[name](np.linspace(0, 1, 256))]


def _layered(plot: figure) -> figure:
    """The figure with all but its axes on a layer of its own, so that a step need not paint axes anew."""
    for renderer in [*plot.renderers, *plot.select({"type": Span}), *plot.select({"type": BoxAnnotation})]:
        renderer.level = "overlay"
    return plot


def _legible(axis: Any) -> None:
    axis.axis_label_text_font_style = "normal"
    axis.axis_label_text_font_size = axis.major_label_text_font_size = "13px"


def _quiet(plot: figure) -> None:
    plot.background_fill_color = plot.border_fill_color = None
    plot.title.text_font_style = "normal"
    plot.outline_line_color = None
