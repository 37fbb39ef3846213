"""The claim that both losses are alike, at both sides of its tolerances."""

import numpy as np
import pytest

from experiments.logistic.claims import logistic_claims
from made import classes_apart, verdict
from report.claims import INCOMPARABLE, NOT, PARTLY, REPRODUCED
from tilt.linear import fit_path
from tilt.linear.tables import lambda_grid, path_table


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


@pytest.mark.parametrize(("scale", "expected"), [(0.1, "reproduced"), (30, INCOMPARABLE)])
def test_a_grid_that_is_too_short_for_logistic_regression_refutes_nothing(scale, expected):
    pair = classes_apart(scale)
    article, lambdas = lambda_grid(-1, 5, 0.5, 1e-5)
    hinge, softplus = (
        {"0v1": path_table(pair, fit_path(pair.x_train, pair.y_train, lambdas, loss=loss), article)}
        for loss in ("hinge", "softplus")
    )
    (claim,) = logistic_claims(hinge, softplus)
    assert claim.verdict == expected
    assert "would do" not in claim.measured
    assert ("ends too early for 1 of 1 pair: try a greater" in claim.measured) == (expected == INCOMPARABLE)
