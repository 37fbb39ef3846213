"""Networks of growing depth: means over seeds, and how far weight decay moves adversarial examples.

Networks that diverged, stayed at chance or could not be attacked are listed and left out of every mean.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from experiments.calibration.tables import TRAINED
from report.seeds import over_seeds
from tilt.intervals import mean_interval
from tilt.io import table_of

Array = NDArray[np.float64]
Columns = Mapping[str, NDArray[Any]]
Settings = Mapping[str, Any]

MEASURED = (
    *("train_error", "train_loss", "test_error", "minimal_norm_median", "mean_margin"),
    *("gradient_norm_median", "local_ratio", "temperature", "decay_relabelled", "seconds_per_epoch"),
)
OF_MODEL = ("label", "layers", "weight_decay")


def has_settled(losses: ArrayLike, share: float) -> bool:
    """Whether the last tenth of epochs lowered the mean loss of the tenth before by at most a share."""
    losses = np.asarray(losses, np.float64)
    tenth = max(len(losses) // 10, 1)
    if len(losses) < 2 * tenth or not np.isfinite(losses).all():
        return False
    last, before = losses[-tenth:].mean(), losses[-2 * tenth : -tenth].mean()
    return bool(last >= (1 - share) * before)


def summary_table(table: Columns) -> dict[str, NDArray[Any]]:
    """Means over seeds with their 95 % intervals, a row per model and weight decay.

    See `over_seeds`; the quantities are MEASURED. Networks that are not TRAINED do not count, and
    `n_unsettled` is how many of those that do have not settled.
    """
    trained = table["status"] == TRAINED
    found = over_seeds(table, OF_MODEL, MEASURED, trained)
    unsettled = [
        int((alike(table, label, decay) & trained & ~table["settled"]).sum())
        for label, decay in zip(found["label"], found["weight_decay"], strict=True)
    ]
    return {**found, "n_unsettled": np.array(unsettled)}


def alike(table: Columns, label: str, weight_decay: float) -> NDArray[np.bool_]:
    """The rows of a model at a weight decay."""
    found: NDArray[np.bool_] = (table["label"] == label) & (table["weight_decay"] == weight_decay)
    return found


def distances(table: Columns, label: str, weight_decay: float) -> dict[int, float]:
    """The median distance of each seed's network that counts, by seed."""
    rows = alike(table, label, weight_decay) & (table["status"] == TRAINED)
    rows &= np.nan_to_num(table["minimal_norm_median"]) > 0
    return dict(zip(table["seed"][rows].tolist(), table["minimal_norm_median"][rows].tolist(), strict=True))


def seed_gains(table: Columns, label: str, *, at_equal_error: bool = False) -> tuple[float, dict[int, float]]:
    """The weight decay with the largest gain of a model in the mean over seeds, and its gains by seed.

    A gain is the logarithm of the median distance over that of the same seed without decay. Decays at which
    fewer seeds count than at another are not compared, nor, `at_equal_error`, those whose mean test error is
    above that without. Nan and none where nothing can be.
    """
    without = distances(table, label, 0.0)
    allowed = _mean(table, label, 0.0, "test_error")
    gains = {}
    for decay in np.unique(table["weight_decay"][table["label"] == label]).tolist():
        found = distances(table, label, decay)
        own = {seed: float(np.log(found[seed] / without[seed])) for seed in found if seed in without}
        costs = at_equal_error and not _mean(table, label, decay, "test_error") <= allowed
        if decay > 0 and own and not costs:
            gains[decay] = own
    if not gains:
        return np.nan, {}
    most = max(map(len, gains.values()))
    best = max(
        (decay for decay, own in gains.items() if len(own) == most),
        key=lambda decay: np.mean(list(gains[decay].values())),
    )
    return best, gains[best]


def gain_table(table: Columns) -> dict[str, NDArray[Any]]:
    """The largest gain of each model, in the order of the table.

    Columns: label, layers; weight_decay, that of the largest gain, the same for all seeds; n seeds; gain, the
    geometric mean over seeds of the distance over that without decay, gain_low and gain_high, its 95 %
    interval (Student's t of the logarithms); test_error and test_error_zero, means there and without decay;
    local_ratio_zero, the mean of local distance over distance found, without decay. Of the decays at which
    the mean test error is no higher than without: weight_decay_equal, n_equal, gain_equal, gain_equal_low and
    gain_equal_high.
    """
    rows = []
    for label in dict.fromkeys(table["label"].tolist()):
        decay, gains = seed_gains(table, label)
        mean, low, high = np.exp(mean_interval(np.array(list(gains.values()))))
        equal, free = seed_gains(table, label, at_equal_error=True)
        mean_equal, low_equal, high_equal = np.exp(mean_interval(np.array(list(free.values()))))
        rows.append(
            {
                "label": label,
                "layers": int(table["layers"][table["label"] == label][0]),
                "weight_decay": decay,
                "n": len(gains),
                "gain": mean,
                "gain_low": low,
                "gain_high": high,
                "test_error": _mean(table, label, decay, "test_error"),
                "test_error_zero": _mean(table, label, 0.0, "test_error"),
                "local_ratio_zero": _mean(table, label, 0.0, "local_ratio"),
                "weight_decay_equal": equal,
                "n_equal": len(free),
                "gain_equal": mean_equal,
                "gain_equal_low": low_equal,
                "gain_equal_high": high_equal,
            }
        )
    return table_of(rows)


def slopes(table: Columns, abscissa: Mapping[tuple[str, int], float]) -> Array:
    """For each seed the slope, by least squares over the models, of the gain against an abscissa by label and
    seed; of seeds that have three models or more with both."""
    by_seed: dict[int, list[tuple[float, float]]] = {}
    for label in dict.fromkeys(table["label"].tolist()):
        for seed, gain in seed_gains(table, label)[1].items():
            x = abscissa.get((label, seed), np.nan)
            if np.isfinite(x):
                by_seed.setdefault(seed, []).append((x, gain))
    found = []
    for points in by_seed.values():
        x, y = np.array(points).T
        if len(points) > 2 and np.ptp(x) > 0:
            found.append(float(np.polyfit(x, y, 1)[0]))
    return np.array(found)


def _mean(table: Columns, label: str, decay: float, quantity: str) -> float:
    rows = alike(table, label, decay) & (table["status"] == TRAINED)
    values = table[quantity][rows]
    values = values[np.isfinite(values)]
    return float(values.mean()) if len(values) else np.nan
