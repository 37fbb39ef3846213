"""Panel of the sweep: one quantity against weight decay from every recipe, means over seeds."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from bokeh.models import Range1d
from numpy.typing import NDArray

from experiments.attack.styles import ASCENT, styles
from experiments.sweep.tables import attacks_of
from report.article import ATTACK_MEAN, LENET_TEST_ERROR
from report.figures.colours import CLASS_I, CLASS_J
from report.networks import Settings
from report.numerals import exact
from report.panels.base import Control, Panel, packed, section
from report.panels.grids import ABSENT, Array, at_published
from report.panels.networks import network_controls
from report.panels.shared import article_marks, decay_axes, greatest, plain_log
from report.seeds import mean_text

Columns = Mapping[str, NDArray[Any]]
Quantities = Mapping[str, tuple[str, str, float, str]]

PUBLISHED = {"test_error": LENET_TEST_ERROR, f"{ASCENT}_mean": ATTACK_MEAN}
COLOURS = (CLASS_I, "#E69F00", "#009E73", CLASS_J, "#56B4E9", "#999933")
MARKERS = ("circle", "square", "triangle", "inverted_triangle", "hex", "plus")
MARGIN = 2  # of the vertical axis, a factor beyond what is drawn
SPREAD = 0.3  # of the recipes about a weight decay's place, so that their intervals stay apart
STATE = ("sweep_quantity", "decay")


def panel(
    *, summary: Columns, networks: Mapping[str, Settings], shown: str, published: bool
) -> dict[str, Any]:
    """The panel of the sweep, from its summary and the settings of the networks that panels show."""
    return sweep_panels(networks, shown, summary, published=published)


def sweep_panels(
    networks: Mapping[str, Settings], shown: str, summary: Columns, *, published: bool
) -> dict[str, Any]:
    """The section from the `sweep.summary_table`.

    `networks` are the settings by name of all networks of the page, which make the slider, and `shown` is
    the one where it begins; `published` marks the article's values.
    """
    _, decay, _ = network_controls(networks, shown)
    every = _quantities(summary)
    known = {name: of for name, of in every.items() if np.isfinite(summary[f"{name}_mean"]).any()}
    known = known or {"test_error": every["test_error"]}
    quantity = Control(
        "sweep_quantity", "Quantity", list(known), [of[0] for of in known.values()], slider=False
    )
    seeds = np.unique(summary["n"] + summary["n_left_out"])
    number = str(seeds[0]) if len(seeds) == 1 else f"{seeds[0]} to {seeds[-1]}"
    panel = Panel(
        "panel-sweep",
        "Any quantity against weight decay",
        [quantity, decay],
        f"Means over the seeds of a recipe and weight decay (n = {number}; the numbers below say how many "
        "count) with their 95 % intervals, Student’s t, where there are two or more. Networks that "
        "diverged, or ended no better than a constant answer, are left out; crosses at the top stand where "
        "there are some. "
        + ("Diamonds: the article’s values, one network each. " if published else "")
        + "The recipes are ours.",
    )
    recipes = list(dict.fromkeys(summary["recipe"].tolist()))
    values = {recipe: _values(summary, recipe, known, decay) for recipe in recipes}
    stacked = np.stack([values[recipe] for recipe in recipes])
    marks = np.full(stacked.shape[1:3], np.nan)
    for name in set(PUBLISHED) & set(known) if published else ():
        of = {side: [value] for side, value in PUBLISHED[name].items()}
        marks[list(known).index(name)] = at_published(decay, of)[:, 0]
    drawn = np.concatenate([stacked[..., 0], marks[None]])
    low = np.min(drawn, axis=(0, 2), where=drawn > 0, initial=greatest(drawn)) / MARGIN
    high = np.max(drawn, axis=(0, 2), where=drawn > 0, initial=0) * MARGIN
    high = np.maximum(high, MARGIN**2 * low)  # where nothing is drawn
    plot = decay_axes(decay.tokens, "", height=380, y_axis_type="log", y_range=Range1d(1, 10))
    plain_log(plot.yaxis[0])
    places = np.arange(len(decay.tokens), dtype=float)
    bank: dict[str, Any] = {
        "low": packed(low),
        "high": packed(high),
        "label": [f"{title} ({unit})" if unit else title for title, unit, _, _ in known.values()],
        "place": packed(places),
        "article": packed(marks),
    }
    panel.follow(plot.y_range, "sweep", start=("low", "sweep_quantity"), end=("high", "sweep_quantity"))
    panel.follow(plot.yaxis[0], "sweep", axis_label=("label", "sweep_quantity"))
    panel.cursor(plot, "sweep", ("place", "decay"))
    for k, recipe in enumerate(recipes):
        colour, marker = COLOURS[k % len(COLOURS)], MARKERS[(k + k // len(COLOURS)) % len(MARKERS)]
        shift = SPREAD * ((k + 0.5) / len(recipes) - 0.5)
        bank[f"place_{k}"] = packed(places + shift)
        for part, column in zip(("mean", "least", "most"), np.moveaxis(values[recipe], -1, 0), strict=True):
            bank[f"{part}_{k}"] = packed(np.clip(column, low[:, None], None) if part == "least" else column)
        diverged = _diverged(summary, recipe, decay)
        bank[f"cross_{k}"] = packed(np.where(diverged, 0.96 * high[:, None], np.nan))
        bank[f"text_{k}"] = _texts(summary, recipe, known, decay)
        parts = {part: (f"{part}_{k}", "sweep_quantity") for part in ("mean", "least", "most", "cross")}
        source = panel.source("sweep", x=(f"place_{k}",), **parts)
        plot.line("x", "mean", source=source, color=colour, line_width=2, legend_label=recipe)
        plot.scatter("x", "mean", source=source, color=colour, marker=marker, size=9, legend_label=recipe)
        plot.segment("x", "least", "x", "most", source=source, color=colour, line_width=2)
        plot.scatter("x", "cross", source=source, color=colour, marker="x", size=9, line_width=2)
        panel.readout(recipe, "sweep", (f"text_{k}", *STATE))
    if published:
        source = panel.source("sweep", x=("place",), y=("article", "sweep_quantity"))
        article_marks(plot, source, "article")
    panel.plot(plot, "The chosen quantity against weight decay, a line for each recipe")
    return section([panel], {"sweep": bank})


def _quantities(summary: Columns) -> Quantities:
    """Each quantity that there may be: name, unit, factor, digits."""
    return {
        "test_error": ("Test error", "%", 100, ".2f"),
        **{
            f"{attack}_{statistic}": (f"{statistic.capitalize()} {look.norm}", "pixels in [0, 1]", 1, ".2f")
            for attack, look in styles(attacks_of(summary)).items()
            for statistic in ("mean", "median")
        },
        "temperature": ("Temperature", "", 1, ".2f"),
    }


def _rows(summary: Columns, recipe: str, decay: Control) -> list[int | None]:
    """The row of the summary for each weight decay of the slider."""
    of = {
        exact(value): int(row)
        for row, value in enumerate(summary["weight_decay"])
        if summary["recipe"][row] == recipe
    }
    return [of.get(token) for token in decay.tokens]


def _values(summary: Columns, recipe: str, known: Quantities, decay: Control) -> Array:
    """Mean and interval, (quantities, decays, 3)."""
    return np.array(
        [
            [
                [np.nan] * 3
                if row is None
                else [factor * summary[f"{name}_{part}"][row] for part in ("mean", "low", "high")]
                for row in _rows(summary, recipe, decay)
            ]
            for name, (_, _, factor, _) in known.items()
        ]
    )


def _diverged(summary: Columns, recipe: str, decay: Control) -> NDArray[np.bool_]:
    return np.array(
        [row is not None and summary["n_left_out"][row] > 0 for row in _rows(summary, recipe, decay)]
    )


def _texts(summary: Columns, recipe: str, known: Quantities, decay: Control) -> list[list[str]]:
    def text(name: str, row: int | None) -> str:
        if row is None:
            return ABSENT
        _, unit, factor, digits = known[name]
        n = summary[f"{name}_n"][row]
        diverged = summary["n_left_out"][row]
        left_out = f", {diverged} left out" if diverged else ""
        value = mean_text(summary, name, row, factor, digits, " %" if unit == "%" else "")
        return value + (f", n = {n}" if n else "") + left_out

    return [[text(name, row) for row in _rows(summary, recipe, decay)] for name in known]
