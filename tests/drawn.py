"""Reading figures back, and what holds for every figure."""

import numpy as np
from matplotlib.lines import AxLine


def has_line(ax, x, y):
    """Whether one of the lines of `ax` runs through exactly the points (x, y)."""
    x, y = np.broadcast_arrays(np.atleast_1d(x), y)
    return any(
        line.get_xydata().shape == (x.size, 2)
        and np.allclose(line.get_xydata(), np.stack([x, y], axis=1), rtol=1e-6, atol=1e-6)
        for line in ax.lines
        if not isinstance(line, AxLine)
    )


def stairs(ax):
    return [patch.get_data() for patch in ax.patches if hasattr(patch, "get_data")]


def lay_out(figures):
    """The figures by name, laid out as they will be saved."""
    for figure in figures.values():
        figure.draw_without_rendering()
    return figures


def assert_labelled_and_inside(figures):
    """Axes with numbers have labels, and nothing is cut off at the edge of the page."""
    for name, figure in figures.items():
        for ax in figure.axes:
            if name == "pair_maps" and ax.get_label() == "<colorbar>":
                continue  # the title of its map has the unit
            for axis in (ax.xaxis, ax.yaxis):
                numbers = [tick for tick in axis.get_ticklabels() if tick.get_visible() and tick.get_text()]
                assert axis.get_label_text() or not (axis.get_visible() and numbers), name
        box = figure.get_tightbbox()
        width, height = figure.get_size_inches()
        assert min(box.x0, box.y0, width - box.x1, height - box.y1) > -0.01, name
