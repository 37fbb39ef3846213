"""The panel of the article's tables: its values beside ours, and the deviations, pair by pair."""

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
from bokeh.models import BoxAnnotation, Range1d

from experiments.published.claims import PUBLISHED_QUANTITIES
from experiments.published.tables import ERRORS, TOLERANCES, present
from experiments.svm.panel import lambda_control, pair_control
from report.panels.base import CURRENT, GREY, INK, Control, Panel, axes, packed, section
from report.words import Words
from tilt.linear.tables import Columns

BANK = "published/{pair}"
UNITS = {"theta": "radians", "norm_w": "per pixel", "d_adv": "pixels", "err_train": "%", "err_test": "%"}
STATE = ("published_quantity",)


def panel(*, path: Columns, deviations: Mapping[str, Columns], words: Words, start: str) -> dict[str, Any]:
    """The panel of the article's tables, from the deviations of each pair and the path of the first shown."""
    pair, lam = pair_control(list(deviations), start, words), lambda_control(path)
    compared = present(deviations)
    one, bank = published_panel(pair, lam, path, compared)
    banks = {f"published/{name}": published_bank(table) for name, table in compared.items()}
    return section([one], {"published": bank} | banks)


def published_panel(
    pair: Control, lam: Control, lambdas: Columns, at_hand: Collection[str]
) -> tuple[Panel, dict[str, Any]]:
    """The panel and its bank "published"; pairs whose table is `at_hand` have a bank of `published_bank`."""
    names = [f"{name} ({unit})" for name, unit, _ in PUBLISHED_QUANTITIES.values()]
    quantity = Control("published_quantity", "Quantity", list(TOLERANCES), names, slider=False)
    panel = Panel(
        "panel-published",
        "The article’s tables beside ours",
        [lam, pair, quantity],
        "Dots are the values that the article published, lines are ours. The band below is the tolerance "
        "that the claims are judged by. Pairs whose table is not at hand stay empty. Deviations of errors "
        "are left out where all images lie within the margin and the bias is not unique.",
    )
    tolerance = np.array([*TOLERANCES.values()])
    bank = {
        "at_hand": ["compared" if name in at_hand else "not at hand for this pair" for name in pair.tokens],
        "high": packed(tolerance),
        "low": packed(-tolerance),
        "label": [f"{name} ({UNITS[key]})" for key, (name, _, _) in PUBLISHED_QUANTITIES.items()],
        "deviation_label": [f"ours − article ({unit})" for _, unit, _ in PUBLISHED_QUANTITIES.values()],
    }
    values = _over_lambda("value", lambdas)
    line = panel.source(BANK, x=("lambda_article",), y=("ours", *STATE))
    values.line("x", "y", source=line, line_width=2, legend_label="ours").glyph.tags = [INK]
    dots = panel.source(BANK, x=("lambda_article",), y=("published", *STATE))
    values.scatter("x", "y", source=dots, size=6, color=CURRENT, fill_alpha=0.6, legend_label="the article")
    values.y_range = Range1d(0, 1)
    panel.follow(values.y_range, BANK, start=("least", *STATE), end=("greatest", *STATE))
    panel.follow(values.yaxis[0], "published", axis_label=("label", *STATE))
    panel.plot(values, "Published values as dots, ours as a line", "large")
    differences = _over_lambda("ours − article", lambdas)
    differences.y_range = Range1d(-1, 1)
    panel.follow(differences.y_range, BANK, start=("start", *STATE), end=("end", *STATE))
    panel.follow(differences.yaxis[0], "published", axis_label=("deviation_label", *STATE))
    band = BoxAnnotation(fill_color=GREY, fill_alpha=0.2, line_color=None)
    panel.follow(band, "published", bottom=("low", *STATE), top=("high", *STATE))
    differences.add_layout(band)
    points = panel.source(BANK, x=("lambda_article",), y=("deviation", *STATE))
    differences.scatter("x", "y", source=points, size=6, color=CURRENT)
    panel.plot(differences, "Deviations within or beyond the tolerance", "large")
    for chart in (values, differences):
        panel.cursor(chart, "svm/{pair}", ("lambda_article", "lambda"))
    panel.readout("the article’s table", "published", ("at_hand", "pair"))
    panel.readout("ours", BANK, ("ours", *STATE, "lambda"), 4)
    panel.readout("the article", BANK, ("published", *STATE, "lambda"), 4)
    panel.readout("largest deviation", BANK, ("largest", *STATE), 5)
    panel.readout("cells", BANK, ("within", *STATE))
    return panel, bank


def _over_lambda(label: str, lambdas: Columns) -> Any:
    ends = lambdas["lambda_article"][[0, -1]]
    return axes("λ on the article’s scale", label, x_axis_type="log", x_range=Range1d(*ends))


def published_bank(compared: Columns) -> dict[str, Any]:
    """The bank of a pair from the table of `experiments.published.tables.deviations`."""
    unique = compared["bias_unique"] == 1
    ours, published, deviation, within = [], [], [], []
    for quantity, tolerance in TOLERANCES.items():
        factor = 100 if quantity in ERRORS else 1
        counted = unique | (quantity not in ERRORS)
        ours.append(factor * compared[f"{quantity}_ours"])
        published.append(factor * compared[f"{quantity}_published"])
        deviation.append(np.where(counted, compared[f"{quantity}_deviation"], np.nan))
        inside = np.abs(compared[f"{quantity}_deviation"][counted]) <= tolerance
        within.append(f"{inside.sum()} of {counted.sum()} within tolerance")
    largest = np.nanmax(np.abs(deviation), axis=1)
    reach = 1.1 * np.maximum(largest, [*TOLERANCES.values()])
    return {
        "lambda_article": packed(compared["lambda_article"]),
        "theta_degrees": packed(np.degrees(compared["theta_published"])),
        "d_adv": packed(compared["d_adv_published"]),
        "test_percent": packed(100 * compared["err_test_published"]),
        "train_percent": packed(100 * compared["err_train_published"]),
        "ours": packed(ours),
        "published": packed(published),
        "deviation": packed(deviation),
        "largest": packed(largest),
        "within": within,
        "least": packed(np.minimum(np.min([ours, published], axis=(0, 2)), 0)),
        "greatest": packed(1.05 * np.max([ours, published], axis=(0, 2)) + 1e-6),
        "start": packed(-reach),
        "end": packed(reach),
    }
