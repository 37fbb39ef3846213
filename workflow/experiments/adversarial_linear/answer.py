"""What adversarially trained linear models answer on the first screen: is L2 regularization of that kind?"""

from collections.abc import Mapping

from experiments.adversarial_linear.claims import (
    SAME_OBJECTIVE,
    SAME_TILT,
    differences,
    tilts_apart,
)
from report.answers import THEOREM, undecided
from report.claims import Columns
from report.contract import Answer
from report.numerals import counted, significant

PANEL = "panel-adversarial-linear"


def adversarial_linear_answer(paths: Mapping[str, Columns], checks: Mapping[str, Columns]) -> Answer:
    """Of the SVM in L2, from the tables by pair."""
    found = differences(checks, "l2")
    if not found:
        return undecided(THEOREM, "No SVM could be compared with one trained against perturbations.", PANEL)
    apart = [tilts_apart(table, "hinge") for table in paths.values()]
    same = max(found) <= SAME_OBJECTIVE and all((tilts <= SAME_TILT).all() for tilts in apart)
    return Answer(
        THEOREM,
        "the same, for an SVM" if same else "not the same",
        "λ sets the radius of the perturbations against which such an SVM is trained: an identity, so no "
        "interval. Solved apart, both problems have the same least objective to a relative "
        f"{significant(max(found), 2)} ({counted(len(found), 'pair')} compared).",
        f"{significant(max(found), 2)} apart",
        PANEL,
    )
