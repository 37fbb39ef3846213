"""Panel of weight decay and its rivals: accuracy against L2 radius, and the trade-off, a point chosen."""

from typing import Any

import numpy as np
from bokeh.models import NumeralTickFormatter

from experiments.rivals.tables import RADII, Columns, Line, lines
from report.numerals import counted, span
from report.panels.base import CURRENT, GREY, Control, Panel, axes, packed, section
from report.panels.shared import greatest, plain_log
from report.seeds import mean_text

BANK = "rivals"
STATE = ("rival", "rival_strength")


def panel(*, summary: Columns, curve: Columns, weight_decay: float) -> dict[str, Any]:
    """The panel of the rivals; `weight_decay` is that of the reference."""
    return rivals_panels(summary, curve, weight_decay)


def rivals_panels(summary: Columns, curve: Columns, weight_decay: float) -> dict[str, Any]:
    """The section from a `summary_table` and a `curve_table`."""
    found = lines(summary, weight_decay)
    longest = max(len(line.rows) for line in found.values())
    rows = np.array(
        [[line.rows[min(k, len(line.rows) - 1)] for k in range(longest)] for line in found.values()]
    )
    places = [str(k + 1) for k in range(longest)]
    seeds = summary["n"] + summary["n_left_out"]
    panel = Panel(
        "panel-rivals",
        "Weight decay and its rivals",
        [
            Control(
                "rival",
                "Rival",
                [name or "none" for name in found],
                [line.label for line in found.values()],
                slider=False,
            ),
            Control("rival_strength", "Place on its line", places, places, start=longest - 1),
        ],
        "Each rival is a line of growing strength, and the slider goes along it; beyond the last strength it "
        "stays there. The line of a regulariser begins with the reference, which has none. Numbers are means "
        f"over the seeds (n = {span(seeds, str)}; those that count are said below) with 95 % intervals, "
        "Student’s t, where there are two or more. Networks that diverged or stayed at chance are left out, "
        "and masked gradients are said. The strengths are a grid shown whole.",
    )
    radius = curve["radius"].reshape(len(summary["n"]), -1)
    accuracy = curve["accuracy_mean"].reshape(radius.shape)
    distance, error = summary["minimal_norm_median_mean"], 100 * summary["test_error_mean"]
    drawn = np.isfinite(distance) & np.isfinite(error)
    along = [(_padded(distance, line, longest), _padded(error, line, longest)) for line in found.values()]
    bank: dict[str, Any] = {
        "radius": packed(radius[0]),
        "accuracy": packed(accuracy[rows]),
        "line_x": packed(np.array([x for x, _ in along])),
        "line_y": packed(np.array([y for _, y in along])),
        "here_x": packed(distance[rows]),
        "here_y": packed(error[rows]),
        "strength": [
            [line.texts()[min(k, len(line.rows) - 1)] for k in range(longest)] for line in found.values()
        ],
        "networks": [[_networks(summary, row) for row in of_rival] for of_rival in rows],
        **{
            name: [[mean_text(summary, name, row, factor, digits) for row in of_rival] for of_rival in rows]
            for name, factor, digits in (
                ("test_error", 100, ".2f"), ("minimal_norm_median", 1, ".2f"),
                ("seconds_per_epoch", 1, ".2f"),
                *((f"accuracy_l2_{r}", 100, ".0f") for r in RADII),
            )
        },
    }  # fmt: skip
    reference = found[""].rows[found[""].reference]
    kept = axes(
        "L2 radius (pixels in [0, 1])",
        "accuracy",
        x_range=(0, float(radius.max())),
        y_range=(0, 1.02),
        height=320,
    )
    for row in reference:
        kept.line(
            radius[row], accuracy[row], color=GREY, line_dash="dashed", line_width=2, legend_label="reference"
        )
    here = panel.source(BANK, x=("radius",), y=("accuracy", *STATE))
    kept.line("x", "y", source=here, color=CURRENT, line_width=3, legend_label="chosen")
    kept.yaxis.formatter = NumeralTickFormatter(format="0 %")
    top = greatest(error[drawn]) * 1.3
    bottom = min(float(np.min(error[drawn & (error > 0)], initial=top)) / 1.3, 0.9 * top)
    plot = axes(
        "median L2 norm of the nearest adversarial example", "test error (%)", y_axis_type="log",
        x_range=(0, 1.1 * greatest(distance[drawn])), y_range=(bottom, top), height=320,
    )  # fmt: skip
    plain_log(plot.yaxis[0])
    plot.multi_line(
        [x for x, _ in along], [y for _, y in along], color=GREY, alpha=0.5, legend_label="other rivals"
    )
    plot.scatter(distance[drawn], error[drawn], size=6, color=GREY, alpha=0.6)
    line = panel.source(BANK, x=("line_x", "rival"), y=("line_y", "rival"))
    plot.line("x", "y", source=line, color=CURRENT, line_width=2, legend_label="this rival")
    plot.scatter("x", "y", source=line, color=CURRENT, size=7)
    now = panel.source(BANK, x=("here_x", *STATE), y=("here_y", *STATE))
    plot.scatter("x", "y", source=now, size=15, color=CURRENT, legend_label="chosen")
    panel.plot(plot, "Test error against median distance, the chosen rival's line among the others", "large")
    panel.plot(kept, "Accuracy against L2 radius, the chosen network beside the reference")
    panel.readout("strength", BANK, ("strength", *STATE))
    panel.readout("networks", BANK, ("networks", *STATE))
    panel.readout("test error (%)", BANK, ("test_error", *STATE))
    panel.readout("median L2 norm", BANK, ("minimal_norm_median", *STATE))
    for r in RADII:
        panel.readout(f"accuracy at L2 {r:g} (%)", BANK, (f"accuracy_l2_{r}", *STATE))
    panel.readout("seconds an epoch", BANK, ("seconds_per_epoch", *STATE))
    return section([panel], {BANK: bank})


def _padded(values: np.ndarray[Any, Any], line: Line, length: int) -> np.ndarray[Any, Any]:
    return np.concatenate([values[line.rows], np.full(length - len(line.rows), np.nan)])


def _networks(summary: Columns, row: int) -> str:
    parts = [counted(int(summary["n"][row]), "network")]
    if summary["n_left_out"][row]:
        parts.append(f"{summary['n_left_out'][row]} left out")
    if summary["n_masked"][row]:
        parts.append(f"{summary['n_masked'][row]} masked")
    return ", ".join(parts)
