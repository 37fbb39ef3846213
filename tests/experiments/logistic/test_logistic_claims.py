"""The claim that both losses are alike, at both sides of its tolerances."""

import numpy as np
import pytest

from experiments.logistic.claims import logistic_claims
from made import verdict
from report.claims import INCOMPARABLE, NOT, PARTLY, REPRODUCED


@pytest.mark.parametrize(
    ("apart", "expected"),
    [
        ([[5, 40, 0.5]] * 4, REPRODUCED),
        ([[5.1, 0, 0]] + [[0, 0, 0]] * 3, PARTLY),
        ([[0, 0, 0.6]] * 2 + [[0, 0, 0]] * 2, INCOMPARABLE),
        ([[5.1, 0, 0]] * 3 + [[0, 0, 0]], NOT),
    ],
)
def test_two_losses_are_alike_where_their_ends_are(apart, expected):
    theta = np.array([1.2, 0.8, 0.1])
    table = {"lambda": np.array([1.0, 2, 3]), "lambda_inside": np.ones(3), "theta": theta}
    hinge = {f"0v{k}": table for k in range(len(apart))}
    softplus = {
        f"0v{k}": {"lambda": np.array([1.0, 2, 3]), "theta": theta - 0.9999 * np.radians(a)}
        for k, a in enumerate(apart)
    }
    judged = logistic_claims(hinge, softplus)
    assert verdict(judged, "Hinge and softplus") == expected
