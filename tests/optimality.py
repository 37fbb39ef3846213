"""Paths of linear classifiers, held against the conditions of optimality."""

import numpy as np
import pytest
from scipy.special import expit, xlogy

from tilt.linear import LinearPath

LOSSES = {"hinge": lambda m: np.maximum(1 - m, 0), "softplus": lambda m: np.logaddexp(0, -m)}
# -f*(-p), the dual's part of one sample, p = alpha/C
CONJUGATES = {"hinge": lambda p: p, "softplus": lambda p: -xlogy(p, p) - xlogy(1 - p, 1 - p)}
both_losses = pytest.mark.parametrize("loss", list(LOSSES))


def objective(X, y, lam, w, b, loss="hinge"):
    """Mean loss + λ‖w‖², computed without the solver."""
    return LOSSES[loss](y * (X @ w + b)).mean() + lam * (w @ w)


def check(X, y, path: LinearPath, tol=1e-6, loss="hinge"):
    """Feasible multipliers, w made of them, certificate and optimality conditions as recomputed here."""
    n = len(y)
    for k, lam in enumerate(path.lambdas):
        C = 1 / (2 * n * lam)
        alpha, w, b = path.alpha[k], path.w[k], path.b[k]
        assert alpha.min() >= 0
        assert alpha.max() <= C * (1 + 1e-12)
        assert abs(y @ alpha) <= 1e-11 * C * n
        primal = objective(X, y, lam, w, b, loss)
        w_dual = (alpha * y) @ (X - X.mean(axis=0))
        dual = CONJUGATES[loss](alpha / C).mean() - lam * w_dual @ w_dual
        assert path.objective[k] == pytest.approx(primal, rel=1e-8)
        assert path.duality_gap[k] == pytest.approx((primal - dual) / primal, abs=1e-9)
        assert -1e-12 <= path.duality_gap[k] <= tol
        margin = y * (X @ w + b)
        if loss == "softplus":  # alpha = C p
            np.testing.assert_allclose(alpha, C * expit(-margin), rtol=1e-6)
            assert lam * np.sum((w - w_dual) ** 2) <= (tol + 1e-12) * primal
        else:  # alpha = C inside the margin, 0 outside it
            conditions = alpha * np.maximum(margin - 1, 0) + (C - alpha) * np.maximum(1 - margin, 0)
            assert 2 * lam * conditions.sum() <= (tol + 1e-9) * primal
            np.testing.assert_allclose(w_dual, w, rtol=1e-8, atol=1e-9 * (1 + np.abs(w).max()))
    assert path.certified.all()


def problem(kind: str):
    draw = np.random.default_rng(len(kind))
    n, d = 60, 6
    y = np.repeat([-1.0, 1.0], n // 2)
    X = draw.normal(size=(n, d))
    if kind == "separable":
        X[:, 0] += 5 * y
    elif kind == "overlapping":
        X += 0.3 * y[:, None]
    elif kind == "unbalanced":
        y = np.where(np.arange(n) < 3, 1.0, -1.0)
        X += 0.5 * y[:, None]
    elif kind == "one in twenty":
        n = 210
        y = np.where(np.arange(n) % 21 == 0, 1.0, -1.0)
        X = draw.normal(size=(n, 3)) + 0.5 * y[:, None]
    elif kind == "one among many":  # at their centre: w = 0 until it is weighty
        y = np.where(np.arange(n) == 7, 1.0, -1.0)
        X = X[:, :2] * (y < 0)[:, None]
    elif kind == "duplicates":
        X = np.repeat(X[::2], 2, axis=0) + 0.2 * y[:, None]
        X[1::2] = X[::2]
    elif kind == "contradictions":
        X, y = np.concatenate([X, X]), np.concatenate([y, -y])
    elif kind == "no information":
        X = np.full((n, d), 0.7)
        y[0] = 1
    elif kind == "constant columns":
        X[:, 1], X[:, 2] = 3.0, 0.0
    elif kind == "fewer samples than columns":
        X = draw.normal(size=(n, 200))
    elif kind == "one column":
        X = X[:, :1] + 0.5 * y[:, None]
    elif kind == "two columns":
        X = X[:, :2] + 0.5 * y[:, None]
    elif kind == "three samples":
        X, y = X[28:31], y[28:31]
    elif kind == "ties":
        X = draw.integers(0, 3, size=(n, d)).astype(float)
    elif kind == "binary ties":
        y = np.where(np.arange(n) % 3 == 0, 1.0, -1.0)
        X = draw.integers(0, 2, size=(n, d)).astype(float)
    elif kind == "far from the origin":
        X = X + 1000
    elif kind == "scales":
        X = X * 10.0 ** np.arange(-2, 4) + 100
    return X, y
