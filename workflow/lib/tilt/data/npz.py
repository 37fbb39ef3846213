"""A data set of one's own: an NPZ file of labelled images or vectors."""

from pathlib import Path

import numpy as np

from tilt.data.images import Images, check_images
from tilt.data.labels import LabelledParts, label_texts
from tilt.errors import InputError
from tilt.io import read_arrays

MOST_CLASSES = 100
PARTS = ("train", "test")
RENUMBER = "number the classes 0, 1, 2, … without a gap"


def npz_images(path: str | Path, value_max: float | None = None) -> tuple[Images, list[str]]:
    """The images or vectors of an NPZ file, and the names of its classes (none: an empty list).

    The file holds x_train and x_test, (n, h, w) grey, (n, h, w, 3) colour or (n, d) vectors of integers or
    floats, y_train and y_test (n,), integers from 0 to C - 1 for 2 to 100 classes, and, if you like, names
    (C,), text. Values lie in [0, value_max]; without `value_max` that is 255 for uint8 and 1 for other types.

    Raises InputError, naming the file and the array, for anything else. Arrays of objects, which NumPy
    pickles, are refused without being loaded.
    """
    arrays = read_arrays(path, "x_train", "y_train", "x_test", "y_test", optional=["names"])
    names = arrays.pop("names", np.array([], str))
    kind = arrays["x_train"].dtype
    if arrays["x_test"].dtype != kind:
        raise InputError(f"{path}: x_test has type {arrays['x_test'].dtype}, x_train {kind}; give one type")
    if value_max is None:
        value_max = 255.0 if kind == np.uint8 else 1.0
    images = Images(**arrays, value_max=float(value_max))
    check_images(images, str(path))
    classes = _check_labels(images, path)
    if names.size and (names.shape != (classes,) or names.dtype.kind != "U"):
        raise InputError(
            f"{path}: names has shape {names.shape} and type {names.dtype}; give {classes} texts, one a class"
        )
    stored = kind.newbyteorder("=") if kind.kind in "iu" else np.dtype("f4" if kind.itemsize <= 4 else "f8")
    plain = {"x": stored, "y": np.dtype(np.int64)}
    converted = {name: array.astype(plain[name[0]], copy=False) for name, array in arrays.items()}
    return Images(**converted, value_max=images.value_max), names.tolist()


def npz_labels(path: str | Path) -> LabelledParts:
    """The labels of an NPZ file, and names of the classes if it holds some.

    Raises InputError, naming the file and the array, when they are missing or neither whole numbers nor text.
    """
    arrays = read_arrays(path, "y_train", optional=["y_test", "names"])
    names = arrays.pop("names", np.array([], str))
    if names.ndim != 1 or (names.size and names.dtype.kind != "U"):
        raise InputError(f"{path}: names has shape {names.shape} and type {names.dtype}; give (C,), text")
    labels = {name: label_texts(array, f"{path}: {name}") for name, array in arrays.items()}
    return LabelledParts(labels["y_train"], labels.get("y_test"), tuple(names.tolist()))


def _check_labels(images: Images, path: str | Path) -> int:
    """The number of classes C; raises InputError unless both parts have samples of each of 0 to C - 1."""
    classes = int(images.y_train.max()) + 1
    if classes > MOST_CLASSES:
        raise InputError(
            f"{path}: y_train has the label {classes - 1}, more than {MOST_CLASSES - 1}; {RENUMBER}"
        )
    for part, y in (("train", images.y_train), ("test", images.y_test)):
        found = np.unique(y)
        if found[0] < 0:
            raise InputError(f"{path}: y_{part} has negative labels, the least is {found[0]}; {RENUMBER}")
        lacking = np.setdiff1d(np.arange(classes), found)
        if lacking.size:
            raise InputError(
                f"{path}: y_{part} has no sample of class {lacking[0]}, but labels up to {classes - 1}; "
                f"{RENUMBER}, or add samples"
            )
    return classes
