"""The two-layer binary network, which is linear around each image (article: the two-layer network).

s(x) = W2 φ(W1 x + b1) + b2 with φ = ReLU. Around x the active units are fixed, so that
s(x') = (W2 W1^x) x' + c_x with the rows W1^x of those units: W2 W1^x = ∇s(x) takes the place of a linear
classifier's weights. Distances are L2, in the units of x (pixels in [0, 1]).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tilt.chance import at_chance, chance_error
from tilt.data.images import BinaryPair
from tilt.geometry import error_rate
from tilt.intervals import mean_interval
from tilt.io import table_of
from tilt.losses import softplus

Array = NDArray[np.float64]
Columns = Mapping[str, NDArray[Any]]

OVERSHOOT = 1e-9  # share of the way to the boundary by which an adversarial example lies beyond it


@dataclass(frozen=True, eq=False)
class TwoLayer:
    """A network of h units: w1 (h, d), b1 (h,), w2 (h,), b2."""

    w1: Array
    b1: Array
    w2: Array
    b2: float

    def scores(self, x: Array) -> Array:
        """s(x), (n,), for samples x (n, d)."""
        scores: Array = np.maximum(x @ self.w1.T + self.b1, 0) @ self.w2 + self.b2
        return scores

    def gradients(self, x: Array) -> Array:
        """∇s(x) = W2 W1^x, (n, d), for samples x (n, d)."""
        gradients: Array = ((x @ self.w1.T + self.b1 > 0) * self.w2) @ self.w1
        return gradients


def local_distance(score: Array, gradient_norm: Array) -> Array:
    """d(x) = s(x)/‖∇s(x)‖, the signed distance from the boundary as it is around x; nan where ∇s(x) = 0."""
    flat = gradient_norm == 0
    return np.where(flat, np.nan, score / np.where(flat, 1, gradient_norm))


def nearest_adversarial(network: TwoLayer, x: Array, steps: int = 30) -> tuple[Array, Array]:
    """The nearest points found to samples x (n, d) that get the other class, and their distances (n,).

    Pixels are not kept in [0, 1], so that the distances of a linear network are |d(x)|. Each step looks from
    x towards its projection on the boundary as it is around the nearest point so far, and takes the first
    crossing on that ray, which is exact because s is linear between the points where a unit switches. Where
    that is no nearer, the next step turns the ray half as far. Before the first crossing is found,
    x' ← x' - s(x') ∇s(x')/‖∇s(x')‖² walks towards the boundary.

    Points lie a billionth of the way beyond the boundary; their class is checked, and where none is of the
    other class the point is x and the distance nan.
    """
    side = np.where(network.scores(x) > 0, 1.0, -1.0)
    best, walk = np.zeros_like(x), np.zeros_like(x)
    least, turn = np.full(len(x), np.inf), np.ones(len(x))
    for _ in range(steps):
        found = np.isfinite(least)
        at = np.where(found[:, None], best, walk)
        score, gradient = network.scores(x + at), network.gradients(x + at)
        square = np.sum(gradient**2, axis=1)
        square[square == 0] = np.inf
        there = ((np.sum(gradient * at, axis=1) - score) / square)[:, None] * gradient
        ray = at + turn[:, None] * (there - at)
        t = first_crossing(network, x, ray)
        distance = np.where(np.isfinite(t), t, 0) * np.linalg.norm(ray, axis=1)
        nearer = np.isfinite(t) & (distance < least)
        best[nearer], least[nearer] = t[nearer, None] * ray[nearer], distance[nearer]
        turn = np.where(found & ~nearer, turn / 2, 1)
        walk -= (score / square)[:, None] * gradient
    points = x + (1 + OVERSHOOT) * best
    success = np.isfinite(least) & (side * network.scores(points) < 0)
    points[~success] = x[~success]
    return points, np.where(success, (1 + OVERSHOOT) * least, np.nan)


def first_crossing(network: TwoLayer, x: Array, rays: Array) -> Array:
    """The least t at which s(x + t ray) leaves the side of s(x), (n,), for samples x and rays (n, d).

    It is inf where there is none. Along a ray the slope of s changes by |w1·ray| w2 where a unit switches.
    """
    start, rate = x @ network.w1.T + network.b1, rays @ network.w1.T
    score = network.scores(x)
    side = np.where(score > 0, 1.0, -1.0)
    ahead = start * rate < 0
    switch = np.where(ahead, -start / np.where(ahead, rate, 1), 0)
    order = np.argsort(switch, axis=1)
    change = np.take_along_axis(np.where(ahead, np.abs(rate), 0) * network.w2, order, axis=1)
    active = (start > 0) | ((start == 0) & (rate > 0))
    zero = np.zeros((len(x), 1))
    t = np.hstack([zero, np.take_along_axis(switch, order, axis=1)])
    slope = np.cumsum(np.hstack([((active * rate) @ network.w2)[:, None], change]), axis=1)
    s = score[:, None] + np.cumsum(np.hstack([zero, slope[:, :-1] * np.diff(t, axis=1)]), axis=1)
    past = side[:, None] * s[:, 1:] <= 0
    piece = np.where(past.any(axis=1), past.argmax(axis=1), past.shape[1])
    rows = np.arange(len(x))
    t, s, slope = t[rows, piece], s[rows, piece], slope[rows, piece]
    crosses = side * slope < 0
    crossing: Array = np.where(crosses, t - s / np.where(crosses, slope, 1), np.inf)
    return crossing


def local_view(network: TwoLayer, x: Array) -> tuple[Array, Array]:
    """s(x) and ‖∇s(x)‖, (n,) each, for samples x (n, d)."""
    return network.scores(x), np.linalg.norm(network.gradients(x), axis=1)


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
    gradient_norm (m, n) float32 of all test images. A network with an infinite score or a test error within a
    point of chance has diverged: it is not attacked, and its distances are nan.
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
