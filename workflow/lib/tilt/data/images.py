"""Labelled images as arrays: checks, files, subsets, and pairs of classes for binary classifiers."""

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tilt.errors import InputError
from tilt.io import read_arrays, write_arrays

Labels = NDArray[np.int64]

ARRAYS = ("x_train", "y_train", "x_test", "y_test")
LARGEST_INTEGER = 2**53
BEYOND_PRECISION = "2^53, which double precision does not tell apart; subtract what they have in common"


@dataclass(frozen=True, eq=False)
class Images:
    """A training and a test part: images (n, h, w) or (n, h, w, 3), or vectors (n, d), and labels (n,) int64.

    Values keep the type they are stored in. `bounds` are the values that stand for 0 and 1, between which all
    lie; None for vectors whose values count as they are, with no bounds.
    """

    x_train: NDArray[Any]
    y_train: Labels
    x_test: NDArray[Any]
    y_test: Labels
    bounds: tuple[float, float] | None

    def scaled(self, x: NDArray[Any], top: float = 1) -> NDArray[np.float64]:
        """Values of the data set, of any shape, from 0 to `top`; without bounds as they are."""
        if self.bounds is None:
            return x.astype(np.float64)
        low, high = self.bounds
        return (x - np.float64(low)) / np.float64((high - low) / top)


@dataclass(frozen=True, eq=False)
class BinaryPair:
    """Two classes as flat images (n, d) with labels (n,): -1 for class I, +1 for class J.

    Values lie in [0, 1], or are those of vectors without bounds. `shape` is the shape of an image or vector,
    so that x.reshape(-1, *shape) shows the images again. A validation part is there after `with_validation`.
    """

    x_train: NDArray[np.float64]
    y_train: NDArray[np.float64]
    x_test: NDArray[np.float64]
    y_test: NDArray[np.float64]
    shape: tuple[int, ...]
    class_i: int
    class_j: int
    x_validation: NDArray[np.float64] | None = None
    y_validation: NDArray[np.float64] | None = None


def check_images(images: Images, name: str) -> None:
    """Raise InputError, naming the data set `name` and the array at fault, unless the images are usable.

    Usable: parts that are not empty, as many labels as images, images of one shape, finite values within
    the bounds, which images need, integers that double precision tells apart, integer labels, two classes or
    more, no class in the test part only.
    """
    low, high = images.bounds or (0, 1)
    if not 0 < high - low < np.inf:
        raise InputError(
            f"{name}: value_min is {low} and value_max {high}; give the values that stand for 0 and 1"
        )
    for part, x, y in (("train", images.x_train, images.y_train), ("test", images.x_test, images.y_test)):
        if x.ndim not in (2, 3) and not (x.ndim == 4 and x.shape[-1] == 3):
            raise InputError(f"{name}: x_{part} has shape {x.shape}; give (n, h, w), (n, h, w, 3) or (n, d)")
        if y.shape != x.shape[:1]:
            raise InputError(f"{name}: y_{part} has shape {y.shape}; give one label per image, ({len(x)},)")
        if x.size == 0:
            raise InputError(f"{name}: x_{part} is empty, its shape is {x.shape}; give at least one image")
        if y.dtype.kind not in "iu":
            raise InputError(f"{name}: y_{part} has type {y.dtype}; give integer labels")
        if x.dtype.kind not in "iuf":
            raise InputError(f"{name}: x_{part} has type {x.dtype}; give integers or floats")
        bad = x.size - np.count_nonzero(np.isfinite(x)) if x.dtype.kind == "f" else 0
        if bad:
            raise InputError(f"{name}: x_{part} has {bad} values that are not finite; replace them")
        if x.dtype.kind in "iu" and max(-int(x.min()), int(x.max())) > LARGEST_INTEGER:
            raise InputError(f"{name}: x_{part} has integers beyond {BEYOND_PRECISION}")
        if images.bounds is None and x.ndim > 2:
            raise InputError(f"{name}: x_{part} are images without bounds; set value_min and value_max")
        if images.bounds and (x.min() < low or x.max() > high):
            raise InputError(
                f"{name}: x_{part} has values from {x.min():g} to {x.max():g}, outside [{low:g}, {high:g}]"
                "; set value_min and value_max, or rescale them"
            )
        if x.min() < x.max() and np.ptp(images.scaled(np.array([x.min(), x.max()]))) == 0:
            raise InputError(
                f"{name}: x_{part} becomes a single value between value_min, {low:g}, and value_max, "
                f"{high:g}; give the values that stand for 0 and 1"
            )
    if images.x_train.shape[1:] != images.x_test.shape[1:]:
        raise InputError(
            f"{name}: x_test has images of shape {images.x_test.shape[1:]}, x_train of "
            f"{images.x_train.shape[1:]}; give one shape"
        )
    classes = np.unique(images.y_train)
    if len(classes) < 2:
        raise InputError(f"{name}: y_train has the class {classes[0]} only; give two classes or more")
    strangers = np.setdiff1d(images.y_test, classes)
    if strangers.size:
        raise InputError(f"{name}: y_test has classes that y_train lacks: {_listed(strangers)}; remove them")


def save_images(path: str | Path, images: Images) -> None:
    """Write the images as an NPZ: the arrays, `value_min` and `value_max`, nan where there are no bounds."""
    low, high = images.bounds or (np.nan, np.nan)
    arrays = {name: getattr(images, name) for name in ARRAYS}
    write_arrays(path, {**arrays, "value_min": np.array(low), "value_max": np.array(high)})


