"""Panel of networks of growing depth: distance and error against decay and against what decay does."""

from typing import Any

import numpy as np

from experiments.depth.tables import Columns
from report.panels.base import CURRENT, GREY, Control, Panel, axes, packed, section
from report.panels.grids import apart
from report.panels.shared import decay_axes, greatest, plain_log
from report.seeds import mean_text

BANK = "depth"
STATE = ("depth_model", "depth_decay")
CAUSES = {
    "decay_relabelled": "relabelled decay λT^(2/L)",
    "train_loss": "training loss",
    "mean_margin": "mean margin",
}
DISTANCE = "median L2 norm of the nearest adversarial example"


def panel(*, summary: Columns) -> dict[str, Any]:
    """The panel, from a `summary_table`."""
    labels = list(dict.fromkeys(summary["label"].tolist()))
    decays = np.unique(summary["weight_decay"])
    tokens = [f"{decay:g}" for decay in decays]
    places = {
        (label, decay): k
        for k, (label, decay) in enumerate(
            zip(summary["label"].tolist(), summary["weight_decay"].tolist(), strict=True)
        )
    }
    rows = np.array([[places[label, decay] for decay in decays.tolist()] for label in labels])
    made = Panel(
        "panel-depth",
        "Depth and weight decay",
        [
            Control("depth_model", "Model", labels, labels, slider=False),
            Control("depth_decay", "Weight decay", tokens, tokens, start=len(tokens) // 2),
        ],
        "Means over the seeds (those that count are said below) with 95 % intervals, Student's t, in the "
        "numbers. The chosen model is a line among the others, in grey, and its weight decay a dot. "
        "Relabelled decay, training loss and mean margin are what a decay comes to at each depth; a model "
        "without decay has no relabelled one. Networks that diverged or stayed at chance are left out.",
    )
    along = np.tile(np.arange(len(decays), dtype=float), (len(labels), 1))
    means = {
        name: summary[f"{name}_mean"][rows]
        for name in ("minimal_norm_median", "test_error", "local_ratio", *CAUSES)
    }
    means["test_error"] = 100 * means["test_error"]
    bank: dict[str, Any] = {
        "place": packed(along),
        **{name: packed(values) for name, values in means.items()},
        "networks": [[_networks(summary, k) for k in row] for row in rows],
        **{
            f"{name}_text": [[mean_text(summary, name, k, factor, digits) for k in row] for row in rows]
            for name, factor, digits in (
                ("minimal_norm_median", 1, ".2f"), ("test_error", 100, ".2f"), ("local_ratio", 1, ".2f"),
                *((name, 1, ".3g") for name in CAUSES),
            )
        },
    }  # fmt: skip
    for quantity, name in (("minimal_norm_median", DISTANCE), ("test_error", "test error (%)")):
        top = 1.1 * greatest(means[quantity])
        plot = decay_axes(tokens, name, y_range=(0, top), height=320)
        _lines(made, plot, along, means[quantity], "place", quantity)
        made.plot(plot, f"{name} against weight decay, the chosen model among the others")
    for quantity, name in CAUSES.items():
        known = means[quantity][np.isfinite(means[quantity]) & (means[quantity] > 0)]
        ends = (known.min() / 1.5, 1.5 * known.max()) if len(known) else (0.1, 1.0)
        plot = axes(
            name, DISTANCE, x_axis_type="log", x_range=ends,
            y_range=(0, 1.1 * greatest(means["minimal_norm_median"])), height=320,
        )  # fmt: skip
        plain_log(plot.xaxis[0])
        positive = np.where(means[quantity] > 0, means[quantity], np.nan)
        bank[quantity] = packed(positive)
        _lines(made, plot, positive, means["minimal_norm_median"], quantity, "minimal_norm_median")
        made.plot(plot, f"{DISTANCE} against {name}, the chosen model among the others")
    made.readout("networks", BANK, ("networks", *STATE))
    for name, label in (
        ("minimal_norm_median", "median L2 norm"), ("test_error", "test error (%)"),
        ("local_ratio", "local over found distance"), *CAUSES.items(),
    ):  # fmt: skip
        made.readout(label, BANK, (f"{name}_text", *STATE))
    return section([made], {BANK: bank})


def _lines(made: Panel, plot: Any, x: Any, y: Any, x_name: str, y_name: str) -> None:
    plot.line(apart(x).ravel(), apart(y).ravel(), color=GREY, alpha=0.6, legend_label="other models")
    own = made.source(BANK, x=(x_name, STATE[0]), y=(y_name, STATE[0]))
    plot.line("x", "y", source=own, color=CURRENT, line_width=2.5, legend_label="this model")
    here = made.source(BANK, x=(x_name, *STATE), y=(y_name, *STATE))
    plot.scatter("x", "y", source=here, size=12, color=CURRENT)


def _networks(summary: Columns, row: int) -> str:
    return f"{summary['n'][row]}, {summary['n_left_out'][row]} left out"
