"""Calibration: captions, from the tables of `experiments.calibration.tables`."""

from collections.abc import Mapping

import numpy as np

from experiments.calibration.claims import calibration_claims, compared
from experiments.calibration.tables import TRAINED
from report.claims import Columns
from report.contract import NO_NUMBER, Caption, Captions, Section, join
from report.seeds import mean_text


def section(*, networks: Columns, summary: Columns, shown: Mapping[str, str]) -> Section:
    """The section of calibration, from its tables."""
    return Section(claims=calibration_claims(networks, summary), captions=captions(networks, summary, shown))


def captions(networks: Columns, summary: Columns, shown: Mapping[str, str]) -> Captions:
    """Of the table of networks, the means over seeds, and the two networks shown ("low" and "high")."""
    used = join(np.unique(networks["seed"]))
    images = (
        f"n = {networks['evaluated_images'][0]:,} test images, the other {networks['fitted_images'][0]:,} "
        "fit the temperature"
    )
    left_out = [
        f"{name} ({status})"
        for name, status in zip(networks["network"], networks["status"], strict=True)
        if status != TRAINED
    ]
    sample = (
        f"{len(networks['network'])} networks, seeds {used}; {_counts(summary)}. "
        + (f"Left out: {join(left_out)}. " if left_out else "No network diverged. ")
    )  # fmt: skip
    rows = [np.flatnonzero(networks["network"] == name)[0] for name in shown.values()]
    return {
        "reliability": Caption(
            "reliability",
            "Confidence and accuracy",
            "Accuracy against confidence for low and high weight decay, before and after a temperature.",
            f"{images}; networks {' and '.join(shown.values())}, seed "
            f"{' and '.join(str(networks['seed'][row]) for row in rows)}.",
            NO_NUMBER,
            "; ".join(_network(networks, side, row) for side, row in zip(shown, rows, strict=True)) + ".",
        ),
        "errors": Caption(
            "errors",
            "Calibration against weight decay",
            "Four panels against weight decay: calibration error, and the top score of errors.",
            f"{sample}{images}.",
            NO_NUMBER,
            "Calibration error and top score of errors: "
            + _ends(networks, summary, ("ece_before", "top_score_errors_before")),
        ),
        "temperature": Caption(
            "temperature",
            "Weight decay as a temperature",
            "Four panels against weight decay: gradient of the margin, scale of the scores, temperatures.",
            f"{sample}Gradients at {networks['gradient_images'][0]:,} test images.",
            NO_NUMBER,
            "‖∇s‖, RMS of the scores and likeliest temperature: "
            + _ends(networks, summary, ("gradient_norm_median", "logit_scale", "temperature")),
        ),
    }


def _counts(summary: Columns) -> str:
    n = summary["n"][summary["n"] > 0]
    if not n.size:
        return "no means"
    if n.max() == 1:
        return "one seed each, no interval"
    return f"means over {n.min()} to {n.max()} of them, without an interval where there is one"


def _network(networks: Columns, side: str, row: int) -> str:
    if networks["status"][row] != TRAINED:
        return f"{side}: {networks['status'][row]}"
    after = networks["ece_after"][row]
    if np.isnan(after):
        return f"{side}: calibration error {networks['ece_before'][row]:.3f}, no temperature is likeliest"
    return (
        f"{side}: calibration error {networks['ece_before'][row]:.3f} as trained and {after:.3f} after the "
        f"temperature {networks['temperature'][row]:.2f}; {networks['evaluated_errors'][row]} errors"
    )


def _ends(networks: Columns, summary: Columns, quantities: tuple[str, ...]) -> str:
    parts = []
    for recipe, *decays in compared(networks):
        at_decays = []
        for decay in decays:
            here = (summary["recipe"] == recipe) & (summary["weight_decay"] == decay) & (summary["n"] > 0)
            means = [
                mean_text(summary, quantity, row) for row in np.flatnonzero(here) for quantity in quantities
            ]
            at_decays.append(f"{join(means) or 'no trained network'} at decay {decay:g}")
        parts.append(f"{recipe}: {'; '.join(at_decays)}")
    return (" – ".join(parts) or "no recipe has two weight decays") + "."
