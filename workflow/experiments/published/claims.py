"""The article's tables beside ours."""

import numpy as np

from experiments.published.tables import TOLERANCES
from report.claims import Claim, Columns, judged
from report.numerals import counted, plain

PUBLISHED_QUANTITIES = {  # name, unit of the tolerance, share of the cells that has to agree
    "theta": ("tilt θ", "rad", 1.0),
    "norm_w": ("norm ‖w‖", "of ‖w‖", 1.0),
    "d_adv": ("adversarial distance d_adv", "pixels", 1.0),
    "err_train": ("training error", "points", 0.95),
    "err_test": ("test error", "points", 0.95),
}
THETA_MEDIAN = 4e-4  # radians


def published_claims(summary: Columns, arbitration: Columns) -> list[Claim]:
    """The article's tables, from `published.summarise` and the rows of `published.arbitrate` of all pairs."""
    pairs = counted(len(np.unique(summary["pair"])), "pair")
    typical = summary["median"][summary["quantity"] == "theta"].max()
    claims = [
        judged(
            "published",
            "Tables of the tilt θ, typical deviation",
            pairs,
            f"median of each pair at most {plain(typical, '.2g')} rad",
            f"at most {THETA_MEDIAN:g} rad",
            typical <= THETA_MEDIAN,
        )
    ]
    for quantity, (name, unit, share) in PUBLISHED_QUANTITIES.items():
        rows = summary["quantity"] == quantity
        cells, within = (int(summary[column][rows].sum()) for column in ("rows", "within"))
        if not cells:
            continue
        largest = np.nanmax(summary["largest"][rows])
        measured = f"{within:,} of {cells:,} cells; largest deviation {plain(largest, '.2g')} {unit}"
        ours = 0
        if within < cells:
            ours = int(np.sum((arbitration["quantity"] == quantity) & (arbitration["agrees_with"] == "ours")))
            measured += f"; libsvm agrees with ours in {ours} of the {cells - within} beyond"
        agreeing = (within + ours) / cells
        rule = (
            f"within {TOLERANCES[quantity]:g} {unit}, or libsvm agrees with ours: {100 * share:g} % of "
            f"the cells; partly, from {100 * share - 5:g} %"
        )
        holds = (agreeing >= share, agreeing >= share - 0.05)
        claims.append(judged("published", f"Tables of the {name}", pairs, measured, rule, *holds))
    return claims
