"""The two-layer binary network, which is linear around each image (article: the two-layer network).

s(x) = W2 φ(W1 x + b1) + b2 with φ = ReLU. Around x the active units are fixed, so that
s(x') = (W2 W1^x) x' + c_x with the rows W1^x of those units: W2 W1^x = ∇s(x) takes the place of a linear
classifier's weights. Distances are L2, in the units of x (pixels in [0, 1]).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

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
