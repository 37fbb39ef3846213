"""The study of two-layer networks: tables of a pair's networks, of their images, and of their local view."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tilt.chance import at_chance, chance_error
from tilt.data.images import BinaryPair
from tilt.geometry import error_rate
from tilt.intervals import mean_interval
from tilt.io import table_of
from tilt.losses import softplus
from tilt.two_layer import TwoLayer, local_distance, local_view, nearest_adversarial

Array = NDArray[np.float64]
Columns = Mapping[str, NDArray[Any]]


def study_tables(
    pair: BinaryPair,
    networks: Sequence[TwoLayer],
    weight_decays: Sequence[float],
    seeds: Sequence[int],
    per_class: int,
) -> tuple[Columns, Columns, Columns]:
    """What m networks, each with its weight decay and seed, make of a pair of classes.

    Returns a table with a row per network, a table with a row per network and attacked image (the first
    `per_class` test images of each class, or all), and arrays y (n,), weight_decay, seed (m,), score and
    gradient_norm (m, n) float32 of all test images. A network with an infinite score or a test error
    `at_chance` counts as diverged: it is not attacked, and its distances are nan.
    """
    attacked = np.concatenate([np.flatnonzero(pair.y_test == label)[:per_class] for label in (-1, 1)])
    views = [local_view(network, pair.x_test) for network in networks]
    chance = chance_error(np.unique(pair.y_test, return_counts=True)[1])
    rows, images = [], []
    for network, (score, norm), decay, seed in zip(networks, views, weight_decays, seeds, strict=True):
        named = {"weight_decay": float(decay), "seed": seed}
        finite, error = bool(np.isfinite(score).all()), error_rate(pair.y_test, score)
        diverged = not finite or at_chance(error, chance)
        train = pair.y_train * network.scores(pair.x_train)
        row: dict[str, Any] = {
            **named,
            "diverged": diverged,
            "test_images": len(score),
            "err_train": float(np.mean(train <= 0)) if finite else np.nan,
            "err_test": error if finite else np.nan,
            "loss_train": float(np.mean(softplus(train))) if finite else np.nan,
        }
        distance = local_distance(score, norm)
        nothing = np.full(1, np.nan)
        row |= _spread("gradient_norm", norm if finite else nothing)
        row |= _spread("distance", nothing if diverged else pair.y_test * distance)
        row["flat"] = int(np.sum(norm == 0))
        row["d_adv"] = np.nan if diverged else _d_adv(network, pair.x_train, pair.y_train)
        table = {
            **{name: np.full(attacked.size, value) for name, value in named.items()},
            "index": attacked,
            "y": pair.y_test[attacked].astype(np.int64),
            "score": score[attacked],
            "gradient_norm": norm[attacked],
            "distance": distance[attacked],
            "found": np.full(attacked.size, np.nan),
        }
        if not diverged:
            table["found"] = nearest_adversarial(network, pair.x_test[attacked])[1]
        images.append(table | {"success": np.isfinite(table["found"])})
        rows.append(row | _accuracy_of_d(table))
    return (
        table_of(rows),
        {name: np.concatenate([table[name] for table in images]) for name in images[0]},
        {
            "y": pair.y_test.astype(np.int8),
            "weight_decay": np.array(weight_decays, np.float64),
            "seed": np.array(seeds),
            "score": np.stack([score for score, _ in views]).astype(np.float32),
            "gradient_norm": np.stack([norm for _, norm in views]).astype(np.float32),
        },
    )


def reached(images: Columns) -> NDArray[np.bool_]:
    """Rows of attacked images that were classified as labelled and for which another point was found."""
    flags: NDArray[np.bool_] = (images["y"] * images["score"] > 0) & np.isfinite(images["found"])
    return flags & np.isfinite(images["distance"])


def over_seeds(table: Columns, quantity: str) -> Columns:
    """Mean of a column over the seeds of each weight decay, rising, networks that diverged left out.

    Columns: weight_decay, n, mean, and half the width of the 95 % interval of the mean (Student's t), nan for
    one seed.
    """
    kept = ~table["diverged"]
    decays = np.unique(table["weight_decay"][kept])
    groups = [table[quantity][kept & (table["weight_decay"] == decay)] for decay in decays]
    mean, _, high = np.array([mean_interval(group) for group in groups]).reshape(-1, 3).T
    return {
        "weight_decay": decays,
        "n": np.array([group.size for group in groups]),
        "mean": mean,
        "half": high - mean,
    }


def _spread(name: str, values: Array) -> dict[str, float]:
    """Mean, quartiles and median of the finite values, nan where there is none."""
    finite = values[np.isfinite(values)]
    if not finite.size:
        finite = np.full(1, np.nan)
    low, middle, high = np.quantile(finite, (0.25, 0.5, 0.75))
    return {
        f"{name}_mean": float(finite.mean()),
        f"{name}_lower_quartile": low,
        f"{name}_median": middle,
        f"{name}_upper_quartile": high,
    }


def _d_adv(network: TwoLayer, x: Array, y: Array) -> float:
    """Mean of y d(x) where d(x) exists."""
    return float(np.nanmean(y * local_distance(*local_view(network, x))))


def _accuracy_of_d(images: Columns) -> dict[str, float]:
    """How |d(x)| and the distance found agree on the attacked images of one network."""
    rows = reached(images)
    found, local = images["found"][rows], np.abs(images["distance"][rows])
    some = found.size > 1 and np.ptp(found) > 0 and np.ptp(local) > 0
    return {
        "attacked": int(np.sum(images["y"] * images["score"] > 0)),
        "found": found.size,
        "found_mean": float(found.mean()) if found.size else np.nan,
        "found_median": float(np.median(found)) if found.size else np.nan,
        "ratio_median": float(np.median(found / local)) if found.size else np.nan,
        "correlation": float(np.corrcoef(found, local)[0, 1]) if some else np.nan,
    }
