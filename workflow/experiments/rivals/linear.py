"""L1 and L2 decay of logistic regression, as Galloway, Tanay & Taylor (2018) train it, and on all images."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import truncnorm

from experiments.rivals.names import ALL, EPSILON, MEANS, PUBLISHED
from pipeline.job import about
from pipeline.pair import pair_classes
from tilt.data.images import Images
from tilt.errors import InputError
from tilt.io import table_of

Array = NDArray[np.float32]

PENALTIES = ("none", "l1", "l2")

HELD_BACK = 5000  # images at the start of the training file
BATCH = 128
RATE, MOMENTS, TINY = 1e-5, (0.9, 0.999), 1e-8  # of Adam
DEVIATION = 0.1  # of the initial weights, normal and cut off at two deviations


def tables(
    *, data: Images, settings: Mapping[str, Any], seeds: Sequence[int], dataset: str
) -> dict[str, Any]:
    """The table `linear`: a row for each set of images, penalty and seed.

    Columns: images (PUBLISHED or ALL), penalty (MEANS, or one of PENALTIES), seed, train_images, test_error,
    accuracy_signed_0.25. Without a bias; the penalty is strength / 2 × ‖w‖² or strength × the mean of |w|.
    Raises InputError when the published code would have no batch.
    """
    pair = pair_classes(settings["pair"])
    of_test = np.isin(data.y_test, pair)
    x_test = data.scaled(data.x_test[of_test]).reshape(of_test.sum(), -1).astype(np.float32)
    y_test = data.y_test[of_test] == pair[1]
    rows = []
    for name, first in ((PUBLISHED, HELD_BACK), (ALL, 0)):
        own = np.isin(data.y_train[first:], pair)
        x = data.scaled(data.x_train[first:][own]).reshape(own.sum(), -1).astype(np.float32)
        y = data.y_train[first:][own] == pair[1]
        with about(f"datasets.{dataset}.rivals.linear.pair"):
            starts = batch_starts(len(x), settings["steps"], published=name == PUBLISHED)
        start_of = {MEANS: x[y].mean(axis=0) - x[~y].mean(axis=0)}
        for penalty in (MEANS, *PENALTIES):
            for seed in seeds[:1] if penalty == MEANS else seeds:
                w = start_of.get(penalty)
                if w is None:
                    w = initial(x.shape[1], seed)
                    descend(w, x, y, starts, penalty, settings["strength"])
                seen = len(x) if penalty == MEANS else int(np.ptp(starts)) + BATCH
                row = {"images": name, "penalty": penalty, "seed": seed, "train_images": seen}
                rows.append({**row, **measured(w, x_test, y_test)})
    return {"linear": table_of(rows)}


def batch_starts(images: int, steps: int, *, published: bool) -> NDArray[np.int64]:
    """First row of each step's batch of so many images, in the order of the file.

    The published code takes the remainder of the row by the number of batches less one, and not by that of
    images, so that the batches begin within the first rows only. Raises InputError when there is no batch.
    """
    batches = images // BATCH
    if batches < 2:
        raise InputError(f"{images} images are left to train; name classes that have {2 * BATCH} or more")
    steps_at = np.arange(steps, dtype=np.int64)
    return steps_at * BATCH % (batches - 1) if published else steps_at % batches * BATCH


def initial(features: int, seed: int) -> Array:
    """Weights (features,) to start from."""
    drawn = truncnorm.rvs(-2, 2, scale=DEVIATION, size=features, random_state=np.random.default_rng(seed))
    return np.asarray(drawn, np.float32)


def descend(
    w: Array, x: Array, y: NDArray[np.bool_], starts: NDArray[np.int64], penalty: str, strength: float
) -> None:
    """Adam on the mean log-loss of the batches and a penalty, in place; y (n,) is whether the class is J."""
    first, second = np.zeros_like(w), np.zeros_like(w)
    for step, start in enumerate(starts.tolist(), start=1):
        rows = slice(start, start + BATCH)
        wrong = 0.5 * (1 + np.tanh(0.5 * (x[rows] @ w))) - y[rows]
        gradient = x[rows].T @ (wrong / np.float32(BATCH)).astype(np.float32)
        if penalty == "l1":
            gradient += strength / len(w) * np.sign(w)
        elif penalty == "l2":
            gradient += strength * w
        first += (1 - MOMENTS[0]) * (gradient - first)
        second += (1 - MOMENTS[1]) * (gradient**2 - second)
        rate = RATE * (1 - MOMENTS[1] ** step) ** 0.5 / (1 - MOMENTS[0] ** step)
        w -= np.float32(rate) * first / (np.sqrt(second) + np.float32(TINY))


def measured(w: Array, x: Array, y: NDArray[np.bool_]) -> dict[str, float]:
    """Test error, and accuracy on the images moved by EPSILON against their class, within the box."""
    moved = np.clip(x - EPSILON * np.where(y, 1, -1)[:, None] * np.sign(w), 0, 1)
    return {
        "test_error": float(np.mean((x @ w > 0) != y)),
        f"accuracy_signed_{EPSILON}": float(np.mean((moved.astype(np.float32) @ w > 0) == y)),
    }
