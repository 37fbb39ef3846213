"""What the article claims of calibration and of weight decay as a temperature, from the table of networks."""

from collections.abc import Iterator

import numpy as np

from experiments.calibration.tables import TRAINED, Columns
from report.claims import NOT_MEASURED, Claim, interval_text, judged
from report.networks import low_and_high
from report.numerals import plain
from tilt.intervals import mean_interval

FALLING = {
    "logit_scale": "scores",
    "gradient_norm_median": "‖∇s‖",
    "temperature": "fitted temperature",
}


def calibration_claims(networks: Columns, summary: Columns) -> list[Claim]:
    """Low against high weight decay from each recipe that has both (see `report.networks.low_and_high`).

    Differences are taken seed by seed; networks that are not trained are named and left out.
    """
    claims = []
    for recipe, low, high in compared(networks):
        for quantity, statement, name in (
            ("ece_before", "Low weight decay calibrates poorly", "expected calibration error"),
            (
                "top_score_errors_before",
                "Low weight decay is over-confident",
                "mean top score of misclassified images",
            ),
        ):
            claims.append(_difference_claim(networks, recipe, (low, high), quantity, statement, name))
        rows = (summary["recipe"] == recipe) & (summary["n"] > 0)
        decays = summary["weight_decay"][rows]
        measured, falls = NOT_MEASURED, [False]
        if len(decays) > 1:
            falls, ends = [], []
            for quantity, name in FALLING.items():
                means = summary[f"{quantity}_mean"][rows]
                falls.append(bool((np.diff(means) < 0).all()))
                means = means[np.isfinite(means)]
                remark = "" if falls[-1] else " (not at every step)"
                ends.append(
                    name + (f" {plain(means[0])} to {plain(means[-1])}" if means.size else "") + remark
                )
            span = f"from decay {decays[0]:g} to {decays[-1]:g}, {len(decays)} values"
            measured = f"{span}: {', '.join(ends)}"
        claims.append(
            judged(
                "calibration",
                f"Weight decay acts as the temperature of the softmax ({recipe})",
                "in words",
                measured + _left_out(networks, recipe),
                "scores, ‖∇s‖ and fitted temperature fall at every step of decay; partly, some of the three",
                *falls,
            )
        )
    return claims


def compared(networks: Columns) -> Iterator[tuple[str, float, float]]:
    """Recipe, low and high weight decay of each recipe with two decays or more; not of random labels."""
    for recipe in dict.fromkeys(networks["recipe"][~networks["random_labels"]].tolist()):
        decays = np.unique(networks["weight_decay"][networks["recipe"] == recipe])
        if len(decays) > 1:
            yield recipe, *low_and_high(decays)


def _left_out(networks: Columns, recipe: str) -> str:
    """A remark on the networks of a recipe that are not trained."""
    rows = (networks["recipe"] == recipe) & (networks["status"] != TRAINED)
    return "".join(
        f"; {name}: {status}"
        for name, status in zip(networks["network"][rows], networks["status"][rows], strict=True)
    )


def _difference_claim(
    networks: Columns, recipe: str, decays: tuple[float, float], quantity: str, statement: str, name: str
) -> Claim:
    sides = []
    for decay in decays:
        rows = (networks["recipe"] == recipe) & (networks["weight_decay"] == decay)
        rows &= np.isfinite(networks[quantity])
        sides.append(dict(zip(networks["seed"][rows].tolist(), networks[quantity][rows], strict=True)))
    shared = sorted(sides[0].keys() & sides[1].keys())
    low, high = (np.array([side[seed] for seed in shared]) for side in sides)
    mean, least, _ = mean_interval(low - high)
    measured = (
        f"{name} {plain(low.mean())} at decay {decays[0]:g}, {plain(high.mean())} at {decays[1]:g}; "
        f"difference {interval_text(low - high, '.3g')}"
        if shared
        else f"{NOT_MEASURED}: no seed has both"
    )
    return judged(
        "calibration",
        f"{statement} ({recipe})",
        "in words",
        measured + _left_out(networks, recipe),
        "greater at low decay: 95 % interval of the difference above 0; partly, its mean",
        least > 0,
        mean > 0,
    )
