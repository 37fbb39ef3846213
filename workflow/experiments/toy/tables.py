"""The article's toy problem: a plane of images, boundaries at an angle, one noisy training point.

Every image is mid-grey plus a times one pattern and b times another; the patterns are orthogonal and of
unit L2 norm, so distances in the (a, b) plane are L2 distances between images (pixels in [0, 1]). The data
vary along a alone: class I (y = -1) at a < 0, a bright vertical bar; class J (y = +1) at a > 0, a bright
horizontal bar. The coordinate b brightens or darkens the frame, which says nothing about the class.
Angles are in radians.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tilt.errors import InputError
from tilt.geometry import mirror_image, projected_image, tilt_angle
from tilt.linear import fit_path
from tilt.losses import LOSSES, regularised_risk, zero_one

Array = NDArray[np.float64]
Columns = dict[str, NDArray[Any]]

MANIFOLD = np.array([1.0, 0.0])  # the direction from class I to class J
REPRESENTATIVE = np.array([-3.0, 0.0])  # x, the image of class I that is mirrored
SPREAD = (2.0, 3.0)  # |a| of the points on the manifold
NOISY_POINT = np.array([-2.0, 1.0])  # p, on the side of class I and off the manifold, labelled J


def tables(
    *, points_per_class: int, seed: int, angles: int, lambda_exponents: tuple[float, float], lambda_count: int
) -> dict[str, Columns]:
    """The tables of the toy problem: `mirror_distance_table` at `angles` from 0 to 90 degrees, the training
    set with its noisy point (columns a, b, y), `noisy_point_table` along λ, and `four_fits`.
    """
    X, y = noisy_training_set(points_per_class, seed=seed)
    fits = noisy_point_table(X, y, np.logspace(*lambda_exponents, lambda_count))
    return {
        "mirror_distance": mirror_distance_table(np.linspace(0, np.pi / 2, angles)),
        "training_set": {"a": X[:, 0], "b": X[:, 1], "y": y},
        "noisy_point": fits,
        "four_fits": four_fits(fits),
    }


def _patterns() -> Array:
    bars, frame = np.zeros((16, 16)), np.ones((16, 16))
    bars[6:10, 3:13] += 1
    bars[3:13, 6:10] -= 1
    frame[2:14, 2:14] = 0
    return np.stack([bars / np.linalg.norm(bars), frame / np.linalg.norm(frame)])


PATTERNS = _patterns()


def image(a: ArrayLike, b: ArrayLike) -> Array:
    """The image at (a, b): (16, 16), or (..., 16, 16) for arrays of coordinates.

    Pixels lie in [0, 1] for |a| ≤ 3.46 and |b| ≤ 5.29; beyond, they are not clipped.
    """
    pixels: Array = 0.5 + np.multiply.outer(a, PATTERNS[0]) + np.multiply.outer(b, PATTERNS[1])
    return pixels


def normal(theta: float) -> Array:
    """w_θ = (cos θ, sin θ), the unit normal of the boundary L_θ through the origin."""
    return np.array([np.cos(theta), np.sin(theta)])


def mirror_distance_table(theta: ArrayLike) -> Columns:
    """Projected and mirror image of x, the representative, under L_θ for each angle of `theta` (k,).

    Columns theta, projected_a, projected_b, mirror_a, mirror_b, distance (‖x_m - x‖ measured between the two
    images, pixel by pixel) and closed_form (2 |x·w_θ|). Article: mirror image as a function of θ.
    """
    x, angles = REPRESENTATIVE, np.asarray(theta, dtype=np.float64)
    normals = [normal(t) for t in angles]
    projected = np.stack([projected_image(x, w, 0.0) for w in normals])
    mirror = np.stack([mirror_image(x, w, 0.0) for w in normals])
    return {
        "theta": angles,
        "projected_a": projected[:, 0],
        "projected_b": projected[:, 1],
        "mirror_a": mirror[:, 0],
        "mirror_b": mirror[:, 1],
        "distance": np.linalg.norm(image(*mirror.T) - image(*x), axis=(1, 2)),
        "closed_form": 2 * np.abs(np.stack(normals) @ x),
    }


def noisy_training_set(n: int, *, seed: int) -> tuple[Array, Array]:
    """n points a class: X (2n, 2) and y (2n,). The last point is p; the others are on the manifold.

    The classes stay balanced, p being one of the n of class J. Raises InputError for n < 2.
    """
    if n < 2:
        raise InputError(f"toy problem: n = {n} points a class, give 2 or more")
    size = np.random.default_rng(seed).uniform(*SPREAD, 2 * n - 1)
    y = np.repeat([-1.0, 1.0], n)
    return np.vstack([np.outer(y[:-1] * size, MANIFOLD), NOISY_POINT]), y


def noisy_point_table(X: Array, y: Array, lambdas: ArrayLike) -> Columns:
    """SVM and logistic regression fitted to (X, y) at each λ of `lambdas` (k,); the last point of X is p.

    Columns loss (hinge, softplus), lambda, w_1, w_2, bias, theta, norm_w, err_train (a fraction),
    noisy_point_correct (0 or 1), objective (empirical risk + λ‖w‖²); one row per loss and λ.
    """
    paths = [fit_path(X, y, lambdas, loss=loss, tol=1e-9) for loss in ("hinge", "softplus")]
    w, b, lam = (np.concatenate([getattr(path, name) for path in paths]) for name in ("w", "b", "lambdas"))
    loss = np.repeat(["hinge", "softplus"], len(lam) // 2)
    norm = np.linalg.norm(w, axis=1)
    margins = y * (w @ X.T + b[:, None])
    risk = [regularised_risk(LOSSES[f], m, s, p) for f, m, s, p in zip(loss, margins, norm, lam, strict=True)]
    return {
        "loss": loss,
        "lambda": lam,
        "w_1": w[:, 0],
        "w_2": w[:, 1],
        "bias": b,
        "theta": np.array([tilt_angle(row, MANIFOLD) for row in w]),
        "norm_w": norm,
        "err_train": zero_one(margins).mean(axis=1),
        "noisy_point_correct": (margins[:, -1] > 0).astype(np.int64),
        "objective": np.array(risk),
    }


def four_fits(table: Columns) -> Columns:
    """Four rows of `noisy_point_table`: each loss without and with L2 regularisation.

    "Without" is the least λ of the grid (at λ = 0 logistic regression has no minimiser on separable data),
    "with" the largest. Two columns come first: classifier (SVM, logistic regression), l2 (without, with).
    """
    rows = []
    for loss in ("hinge", "softplus"):
        of_loss = np.flatnonzero(table["loss"] == loss)
        rows += [of_loss[table["lambda"][of_loss].argmin()], of_loss[table["lambda"][of_loss].argmax()]]
    labels = {
        "classifier": np.repeat(["SVM", "logistic regression"], 2),
        "l2": np.tile(["without", "with"], 2),
    }
    return labels | {name: column[rows] for name, column in table.items()}
