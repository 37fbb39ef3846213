"""What the SVM answers on the first screen: is the boundary tilted, does L2 regularization turn it back?"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from report.answers import LINEAR, Factor, in_words, short, undecided, verdict
from report.claims import Columns
from report.contract import Answer
from report.numerals import counted
from report.words import Words
from tilt.intervals import jackknife_interval
from tilt.linear.tables import optimal_row

PANEL = "panel-svm"


def svm_answer(paths: Mapping[str, Columns], words: Words) -> Answer:
    """From the path of each pair, by its name: the least λ beside that of the least test error."""
    ends = {pair: (int(table["lambda"].argmin()), optimal_row(table)) for pair, table in paths.items()}
    theta, distance, error = (
        np.array([paths[pair][name][list(rows)] for pair, rows in ends.items()])
        for name in ("theta", "d_adv", "err_test")
    )
    known = (distance > 0).all(axis=1) & np.isfinite(theta).all(axis=1)
    pairs = [pair for pair, there in zip(paths, known, strict=True) if there]
    if not pairs:
        return undecided(LINEAR, "No pair of classes has boundaries to compare.", PANEL)
    moved, classes = over_classes(pairs, distance[known, 1] / distance[known, 0])
    least, best = np.degrees(np.median(theta[known], axis=0))
    wrong, right = 100 * error[known].mean(axis=0)
    return Answer(
        LINEAR,
        verdict(
            moved,
            above="less tilt puts adversarial examples farther away",
            below="regularization brings adversarial examples nearer",
        ),
        "In the mean adversarial examples lie at half the distance of the two centroids times cos θ, so "
        "that the tilt decides. From the least L2 "
        f"regularization to the λ of least test error θ goes from {least:.0f}° to {best:.0f}° (medians of "
        f"{counted(len(pairs), 'pair')}), the distance changes by a factor of "
        f"{in_words(moved, classes, 'class')}, the mean test error goes from {wrong:.2f} % to {right:.2f} % "
        f"(λ chosen on the same {words.samples}).",
        short(moved),
        PANEL,
    )


def over_classes(pairs: Sequence[str], ratios: NDArray[np.float64]) -> tuple[Factor, int]:
    """The geometric mean of ratios of pairs, its interval by the jackknife over classes, and their number.

    Pairs that share a class are not independent, so that classes are left out, not pairs.
    """
    sides = np.array([pair.split("v") for pair in pairs]).astype(int)
    groups = [(sides == label).any(axis=1) for label in np.unique(sides)]
    mean, low, high = np.exp(jackknife_interval(np.log(ratios), groups))
    return (float(mean), float(low), float(high)), len(groups)
