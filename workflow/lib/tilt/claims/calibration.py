"""What the article claims of calibration and of weight decay as a temperature, from the table of networks."""

from collections.abc import Iterator

import numpy as np

from tilt.article import LENET_DECAYS
from tilt.calibration_tables import TRAINED, Columns, seeds_table
from tilt.claims.base import Claim, interval_text, judged
from tilt.intervals import mean_interval
from tilt.numerals import plain

FALLING = {
    "logit_scale": "scores",
    "gradient_norm_median": "‖∇s‖",
    "temperature": "fitted temperature",
}


def calibration_claims(networks: Columns) -> list[Claim]:
    """Low against high weight decay from each start that has both.

    Low and high are the article's two decays where networks of a start were trained at them, else the least
    and the greatest of those that were. Differences are taken seed by seed.
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
        falls, ends = [], []
        for quantity, name in FALLING.items():
            means = seeds["mean"][rows & (seeds["quantity"] == quantity)]
            falls.append(len(means) == len(decays) and (np.diff(means) < 0).all())
            remark = "" if falls[-1] else " (not at every step)"
            ends.append(name + (f" {plain(means[0])} to {plain(means[-1])}" if means.size else "") + remark)
        claims.append(
            judged(
                "calibration",
                f"Weight decay acts as the temperature of the softmax ({start})",
                "in words",
                f"from decay {decays[0]:g} to {decays[-1]:g}, {len(decays)} values: {', '.join(ends)}",
                "scores, ‖∇s‖ and fitted temperature fall at every step of decay; partly, some of the three",
                *falls,
            )
        )
    return claims


def compared(networks: Columns) -> Iterator[tuple[str, float, float]]:
    """Start, low and high weight decay of each start with networks trained at two decays or more."""
    trained = networks["status"] == TRAINED
    for start in dict.fromkeys(networks["start"].tolist()):
        decays = np.unique(networks["weight_decay"][trained & (networks["start"] == start)]).tolist()
        if len(decays) > 1:
            low, high = LENET_DECAYS["low"], LENET_DECAYS["high"]
            yield start, low if low in decays else decays[0], high if high in decays else decays[-1]


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
    rule = "greater at low decay: 95 % interval of the difference above 0; partly, its mean"
    if not shared:
        return judged("calibration", f"{statement} ({start})", "in words", "no seed has both", rule, False)
    mean, least, _ = mean_interval(low - high)
    return judged(
        "calibration",
        f"{statement} ({start})",
        "in words",
        f"{name} {plain(low.mean())} at decay {decays[0]:g}, {plain(high.mean())} at {decays[1]:g}; "
        f"difference {interval_text(low - high, '.3g')}",
        rule,
        least > 0,
        mean > 0,
    )
