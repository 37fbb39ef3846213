"""Many small images in one, and figures that show them without distortion at any width."""

from typing import Any

import numpy as np
from bokeh.models import ColumnDataSource, LinearColorMapper, Range1d
from bokeh.palettes import RdBu11, interp_palette
from bokeh.plotting import figure
from numpy.typing import NDArray

from report.panels.base import GREY, INK, axes

Images = NDArray[np.floating[Any]]

SIGNED = interp_palette(RdBu11, 255)  # blue below zero, red above
LEVEL = 1 / 127  # numbers from -1 to 1 in steps of it fill 8 bits
CLEAR = "#00000000"


def mosaic(images: Images, columns: int) -> Images:
    """Images (n, h, w) or (n, h, w, 3), so many to a row, as one (rows · h, columns · w) or in colour.

    It is 0 where none is left.
    """
    n, height, width, *channels = images.shape
    rows = -(-n // columns)
    tiles = np.zeros((rows * columns, height, width, *channels))
    tiles[:n] = images
    ordered = tiles.reshape(rows, columns, height, width, *channels).swapaxes(1, 2)
    return ordered.reshape(rows * height, columns * width, *channels)


def enlarged(images: Images, size: tuple[int, int]) -> Images:
    """Images (n, h, w) or (n, h, w, 3) as (n, *size) or (n, *size, 3), their pixels repeated."""
    rows, columns = (np.arange(now) * side // now for now, side in zip(size, images.shape[1:3], strict=True))
    return images[:, rows[:, None], columns]


def around_grey(changes: Images) -> Images:
    """Changes of channels, from -1 to 1, as colours from 0 to 1: mid grey where nothing changes."""
    return (1 + changes) / 2


def sheet(width: float, height: float, widest: int) -> figure:
    """A figure without axes of (0, width) × (0, height), y downwards, at most `widest` screen pixels wide."""
    edge = width / widest  # room for the frame of the last images
    plot = axes("", "", x_range=Range1d(0, width + edge), y_range=Range1d(height + edge, 0), min_border=0)
    plot.axis.visible = plot.grid.visible = False
    plot.update(
        sizing_mode="scale_width", width=widest, height=round(widest * height / width), max_width=widest
    )
    return plot


def lay(
    plot: figure,
    source: ColumnDataSource,
    top: float,
    tile: tuple[int, int],
    shape: tuple[int, int],
    *,
    signed: bool = False,
    coloured: bool = False,
) -> None:
    """Draw a mosaic of (rows, columns) tiles of (height, width) on a sheet.

    Values are in [-1, 1] if signed, else [0, 1]; of a mosaic in colour they are in [0, 1].
    """
    (rows, columns), (height, width) = shape, tile
    place = {"x": 0, "y": top, "dw": columns * width, "dh": rows * height}
    if coloured:
        plot.image_rgba("image", source=source, **place)
    else:
        mapper = LinearColorMapper(
            palette=SIGNED if signed else "Greys256", low=-1 if signed else 0, high=1, nan_color=CLEAR
        )
        plot.image("image", source=source, color_mapper=mapper, **place)
    x, y = np.arange(columns + 1) * width, top + np.arange(rows + 1) * height
    plot.segment(x, y[0], x, y[-1], color=GREY)
    plot.segment(x[0], y, x[-1], y, color=GREY)


def write(plot: figure, source: ColumnDataSource, align: str = "left") -> None:
    """Texts of a source, its columns x, y and text, on a sheet."""
    texts = plot.text(
        "x", "y", "text", source=source, text_align=align, text_baseline="middle", text_font_size="12px"
    )
    texts.glyph.tags = [INK]
