"""The norm of the weights scales the loss: one boundary, many norms (article: scaling the loss function).

The boundary is fixed by signed distances d (n,) of training samples, in the units of the samples (pixels in
[0, 1] for images); changing ‖w‖ changes the raw scores s = ‖w‖ d and nothing else. Labels y (n,) are in
{-1, +1}.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.pair import pair_classes
from tilt.data.images import Images, binary_pair
from tilt.errors import InputError
from tilt.geometry import signed_distance
from tilt.histograms import histogram_edges
from tilt.linear.tables import optimal_row
from tilt.losses import LOSSES, empirical_risk, large_norm_limit, scaled, small_norm_limit, zero_one

Array = NDArray[np.float64]
Columns = dict[str, NDArray[Any]]

NORMS = np.logspace(-3, 3, 121)  # of the weights, for distances of about 1
DRAWN = (0.1, 0.5, 2.0, 10.0)


def tables(
    *,
    data: Images,
    weights: Columns,
    path: Columns,
    pair: str,
    train_per_class: int,
    norms: Sequence[float] | None,
) -> dict[str, Any]:
    """Margins, histograms and risk of the pair's classifier at λ_optimal, and its record."""
    samples = binary_pair(data, *pair_classes(pair), train_per_class)
    row = optimal_row(path)
    distance = signed_distance(samples.x_train, weights["w"][row], weights["b"][row])
    norm = float(path["norm_w"][row])
    return {
        "margins": {"y": samples.y_train, "distance": distance},
        "histograms": score_histograms(samples.y_train, distance, norm),
        "risk": risk_table(samples.y_train * distance, (decade(distance) * NORMS).tolist()),
        "classifier": {
            "pair": pair,
            "lambda_article": float(path["lambda_article"][row]),
            "norm_w": norm,
            "norms": norms or [decade(distance) * value for value in DRAWN],
        },
    }


def decade(distance: Array) -> float:
    """The power of ten that norms are multiplied by where distances (n,), signed, are not of about 1."""
    return float(10.0 ** -np.round(np.log10(np.abs(distance).mean())))


def score_histograms(y: Array, distance: Array, norm: float, *, bins: int = 60) -> Columns:
    """Histograms, class by class, of the score s, the margin y s and both losses of it at ‖w‖ = `norm`.

    Columns quantity (s, ys, hinge, softplus), y (-1, +1), left, right (edges of the bin), count. Both classes
    share the edges of a quantity. Raises InputError when `norm` is not positive.
    """
    _check_norms([norm])
    score = norm * distance
    quantities = {"s": score, "ys": y * score} | {name: loss(y * score) for name, loss in LOSSES.items()}
    parts: dict[str, list[NDArray[Any]]] = {"quantity": [], "y": [], "left": [], "right": [], "count": []}
    for quantity, values in quantities.items():
        edges = histogram_edges(values, bins)
        for label in (-1, 1):
            columns = (
                np.repeat(quantity, bins),
                np.repeat(label, bins),
                edges[:-1],
                edges[1:],
                np.histogram(values[y == label], edges)[0],
            )
            for part, column in zip(parts.values(), columns, strict=True):
                part.append(column)
    return {name: np.concatenate(part) for name, part in parts.items()}


def risk_table(distance_margins: Array, norms: Sequence[float]) -> Columns:
    """Empirical risk of the margins ‖w‖ y d at each norm, given y d (n,), with its two limits.

    Columns norm, zero_one, hinge, softplus; large_norm_limit (‖w‖ d_err, approached by hinge and softplus to
    within 1 as ‖w‖ → ∞); hinge_small_norm_limit and softplus_small_norm_limit (α - β ‖w‖ d_adv, approached
    as ‖w‖ → 0). Raises InputError when a norm is not positive.
    """
    _check_norms(norms)
    losses = {"zero_one": zero_one} | LOSSES
    table = {"norm": np.asarray(norms, dtype=np.float64)}
    for name, loss in losses.items():
        table[name] = np.array([empirical_risk(scaled(loss, norm), distance_margins) for norm in norms])
    table["large_norm_limit"] = np.array([large_norm_limit(norm, distance_margins).mean() for norm in norms])
    for name, loss in LOSSES.items():
        limit = [small_norm_limit(loss, norm, distance_margins).mean() for norm in norms]
        table[f"{name}_small_norm_limit"] = np.array(limit)
    return table


def _check_norms(norms: Sequence[float]) -> None:
    for norm in norms:
        if not norm > 0:
            raise InputError(f"norm of the weights {norm}: give a number above 0")
