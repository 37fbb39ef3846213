"""Which images are attacked, and what the attacks found as tables."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.attack.statistics import ATTACKED, QUANTITIES, found_norms
from tilt.attacks.ascent import Ascent
from tilt.attacks.models import Found
from tilt.attacks.signed import SignedStep
from tilt.errors import InputError

Labels = NDArray[np.int64]
Columns = dict[str, NDArray[Any]]

NOTHING = {  # the columns of an attack that was not made
    "predicted": -1,
    "p_source_start": np.nan,
    "p_target_end": np.nan,
    "steps": 0,
    "norm": np.nan,
    "success": False,
    "minimal_norm": np.nan,
    "minimal_predicted": -1,
    "minimal_success": False,
    "least_norm": np.nan,
}


def cyclic_targets(labels: Labels, n_classes: int) -> Labels:
    """The article's targets (n,): each class becomes the next, the last one the first."""
    return (labels + 1) % n_classes


def select_images(labels: Labels, per_class: int) -> NDArray[np.intp]:
    """Rows of the first `per_class` images of each class in file order, class by class.

    Raises InputError when a class has fewer.
    """
    rows = []
    for label in np.unique(labels):
        found = np.flatnonzero(labels == label)
        if not 1 <= per_class <= len(found):
            raise InputError(
                f"class {label} has {len(found)} images to attack and {per_class} were asked for; "
                f"ask for 1 to {len(found)}"
            )
        rows.append(found[:per_class])
    return np.concatenate(rows)


def attack_table(
    index: NDArray[np.integer[Any]],
    labels: Labels,
    targets: Labels,
    ascent: Ascent,
    minimal: Found,
    signed: SignedStep,
) -> Columns:
    """One row per attacked image: its index in the data set, label, target, and what the attacks gave.

    `signed` has a column for each of the n images. `predicted` is the class that the network gives the
    original and p_source_start the probability of that class; p_target_end is the target's at the end of the
    ascent, whose `norm` counts also where it failed. least_norm is the least L2 norm of any perturbation
    that changed the class, 0 for an image that is misclassified as it is, nan where none did. Norms are L2
    with pixels in [0, 1].
    """
    rows = np.arange(len(index))
    predicted = ascent.p_start.argmax(axis=1)
    changed = (ascent.p_end.argmax(axis=1) != labels) & np.isfinite(ascent.p_end).all(axis=1)
    norms = np.vstack([ascent.norm, minimal.norm, signed.norms])
    least = np.where(np.vstack([changed, minimal.success, signed.successes]), norms, np.inf).min(axis=0)
    found = {
        "predicted": predicted,
        "p_source_start": ascent.p_start[rows, predicted],
        "p_target_end": ascent.p_end[rows, targets],
        "steps": ascent.steps,
        "norm": ascent.norm,
        "success": ascent.success,
        "minimal_norm": minimal.norm,
        "minimal_predicted": minimal.predicted,
        "minimal_success": minimal.success,
        "least_norm": np.where(np.isfinite(least), least, np.nan),
    }
    return {**_images(index, labels, targets), **found, "status": np.full(len(index), ATTACKED)}


def unattacked_table(
    index: NDArray[np.integer[Any]], labels: Labels, targets: Labels, status: str
) -> Columns:
    """The same table for a network that was not attacked, with the reason as its `status`; norms are nan."""
    n = len(index)
    nothing = {name: np.full(n, value) for name, value in NOTHING.items()}
    return {**_images(index, labels, targets), **nothing, "status": np.full(n, status)}


def accuracy_table(
    epsilons: Sequence[float], accuracy: NDArray[np.float64] | float, images: int, status: str = ATTACKED
) -> Columns:
    """Accuracy over n images for each magnitude ε of the linear attack; nan for a network not attacked."""
    k = len(epsilons)
    return {
        "epsilon": np.asarray(epsilons, np.float64),
        "accuracy": np.broadcast_to(accuracy, k),
        "images": np.full(k, images),
        "status": np.full(k, status),
    }


def summary_table(table: Mapping[str, NDArray[Any]]) -> Columns:
    """Statistics of an `attack_table` for each norm, by label and for all: images, how many were found, and
    mean, quartiles and median of the found. Labels are text, the last one "all".
    """
    rows = []
    for quantity in QUANTITIES:
        norms = found_norms(table, quantity)
        for label in [*np.unique(table["label"]).tolist(), "all"]:
            of = norms if label == "all" else norms[table["label"] == label]
            found = of[np.isfinite(of)]
            quartiles = np.quantile(found, (0.25, 0.5, 0.75)) if found.size else [np.nan] * 3
            mean = found.mean() if found.size else np.nan
            rows.append((quantity, str(label), len(of), len(found), mean, *quartiles, table["status"][0]))
    names = ("quantity", "label", "images", "found", "mean", "lower_quartile", "median", "upper_quartile")
    return {
        name: np.array(column)
        for name, column in zip((*names, "status"), zip(*rows, strict=True), strict=True)
    }


def _images(index: NDArray[np.integer[Any]], labels: Labels, targets: Labels) -> Columns:
    return {"index": index, "label": labels, "target": targets}
