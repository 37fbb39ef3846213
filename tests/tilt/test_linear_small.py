"""Small problems of many kinds are certified, one λ alone too, and the certificates are true."""

import numpy as np
import pytest

from optimality import both_losses
from small_problems import FAMILIES, TOLERANCE, problem, tried, true_gaps
from tilt.linear import fit_path

# Far starts, a rounded bias, and multipliers that a small σ does not find
HARD = [("offset", 7), ("offset", 42), ("heavy_tails", 13), ("heavy_tails", 64), ("column_scales", 1),
        ("column_scales", 24)]  # fmt: skip


@both_losses
@pytest.mark.parametrize(
    ("family", "seed"), [*((family, seed) for family in FAMILIES for seed in range(5)), *HARD]
)
def test_certified_and_the_certificate_is_true(family, seed, loss):
    certified, gap = tried(family, seed, loss)
    assert certified
    assert gap <= TOLERANCE


def test_the_true_gap_finds_what_is_wrong():
    X, y, lambdas = problem("gaussian", 0)
    path = fit_path(X, y, lambdas)
    assert true_gaps(X, y, path, "hinge").max() < 1e-9
    path.b[:] += 0.1
    assert true_gaps(X, y, path, "hinge").max() > 1e-4


CORNERS = np.array([[-1.0, -1], [-1, 1], [1, 1], [1, 1]])


@pytest.mark.parametrize(
    ("X", "y", "lam", "w", "b"),
    [
        (np.array([[0.0], [0], [1]]), np.array([-1.0, -1, 1]), 1e-7, [2], -1),
        (CORNERS, CORNERS[:, 0] * CORNERS[:, 1], 1.318e-9, None, None),
    ],
)
def test_one_small_lambda_alone(X, y, lam, w, b):
    path = fit_path(X, y, [lam])
    assert path.duality_gap[0] <= 1e-6
    if w is not None:
        np.testing.assert_allclose(path.w[0], w, rtol=1e-6)
        assert path.b[0] == pytest.approx(b, rel=1e-6)
