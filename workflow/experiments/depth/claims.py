"""What the article asks of depth, from the table of networks of `depth.tables`."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from experiments.depth.tables import Columns, alike, slopes
from report.claims import INCOMPARABLE, Claim, judged
from report.numerals import counted, plain
from tilt.intervals import mean_interval

UNTOLD = "cannot be told"
FACTOR = 1.1  # a doubling of the layers, within which gains count as equal
AS_SURE = "95 % interval over seeds (Student's t)"


def depth_claims(table: Columns) -> list[Claim]:
    """The gain with depth; and why: the gradient's view, the scale of the logits."""
    falls = _judged(
        "Weight decay moves adversarial examples less, the deeper the network",
        slopes(table, layers_by_seed(table)),
        "slope of the logarithm of the largest gain against log₂ of the layers with weights",
        below=True,
    )
    linear = _judged(
        "It does so because deeper networks are less locally linear",
        slopes(table, _nonlinearity(table)),
        "slope of the logarithm of the largest gain against |log(local distance / found)| without decay",
        below=True,
    )
    scale = _judged(
        "It is the scale of the logits that counts: at equal relabelled decay depth makes no difference",
        relabelled_slopes(table),
        "slope of the logarithm of the gain at one relabelled decay λT^(2/L) against log₂ of the layers",
        below=False,
    )
    return [falls, linear, scale]


def relabelled_slopes(table: Columns) -> NDArray[np.float64]:
    """For each seed the slope against log₂ layers of the gains at one relabelled decay, interpolated.

    That decay is the geometric middle of those that all models of the seed reach; none where there is none.
    """
    labels = list(dict.fromkeys(table["label"].tolist()))
    found = []
    for seed in np.unique(table["seed"]).tolist():
        curves = {}
        for label in labels:
            rows = (table["label"] == label) & (table["seed"] == seed)
            zero = table["minimal_norm_median"][rows & (table["weight_decay"] == 0)]
            x, y = table["decay_relabelled"][rows], table["minimal_norm_median"][rows]
            known = (np.nan_to_num(x) > 0) & (np.nan_to_num(y) > 0)
            if zero.size and np.nan_to_num(zero[0]) > 0 and known.sum() > 1:
                order = np.argsort(x[known])
                curves[label] = np.log(x[known][order]), np.log(y[known][order] / zero[0])
        if len(curves) < 3:
            continue
        low, high = max(x[0] for x, _ in curves.values()), min(x[-1] for x, _ in curves.values())
        if low >= high:
            continue
        gains = [float(np.interp((low + high) / 2, *curve)) for curve in curves.values()]
        layers = [np.log2(table["layers"][table["label"] == label][0]) for label in curves]
        found.append(float(np.polyfit(layers, gains, 1)[0]))
    return np.array(found)


def layers_by_seed(table: Columns) -> dict[tuple[str, int], float]:
    """log₂ of the layers with weights by label and seed."""
    columns = (table[key].tolist() for key in ("label", "seed", "layers"))
    return {(label, seed): float(np.log2(layers)) for label, seed, layers in zip(*columns, strict=True)}


def _nonlinearity(table: Columns) -> dict[tuple[str, int], float]:
    found = {}
    for label in dict.fromkeys(table["label"].tolist()):
        rows = alike(table, label, 0.0) & (np.nan_to_num(table["local_ratio"]) > 0)
        for seed, ratio in zip(
            table["seed"][rows].tolist(), table["local_ratio"][rows].tolist(), strict=True
        ):
            found[label, seed] = float(abs(np.log(ratio)))
    return found


def _judged(statement: str, found: NDArray[np.float64], rule: str, *, below: bool) -> Claim:
    """A slope that is to be below 0, or near 0: surely so, surely not, or not to be told."""
    mean, low, high = mean_interval(found)
    told = np.isfinite(low)
    measured = (
        f"slope {plain(mean, '.2f')} (95 % interval {plain(low, '.2f')} to {plain(high, '.2f')}, n = "
        f"{counted(len(found), 'seed')})"
        if told
        else f"{UNTOLD}: {counted(len(found), 'seed')} with three models or more, and two are needed"
    )
    holds = high < 0 if below else -np.log(FACTOR) < low and high < np.log(FACTOR)
    claim = judged(
        "depth",
        statement,
        "asked in words",
        measured,
        f"{rule}: {AS_SURE} {'below 0' if below else f'within ± log {FACTOR:g}'}; cannot be told where it is "
        f"around 0{'' if below else ' and wider'}",
        holds,
    )
    if not told or (not holds and low <= 0 <= high):
        return replace(claim, verdict=INCOMPARABLE)
    return claim
