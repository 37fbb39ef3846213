"""Labels as they stand in a user's data, and the classes 0 to C - 1 that they become; drawn test parts."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tilt.errors import InputError

MOST_CLASSES = 100
NUMBER = re.compile(r"[+-]?(([0-9]{1,50}(\.[0-9]*)?|\.[0-9]+)(e[+-]?[0-9]{1,3})?|nan|inf|infinity)", re.I)
WHOLE = re.compile(r"-?[0-9]+")

Texts = NDArray[np.str_]
Numbers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class LabelledParts:
    """The labels as texts of a training and a test part, each (n,), and names of the classes (or none).

    `test` is None where the data have no test part of their own.
    """

    train: Texts
    test: Texts | None = None
    names: tuple[str, ...] = ()


def label_texts(values: NDArray[Any], where: str) -> Texts:
    """Labels (n,), whole numbers of any type or text, as texts (n,).

    Texts that all read as numbers are numbers: 1, 1.0, "01" and "1e0" are the same "1". Raises InputError,
    beginning with `where`, for other values and for empty texts.
    """
    if values.ndim != 1:
        raise InputError(f"{where} has shape {values.shape}; give one label per sample, (n,)")
    if values.dtype.kind not in "biufU":
        raise InputError(f"{where} has type {values.dtype}; give whole numbers or text")
    if values.dtype.kind == "b":
        values = values.astype(np.uint8)
    distinct, place = np.unique(values, return_inverse=True)
    texts = [str(label).strip() for label in distinct.tolist()]
    if "" in texts:
        raise InputError(f"{where} has samples without a label; label or remove them")
    if all(NUMBER.fullmatch(text) for text in texts):
        texts = [_plain(text) for text in texts]
        if odd := [text for text in texts if not WHOLE.fullmatch(text)]:
            raise InputError(
                f"{where} has the label {odd[0]}; give whole numbers or text, one label per class"
            )
    return np.array(texts, np.str_)[place]


def _plain(text: str) -> str:
    """A whole number in digits alone, any other text as it is."""
    if not NUMBER.fullmatch(text):
        return text
    number = Decimal(text)
    return str(int(number)) if number.is_finite() and number == number.to_integral_value() else text


def class_names(parts: LabelledParts, where: str) -> tuple[list[str], list[str]]:
    """The labels of the classes 0 to C - 1, and their names: empty where neither labels nor user name them.

    The classes are the training part's labels in rising order, of numbers by size; labels that are text
    follow the order of `names`, which are the same texts. Names of labels that are numbers are theirs in
    this order, unless they are the numbers themselves. Raises InputError for fewer than 2 or more than 100
    labels, for names that are not one a class, and for blank ones.
    """
    labels: list[str] = np.unique(parts.train).tolist()
    if len(labels) < 2:
        raise InputError(
            f"{where} has {f'the class {labels[0]} only' if labels else 'no labels'}; give two or more"
        )
    if len(labels) > MOST_CLASSES:
        raise InputError(f"{where} has {len(labels)} different labels; give at most {MOST_CLASSES} classes")
    numbers = all(WHOLE.fullmatch(label) for label in labels)
    if numbers:
        labels.sort(key=int)
    names = [name.strip() for name in parts.names]
    if not all(label.strip() for label in [*labels, *names]):
        raise InputError(f"{where} has a class whose name is blank; give it a name")
    if not names or (numbers and sorted(map(_plain, names)) == sorted(labels)):
        return labels, [] if labels == [*map(str, range(len(labels)))] else labels
    if len(set(names)) < len(names) or len(names) != len(labels):
        raise InputError(
            f"{where} has the labels {listed(labels)}; give {len(labels)} different names, one a class"
        )
    if not numbers and set(names) != set(labels):
        raise InputError(
            f"{where} has the labels {listed(labels)}; give the same texts as names, or no names"
        )
    return labels if numbers else names, names


def numbered(texts: Texts, labels: list[str], where: str) -> Numbers:
    """The class (n,), 0 to C - 1, of each label; InputError for another label, or a class without one."""
    found, place = np.unique(texts, return_inverse=True)
    number = {label: k for k, label in enumerate(labels)}
    strangers = [text for text in found.tolist() if text not in number]
    if strangers:
        raise InputError(f"{where} has labels that the training part lacks: {listed(strangers)}; remove them")
    lacking = [label for label in labels if label not in found]
    if lacking:
        raise InputError(f"{where} has no sample of the class {lacking[0]}; add one, or remove the class")
    return np.array([number[text] for text in found.tolist()], np.int64)[place]


def drawn_rows(y: Numbers, labels: list[str], share: float, seed: int, where: str) -> NDArray[np.bool_]:
    """Which of the samples test (n,): of each class the share, at least one and not all, drawn by the seed.

    Raises InputError for a class with a single sample.
    """
    generator = np.random.default_rng(seed)
    test = np.zeros(len(y), dtype=bool)
    for k, label in enumerate(labels):
        rows = np.flatnonzero(y == k)
        if len(rows) < 2:
            raise InputError(
                f"{where} has one sample of the class {label}; give two or more, to train and to test"
            )
        count = min(max(round(share * len(rows)), 1), len(rows) - 1)
        test[generator.permutation(rows)[:count]] = True
    return test


def listed(labels: list[str], most: int = 10) -> str:
    """The first ones in words."""
    return ", ".join(labels[:most]) + (", …" if len(labels) > most else "")
