"""What the SVM answers on the first screen: is the boundary tilted, does L2 regularization turn it back?"""

from collections.abc import Mapping

import numpy as np

from report.answers import LINEAR, factor, of_factor, short_factor, untold, verdict
from report.claims import Columns
from report.contract import Answer
from report.numerals import counted
from tilt.linear.tables import optimal_row

PANEL = "panel-svm"


def svm_answer(paths: Mapping[str, Columns]) -> Answer:
    """From the path of each pair: its least λ beside that of the least test error."""
    ends = [(table, int(table["lambda"].argmin()), optimal_row(table)) for table in paths.values()]
    theta, distance, error = (
        np.array([[table[name][least], table[name][best]] for table, least, best in ends])
        for name in ("theta", "d_adv", "err_test")
    )
    known = (distance > 0).all(axis=1) & np.isfinite(theta).all(axis=1)
    n = int(known.sum())
    if n < 2:
        return untold(LINEAR, "Fewer than two pairs of classes have boundaries to compare.", PANEL)
    least, best = np.degrees(np.median(theta[known], axis=0))
    moved = factor(distance[known, 1] / distance[known, 0])
    wrong, right = 100 * error[known].mean(axis=0)
    return Answer(
        LINEAR,
        verdict(*moved[1:], above="yes", below="no"),
        f"The boundary of an SVM is tilted by {least:.0f}° with the least L2 regularization, by {best:.0f}° "
        f"where it errs least (medians of {counted(n, 'pair')}); there adversarial examples are "
        f"{of_factor(*moved, n, 'pair')}, at a test error of {right:.2f} % instead of {wrong:.2f} %.",
        short_factor(*moved),
        PANEL,
    )
