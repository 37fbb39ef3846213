"""Geometry of a linear classifier: distances, projected and mirror images, the tilt of its boundary.

Shapes: x is a sample (d,) or samples (n, d), w the weights (d,), b the bias, y labels (n,) in {-1, +1}.
Distances are in the units of x (pixels in [0, 1]), angles in radians.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tilt.errors import InputError

Array = NDArray[np.float64]

UPRIGHT = 1e-9  # sin θ below which the direction of the tilt is rounding noise
COINCIDING = 1e-9  # distance of centroids, relative to the spread of the samples, that is no distance
ROUNDING = 1e-14  # ... and relative to their size


def signed_distance(x: Array, w: Array, b: float) -> Any:
    """d(x) = ŵ·x + b/‖w‖: positive on class J's side of the boundary; (n,) or a scalar."""
    return (x @ w + b) / np.linalg.norm(w)


def projected_image(x: Array, w: Array, b: float) -> Array:
    """x_p = x - d(x) ŵ, the nearest point of the boundary (section on the toy problem)."""
    projected: Array = x - np.multiply.outer(signed_distance(x, w, b), w / np.linalg.norm(w))
    return projected


def mirror_image(x: Array, w: Array, b: float) -> Array:
    """x_m = x - 2 d(x) ŵ: as far from the boundary as x, on the other side."""
    mirrored: Array = x - 2 * np.multiply.outer(signed_distance(x, w, b), w / np.linalg.norm(w))
    return mirrored


def centroids(x: Array, y: Array) -> tuple[Array, Array]:
    """Mean of the samples of class I and of class J, (d,) each."""
    return x[y < 0].mean(axis=0), x[y > 0].mean(axis=0)


def nearest_centroid_direction(x: Array, y: Array) -> Array:
    """ẑ = (j - i)/‖j - i‖, from centroid to centroid of the samples.

    Raises InputError when the centroids coincide, but for rounding: nearer to each other than 1e-9 of the
    root mean square distance of the samples from their mean.
    """
    centroid_i, centroid_j = centroids(x, y)
    difference = centroid_j - centroid_i
    distance = np.linalg.norm(difference)
    spread, size = (np.linalg.norm(samples) / np.sqrt(len(x)) for samples in (x - x.mean(axis=0), x))
    if distance <= max(COINCIDING * spread, ROUNDING * size):
        raise InputError(
            f"the centroids of the two classes coincide ({distance:.1g} apart, the samples spread by "
            f"{spread:.2g}), so that the tilt has no reference direction"
        )
    return np.asarray(difference / distance)


def tilt_angle(w: Array, z_hat: Array) -> float:
    """θ, the angle between ŵ and ẑ, accurate at both ends (atan2 of the two components)."""
    along = w @ z_hat
    return float(np.arctan2(np.linalg.norm(w - along * z_hat), along))


def adversarial_distance(y: Array, distance: Array) -> float:
    """d_adv = mean of y d; equals ½‖j - i‖ cos θ when the classes are balanced."""
    return float(np.mean(y * distance))


def error_distance(y: Array, distance: Array) -> float:
    """d_err = (1/n) Σ over the misclassified of -y d."""
    return float(np.mean(np.maximum(-y * distance, 0)))


def error_rate(y: Array, distance: Array) -> float:
    """Fraction of samples with y d ≤ 0."""
    return float(np.mean(y * distance <= 0))


def balanced_error_rate(y: Array, distance: Array) -> float:
    """Mean of the error rates of the two classes."""
    return (error_rate(y[y < 0], distance[y < 0]) + error_rate(y[y > 0], distance[y > 0])) / 2


@dataclass(frozen=True, eq=False)
class TiltPlane:
    """The plane spanned by ẑ and n̂ ∝ ŵ - (ŵ·ẑ) ẑ, its origin midway between the centroids.

    Distances between points of the plane are pixel distances, and the boundary is a line in it.
    """

    origin: Array
    z_hat: Array
    n_hat: Array

    def coordinates(self, x: Array) -> Array:
        """(ẑ, n̂) coordinates of the projection of x: (n, 2), or (2,) for one sample."""
        return (x - self.origin) @ np.stack([self.z_hat, self.n_hat], axis=1)


def tilt_directions(w: Array, z_hat: Array) -> Array:
    """n̂ for each of the weights w (k, d): (k, d), unit rows orthogonal to ẑ.

    Where θ = 0 the direction does not exist; such rows take that of the nearest row that has one, and where
    no row has one a direction drawn at random. In one dimension nothing is orthogonal to ẑ, and n̂ is 0.
    """
    across = w - np.outer(w @ z_hat, z_hat)
    across -= np.outer(across @ z_hat, z_hat)
    sizes = np.linalg.norm(across, axis=1)
    tilted = np.flatnonzero(sizes > UPRIGHT * np.linalg.norm(w, axis=1))
    if tilted.size == 0:
        drawn = np.random.default_rng(0).normal(size=z_hat.size)
        drawn -= (drawn @ z_hat) * z_hat
        return np.tile(drawn / np.linalg.norm(drawn) if z_hat.size > 1 else np.zeros(1), (len(w), 1))
    nearest = tilted[np.abs(np.arange(len(w))[:, None] - tilted).argmin(axis=1)]
    directions: Array = across[nearest] / sizes[nearest, None]
    return directions
