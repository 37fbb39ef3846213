"""Which images are attacked, and what the attacks found as tables."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.attack.statistics import ATTACKED, LEAST, attack_names, found_norms, rows_of
from tilt.attacks.models import Found, Graded, Targeted
from tilt.errors import InputError

Labels = NDArray[np.int64]
Columns = dict[str, NDArray[Any]]


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
    index: NDArray[np.integer[Any]], labels: Labels, predicted: Labels, found: Mapping[str, Found]
) -> Columns:
    """A row per attack and image: its index in the data set, label, predicted class, and what was found.

    `found` holds what each attack made of the same n images, by its name. Column `found` is the class at the
    end, `target` that of a targeted attack (-1 of others) with the probabilities p_start, of the predicted
    class at the start, and p_end, of the target at the end (nan of others); `magnitude` the least at which an
    attack of given magnitudes changed the class (inf: at none), nan of an attack that searches. Norms are L2
    with pixels in [0, 1].

    Rows of the attack LEAST come last: the least norm of any perturbation that changed the class, 0 for an
    image that is misclassified as it is, nan where none did.
    """
    rows = {
        name: {
            "found": of.predicted,
            **_aims(of, predicted),
            "steps": of.steps,
            "norm": of.norm,
            "success": of.success,
            "magnitude": of.least if isinstance(of, Graded) else np.full(len(index), np.nan),
        }
        for name, of in found.items()
    }
    rows[LEAST] = _least(labels, predicted, rows)
    return _long(index, labels, predicted, rows, ATTACKED)


def unattacked_table(
    index: NDArray[np.integer[Any]], labels: Labels, attacks: Mapping[str, bool], status: str
) -> Columns:
    """The same table for a network that was not attacked, with the reason as its `status`; norms are nan.

    `attacks` says of each attack by name whether it has given magnitudes.
    """
    n = len(index)
    rows = {
        name: _nothing(n) | {"magnitude": np.full(n, np.inf if graded else np.nan)}
        for name, graded in {**attacks, LEAST: False}.items()
    }
    return _long(index, labels, np.full(n, -1), rows, status)


def accuracy_table(
    accuracies: Mapping[str, tuple[Iterable[float], NDArray[np.float64] | float]],
    images: int,
    status: str = ATTACKED,
) -> Columns:
    """Accuracy over `images` images at each magnitude of an attack, given by name as both; nan for a network
    not attacked.
    """
    rows = [
        (name, magnitude, accuracy)
        for name, (magnitudes, of) in accuracies.items()
        for magnitude, accuracy in np.broadcast(np.asarray(magnitudes, np.float64), of)
    ]
    attacks, magnitudes, accuracy = zip(*rows, strict=True) if rows else ((), (), ())
    return {
        "attack": np.array(attacks, str),
        "magnitude": np.array(magnitudes, np.float64),
        "accuracy": np.array(accuracy, np.float64),
        "images": np.full(len(rows), images),
        "status": np.full(len(rows), status),
    }


def summary_table(table: Mapping[str, NDArray[Any]]) -> Columns:
    """Statistics of an `attack_table` for each attack, by label and for all: images, how many were found, and
    mean, quartiles and median of the found norms. Labels are text, the last one "all".
    """
    rows = []
    for attack in [*attack_names(table), LEAST]:
        norms, of_attack = found_norms(table, attack), rows_of(table, attack)["label"]
        for label in [*np.unique(of_attack).tolist(), "all"]:
            of = norms if label == "all" else norms[of_attack == label]
            found = of[np.isfinite(of)]
            quartiles = np.quantile(found, (0.25, 0.5, 0.75)) if found.size else [np.nan] * 3
            mean = found.mean() if found.size else np.nan
            rows.append((attack, str(label), len(of), len(found), mean, *quartiles, table["status"][0]))
    names = ("attack", "label", "images", "found", "mean", "lower_quartile", "median", "upper_quartile")
    return {
        name: np.array(column)
        for name, column in zip((*names, "status"), zip(*rows, strict=True), strict=True)
    }


def _aims(found: Found, predicted: Labels) -> Columns:
    each = np.arange(len(predicted))
    if not isinstance(found, Targeted):
        return {"target": np.full(len(each), -1), **dict.fromkeys(("p_start", "p_end"), each * np.nan)}
    return {
        "target": found.target,
        "p_start": found.p_start[each, predicted],
        "p_end": found.p_end[each, found.target],
    }


def _nothing(n: int) -> Columns:
    """The columns of an attack that found nothing."""
    return {
        **dict.fromkeys(("found", "target"), np.full(n, -1)),
        **dict.fromkeys(("p_start", "p_end"), np.full(n, np.nan)),
        "steps": np.zeros(n, np.int64),
        "norm": np.full(n, np.nan),
        "success": np.zeros(n, bool),
        "magnitude": np.full(n, np.nan),
    }


def _least(labels: Labels, predicted: Labels, rows: Mapping[str, Columns]) -> Columns:
    """The columns of the nearest of all that the attacks gave."""
    classes = np.vstack([predicted, *(of["found"] for of in rows.values())])
    norms = np.vstack([np.zeros(len(labels)), *(of["norm"] for of in rows.values())])
    norms = np.where((classes >= 0) & (classes != labels), norms, np.inf)
    nearest, each = norms.argmin(axis=0), np.arange(len(labels))
    success = np.isfinite(norms[nearest, each])
    return _nothing(len(labels)) | {
        "found": classes[nearest, each],
        "norm": np.where(success, norms[nearest, each], np.nan),
        "success": success,
    }


def _long(
    index: NDArray[np.integer[Any]],
    labels: Labels,
    predicted: Labels,
    rows: Mapping[str, Columns],
    status: str,
) -> Columns:
    n, attacks = len(index), list(rows)
    return {
        "attack": np.repeat(attacks, n),
        **{
            name: np.tile(column, len(attacks))
            for name, column in (("index", index), ("label", labels), ("predicted", predicted))
        },
        **{name: np.concatenate([rows[attack][name] for attack in attacks]) for name in rows[attacks[0]]},
        "status": np.full(n * len(attacks), status),
    }
