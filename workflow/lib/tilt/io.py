"""Reading and writing intermediates: CSV tables, NPZ arrays, JSON records.

Every write goes to a temporary name beside the target and is renamed, so a file that exists is whole.
A *table* is a mapping of column names to one-dimensional sequences of equal length.
"""

import csv
import errno
import json
import math
import os
import re
import shutil
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

import numpy as np
from numpy.lib.format import read_array, read_array_header_1_0, read_array_header_2_0, read_magic
from numpy.typing import NDArray

from tilt.errors import InputError

DAMAGE = (OSError, TypeError, ValueError)
HEADERS = {(1, 0): read_array_header_1_0, (2, 0): read_array_header_2_0}

Table = Mapping[str, Sequence[Any] | NDArray[Any]]

_REMEDIES = {
    errno.ENOSPC: "free some space",
    errno.EDQUOT: "free some space",
    errno.EROFS: "make the folder writable",
    errno.EACCES: "make the folder writable",
    errno.EISDIR: "move away the folder that has its name",
}


@contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`, for a file or a folder; rename it to `path` on success, remove it
    on failure.

    Temporary files of the same target whose process was killed are removed too. Raises InputError when the
    disk is full, the folder cannot be written, or a file is where a folder should be, and names it.
    """
    path = Path(path)
    temporary = path.with_name(f".{path.stem}.{os.getpid()}{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _remove_leftovers(path)
        try:
            yield temporary
            os.replace(temporary, path)
        finally:
            _remove(temporary)
    except OSError as error:
        for folder in path.parents:
            if folder.is_file():
                raise InputError(
                    f"{folder}: a file where a folder should be; move it away and run again"
                ) from error
        if error.errno not in _REMEDIES:
            raise
        raise InputError(
            f"{path}: cannot be written ({error.strerror}); {_REMEDIES[error.errno]} and run again"
        ) from error


def _remove_leftovers(path: Path) -> None:
    pattern = re.compile(rf"\.{re.escape(path.stem)}\.(\d+){re.escape(path.suffix)}")
    for file in path.parent.iterdir():
        if (match := pattern.fullmatch(file.name)) and not _alive(int(match[1])):
            _remove(file)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # another user's
        pass
    return True


def table_of(rows: Sequence[Mapping[str, Any]]) -> dict[str, NDArray[Any]]:
    """The table whose rows are given; each has the columns of the first."""
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


def write_table(path: str | Path, table: Table) -> None:
    """Write a table as CSV; floats keep every digit (shortest text that reads back equal).

    Raises ValueError when the columns differ in length.
    """
    columns = [c.tolist() if isinstance(c, np.ndarray) else list(c) for c in table.values()]
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(table)
        writer.writerows(zip(*columns, strict=True))


def write_arrays(path: str | Path, arrays: Mapping[str, NDArray[Any]], *, compressed: bool = False) -> None:
    """Write arrays as an NPZ; compression pays for images, and takes long for what looks like noise."""
    save = np.savez_compressed if compressed else np.savez
    with replacing(path) as temporary:
        save(temporary, allow_pickle=False, **arrays)


def read_arrays(path: str | Path, *names: str, optional: Sequence[str] = ()) -> dict[str, NDArray[Any]]:
    """Read an NPZ without pickle: the arrays named and, if they are there, the optional ones, or all of them.

    Raises InputError when the file is missing or damaged, lacks a name, or holds objects under it.
    """
    try:
        with ZipFile(path) as archive:
            there = [name.removesuffix(".npy") for name in archive.namelist()]
            missing = set(names) - set(there)
            if not missing:
                wanted = [*names, *(name for name in optional if name in there)]
                return {name: _read_array(archive, name) for name in wanted or there}
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except (*DAMAGE, BadZipFile, EOFError, KeyError, NotImplementedError, zlib.error) as error:
        raise InputError(f"{path}: not a readable NPZ file ({_line(error)})") from error
    held = ", ".join(there[:12]) + (", …" if len(there) > 12 else "")
    raise InputError(
        f"{path}: no array named {', '.join(sorted(missing))}; the file holds {held or 'nothing'}, and "
        "np.savez writes arrays by name"
    )


def _read_array(archive: ZipFile, name: str) -> NDArray[Any]:
    """An array of an NPZ, once its header promises no more than there is."""
    member = archive.getinfo(f"{name}.npy")
    with archive.open(member) as file:
        read_header = HEADERS.get(read_magic(file))
        if read_header is None:
            raise ValueError(f"{name} is of an unknown version of the format")
        shape, _, dtype = read_header(file)
        if dtype.hasobject:
            raise ValueError(f"array {name} holds objects; save numbers, or text by astype(str)")
        promised, held = math.prod(shape) * dtype.itemsize, member.file_size - file.tell()
        if promised != held or min(shape, default=0) < 0:
            raise ValueError(f"{name} is to have shape {shape} of {dtype}, {promised} bytes, and has {held}")
    with archive.open(member) as file:
        array: NDArray[Any] = read_array(file, allow_pickle=False)
        return array


def write_json(path: str | Path, record: Any, *, indent: int | None = 2) -> None:
    """Write a JSON record, keys in the order given; on one line for `indent` None. See `json_text`."""
    with replacing(path) as temporary:
        temporary.write_text(json_text(record, indent=indent) + "\n", encoding="utf-8")


def json_text(record: Any, *, indent: int | None = None) -> str:
    """A record as JSON, which has no infinity and no nan: such a number becomes null."""
    return json.dumps(_finite(record), indent=indent, allow_nan=False)


def _finite(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _finite(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def read_table(path: str | Path) -> dict[str, NDArray[Any]]:
    """Read a CSV table: columns of whole numbers as int64, of numbers as float64, of True and False as
    bool, others as text.

    Raises InputError when the file is missing, empty or ragged.
    """
    try:
        with open(path, encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file)
            if not header:
                raise ValueError("it has no columns")
            columns = list(zip(*rows, strict=True)) if rows else [()] * len(header)
            table = dict(zip(header, columns, strict=True))
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except (*DAMAGE, csv.Error) as error:
        raise InputError(f"{path}: not a readable CSV table ({_line(error)})") from error
    return {name: _typed(column) for name, column in table.items()}


def _typed(column: Sequence[str]) -> NDArray[Any]:
    if column and set(column) <= {"True", "False"}:
        return np.array([value == "True" for value in column])
    for kind in (np.int64, np.float64):
        try:
            return np.array(column, dtype=kind)
        except (ValueError, OverflowError):
            continue
    return np.array(column)


def read_json(path: str | Path) -> Any:
    """Read a JSON record. Raises InputError when the file is missing or damaged."""
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except (*DAMAGE, RecursionError) as error:
        raise InputError(f"{path}: not a readable JSON record ({_line(error)})") from error


def _line(error: Exception) -> str:
    return " ".join(str(error).split())
