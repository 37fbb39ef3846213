"""What adversarially trained linear models answer on the first screen: is L2 regularization of that kind?"""

from collections.abc import Mapping

from experiments.adversarial_linear.claims import (
    SAME_OBJECTIVE,
    SAME_TILT,
    differences,
    tilts_apart,
)
from report.answers import THEOREM, untold
from report.claims import Columns
from report.contract import Answer
from report.numerals import counted, significant

PANEL = "panel-adversarial-linear"


def adversarial_linear_answer(paths: Mapping[str, Columns], checks: Mapping[str, Columns]) -> Answer:
    """Of the SVM in L2, from the tables by pair."""
    found = differences(checks, "l2")
    if not found:
        return untold(THEOREM, "No SVM could be compared with one trained against perturbations.", PANEL)
    apart = max((float(tilts_apart(table, "hinge").max(initial=0)) for table in paths.values()), default=0.0)
    same = max(found) <= SAME_OBJECTIVE and apart <= SAME_TILT
    return Answer(
        THEOREM,
        "it is the same" if same else "it is not the same",
        "Each such SVM is the one trained against all perturbations up to a radius, for which λ stands: "
        f"another solver's optimum differs by at most {significant(max(found), 2)} of it "
        f"(exact, so no interval; n = {counted(len(found), 'comparison')}).",
        f"{significant(max(found), 2)} apart",
        PANEL,
    )
