"""What a path says of one pair of classes: a row per λ, the tilt plane, and the summary over pairs.

Article: the sections on the adversarial distance, the tilting angle, and the SVM on MNIST.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tilt.data.images import BinaryPair
from tilt.geometry import (
    TiltPlane,
    adversarial_distance,
    balanced_error_rate,
    centroids,
    error_distance,
    error_rate,
    mirror_image,
    nearest_centroid_direction,
    signed_distance,
    tilt_angle,
    tilt_directions,
)
from tilt.histograms import edges_by_row
from tilt.io import table_of
from tilt.linear.adversarial import adversarial_path
from tilt.linear.path import LinearPath

Array = NDArray[np.float64]
Columns = dict[str, NDArray[Any]]

HISTOGRAM_BINS = 100


def lambda_grid(
    first_exponent: float, last_exponent: float, step: float, scale: float
) -> tuple[Array, Array]:
    """λ_article = 10^α for α from the first to the last exponent, and λ = scale · λ_article: (k,) each.

    The article's axis carries a constant factor: with pixels in [0, 1] its λ is 1e-5 · λ_article.
    """
    count = round((last_exponent - first_exponent) / step) + 1
    article = 10.0 ** np.round(first_exponent + step * np.arange(count), 9)
    return article, scale * article


def path_table(pair: BinaryPair, path: LinearPath, lambda_article: Array) -> Columns:
    """One row per λ (the columns are documented in results/README.md); errors are fractions.

    Of the hinge, with the radius of the adversarial training that each model is.
    """
    x, y = pair.x_train, pair.y_train
    centroid_i, centroid_j = centroids(x, y)
    z_hat = nearest_centroid_direction(x, y)
    middle = (centroid_i + centroid_j) / 2
    z = x @ z_hat
    inside = np.linalg.norm(centroid_j - centroid_i) * (z[y > 0].max() - z[y < 0].min()) / 8
    C = 1 / (2 * len(y) * path.lambdas)
    support = path.alpha > 0
    rows = []
    for w, b in zip(path.w, path.b, strict=True):
        train, test = signed_distance(x, w, b), signed_distance(pair.x_test, w, b)
        row = {
            "norm_w": np.linalg.norm(w),
            "theta": tilt_angle(w, z_hat),
            "midpoint_distance": signed_distance(middle, w, b),
            "d_adv": adversarial_distance(y, train),
            "d_err": error_distance(y, train),
            "err_train": error_rate(y, train),
            "err_test": error_rate(pair.y_test, test),
            "balanced_err_test": balanced_error_rate(pair.y_test, test),
        }
        if pair.x_validation is not None and pair.y_validation is not None:
            validation = signed_distance(pair.x_validation, w, b)
            row["err_validation"] = error_rate(pair.y_validation, validation)
        rows.append(row)
    measured = table_of(rows)
    return {
        "lambda_article": lambda_article,
        "lambda": path.lambdas,
        "C": C,
        "norm_w": measured.pop("norm_w"),
        "bias": path.b,
        "bias_low": path.bias_low,
        "bias_high": path.bias_high,
        **measured,
        "lambda_inside": np.full(len(rows), inside),
        "objective": path.objective,
        "duality_gap": path.duality_gap,
        **(_radii(path, y) if path.loss == "hinge" else {}),
        "n_support": support.sum(axis=1),
        "n_margin": (support & (path.alpha < C[:, None])).sum(axis=1),
    }


def _radii(path: LinearPath, y: Array) -> Columns:
    trained = adversarial_path(path, y)
    kind = np.where(trained.collapsed, "collapsed", np.where(trained.unique, "unique", "separable"))
    return {"epsilon": trained.epsilons, "epsilon_kind": kind}


def weight_arrays(pair: BinaryPair, path: LinearPath) -> Columns:
    """Weights w (k, d), b (k,), λ (k,), ẑ (d,) and the centroids (d,) of the pair."""
    centroid_i, centroid_j = centroids(pair.x_train, pair.y_train)
    return {
        "w": path.w,
        "b": path.b,
        "lambda": path.lambdas,
        "z_hat": nearest_centroid_direction(pair.x_train, pair.y_train),
        "centroid_i": centroid_i,
        "centroid_j": centroid_j,
        "image_shape": np.array(pair.shape),
    }


def plane_arrays(pair: BinaryPair, path: LinearPath) -> Columns:
    """The training data in the tilt plane of every λ, mirror images, and histograms of y d(x).

    y (n,); z (n,): coordinate along ẑ, the same for all λ; n (k, n) float32: coordinate along n̂; theta and
    midpoint_distance (k,): the boundary is the line cos θ z + sin θ n + midpoint_distance = 0.
    representative (2,): rows of the training data, for each class the sample nearest its centroid;
    images (2, d), positions (2, k, 2), mirror_images (2, k, d) float32, mirror_positions (2, k, 2).
    histogram_edges (k, bins + 1): the same at every λ, or at each its own (see `edges_by_row`); histogram_i,
    histogram_j (k, bins): counts of y d(x) of the training data.
    """
    x, y = pair.x_train, pair.y_train
    centroid_i, centroid_j = centroids(x, y)
    z_hat = nearest_centroid_direction(x, y)
    origin = (centroid_i + centroid_j) / 2
    n_hats = tilt_directions(path.w, z_hat)
    representative = np.array(
        [
            rows[np.linalg.norm(x[rows] - centroid, axis=1).argmin()]
            for rows, centroid in ((np.flatnonzero(y < 0), centroid_i), (np.flatnonzero(y > 0), centroid_j))
        ]
    )
    images = x[representative]
    mirrors = np.stack([mirror_image(images, w, b) for w, b in zip(path.w, path.b, strict=True)], axis=1)
    planes = [TiltPlane(origin, z_hat, n_hat) for n_hat in n_hats]
    margins = np.stack([y * signed_distance(x, w, b) for w, b in zip(path.w, path.b, strict=True)])
    edges = edges_by_row(margins, HISTOGRAM_BINS)
    return {
        "y": y.astype(np.int8),
        "z": (x - origin) @ z_hat,
        "n": (n_hats @ (x - origin).T).astype(np.float32),
        "lambda": path.lambdas,
        "theta": np.array([tilt_angle(w, z_hat) for w in path.w]),
        "midpoint_distance": np.array(
            [signed_distance(origin, w, b) for w, b in zip(path.w, path.b, strict=True)]
        ),
        "representative": representative,
        "images": images,
        "positions": np.stack([plane.coordinates(images) for plane in planes], axis=1),
        "mirror_images": mirrors.astype(np.float32),
        "mirror_positions": np.stack(
            [plane.coordinates(mirrors[:, k]) for k, plane in enumerate(planes)], axis=1
        ),
        "histogram_edges": edges,
        **{
            f"histogram_{side}": np.stack(
                [np.histogram(row[y == label], of_row)[0] for row, of_row in zip(margins, edges, strict=True)]
            )
            for side, label in (("i", -1), ("j", 1))
        },
    }


def optimal_row(table: Mapping[str, Any], part: str = "test") -> int:
    """Row of λ_optimal: the least test error; of several, the largest λ (the article's tie rule).

    With part "validation" that of λ_validation: the least error on the validation part.
    """
    error = table[f"err_{part}"]
    best = np.flatnonzero(error == np.min(error))
    return int(best[np.argmax(table["lambda"][best])])


def summary_table(pairs: Sequence[tuple[int, int]], tables: Sequence[Mapping[str, Any]]) -> Columns:
    """One row per pair: errors, θ and d_adv at λ_optimal, at λ_validation if there is one, at both ends."""
    rows = []
    for (i, j), table in zip(pairs, tables, strict=True):
        order = np.argsort(table["lambda"])
        places = {"smallest": order[0], "optimal": optimal_row(table), "largest": order[-1]}
        if "err_validation" in table:
            places["validation"] = optimal_row(table, "validation")
        row: dict[str, Any] = {"class_i": i, "class_j": j}
        for place, k in places.items():
            if place in ("optimal", "validation"):
                row[f"lambda_article_{place}"] = table["lambda_article"][k]
                row[f"lambda_{place}"] = table["lambda"][k]
        for place, k in places.items():
            for quantity in ("err_train", "err_test", "balanced_err_test", "theta", "d_adv"):
                row[f"{quantity}_{place}"] = table[quantity][k]
            if "epsilon" in table:
                row[f"epsilon_{place}"] = table["epsilon"][k]
        row["largest_duality_gap"] = np.max(table["duality_gap"])
        rows.append(row)
    return table_of(rows)
