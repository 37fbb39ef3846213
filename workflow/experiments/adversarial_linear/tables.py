"""Adversarially trained linear models of one pair along the radius, beside those that are regularised.

The radii are shares of that at which the model collapses: half the distance of the centroids in L2, half
their largest difference for changes of single pixels.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from experiments.adversarial_linear.cone import cone_objective
from pipeline.job import about
from pipeline.pair import pair_classes
from tilt.data.images import BinaryPair, Images, binary_pair
from tilt.geometry import (
    TiltPlane,
    adversarial_distance,
    centroids,
    error_rate,
    nearest_centroid_direction,
    signed_distance,
    tilt_angle,
    tilt_directions,
)
from tilt.io import table_of
from tilt.linear import fit_path
from tilt.linear.adversarial import AdversarialPath, fit_adversarial_path, fit_l1_path

Array = NDArray[np.float64]
Columns = Mapping[str, NDArray[Any]]

KINDS = (("hinge", 2.0), ("softplus", 2.0), ("hinge", np.inf))  # loss, and norm of the perturbations
DRAWN = (0.02, 0.3, 0.9)  # shares, about, whose tilt planes are drawn


def path(
    *,
    data: Images,
    dataset: str,
    pair: str,
    train_per_class: int,
    shares: Sequence[float],
    pixel_shares: Sequence[float],
    checked: float,
) -> dict[str, Any]:
    """The models of a pair, their accuracy under attack, the check by other solvers, and tilt planes."""
    with about(f"datasets.{dataset}.adversarial_linear"):
        samples = binary_pair(data, *pair_classes(pair), train_per_class)
    with about(f"datasets.{dataset}.adversarial_linear.pairs: {pair}", "; leave the pair out"):
        nearest_centroid_direction(samples.x_train, samples.y_train)
    found = {
        (loss, norm): _trained(samples, loss, norm, sorted(shares if norm == 2 else pixel_shares))
        for loss, norm in KINDS
    }
    rows = [row for (loss, norm), trained in found.items() for row in _rows(samples, trained, loss, norm)]
    return {
        "path": table_of(rows),
        "robust": _robust(samples, found),
        "check": _check(samples, checked),
        "planes": _planes(samples, found["hinge", 2.0]),
    }


def collapse_radius(x: Array, y: Array, norm: float) -> float:
    """½‖j - i‖, or half the largest |j - i|: from this radius on w = 0 is optimal, the classes balanced."""
    centroid_i, centroid_j = centroids(x, y)
    return float(np.linalg.norm(centroid_j - centroid_i, norm)) / 2


def _trained(samples: BinaryPair, loss: str, norm: float, shares: Sequence[float]) -> AdversarialPath:
    radii = np.array(shares) * collapse_radius(samples.x_train, samples.y_train, norm)
    return fit_adversarial_path(samples.x_train, samples.y_train, radii, loss=loss, norm=norm)


def _equivalent(samples: BinaryPair, trained: AdversarialPath, loss: str, norm: float) -> Array:
    """λ, or for the largest change of a pixel the weight of ‖w‖₁, of the regularised problem (k,).

    Of the hinge its model is w/(1 + ε‖w‖*); of the softplus, whose own model w is, the loss is shifted by
    ε‖w‖. Nan where w is 0 or not unique.
    """
    x, y = samples.x_train, samples.y_train
    size = np.linalg.norm(trained.w, 2 if norm == 2 else 1, axis=1)
    usable = trained.unique & ~trained.collapsed
    with np.errstate(divide="ignore", invalid="ignore"):
        if norm != 2:
            found = trained.epsilons * trained.objective
        elif loss == "hinge":
            found = trained.epsilons * trained.objective * (1 + trained.epsilons * size) / (2 * size)
        else:
            margins = y * (trained.w @ x.T + trained.b[:, None]) - (trained.epsilons * size)[:, None]
            found = trained.epsilons * expit(-margins).mean(axis=1) / (2 * size)
    return np.where(usable, found, np.nan)


def _regularised_tilts(samples: BinaryPair, lambdas: Array, loss: str) -> Array:
    """Tilts of the L2-regularised models of λ (k,), nan where λ is."""
    known = np.isfinite(lambdas)
    tilts = np.full(len(lambdas), np.nan)
    if known.any():
        path = fit_path(samples.x_train, samples.y_train, lambdas[known], loss=loss)
        tilts[known] = _tilts(samples, path.w)
    return tilts


def _tilts(samples: BinaryPair, w: Array) -> Array:
    z_hat = nearest_centroid_direction(samples.x_train, samples.y_train)
    return np.array([tilt_angle(of, z_hat) if np.isfinite(of).all() and of.any() else np.nan for of in w])


def _rows(samples: BinaryPair, trained: AdversarialPath, loss: str, norm: float) -> list[dict[str, Any]]:
    x, y = samples.x_train, samples.y_train
    equivalent = _equivalent(samples, trained, loss, norm)
    beside = _regularised_tilts(samples, equivalent, loss) if norm == 2 else np.full(len(equivalent), np.nan)
    shares = trained.epsilons / collapse_radius(x, y, norm)
    tilts = np.where(trained.collapsed, np.nan, _tilts(samples, trained.w))
    rows = []
    for k, (w, b) in enumerate(zip(trained.w, trained.b, strict=True)):
        row = {
            "loss": loss,
            "norm": norm_name(norm),
            "epsilon": trained.epsilons[k],
            "share": shares[k],
            "lambda_equivalent": equivalent[k],
            "norm_w": np.linalg.norm(w),
            "theta": tilts[k],
            "theta_regularised": beside[k],
            **dict.fromkeys(("d_adv", "d_inf", "err_train", "err_test"), np.nan),
            "objective": trained.objective[k],
            "duality_gap": trained.duality_gap[k],
            "collapsed": trained.collapsed[k],
            "unique": trained.unique[k],
        }
        if np.isfinite(tilts[k]):
            distance = signed_distance(x, w, b)
            row |= {
                "d_adv": adversarial_distance(y, distance),
                "d_inf": adversarial_distance(y, distance) * np.linalg.norm(w) / np.abs(w).sum(),
                "err_train": error_rate(y, distance),
                "err_test": error_rate(samples.y_test, signed_distance(samples.x_test, w, b)),
            }
        rows.append(row)
    return rows


def norm_name(norm: float) -> str:
    """What tables call a norm of perturbations."""
    return "l2" if norm == 2 else "linf"


def _robust(samples: BinaryPair, found: Mapping[tuple[str, float], AdversarialPath]) -> Columns:
    """Share of the test images that the worst perturbation of each radius leaves on their side, exactly; of
    models that are singled out."""
    columns: dict[str, list[Any]] = {name: [] for name in ("loss", "norm", "epsilon", "radius", "accuracy")}
    for (loss, norm), trained in found.items():
        known = trained.unique & ~trained.collapsed
        for w, b, epsilon in zip(trained.w[known], trained.b[known], trained.epsilons[known], strict=True):
            distance = samples.y_test * (samples.x_test @ w + b) / np.linalg.norm(w, 2 if norm == 2 else 1)
            for radius in (0.0, *trained.epsilons.tolist()):
                row = (loss, norm_name(norm), epsilon, radius, np.mean(distance > radius))
                for column, value in zip(columns.values(), row, strict=True):
                    column.append(value)
    return {name: np.array(column) for name, column in columns.items()}


def _check(samples: BinaryPair, share: float) -> Columns:
    """The SVM at one radius of either norm, by our path and by another solver of the same problem.

    In L2 that is a cone solver; for changes of single pixels the L1-regularised SVM, by its own linear
    programme, grown into the adversarially trained one.
    """
    x, y = samples.x_train, samples.y_train
    rows = []
    for norm in (2.0, np.inf):
        trained = _trained(samples, "hinge", norm, [share])
        (epsilon,), (ours,) = trained.epsilons.tolist(), trained.objective.tolist()
        if not trained.unique[0]:
            other = 0.0
        elif norm == 2:
            other = cone_objective(x, y, epsilon)
        else:
            regularised = fit_l1_path(x, y, [epsilon * ours])
            size = float(np.abs(regularised.w[0]).sum())
            other = float(regularised.objective[0] - epsilon * ours * size) / (1 - epsilon * size)
        difference = (ours - other) / other if other else 0.0
        rows.append(
            {
                "norm": norm_name(norm),
                "epsilon": epsilon,
                "unique": trained.unique[0],
                "objective": ours,
                "objective_other": other,
                "difference": difference,
            }
        )
    return table_of(rows)


def _planes(samples: BinaryPair, trained: AdversarialPath) -> Columns:
    """Training data in the tilt planes of a few SVMs: y, z (n,), n (m, n), and of each plane epsilon, theta
    and midpoint_distance (m,): the boundary is cos θ z + sin θ n + midpoint_distance = 0."""
    x, y = samples.x_train, samples.y_train
    centroid_i, centroid_j = centroids(x, y)
    z_hat = nearest_centroid_direction(x, y)
    origin = (centroid_i + centroid_j) / 2
    usable = np.flatnonzero(trained.unique & ~trained.collapsed)
    if not usable.size:
        usable = np.flatnonzero(~trained.collapsed)  # all are separable; the hinge has a model of each
    shares = trained.epsilons / collapse_radius(x, y, 2)
    rows = sorted({int(usable[np.abs(shares[usable] - share).argmin()]) for share in DRAWN})
    w, b = trained.w[rows], trained.b[rows]
    planes = [TiltPlane(origin, z_hat, n_hat) for n_hat in tilt_directions(w, z_hat)]
    return {
        "y": y.astype(np.int8),
        "z": planes[0].coordinates(x)[:, 0],
        "n": np.stack([plane.coordinates(x)[:, 1] for plane in planes]).astype(np.float32),
        "epsilon": trained.epsilons[rows],
        "theta": _tilts(samples, w),
        "midpoint_distance": np.array([signed_distance(origin, *of) for of in zip(w, b, strict=True)]),
    }
