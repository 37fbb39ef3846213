"""The binary problems that several classes make, their paths, and what the models say together."""

from dataclasses import dataclass
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tilt.errors import InputError
from tilt.geometry import nearest_centroid_direction, tilt_angle
from tilt.linear.path import fit_path

Array = NDArray[np.float64]
Rows = NDArray[np.intp] | slice  # of X


class Problem(NamedTuple):
    """Class `positive` against class `negative`, or against all others: their numbers."""

    positive: int
    negative: int | None = None


@dataclass(frozen=True, eq=False)
class Models:
    """Models of a problem for k values of λ: w (k, d), b (k,), gap (k,), theta (k,)."""

    w: Array
    b: Array
    gap: Array
    theta: Array


def problems(classes: int, multi_class: str) -> list[Problem]:
    """Each class against the rest ("ovr") or each pair ("ovo"); one problem for two classes."""
    if classes == 2:
        return [Problem(1)]
    if multi_class == "ovr":
        return [Problem(k) for k in range(classes)]
    return [Problem(j, i) for i, j in combinations(range(classes), 2)]


def fit_problem(
    X: NDArray[Any],
    numbers: NDArray[np.intp],
    rows: Rows,
    problem: Problem,
    lams: Array,
    loss: str,
    tol: float,
) -> Models:
    """Models of a problem for lams (k,), from the rows of X (n, d) and the numbers (n,) of their classes."""
    if problem.negative is not None:
        rows = np.arange(len(X))[rows]
        rows = rows[np.isin(numbers[rows], (problem.negative, problem.positive))]
    X = np.asarray(X[rows], dtype=np.float64)
    y = np.where(numbers[rows] == problem.positive, 1.0, -1.0)
    path = fit_path(X, y, lams, loss=loss, tol=tol)
    try:
        z_hat = nearest_centroid_direction(X, y)
        theta = np.array([tilt_angle(w, z_hat) if w.any() else np.nan for w in path.w])
    except InputError:  # the centroids coincide
        theta = np.full(len(lams), np.nan)
    return Models(path.w, path.b, path.duality_gap, theta)


def votes(scores: Array, classes: int) -> Array:
    """Votes of the pairs' models for each class, (n, classes), from their scores (n, pairs).

    The sum of a class's scores moves its votes by less than a third, as in scikit-learn.
    """
    pairs = np.array(list(combinations(range(classes), 2)))
    first, second = ((pairs[:, [side]] == np.arange(classes)).astype(float) for side in (0, 1))
    total = scores @ (second - first)
    count = (scores <= 0) @ first + (scores > 0) @ second
    return np.asarray(count + total / (3 * (np.abs(total) + 1)))
