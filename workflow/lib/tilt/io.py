"""Reading and writing intermediates: CSV tables, NPZ arrays, JSON records.

Every write goes to a temporary name beside the target and is renamed, so a file that exists is whole.
A *table* is a mapping of column names to one-dimensional sequences of equal length.
"""

import csv
import errno
import json
import os
import re
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

_REMEDIES = {
    errno.ENOSPC: "free some space",
    errno.EDQUOT: "free some space",
    errno.EROFS: "make the folder writable",
    errno.EACCES: "make the folder writable",
}


@contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`; rename it to `path` on success, remove it on failure.

    Temporary files of the same target whose process was killed are removed too. Raises InputError, naming
    `path`, when the disk is full or the folder cannot be written.
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
            temporary.unlink(missing_ok=True)
    except OSError as error:
        if error.errno not in _REMEDIES:
            raise
        raise InputError(
            f"{path}: cannot be written ({error.strerror}); {_REMEDIES[error.errno]} and run again"
        ) from error


def _remove_leftovers(path: Path) -> None:
    pattern = re.compile(rf"\.{re.escape(path.stem)}\.(\d+){re.escape(path.suffix)}")
    for file in path.parent.iterdir():
        if (match := pattern.fullmatch(file.name)) and not _alive(int(match[1])):
            file.unlink(missing_ok=True)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # another user's
        pass
    return True


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


def read_arrays(path: str | Path, *names: str) -> dict[str, NDArray[Any]]:
    """Read an NPZ without pickle: the arrays named, or all of them.

    Raises InputError when the file is missing or damaged, or lacks a name.
    """
    try:
        with open(path, "rb") as file, np.load(file, allow_pickle=False) as archive:
            missing = set(names) - set(archive.files)
            if not missing:
                return {name: archive[name] for name in names or archive.files}
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except (BadZipFile, EOFError, OSError, TypeError, ValueError, zlib.error) as error:
        raise InputError(f"{path}: not a readable NPZ file ({error})") from error
    raise InputError(f"{path}: no array named {', '.join(sorted(missing))}")


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
