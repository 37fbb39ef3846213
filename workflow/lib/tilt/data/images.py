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


@dataclass(frozen=True, eq=False)
class Images:
    """A training and a test part: images (n, h, w) or (n, h, w, 3), or vectors (n, d), and labels (n,) int64.

    Pixels keep the type they are stored in; `value_max` is the pixel value that stands for 1.
    """

    x_train: NDArray[Any]
    y_train: Labels
    x_test: NDArray[Any]
    y_test: Labels
    value_max: float


@dataclass(frozen=True, eq=False)
class BinaryPair:
    """Two classes as flat images (n, d) in [0, 1] with labels (n,): -1 for class I, +1 for class J.

    `shape` is the shape of an image or vector, so that x.reshape(-1, *shape) shows the images again.
    """

    x_train: NDArray[np.float64]
    y_train: NDArray[np.float64]
    x_test: NDArray[np.float64]
    y_test: NDArray[np.float64]
    shape: tuple[int, ...]
    class_i: int
    class_j: int


def check_images(images: Images, name: str) -> None:
    """Raise InputError, naming the data set `name` and the array at fault, unless the images are usable.

    Usable: parts that are not empty, as many labels as images, images of one shape, finite pixels in
    [0, value_max], integer labels, two classes or more, no class in the test part only.
    """
    if not (np.isfinite(images.value_max) and images.value_max > 0):
        raise InputError(f"{name}: value_max is {images.value_max}; give the pixel value that stands for 1")
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
            raise InputError(f"{name}: x_{part} has type {x.dtype}; give integer or real pixels")
        bad = x.size - np.count_nonzero(np.isfinite(x)) if x.dtype.kind == "f" else 0
        if bad:
            raise InputError(f"{name}: x_{part} has {bad} pixels that are not finite; replace them")
        if x.min() < 0 or x.max() > images.value_max:
            raise InputError(
                f"{name}: x_{part} has pixels from {x.min()} to {x.max()}, outside [0, {images.value_max:g}]"
                "; rescale them or correct value_max"
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
    """Write the images as an NPZ with one array per field."""
    write_arrays(path, {field: np.asarray(value) for field, value in vars(images).items()})


def load_images(path: str | Path) -> Images:
    """Read and check an NPZ as `save_images` writes it.

    Raises InputError, naming the file, when it is damaged, lacks an array or fails `check_images`.
    """
    arrays = read_arrays(path, *Images.__dataclass_fields__)
    value_max = arrays.pop("value_max")
    if value_max.size != 1 or value_max.dtype.kind not in "iuf":
        raise InputError(f"{path}: value_max is not a number; give the pixel value that stands for 1")
    images = Images(**arrays, value_max=float(value_max.item()))
    check_images(images, str(path))
    return replace(images, y_train=images.y_train.astype(np.int64), y_test=images.y_test.astype(np.int64))


def describe(images: Images) -> dict[str, Any]:
    """A JSON record of the arrays: shapes, types, ranges, images per class, SHA-256 of each one's bytes."""
    record: dict[str, Any] = {"value_max": images.value_max}
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
        x_train=images.x_train[train].reshape(len(train), -1) / np.float64(images.value_max),
        y_train=np.where(images.y_train[train] == class_j, 1.0, -1.0),
        x_test=images.x_test[test].reshape(len(test), -1) / np.float64(images.value_max),
        y_test=np.where(images.y_test[test] == class_j, 1.0, -1.0),
        shape=images.x_train.shape[1:],
        class_i=class_i,
        class_j=class_j,
    )


def first_per_class(images: Images, per_class: int) -> Images:
    """The same images with a training part of the first `per_class` of each class, in file order.

    Raises InputError when a class has fewer.
    """
    classes = np.unique(images.y_train)
    rows = np.sort(np.concatenate([first_rows(images.y_train, c, per_class) for c in classes]))
    return replace(images, x_train=images.x_train[rows], y_train=images.y_train[rows])


def first_rows(y: Labels, label: int, count: int) -> NDArray[np.intp]:
    """Rows of the first `count` training images of a class in file order, from the labels y (n,).

    Raises InputError when the class does not exist or has fewer.
    """
    rows = np.flatnonzero(y == label)
    if rows.size == 0:
        raise InputError(f"class {label} does not exist; choose among {_listed(np.unique(y))}")
    if not 1 <= count <= rows.size:
        raise InputError(
            f"class {label} has {rows.size} training images and {count} were asked for; "
            f"ask for 1 to {rows.size}"
        )
    return rows[:count]


def _listed(classes: NDArray[Any]) -> str:
    return ", ".join(map(str, classes))
