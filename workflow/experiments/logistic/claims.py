"""What the article says of logistic regression beside the SVM."""

from collections.abc import Mapping

import numpy as np

from experiments.svm.claims import pairs_claim, untold
from report.claims import Claim, Columns

SAME_TILT = (5, 0.5)  # degrees between two losses at the smallest and at the largest λ


def logistic_claims(hinge: Mapping[str, Columns], softplus: Mapping[str, Columns]) -> list[Claim]:
    """Logistic regression beside the SVM, from the path tables of the pairs that have both, on the same λ.

    Both tilts vanish as λ grows, so that a pair that is not alike at the largest λ only tells that it is too
    small. How large it would have to be is known of the hinge alone.
    """
    apart = np.array(
        [np.abs(np.degrees(hinge[pair]["theta"] - table["theta"])) for pair, table in softplus.items()]
    )
    order = np.argsort(next(iter(softplus.values()))["lambda"])
    smallest, largest = apart[:, order[0]], apart[:, order[-1]]
    overfitted, underfitted = SAME_TILT
    claim = pairs_claim(
        "logistic",
        "Hinge and softplus behave alike at either end, where ‖w‖ is large and where it is small",
        list((smallest <= overfitted) & (largest <= underfitted)),
        f"tilts within {overfitted}° at the smallest λ and within {underfitted}° at the largest",
        f"; they differ by at most {smallest.max():.1f}° at the smallest λ, {largest.max():.2f}° at the "
        f"largest, {apart.max():.1f}° at any",
    )
    remedy = "try a greater svm.lambda_article.last_exponent"
    return [untold(claim, int(np.sum(largest > underfitted)), len(apart), remedy)]
