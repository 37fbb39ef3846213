"""Panel of the map of initial weight scale and weight decay: one quantity at a time as a heat map."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from bokeh.models import BasicTicker, ColorBar, FixedTicker, HoverTool, LinearColorMapper
from bokeh.palettes import Viridis256
from numpy.typing import NDArray

from experiments.attack.styles import styles
from experiments.sweep.tables import attacks_of, grid
from report.article import LENET_DECAYS
from report.figures.colours import CLASS_J, scale_ends
from report.networks import layers_of
from report.numerals import counted
from report.panels.base import Control, Panel, packed, section
from report.panels.shared import decay_axes

Array = NDArray[np.float64]
Columns = Mapping[str, NDArray[Any]]

BANK = "map"
UNKNOWN = "#9AA0A6"


def panel(*, networks: Columns) -> dict[str, Any]:
    """The panel of the map, from its table of networks."""
    return map_panels(networks)


def map_panels(table: Columns) -> dict[str, Any]:
    """The section from a `sweep.networks_table` with one seed."""
    scales, decays, _ = grid(table, "test_error")
    quantities = _quantities(table)
    cells = {key: factor * grid(table, key)[2] for key, (_, _, factor, _) in quantities.items()}
    shown = [key for key in quantities if np.isfinite(cells[key]).any()] or ["test_error"]
    lost = np.zeros((len(scales), len(decays)), bool)
    place = np.searchsorted(scales, table["weight_scale"]), np.searchsorted(decays, table["weight_decay"])
    lost[place] = table["diverged"]
    choice = Control(
        "map_quantity",
        "Colour",
        [key.replace("_", "-") for key in shown],
        [quantities[key][0] for key in shown],
        slider=False,
    )
    recipe = str(table["recipe"][0]).split(", weights ×")[0]
    panel = Panel(
        "panel-map",
        "One quantity over initial weights and weight decay",
        [choice],
        f"{counted(len(table['seed']), 'network')} ({recipe}; "
        f"{counted(table['epochs'].max(), 'epoch')}), one a cell, seed "
        f"{', '.join(map(str, np.unique(table['seed'])))}, so no interval. Norms are L2 over the "
        "attacked test images, pixels in [0, 1]; RMS is that of a layer’s weights. The map is ours: the "
        "article varies weight decay alone; frames stand round its two weight decays. Colours are "
        "logarithmic where the values span more than a factor of ten. ✕ on grey: the network diverged "
        "or stayed at chance; – on grey: not measured.",
    )
    state = ("map_quantity",)
    drawn = [_drawn(cells[key], lost, scales, decays, *quantities[key]) for key in shown]
    y, x = np.indices(lost.shape)
    tokens = [f"{value:g}" for value in decays]
    factors = [f"{value:g}" for value in scales]
    bank = {
        "x": packed(x.ravel(), 1),
        "y": packed(y.ravel(), 1),
        "decay": [tokens[k] for k in x.ravel()],
        "scale": [factors[k] for k in y.ravel()],
        **{key: packed([each[key] for each in drawn]) for key in ("colour", "low", "high")},
        **{key: [each[key] for each in drawn] for key in ("text", "ink", "bar", "least", "most")},
        "diverged": packed(lost.sum(keepdims=True)[0], 1),
    }

    plot = decay_axes(
        tokens,
        "factor on the initial weights",
        y_range=(-0.5, len(scales) - 0.5),
        height=150 + 55 * len(scales),
    )
    plot.yaxis.ticker = FixedTicker(ticks=list(range(len(scales))))
    plot.yaxis.major_label_overrides = dict(enumerate(factors))
    plot.ygrid.visible = False
    parts = {key: (key, *state) for key in ("colour", "text", "ink")}
    source = panel.source(BANK, x=("x",), y=("y",), decay=("decay",), scale=("scale",), **parts)
    mapper = LinearColorMapper(palette=Viridis256, low=0, high=1, nan_color=UNKNOWN)
    colour = {"field": "colour", "transform": mapper}
    filled = plot.rect("x", "y", 1, 1, source=source, line_color=colour, fill_color=colour)
    plot.text(
        "x", "y", "text", source=source, text_color="ink", text_align="center", text_baseline="middle",
        text_font_size="13px",
    )  # fmt: skip
    for k in np.flatnonzero(np.isin(decays, list(LENET_DECAYS.values()))).tolist():
        plot.rect(k, (len(scales) - 1) / 2, 1, len(scales), fill_color=None, line_color=CLASS_J, line_width=3)
    tooltips = [("weight decay", "@decay"), ("initial weights ×", "@scale"), ("value", "@text")]
    plot.add_tools(HoverTool(renderers=[filled], tooltips=tooltips))
    bar = ColorBar(
        title=drawn[0]["bar"], color_mapper=mapper,
        ticker=BasicTicker(desired_num_ticks=5), height=10, padding=4,
        title_text_font_style="normal", title_text_font_size="13px", major_label_text_font_size="13px",
    )  # fmt: skip
    plot.add_layout(bar, "above")
    panel.follow(mapper, BANK, low=("low", *state), high=("high", *state))
    panel.follow(bar, BANK, title=("bar", *state))
    alt = "Heat map of the quantity over weight decay and the factor on the initial weights"
    panel.plot(plot, alt, "large")
    panel.readout("least", BANK, ("least", *state))
    panel.readout("greatest", BANK, ("most", *state))
    panel.readout("networks that diverged or stayed at chance", BANK, ("diverged",), 0)
    return section([panel], {BANK: bank})


def _quantities(table: Columns) -> dict[str, tuple[str, str, float, str]]:
    """Each quantity by its column: name, unit, factor, digits."""
    return {
        "test_error": ("test error", "%", 100, ".2f"),
        "train_error": ("training error", "%", 100, ".2f"),
        **{
            f"{attack}_median": (f"median {look.norm}", "pixels", 1, ".2f")
            for attack, look in styles(attacks_of(table)).items()
        },
        "temperature": ("temperature of the attack", "", 1, ".2f"),
        **{f"rms_{layer}": (f"RMS of {layer}", "thousandths", 1e3, ".3g") for layer in layers_of(table)},
    }


def _drawn(
    cells: Array, lost: NDArray[np.bool_], scales: Array, decays: Array,
    name: str, unit: str, _: float, digits: str,
) -> dict[str, Any]:  # fmt: skip
    """One quantity (r, c): numbers for the colours and their ends, texts of the cells, title, extremes."""
    known = np.isfinite(cells)
    low, high = (cells[known].min(), cells[known].max()) if known.any() else (0.0, 1.0)
    logarithmic = 0 < 10 * low < high
    colours = np.log10(cells) if logarithmic else cells
    ends = scale_ends(colours)
    dark = known & ((colours - ends[0]) / np.ptp(ends) < 0.55)
    named = f"{name} ({unit})" if unit else name

    def where(extreme: float) -> str:
        if not known.any():
            return "–"
        row, column = np.argwhere(cells == extreme)[0]
        return f"{extreme:{digits}} {unit} at weights × {scales[row]:g}, decay {decays[column]:g}"

    return {
        "colour": colours.ravel(),
        "low": ends[0],
        "high": ends[1],
        "text": [
            f"{value:{digits}}" if measured else "✕" if gone else "–"
            for value, measured, gone in zip(cells.flat, known.flat, lost.flat, strict=True)
        ],
        "ink": ["#ffffff" if is_dark else "#1a1a1a" for is_dark in dark.flat],
        "bar": f"log₁₀ {named}" if logarithmic else named,
        "least": where(low),
        "most": where(high),
    }
