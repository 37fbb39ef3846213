"""The panel of the scaled loss: scores, margins and losses of one boundary as the norm slides."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from bokeh.models import Range1d

from experiments.scaling.tables import Columns, score_histograms
from report.figures.colours import CLASS_I, CLASS_J, LOSS_COLOURS
from report.numerals import counted
from report.panels.base import GREY, INK, Control, Panel, axes, packed, right_axis, section, written
from report.words import Words
from tilt.histograms import histogram_edges
from tilt.losses import LOSSES, Elementwise, scaled, zero_one

BANK = "scaling"
QUANTITIES = {
    "s": "raw score s(x)",
    "ys": "margin y s(x)",
    "hinge": "hinge loss f(y s(x))",
    "softplus": "softplus loss f(y s(x))",
}
CURVES: dict[str, tuple[str, Elementwise]] = {
    "zero_one": ("0-1", zero_one),
    "hinge": ("hinge", LOSSES["hinge"]),
    "softplus": ("softplus", LOSSES["softplus"]),
}
POINTS = 241
CEILING = 4.0  # of the losses drawn
NOUGHT = 1e-12  # mean loss that is 0


def panel(*, margins: Columns, risk: Columns, classifier: Mapping[str, Any], words: Words) -> dict[str, Any]:
    """The panel of the scaled loss, from its tables."""
    return scaling_panels(margins, risk, classifier, words)


def scaling_panels(
    margins: Columns, risk: Columns, classifier: Mapping[str, Any], words: Words
) -> dict[str, Any]:
    """The section from the margins (y, distance), `risk_table` and the record of the fixed classifier."""
    norms = risk["norm"]
    nearest = int(np.abs(np.log(norms / classifier["norm_w"])).argmin())
    texts = [f"{norm:.3g}" for norm in norms]
    shown = [f"{written(norm)} /{words.unit}" for norm in norms]
    norm = Control("norm", "‖w‖", texts, shown, start=nearest)
    quantity = Control(
        "score", "Histogram", list(QUANTITIES), list(QUANTITIES.values()), start=1, slider=False
    )
    panel = Panel(
        "panel-scaling",
        "One boundary, many norms",
        [norm, quantity],
        f"The boundary is that of the SVM {words.pair(classifier['pair'])} at λ_optimal, its "
        f"{counted(len(margins['y']), f'training {words.sample}')} keep their distances from it; only ‖w‖ is "
        f"changed (fitted: {written(classifier['norm_w'])}). The losses are functions of the distance once "
        "they are scaled: with a large norm only errors cost, in proportion to their distance; with a small "
        f"one every {words.sample} counts, and the mean loss falls with d_adv.",
    )
    y, distance = margins["y"], margins["distance"]
    histograms = [score_histograms(y, distance, value) for value in norms]
    bins = len(histograms[0]["left"]) // (2 * len(QUANTITIES))

    def stacked(column: str, label: int) -> Any:
        rows = [
            [table[column][(table["quantity"] == name) & (table["y"] == label)] for table in histograms]
            for name in QUANTITIES
        ]
        return np.array(rows).reshape(len(QUANTITIES), len(norms), bins)

    along = y * distance
    reach = 1.02 * np.abs(along).max()
    d = np.linspace(-reach, reach, POINTS)
    counts, edges = np.histogram(along, histogram_edges(along, 60))
    bank = {
        "left": packed(stacked("left", 1)),
        "right": packed(stacked("right", 1)),
        "count_i": packed(stacked("count", -1), 1),
        "count_j": packed(stacked("count", 1), 1),
        "names": list(QUANTITIES.values()),
        "d": packed(d),
        "norm": packed(norms),
    } | {
        f"curve_{name}": packed(
            np.array([scaled(loss, value)(d) for value in norms]).clip(0, 2 * CEILING), 1e-3
        )
        for name, (_, loss) in CURVES.items()
    }
    state = ("score", "norm")
    chart = axes("value", f"training {words.samples} per bin", height=300)
    panel.follow(chart.xaxis[0], BANK, axis_label=("names", "score"))
    chart.x_range.range_padding = 0
    chart.y_range.start = 0
    for side, colour, name in zip("ij", (CLASS_I, CLASS_J), words.sides(classifier["pair"]), strict=True):
        bars = panel.source(
            BANK, left=("left", *state), right=("right", *state), top=(f"count_{side}", *state)
        )
        chart.quad(
            "left", "right", "top", 0, source=bars, fill_color=colour, fill_alpha=0.45, line_color=colour,
            legend_label=name,
        )  # fmt: skip
    panel.plot(chart, "Histogram of the chosen quantity at this norm, class by class", "large")

    losses = axes(f"y d(x) ({words.units})", "scaled loss f(‖w‖ y d)", height=300)
    losses.x_range, losses.y_range = Range1d(-reach, reach), Range1d(0, CEILING)
    right_axis(losses, "counts", f"training {words.samples} per bin", 1.05 * counts.max())
    losses.quad(edges[:-1], edges[1:], counts, 0, y_range_name="counts", color=GREY, alpha=0.4)
    for name, (label, _) in CURVES.items():
        curve = panel.source(BANK, x=("d",), y=(f"curve_{name}", "norm"))
        drawn = losses.line(
            "x", "y", source=curve, line_width=2, color=LOSS_COLOURS[name], legend_label=label,
            line_dash="dotted" if name == "zero_one" else "solid",
        )  # fmt: skip
        if name == "hinge":
            drawn.glyph.tags = [INK]
    panel.plot(losses, "The three losses scaled by the norm over the histogram of the distances", "large")

    d_err, d_adv = np.maximum(-along, 0).mean(), along.mean()
    size = np.abs(along).mean()
    large = {name: risk[name] / norms for name in LOSSES}
    small = {name: (loss.alpha - risk[name]) / (loss.beta * norms) for name, loss in LOSSES.items()}
    for label, curves, name, limit in (
        ("R / ‖w‖", large, "d_err", d_err),
        ("(α − R) / (β ‖w‖)", small, "d_adv", d_adv),
    ):
        _limit(panel, norms, label, curves, f"{name} = {written(limit)}", limit, size, words)
    for name in ("zero_one", *LOSSES):
        bank[f"risk_{name}"] = packed(np.where(risk[name] < NOUGHT, 0, risk[name]))
    panel.readout("mean 0-1 loss", BANK, ("risk_zero_one", "norm"), 2, 100, " %")
    for name in LOSSES:
        panel.readout(f"mean {name}", BANK, (f"risk_{name}", "norm"), 4, significant=True)
    return section([panel], {BANK: bank})


def _limit(
    panel: Panel,
    norms: Any,
    label: str,
    curves: Mapping[str, Any],
    name: str,
    limit: float,
    size: float,
    words: Words,
) -> None:
    """What the mean losses approach at one end of the norms, as curves over all norms.

    `size` is the mean distance from the boundary, on either side.
    """
    chart = axes(
        f"‖w‖ (1/{words.unit})", f"{label} ({words.units})", x_axis_type="log",
        x_range=Range1d(norms[0], norms[-1]), height=250,
    )  # fmt: skip
    least = min(curve[np.abs(curve - limit) < abs(limit) + 2.5 * size].min() for curve in curves.values())
    chart.y_range = Range1d(min(0.9 * least, -0.05 * size), max(2.5 * limit, 1.25 * size))
    for loss, curve in curves.items():
        line = chart.line(norms, curve, line_width=2, color=LOSS_COLOURS[loss], legend_label=loss)
        if loss == "hinge":
            line.glyph.tags = [INK]
    chart.line(
        norms[[0, -1]], [limit, limit], color=GREY, line_dash="dashed", line_width=2, legend_label=name
    )
    panel.cursor(chart, BANK, ("norm", "norm"))
    panel.plot(chart, f"{label} against the norm, and its limit {name}")
