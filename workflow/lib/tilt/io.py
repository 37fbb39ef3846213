"""Reading and writing intermediates: CSV tables, NPZ arrays, JSON records.

Every write goes to a temporary name beside the target and is renamed, so a file that exists is whole.
A *table* is a mapping of column names to one-dimensional sequences of equal length.
"""

import csv
import json
import os
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from tilt.errors import InputError

Table = Mapping[str, Sequence[Any] | NDArray[Any]]


@contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`; rename it to `path` on success, remove it on failure."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.stem}.{os.getpid()}{path.suffix}")
    try:
        yield temporary
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def write_table(path: str | Path, table: Table) -> None:
    """Write a table as CSV; floats keep every digit (shortest text that reads back equal).

    Raises ValueError when the columns differ in length.
    """
    columns = [c.tolist() if isinstance(c, np.ndarray) else list(c) for c in table.values()]
    with replacing(path) as temporary, temporary.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(table)
        writer.writerows(zip(*columns, strict=True))


def write_arrays(path: str | Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write arrays as an uncompressed NPZ."""
    with replacing(path) as temporary:
        np.savez(temporary, allow_pickle=False, **arrays)


def read_arrays(path: str | Path, *names: str, optional: Sequence[str] = ()) -> dict[str, NDArray[Any]]:
    """Read an NPZ without pickle: the arrays named and, if they are there, the optional ones, or all of them.

    Raises InputError when the file is missing or damaged, lacks a name, or holds objects under it.
    """
    try:
        with open(path, "rb") as file, np.load(file, allow_pickle=False) as archive:
            missing = set(names) - set(archive.files)
            if not missing:
                wanted = [*names, *(name for name in optional if name in archive.files)]
                return {name: _member(archive, name) for name in wanted or archive.files}
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except (BadZipFile, EOFError, OSError, TypeError, ValueError, zlib.error) as error:
        raise InputError(f"{path}: not a readable NPZ file ({error})") from error
    raise InputError(f"{path}: no array named {', '.join(sorted(missing))}")


def _member(archive: Any, name: str) -> NDArray[Any]:
    try:
        array: NDArray[Any] = archive[name]
    except ValueError as error:
        raise ValueError(f"array {name}: {error}; save numbers or text") from error
    return array


def write_json(path: str | Path, record: Any) -> None:
    """Write a JSON record, indented, keys in the order given."""
    with replacing(path) as temporary:
        temporary.write_text(json.dumps(record, indent=2, allow_nan=False) + "\n")


def read_table(path: str | Path) -> dict[str, NDArray[Any]]:
    """Read a CSV table: columns of whole numbers as int64, of numbers as float64, of True and False as
    bool, others as text.

    Raises InputError when the file is missing, empty or ragged.
    """
    try:
        with open(path, newline="") as file:
            header, *rows = csv.reader(file)
            columns = list(zip(*rows, strict=True)) if rows else [()] * len(header)
            table = dict(zip(header, columns, strict=True))
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except (UnicodeDecodeError, ValueError) as error:
        raise InputError(f"{path}: not a readable CSV table ({error})") from error
    return {name: _typed(column) for name, column in table.items()}


def _typed(column: Sequence[str]) -> NDArray[Any]:
    if column and set(column) <= {"True", "False"}:
        return np.array([value == "True" for value in column])
    for kind in (np.int64, np.float64):
        try:
            return np.array(column, dtype=kind)
        except ValueError:
            continue
    return np.array(column)


def read_json(path: str | Path) -> Any:
    """Read a JSON record."""
    return json.loads(Path(path).read_text())
