"""Norms that count, intervals by the bootstrap over images, scores against exact distances."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Columns = Mapping[str, Sequence[Any] | NDArray[Any]]
Array = NDArray[np.float64]

ATTACKED = "attacked"  # the status of a network; another one says why it was not
LEAST = "least"  # in place of an attack's name: the nearest that any of them found
NEAREST = "minimal_norm"  # the attack that searches for the nearest example
SHOWN_CLASSES = 10


def attack_names(table: Columns) -> list[str]:
    """The attacks of an `attack_table` or `accuracy_table` in their order, without LEAST."""
    return [name for name in dict.fromkeys(np.asarray(table["attack"]).tolist()) if name != LEAST]


def searching(table: Columns) -> list[str]:
    """The attacks of an `attack_table` that search for a perturbation, rather than have given magnitudes."""
    return [name for name in attack_names(table) if np.isnan(rows_of(table, name)["magnitude"]).all()]


def rows_of(table: Columns, attack: str) -> dict[str, NDArray[Any]]:
    """The rows of one attack."""
    own = np.asarray(table["attack"]) == attack
    return {name: np.asarray(column)[own] for name, column in table.items()}


def first_images(table: Columns) -> NDArray[np.intp]:
    """Places of the attacked images that stand for their classes, the first of each and of ten at most."""
    labels = rows_of(table, LEAST)["label"]
    return np.unique(labels, return_index=True)[1][:SHOWN_CLASSES]


def found_norms(table: Columns, attack: str) -> Array:
    """The norm of each image of an `attack_table` under an attack, or LEAST; nan where it failed.

    There are none where the attack was not asked for.
    """
    rows = rows_of(table, attack)
    return np.where(rows["success"], rows["norm"], np.nan)


def accuracy_within(table: Columns, radii: ArrayLike) -> Array:
    """Share (k,) of the attacked images that keep their label within each of k L2 radii.

    By the least norm that any attack found; an image that is misclassified as it is keeps it in none. Nan of
    a network that was not attacked.
    """
    at = np.asarray(radii, np.float64)
    if (np.asarray(table["status"]) != ATTACKED).any():
        return np.full(len(at), np.nan)
    norms = np.nan_to_num(found_norms(table, LEAST), nan=np.inf)
    return np.asarray((norms[:, None] > at).mean(axis=0), np.float64)


def median_norm(norms: Array) -> float:
    """Median of norms (n,), nan for an image without an adversarial example, which lies beyond all others."""
    median = float(np.median(np.nan_to_num(norms, nan=np.inf)))
    return median if np.isfinite(median) else np.nan


def finite(values: Array) -> Array:
    """Those of the values that are finite."""
    return values[np.isfinite(values)]


def norms_by_image(tables: Iterable[Columns], attack: str) -> dict[int, float]:
    """Norm by index of the image; the mean where several tables have it, failures left out."""
    found: dict[int, list[float]] = {}
    for table in tables:
        index = rows_of(table, attack)["index"]
        for image, norm in zip(index.tolist(), found_norms(table, attack).tolist(), strict=True):
            if np.isfinite(norm):
                found.setdefault(image, []).append(norm)
    return {image: float(np.mean(norms)) for image, norms in found.items()}


def bootstrap_interval(
    samples: Array, statistic: Callable[[Array], float], *, draws: int = 2000, seed: int = 0
) -> tuple[float, float]:
    """95 % interval of a statistic of samples (n, ...), resampled by their first axis."""
    rng = np.random.default_rng(seed)
    n = len(samples)
    values = [statistic(samples[rng.integers(n, size=n)]) for _ in range(draws)]
    low, high = np.quantile(values, (0.025, 0.975))
    return float(low), float(high)


def accuracy_difference_interval(
    low: tuple[float, int], high: tuple[float, int], *, draws: int = 2000, seed: int = 0
) -> tuple[float, float]:
    """95 % interval of the difference of two accuracies, each given with its number of images.

    Resampling n images that are right or wrong is drawing from a binomial distribution; the two are
    resampled apart.
    """
    rng = np.random.default_rng(seed)
    drawn = [rng.binomial(n, accuracy, draws) / n for accuracy, n in (low, high)]
    ends = np.quantile(drawn[1] - drawn[0], (0.025, 0.975))
    return float(ends[0]), float(ends[1])


def linear_row(
    norm: NDArray[np.float64],
    plane: NDArray[np.float64],
    box: NDArray[np.float64],
    active: NDArray[np.bool_],
) -> dict[str, Any]:
    """How near the minimal-norm attack on a linear model came to the exact distances of n images.

    `norm` is what it found: 0 for a misclassified image, which has no ratio, nan for a failure. `plane` is
    the distance |w·x + b|/‖w‖, `box` the one along paths that keep pixels in [0, 1], and `active` says where
    these differ. Shares are of all images that are classified correctly: a failure counts against them.
    """
    attacked = norm != 0
    found = np.isfinite(norm) & attacked
    row = {
        "images": len(norm),
        "misclassified": int((~attacked).sum()),
        "found": int(found.sum()),
        "box_active": _share(active[attacked]),
    }
    for name, exact in (("ratio", plane), ("box_ratio", box)):
        ratio = norm[found] / exact[found]
        row[f"{name}_median"] = float(np.median(ratio)) if ratio.size else np.nan
        row[f"{name}_max"] = float(ratio.max()) if ratio.size else np.nan
        row[f"{name}_within_1_percent"] = _share((np.abs(norm / exact - 1) <= 0.01)[attacked])
    return row


def _share(holds: NDArray[np.bool_]) -> float:
    return float(holds.mean()) if holds.size else np.nan
