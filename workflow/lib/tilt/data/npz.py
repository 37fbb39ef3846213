"""A data set of one's own: an NPZ file of labelled images or vectors."""

from pathlib import Path
from typing import Any
from zipfile import is_zipfile

import numpy as np
from numpy.typing import NDArray

from tilt.data.labels import LabelledParts, label_texts
from tilt.errors import InputError
from tilt.io import read_arrays


def npz_labels(path: str | Path) -> LabelledParts:
    """The labels of an NPZ file, and names of the classes if it holds some.

    Raises InputError, naming the file and the array, when they are missing or neither whole numbers nor text.
    """
    arrays = _read(path, "y_train", optional=["y_test", "names"])
    names = arrays.pop("names", np.array([], str))
    if names.ndim != 1 or (names.size and names.dtype.kind != "U"):
        raise InputError(
            f"{path}: names has shape {names.shape} and type {names.dtype}; give texts, one a class"
        )
    labels = {name: label_texts(array, f"{path}: {name}") for name, array in arrays.items()}
    return LabelledParts(labels["y_train"], labels.get("y_test"), tuple(names.tolist()))


def npz_samples(path: str | Path) -> list[NDArray[Any]]:
    """x_train and, if there is one, x_test: images (n, h, w) or (n, h, w, 3), or vectors (n, d).

    (n, h, w, 1) and (n, 1, h, w) are taken as (n, h, w), (n, 3, h, w) as (n, h, w, 3). Raises InputError,
    naming the file and the array, for four channels, and when both parts have different types.
    """
    arrays = _read(path, "x_train", optional=["x_test"])
    types = {name: array.dtype for name, array in arrays.items()}
    if len(set(types.values())) > 1:
        raise InputError(
            f"{path}: x_test has type {types['x_test']}, x_train {types['x_train']}; give one type"
        )
    return [_channels_last(array, f"{path}: {name}") for name, array in arrays.items()]


def _read(path: str | Path, *names: str, optional: list[str]) -> dict[str, NDArray[Any]]:
    if Path(path).is_file() and not is_zipfile(path):
        raise InputError(
            f"{path}: not a readable NPZ file; write it by np.savez, or set source: table for CSV and Parquet"
        )
    return read_arrays(path, *names, optional=optional)


def _channels_last(x: NDArray[Any], where: str) -> NDArray[Any]:
    if x.ndim != 4:
        return x
    if x.shape[3] == 3:
        return x
    if 1 in (x.shape[3], x.shape[1]):
        return x[..., 0] if x.shape[3] == 1 else x[:, 0]
    if x.shape[1] == 3:
        return np.ascontiguousarray(np.moveaxis(x, 1, 3))
    if 4 in (x.shape[3], x.shape[1]):
        raise InputError(
            f"{where} has shape {x.shape}, four channels; leave out the fourth, of RGBA the opacity, to give "
            "(n, h, w, 3)"
        )
    return x
