"""Data of one's own: arrays (npz), a table (CSV, Parquet) or a folder of images."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tilt.data.folder import folder_labels
from tilt.data.labels import LabelledParts, Numbers, class_names, drawn_rows, numbered
from tilt.data.npz import npz_labels
from tilt.data.table import table_labels
from tilt.errors import InputError


def class_counts(
    source: str,
    path: str | Path,
    *,
    label: str = "label",
    test_share: float | None = None,
    split_seed: int = 0,
) -> dict[str, int]:
    """Training images of each class by its name, in the order of the classes' numbers, from the labels alone.

    `source` is "npz", "table" or "folder". Raises InputError, in one line that names the file, where the
    labels cannot be used.
    """
    return part_counts(source, path, label=label, test_share=test_share, split_seed=split_seed)[0]


def part_counts(
    source: str, path: str | Path, *, label: str, test_share: float | None, split_seed: int
) -> tuple[dict[str, int], dict[str, int]]:
    """The same of the training and of the test part."""
    labels, names, y_train, y_test, _ = _classes(source, path, label, test_share, split_seed)
    train, test = (
        dict(zip(names or labels, np.bincount(y).tolist(), strict=True)) for y in (y_train, y_test)
    )
    return train, test


def _classes(
    source: str, path: str | Path, label: str, test_share: float | None, split_seed: int
) -> tuple[list[str], list[str], Numbers, Numbers, NDArray[np.bool_] | None]:
    """Labels and names of the classes, the classes of both parts, and which rows test if drawn."""
    readers: dict[str, Callable[[], LabelledParts]] = {
        "npz": lambda: npz_labels(path),
        "table": lambda: table_labels(path, label),
        "folder": lambda: folder_labels(path),
    }
    parts = readers[source]()
    where = f"{path}: the training part" if parts.test is not None else str(path)
    labels, names = class_names(parts, where)
    train = numbered(parts.train, labels, where)
    if parts.test is not None:
        if test_share is not None:
            raise InputError(f"{path}: there is a test part; leave test_share null")
        return labels, names, train, numbered(parts.test, labels, f"{path}: the test part"), None
    if test_share is None:
        raise InputError(
            f"{path}: there is no test part; set test_share, the share of each class that tests, like 0.2"
        )
    test = drawn_rows(train, labels, test_share, split_seed, str(path))
    return labels, names, train[~test], train[test], test
