"""What the article claims of calibration and of weight decay as a temperature, from the table of networks."""

from collections.abc import Iterator

import numpy as np

from experiments.calibration.tables import TRAINED, Columns, seeds_table
from report.claims import NOT_MEASURED, Claim, interval_text, judged
from report.numerals import plain
from report.starts import low_and_high
from tilt.intervals import mean_interval

FALLING = {
    "logit_scale": "scores",
    "gradient_norm_median": "‖∇s‖",
    "temperature": "fitted temperature",
}


def calibration_claims(networks: Columns) -> list[Claim]:
    """Low against high weight decay from each start that has both (see `report.starts.low_and_high`).

    Differences are taken seed by seed; networks that are not trained are named and left out.
    """
    seeds = seeds_table(networks)
    claims = []
    for start, low, high in compared(networks):
        for quantity, statement, name in (
            ("ece_before", "Low weight decay calibrates poorly", "expected calibration error"),
            (
                "top_score_errors_before",
                "Low weight decay is over-confident",
                "mean top score of misclassified images",
            ),
        ):
            claims.append(_difference_claim(networks, start, (low, high), quantity, statement, name))
        rows = seeds["start"] == start
        decays = np.unique(seeds["weight_decay"][rows])
        measured, falls = NOT_MEASURED, [False]
        if len(decays) > 1:
            falls, ends = [], []
            for quantity, name in FALLING.items():
                means = seeds["mean"][rows & (seeds["quantity"] == quantity)]
                falls.append(len(means) == len(decays) and bool((np.diff(means) < 0).all()))
                remark = "" if falls[-1] else " (not at every step)"
                ends.append(
                    name + (f" {plain(means[0])} to {plain(means[-1])}" if means.size else "") + remark
                )
            span = f"from decay {decays[0]:g} to {decays[-1]:g}, {len(decays)} values"
            measured = f"{span}: {', '.join(ends)}"
        claims.append(
            judged(
                "calibration",
                f"Weight decay acts as the temperature of the softmax ({start})",
                "in words",
                measured + _left_out(networks, start),
                "scores, ‖∇s‖ and fitted temperature fall at every step of decay; partly, some of the three",
                *falls,
            )
        )
    return claims


def compared(networks: Columns) -> Iterator[tuple[str, float, float]]:
    """Start, low and high weight decay of each start with two decays or more; not of random labels."""
    for start in dict.fromkeys(networks["start"][~networks["random_labels"]].tolist()):
        decays = np.unique(networks["weight_decay"][networks["start"] == start])
        if len(decays) > 1:
            yield start, *low_and_high(decays)


def _left_out(networks: Columns, start: str) -> str:
    """A remark on the networks of a start that are not trained."""
    rows = (networks["start"] == start) & (networks["status"] != TRAINED)
    return "".join(
        f"; {name}: {status}"
        for name, status in zip(networks["network"][rows], networks["status"][rows], strict=True)
    )


def _difference_claim(
    networks: Columns, start: str, decays: tuple[float, float], quantity: str, statement: str, name: str
) -> Claim:
    sides = []
    for decay in decays:
        rows = (networks["start"] == start) & (networks["weight_decay"] == decay)
        rows &= np.isfinite(networks[quantity])
        sides.append(dict(zip(networks["seed"][rows].tolist(), networks[quantity][rows], strict=True)))
    shared = sorted(sides[0].keys() & sides[1].keys())
    low, high = (np.array([side[seed] for seed in shared]) for side in sides)
    mean, least, _ = mean_interval(low - high)
    measured = (
        f"{name} {plain(low.mean())} at decay {decays[0]:g}, {plain(high.mean())} at {decays[1]:g}; "
        f"difference {interval_text(low - high, '.3g')}"
        if shared
        else "no seed has both"
    )
    return judged(
        "calibration",
        f"{statement} ({start})",
        "in words",
        measured + _left_out(networks, start),
        "greater at low decay: 95 % interval of the difference above 0; partly, its mean",
        least > 0,
        mean > 0,
    )
