"""Panel of calibration: reliability of one network, and its recipe along the weight decay."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from bokeh.plotting import figure
from numpy.typing import NDArray

from experiments.calibration.tables import STAGES
from report.figures.colours import CLASS_I, CLASS_J
from report.networks import Settings
from report.numerals import counted, exact
from report.panels.base import CURRENT, GREY, Panel, axes, packed, section
from report.panels.networks import network_controls
from report.panels.shared import decay_axes, greatest, plain_log
from tilt.intervals import wilson_interval

Array = NDArray[np.float64]
Columns = Mapping[str, NDArray[Any]]

BANK = "calibration"
STATE = ("recipe", "decay")
LOOKS = {"before": (CLASS_J, "circle", "as trained"), "after": (CLASS_I, "square", "after the temperature")}
CURVES = ("ece_before", "ece_after", "temperature")
SINGLE = ("test_error", *CURVES, "top_score_errors_before", "top_score_errors_after")


def panel(
    *, networks: Columns, bins: Columns, summary: Columns, settings: Mapping[str, Settings], shown: str
) -> dict[str, Any]:
    """The panel of calibration, from its tables and the settings of its networks."""
    return calibration_panels(settings, networks, bins, summary, shown)


def calibration_panels(
    settings: Mapping[str, Settings], networks: Columns, bins: Columns, summary: Columns, shown: str
) -> dict[str, Any]:
    """The section from the settings of the networks by name and the three tables of calibration.

    `shown` names the network that the controls begin with.
    """
    recipe, decay, grid = network_controls(settings, shown)
    row_of = {name: row for row, name in enumerate(networks["network"].tolist())}
    rows = np.array([[-1 if name is None else row_of[name] for name in names] for names in grid])
    used = ", ".join(map(str, np.unique(networks["seed"])))
    panel = Panel(
        "panel-calibration",
        "Confidence and accuracy of one network",
        [recipe, decay],
        f"{counted(len(row_of), 'network')}, seed {used}. The temperature is the likeliest one on "
        f"{networks['fitted_images'][0]:,} test images drawn at random; everything else but the test error "
        f"is taken on the other n = {networks['evaluated_images'][0]:,}. Reliability: bins of equal width "
        "with Wilson’s 95 % intervals of the accuracy; on the diagonal a network is as often right as it is "
        "confident. Against weight decay: means over the seeds of the chosen recipe with 95 % intervals "
        "(Student’s t, cut at the axes) where it has several, and the chosen network in pink. Networks that "
        "diverged or stayed at chance are left out of the figures. The article prints no number here; the "
        "temperatures and calibration errors are ours.",
    )
    errors = np.where(np.isnan(networks["test_error"]), np.nan, networks["evaluated_errors"])
    bank = {
        **{quantity: packed(_at(networks[quantity], rows)) for quantity in SINGLE},
        "evaluated_errors": packed(_at(errors, rows)),
        "network": [[name or "none with these settings" for name in names] for names in grid],
        "status": [
            ["–" if row < 0 else str(networks["status"][row]) for row in of_recipe] for of_recipe in rows
        ],
        **_reliability(bins, grid),
        **_over_seeds(networks, summary, rows, decay.tokens),
        "place": packed(np.arange(len(decay.tokens)), 1),
    }

    diagram = axes("confidence (top score)", "accuracy", x_range=(0, 1.02), y_range=(0, 1.02), height=340)
    diagram.line([0, 1], [0, 1], color=GREY, legend_label="perfect calibration")
    counts = axes(
        "confidence (top score)", "test images", x_range=(0, 1.02), height=340,
        y_axis_type="log", y_range=(0.5, 2 * greatest(bins["count"])),
    )  # fmt: skip
    for stage, (colour, marker, label) in LOOKS.items():
        names = ("confidence", "accuracy", "least", "most")
        source = panel.source(BANK, **{name: (f"{stage}_{name}", *STATE) for name in names})
        diagram.segment("confidence", "least", "confidence", "most", source=source, color=colour)
        diagram.line("confidence", "accuracy", source=source, color=colour, legend_label=label)
        diagram.scatter(
            "confidence", "accuracy", source=source, color=colour, marker=marker, size=8, legend_label=label
        )
        source = panel.source(BANK, left=("left",), right=("right",), count=(f"{stage}_count", *STATE))
        counts.quad(
            left="left", right="right", top="count", bottom=0.5, source=source,
            fill_color=colour, fill_alpha=0.35 if stage == "before" else 0,
            line_color=colour, line_width=2, legend_label=label,
        )  # fmt: skip
    panel.plot(
        diagram, "Accuracy against confidence before and after the temperature, with the diagonal", "large"
    )
    panel.plot(counts, "Numbers of test images by confidence, before and after the temperature", "large")
    errors = np.concatenate([networks[quantity] for quantity in CURVES[:2]])
    least = float(np.min(errors, where=errors > 0, initial=greatest(errors)))
    error = decay_axes(
        decay.tokens, "expected calibration error", y_axis_type="log",
        y_range=(least / 1.5, 1.5 * greatest(errors)),
    )  # fmt: skip
    plain_log(error.yaxis)
    for stage, (colour, marker, label) in LOOKS.items():
        _curve(panel, error, f"ece_{stage}", colour, marker, label)
    temperature = decay_axes(
        decay.tokens, "likeliest temperature", y_range=(0, 1.1 * greatest(networks["temperature"]))
    )
    temperature.line([-0.5, len(decay.tokens) - 0.5], [1, 1], color=GREY, legend_label="1: scores as trained")
    _curve(panel, temperature, "temperature", CLASS_I, "square", "this recipe")
    for plot in (error, temperature):
        panel.cursor(plot, BANK, ("place", "decay"))
    panel.plot(error, "Calibration error before and after the temperature against weight decay", "large")
    panel.plot(temperature, "The likeliest temperature against weight decay", "large")
    panel.readout("network", BANK, ("network", *STATE))
    panel.readout("status", BANK, ("status", *STATE))
    panel.readout("test error", BANK, ("test_error", *STATE), 2, 100, " %")
    panel.readout("calibration error, as trained", BANK, ("ece_before", *STATE), 4)
    panel.readout("calibration error, after", BANK, ("ece_after", *STATE), 4)
    panel.readout("temperature", BANK, ("temperature", *STATE), 3)
    panel.readout("mean top score of errors, as trained", BANK, ("top_score_errors_before", *STATE), 3)
    panel.readout("mean top score of errors, after", BANK, ("top_score_errors_after", *STATE), 3)
    panel.readout("errors among those images", BANK, ("evaluated_errors", *STATE), 0)
    return section([panel], {BANK: bank})


def _curve(panel: Panel, plot: figure, quantity: str, colour: str, marker: str, label: str) -> None:
    """Means over the seeds of the chosen recipe with their intervals, and the chosen network."""
    names = ("mean", "low", "high")
    parts = {name: (f"{quantity}_{name}", "recipe") for name in names}
    source = panel.source(BANK, x=(f"{quantity}_places", "recipe"), **parts)
    plot.segment("x", "low", "x", "high", source=source, color=colour)
    plot.line("x", "mean", source=source, color=colour, legend_label=label)
    plot.scatter("x", "mean", source=source, color=colour, marker=marker, size=7, legend_label=label)
    here = panel.source(BANK, x=("place", "decay"), y=(quantity, *STATE))
    plot.scatter("x", "y", source=here, color=CURRENT, marker=marker, size=13)


def _at(column: NDArray[Any], rows: NDArray[np.intp]) -> Array:
    """A column of the table of networks at the cells (recipes, decays), nan where there is no network."""
    return np.where(rows < 0, np.nan, column[rows].astype(np.float64))


def _reliability(bins: Columns, grid: list[list[str | None]]) -> dict[str, Any]:
    """The bins of each stage, (recipes, decays, bins), nan where a bin is empty, and their edges."""
    edges = np.unique(np.concatenate([bins["low"], bins["high"]]))
    bank = {"left": packed(edges[:-1]), "right": packed(edges[1:])}
    for stage in STAGES:
        shape = (len(grid), len(grid[0]), max(len(edges) - 1, 0))
        of = {name: np.full(shape, np.nan) for name in ("confidence", "accuracy", "count")}
        for k, name in np.ndenumerate(np.array(grid, object)):
            rows = (bins["network"] == name) & (bins["stage"] == stage)
            for column, values in of.items():
                if rows.any():
                    values[k] = bins[column][rows]
        of["count"][of["count"] == 0] = np.nan
        of["least"], of["most"] = wilson_interval(of["accuracy"], of["count"])
        bank |= {f"{stage}_{name}": packed(values) for name, values in of.items()}
    return bank


def _over_seeds(
    networks: Columns, summary: Columns, rows: NDArray[np.intp], tokens: Sequence[str]
) -> dict[str, Any]:
    """Means over seeds of CURVES and their intervals along the decays, (recipes, decays) each.

    Decays that a recipe has no mean for come last, as nan, so that a line joins the others.
    """
    bank: dict[str, Any] = {}
    for quantity in CURVES:
        of = {name: np.full(rows.shape, np.nan) for name in ("places", "mean", "low", "high")}
        for k, of_recipe in enumerate(rows):
            recipe = networks["recipe"][of_recipe[of_recipe >= 0][0]]
            chosen = (summary["recipe"] == recipe) & (summary[f"{quantity}_n"] > 0)
            n = int(chosen.sum())
            of["places"][k, :n] = [tokens.index(exact(value)) for value in summary["weight_decay"][chosen]]
            for name in ("mean", "low", "high"):
                of[name][k, :n] = summary[f"{quantity}_{name}"][chosen]
        of["low"] = np.maximum(of["low"], 1e-9)  # which a logarithmic axis can show
        bank |= {f"{quantity}_{name}": packed(values) for name, values in of.items()}
    return bank
