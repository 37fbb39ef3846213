"""Data of one's own: arrays (npz), a table (CSV, Parquet) or a folder of images."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tilt.data.folder import folder_changes, folder_labels, folder_samples
from tilt.data.images import Images, check_images
from tilt.data.labels import LabelledParts, Numbers, class_names, drawn_rows, listed, numbered
from tilt.data.npz import npz_labels, npz_samples
from tilt.data.table import table_labels, table_samples
from tilt.errors import InputError


@dataclass(frozen=True)
class Reader:
    """A format of one's own data: functions of the path, and of the column `label` where it `has_column`.

    `labels` reads the labels alone, without heavy packages, as Snakemake does each time it starts; `samples`
    reads the training part, and the test part if there is one, as arrays (n, ...).
    """

    labels: Callable[..., LabelledParts]
    samples: Callable[..., list[NDArray[Any]]]
    has_column: bool = False
    is_folder: bool = False

    def options(self, label: str) -> dict[str, str]:
        """What its functions take beside the path."""
        return {"label": label} if self.has_column else {}


READERS: Mapping[str, Reader] = {
    "npz": Reader(npz_labels, npz_samples),
    "table": Reader(table_labels, table_samples, has_column=True),
    "folder": Reader(folder_labels, folder_samples, is_folder=True),
}
WIDE = 10  # median standard deviations of the others, from which a feature is said to outweigh them
ROUNDING = 8  # spacings of the largest value, up to which the standard deviation is that of a constant
FAINT = 0.1  # share of an assumed range of values; data that stay below have another range


@dataclass(frozen=True, eq=False)
class _Classes:
    """Labels and names (or none) of the classes, the class of each sample, and which rows test if drawn."""

    labels: list[str]
    names: list[str]
    y_train: Numbers
    y_test: Numbers
    drawn: NDArray[np.bool_] | None


def own_images(
    source: str,
    path: str | Path,
    *,
    value_min: float | None = None,
    value_max: float | None = None,
    label: str = "label",
    test_share: float | None = None,
    split_seed: int = 0,
) -> tuple[Images, dict[str, Any]]:
    """The images or vectors of a file or folder, checked, and a record of how they were read.

    `source` is one of READERS; a table has a column `label`. Values lie in [value_min, value_max]; where
    one is None, 0 and 255 are assumed for integers of 8 bits and 0 and 1 for all others, but vectors of
    another type without either count as they are. Labels that are not 0 to C - 1 become these in their
    order. Where the data have no test part, `test_share` of each class is drawn by `split_seed`.

    The record has `names` of the classes (or none) and, in words or None, how the `labels` became classes,
    where the `split` is from, which `range` was assumed and, of vectors in units of their own, which feature
    has a `spread` that outweighs the others.

    Raises InputError, naming the file and what is wrong in it, for anything that cannot be used. Arrays of
    objects, which NumPy pickles, are refused without being loaded.
    """
    classes = _classes(source, path, label, test_share, split_seed)
    reader = READERS[source]
    train, *test = reader.samples(path, **reader.options(label))
    drawn, split = classes.drawn, None
    if bool(test) != (drawn is None):
        raise InputError(f"{path}: x_test and y_test go together; give both, or none and test_share")
    if drawn is not None:
        if len(train) != len(drawn):
            raise InputError(
                f"{path}: {len(train)} samples and {len(drawn)} labels; give one label per sample"
            )
        train, *test = train[~drawn], train[drawn]
        split = f"of each class a share of {test_share:g}, drawn with seed {split_seed}, is the test part"
    bounds, assumed = _bounds(train, value_min, value_max)
    images = Images(_stored(train), classes.y_train, _stored(test[0]), classes.y_test, bounds)
    check_images(images, str(path))
    if assumed and bounds:
        _check_not_faint(images, path)
    plain = classes.labels == [*map(str, range(len(classes.labels)))]
    return images, {
        "names": classes.names,
        "labels": None
        if plain
        else f"the labels {listed(classes.labels)} are the classes 0 to {len(classes.labels) - 1}",
        "split": split,
        "range": assumed,
        "spread": None if bounds else _widest(images.x_train),
    }


def _widest(vectors: NDArray[Any]) -> str | None:
    """That one feature of vectors (n, d) is much wider than the others, or None."""
    low, high = vectors.min(axis=0).astype(np.float64), vectors.max(axis=0).astype(np.float64)
    size = np.maximum(-low, high)
    scale = size.max() or np.float64(1)
    spread = np.array(
        [(feature / scale).std() for feature in vectors.T]
    )  # one by one, to spare a copy of all
    precision = np.finfo(vectors.dtype if vectors.dtype.kind == "f" else np.float64).eps
    spread[spread <= ROUNDING * precision * size / scale] = 0
    widest = int(spread.argmax())
    others = np.delete(spread, widest)
    if not others.any():
        return None
    times = spread[widest] / np.median(others[others > 0])
    if times < WIDE:
        return None
    return (
        f"feature {widest} (counted from 0) has {times:.3g} times the standard deviation of the median of "
        "the others and weighs most in every distance; bring the features to one scale first"
    )


def class_counts(
    source: str,
    path: str | Path,
    *,
    label: str = "label",
    test_share: float | None = None,
    split_seed: int = 0,
) -> dict[str, int]:
    """Training images of each class by its name, in the order of the classes' numbers, from the labels alone.

    `source` is one of READERS. Raises InputError, in one line that names the file, where the
    labels cannot be used.
    """
    return part_counts(source, path, label=label, test_share=test_share, split_seed=split_seed)[0]


def part_counts(
    source: str, path: str | Path, *, label: str, test_share: float | None, split_seed: int
) -> tuple[dict[str, int], dict[str, int]]:
    """The same of the training and of the test part."""
    classes = _classes(source, path, label, test_share, split_seed)
    names = classes.names or classes.labels
    train, test = (
        dict(zip(names, np.bincount(y).tolist(), strict=True)) for y in (classes.y_train, classes.y_test)
    )
    return train, test


def input_files(source: str, path: str | Path | None) -> list[Path]:
    """What changes when the data do: the file, or the folders of the classes and the image changed last."""
    if path is None:
        return []
    return folder_changes(path) if READERS[source].is_folder else [Path(path)]


def _classes(
    source: str, path: str | Path, label: str, test_share: float | None, split_seed: int
) -> _Classes:
    reader = READERS[source]
    if not reader.is_folder and Path(path).is_dir():
        raise InputError(f"{path}: a folder, not a file; set source: folder for images, or name the file")
    parts = reader.labels(path, **reader.options(label))
    where = f"{path}: {'it' if parts.test is None else 'the training part'}"
    labels, names = class_names(parts, where)
    train = numbered(parts.train, labels, where)
    if parts.test is not None:
        if test_share is not None:
            raise InputError(f"{path}: there is a test part; leave test_share null")
        test = numbered(parts.test, labels, f"{path}: the test part")
        return _Classes(labels, names, train, test, None)
    if test_share is None:
        raise InputError(
            f"{path}: no test part with labels; set test_share, the share of each class that tests, like 0.2"
        )
    drawn = drawn_rows(train, labels, test_share, split_seed, where)
    return _Classes(labels, names, train[~drawn], train[drawn], drawn)


def _bounds(
    x: NDArray[Any], value_min: float | None, value_max: float | None
) -> tuple[tuple[float, float] | None, str | None]:
    """The values that stand for 0 and 1, and in words what was assumed."""
    small = x.dtype == np.uint8
    if x.ndim == 2 and not small and value_min is None and value_max is None:
        return None, "vectors in units as given, without value_min and value_max"
    low = 0.0 if value_min is None else float(value_min)
    if value_max is not None:
        return (low, float(value_max)), None
    high = 255.0 if small else 1.0
    kind = "integers of 8 bits" if small else "values that are not integers of 8 bits"
    return (low, high), f"{low:g} to {high:g} is assumed for {kind}, without value_max"


def _check_not_faint(images: Images, path: str | Path) -> None:
    low, high = images.bounds or (0, 1)
    most = max(images.x_train.max(), images.x_test.max())
    if most <= low + FAINT * (high - low):
        raise InputError(
            f"{path}: no value is above {most:g}, and {high:g} is assumed to stand for 1; set value_max, "
            f"for instance to {most or 1:g}"
        )


def _stored(x: NDArray[Any]) -> NDArray[Any]:
    """Integers as they are, booleans as integers, floats in single or double precision."""
    if x.dtype.kind == "b":
        return x.astype(np.uint8)
    if x.dtype.kind == "f":
        return x.astype("f4" if x.dtype.itemsize <= 4 else "f8", copy=False)
    return x.astype(x.dtype.newbyteorder("="), copy=False)
