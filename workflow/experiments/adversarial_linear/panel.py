"""Panel of adversarially trained linear models: one pair, one kind of model, one radius."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from experiments.adversarial_linear.rows import NAMES, accuracy_map, rows_of
from report.claims import Columns
from report.panels.base import CURRENT, GREY, Control, Panel, axes, packed, section
from report.panels.grids import apart
from report.panels.shared import greatest
from report.words import Words

BANK = "adversarial-linear"
WHO = ("trained_pair", "trained_model")
STATE = (*WHO, "trained_share")
QUANTITIES = {  # of the tables: label, factor
    "theta": ("tilt θ (degrees)", 180 / np.pi),
    "d_adv": ("d_adv", 1.0),
    "err_test": ("test error (%)", 100.0),
}


def panel(*, paths: Mapping[str, Columns], robust: Mapping[str, Columns], words: Words) -> dict[str, Any]:
    """The panel, from the tables by pair."""
    pairs, kinds = list(paths), list(NAMES)
    length = max(len(rows_of(paths[pairs[0]], *kind)["share"]) for kind in kinds)
    places = [str(k + 1) for k in range(length)]
    made = Panel(
        "panel-adversarial-linear",
        "Trained against a radius",
        [
            Control("trained_pair", "Pair", pairs, [words.pair(pair) for pair in pairs], slider=False),
            Control(
                "trained_model",
                "Model",
                ["_".join(kind) for kind in kinds],
                list(NAMES.values()),
                slider=False,
            ),
            Control(
                "trained_share",
                "Radius",
                places,
                [f"{place} of {length}" for place in places],
                start=3 * length // 4,
            ),
        ],
        "Each radius is a model of its own, trained against the worst perturbation of that size, and "
        "certified. The other kinds of models are in grey; both axes of radii are shares of that at which "
        "the model collapses. Where the data are separable by more than the radius no one model is singled "
        f"out, and nothing is drawn. Accuracy is that of all test {words.samples} under the worst "
        "perturbation of each radius, exact; the line is where the chosen model's own radius lies. No "
        "intervals: one split of the data.",
    )
    bank: dict[str, Any] = {}

    def stacked(name: str, factor: float = 1.0) -> np.ndarray:
        """(pairs, models, radii), nan where no one model is singled out."""
        found = np.full((len(pairs), len(kinds), length), np.nan)
        for i, pair in enumerate(pairs):
            for j, kind in enumerate(kinds):
                rows = rows_of(paths[pair], *kind)
                values = factor * rows[name]
                if name not in ("share", "epsilon"):
                    values[~rows["unique"]] = np.nan
                found[i, j, : len(values)] = values
                if name in ("share", "epsilon"):
                    found[i, j, len(values) :] = values[-1]
        return found

    share = stacked("share")
    bank["share"] = packed(share)
    bank["shares_all"] = packed(apart(share).reshape(len(pairs), -1))
    for name, (label, factor) in QUANTITIES.items():
        values = stacked(name, factor)
        bank[name] = packed(values)
        bank[f"{name}_all"] = packed(apart(values).reshape(len(pairs), -1))
        unit = f" ({words.units})" if name == "d_adv" else ""
        plot = axes(
            "radius of training, over the collapse", label + unit, height=300, x_range=(0, 1.06),
            y_range=(0, 90 if name == "theta" else 1.05 * greatest(values)),
        )  # fmt: skip
        others = made.source(BANK, x=("shares_all", WHO[0]), y=(f"{name}_all", WHO[0]))
        plot.line("x", "y", source=others, color=GREY, alpha=0.7, legend_label="other models")
        own = made.source(BANK, x=("share", *WHO), y=(name, *WHO))
        plot.line("x", "y", source=own, color=CURRENT, line_width=2.5, legend_label="this model")
        plot.scatter("x", "y", source=own, color=CURRENT, size=5)
        made.cursor(plot, BANK, ("share", *STATE))
        made.plot(plot, f"{label} against the radius of training")
    accuracy = np.full((len(pairs), len(kinds), length, length), np.nan)
    for i, pair in enumerate(pairs):
        for j, kind in enumerate(kinds):
            _, table = accuracy_map(paths[pair], robust[pair], *kind)
            accuracy[i, j, : len(table), : len(table)] = 100 * table.T
    bank["accuracy"] = packed(accuracy)
    under = axes(
        "radius of the attack, over the collapse",
        "accuracy (%)",
        height=300,
        x_range=(0, 1.06),
        y_range=(0, 102),
    )
    line = made.source(BANK, x=("share", *WHO), y=("accuracy", *STATE))
    under.line("x", "y", source=line, color=CURRENT, line_width=2.5, legend_label="this model")
    made.cursor(under, BANK, ("share", *STATE))
    made.plot(under, "Accuracy under attack against its radius")
    bank["epsilon"] = packed(stacked("epsilon"))
    for name, factor in (("lambda_equivalent", 1.0), ("err_train", 100.0)):
        bank[name] = packed(stacked(name, factor))
    made.readout("ε", BANK, ("epsilon", *STATE), 3, unit=f" {words.units}", significant=True)
    made.readout("share of the collapse", BANK, ("share", *STATE), 3, significant=True)
    made.readout("equivalent λ, or weight of ‖w‖₁", BANK, ("lambda_equivalent", *STATE), 3, significant=True)
    made.readout("θ", BANK, ("theta", *STATE), 1, unit="°")
    made.readout("d_adv", BANK, ("d_adv", *STATE), 3, significant=True)
    made.readout("test error", BANK, ("err_test", *STATE), 2, unit=" %")
    made.readout("training error", BANK, ("err_train", *STATE), 2, unit=" %")
    return section([made], {BANK: bank})
