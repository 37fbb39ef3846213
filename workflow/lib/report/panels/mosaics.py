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
    """Images (n, h, w), so many to a row, as one (rows · h, columns · w); 0 where none is left."""
    n, height, width = images.shape
    rows = -(-n // columns)
    tiles = np.zeros((rows * columns, height, width))
    tiles[:n] = images
    return tiles.reshape(rows, columns, height, width).swapaxes(1, 2).reshape(rows * height, columns * width)


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
    plot: figure, source: ColumnDataSource, top: float, tile: float, shape: tuple[int, int], signed: bool
) -> None:
    """Draw a mosaic of (rows, columns) square tiles on a sheet; values in [-1, 1] if signed, else [0, 1]."""
    rows, columns = shape
    mapper = LinearColorMapper(
        palette=SIGNED if signed else "Greys256", low=-1 if signed else 0, high=1, nan_color=CLEAR
    )
    plot.image("image", x=0, y=top, dw=columns * tile, dh=rows * tile, source=source, color_mapper=mapper)
    x, y = np.arange(columns + 1) * tile, top + np.arange(rows + 1) * tile
    plot.segment(x, y[0], x, y[-1], color=GREY)
    plot.segment(x[0], y, x[-1], y, color=GREY)


def write(plot: figure, source: ColumnDataSource, align: str = "left") -> None:
    """Texts of a source, its columns x, y and text, on a sheet."""
    texts = plot.text(
        "x", "y", "text", source=source, text_align=align, text_baseline="middle", text_font_size="12px"
    )
    texts.glyph.tags = [INK]