def load_images(path: str | Path) -> Images:
    """Read and check an NPZ as `save_images` writes it.

    Raises InputError, naming the file, when it is damaged, lacks an array or fails `check_images`.
    """
    arrays = read_arrays(path, *ARRAYS, "value_min", "value_max")
    limits = [arrays.pop(name) for name in ("value_min", "value_max")]
    if any(limit.size != 1 or limit.dtype.kind not in "iuf" for limit in limits):
        raise InputError(f"{path}: value_min or value_max is no number; build the file again")
    low, high = (float(limit.item()) for limit in limits)
    images = Images(**arrays, bounds=None if np.isnan([low, high]).all() else (low, high))
    check_images(images, str(path))
    return replace(images, y_train=images.y_train.astype(np.int64), y_test=images.y_test.astype(np.int64))


def describe(images: Images) -> dict[str, Any]:
    """A JSON record of the arrays: bounds or null, shapes, types, ranges, images per class, SHA-256."""
    low, high = images.bounds or (None, None)
    record: dict[str, Any] = {"value_min": low, "value_max": high, "colour": images.x_train.ndim == 4}
    for part, x, y in (("train", images.x_train, images.y_train), ("test", images.x_test, images.y_test)):
        classes, counts = np.unique(y, return_counts=True)
        record[part] = {
            "shape": list(x.shape),
            "dtype": str(x.dtype),
            "value_range": [x.min().item(), x.max().item()],
            "images_per_class": {str(c): int(n) for c, n in zip(classes, counts, strict=True)},
            "sha256_x": hashlib.sha256(x.tobytes()).hexdigest(),
            "sha256_y": hashlib.sha256(y.tobytes()).hexdigest(),
        }
    return record


def rescaled(x: NDArray[Any], bounds: tuple[float, float] | None) -> NDArray[np.float32]:
    """Values of any shape between `bounds` as networks take them: float32, from 0 to 255.

    Raises InputError when they have no bounds.
    """
    if bounds is None:
        raise InputError(
            f"samples of shape {x.shape} have no bounds, which networks need; set value_min and value_max"
        )
    low, high = map(float, bounds)
    if np.can_cast(x.dtype, np.float32):
        scaled = x.astype(np.float32)
        scaled -= low
    else:
        scaled = (x - np.float64(low)).astype(np.float32)
    scaled *= 255 / (high - low)
    return scaled


def binary_pair(images: Images, class_i: int, class_j: int, train_per_class: int) -> BinaryPair:
    """The pair of classes that a binary classifier separates (the article's section on SVM on MNIST).

    Training part: the first `train_per_class` images of each class in file order, class I's rows
    first. Test part: all images of the two classes in file order. Raises InputError when the classes
    are the same, a class does not exist or has no test image, or has fewer training images than that.
    """
    if class_i == class_j:
        raise InputError(f"class {class_i} cannot be paired with itself; name two classes")
    train = np.concatenate([first_rows(images.y_train, c, train_per_class) for c in (class_i, class_j)])
    for c in (class_i, class_j):
        if c not in images.y_test:
            raise InputError(
                f"class {c} has no test images; choose among {_listed(np.unique(images.y_test))}"
            )
    test = np.flatnonzero(np.isin(images.y_test, (class_i, class_j)))
    return BinaryPair(
        *_flat(images, images.x_train[train], images.y_train[train] == class_j),
        *_flat(images, images.x_test[test], images.y_test[test] == class_j),
        shape=images.x_train.shape[1:],
        class_i=class_i,
        class_j=class_j,
    )


def with_validation(pair: BinaryPair, images: Images, train_per_class: int, per_class: int) -> BinaryPair:
    """The pair with a validation part: the next `per_class` images of each class after those that train.

    Raises InputError when a class has fewer.
    """
    classes = pair.class_i, pair.class_j
    rows = np.concatenate([first_rows(images.y_train, c, per_class, train_per_class) for c in classes])
    x, y = _flat(images, images.x_train[rows], images.y_train[rows] == pair.class_j)
    return replace(pair, x_validation=x, y_validation=y)


def _flat(
    images: Images, x: NDArray[Any], of_class_j: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Samples x as rows, scaled, and their labels -1 and +1."""
    return images.scaled(x).reshape(len(x), -1), np.where(of_class_j, 1.0, -1.0)


def first_per_class(images: Images, per_class: int, after: int = 0) -> Images:
    """The same images with a training part of the first `per_class` of each class, in file order.

    The first `after` of each class are passed over. Raises InputError when a class has fewer.
    """
    classes = np.unique(images.y_train)
    rows = np.sort(np.concatenate([first_rows(images.y_train, c, per_class, after) for c in classes]))
    return replace(images, x_train=images.x_train[rows], y_train=images.y_train[rows])


def first_rows(y: Labels, label: int, count: int, after: int = 0) -> NDArray[np.intp]:
    """Rows of the first `count` training images of a class in file order, from the labels y (n,).

    The first `after` are passed over. Raises InputError when the class does not exist or has fewer.
    """
    rows = np.flatnonzero(y == label)
    if rows.size == 0:
        raise InputError(f"class {label} does not exist; choose among {_listed(np.unique(y))}")
    left = rows.size - after
    if not 1 <= count <= left:
        raise InputError(
            f"class {label} has {left} training images{f' after the first {after}' if after else ''} and "
            f"{count} were asked for; ask for {f'1 to {left}' if left else 'none, or for fewer before them'}"
        )
    return rows[after : after + count]


def _listed(classes: NDArray[Any]) -> str:
    return ", ".join(map(str, classes))
