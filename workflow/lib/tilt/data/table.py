"""A data set of one's own: a CSV, TSV or Parquet table with a column of labels."""

import csv
import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import TextIO

import numpy as np

from tilt.data.labels import LabelledParts, label_texts
from tilt.errors import InputError
from tilt.io import DAMAGE

SEPARATORS = {".csv": ",", ".csv.gz": ",", ".tsv": "\t", ".tsv.gz": "\t"}


def table_labels(path: str | Path, label: str) -> LabelledParts:
    """The labels of a table, from its column `label`.

    Raises InputError, naming the file, when it is no table, lacks the column, or a row has no label.
    """
    separator = next((sep for end, sep in SEPARATORS.items() if str(path).lower().endswith(end)), None)
    if separator is None:
        raise InputError(f"{path}: not a table; give one of {', '.join(SEPARATORS)}")
    with _reading(path) as file:
        column = np.array(list(_column(file, separator, label, str(path))), np.str_)
    return LabelledParts(label_texts(column, f"{path}: the column {label}"))


def _column(file: TextIO, separator: str, name: str, path: str) -> Iterator[str]:
    """One column of a table; a line without quotes is only cut next to it, in a tenth of the time."""
    header = next(csv.reader(file, delimiter=separator), [])
    if header.count(name) != 1:
        raise InputError(f"{path}: {header.count(name)} columns named {name}; set label to one of {header}")
    width, at = len(header), header.index(name)
    for row, line in enumerate(file, start=1):
        if not line.strip("\r\n"):
            continue
        if '"' in line:
            fields = next(csv.reader(chain([line], file), delimiter=separator))
            count, value = len(fields), fields[at] if at < len(fields) else ""
        else:
            count = line.count(separator) + 1
            value = line.split(separator, at + 1)[at] if at < count else ""
        if count != width:
            raise InputError(f"{path}: row {row} has {count} fields and the header {width}; make them equal")
        yield value


@contextmanager
def _reading(path: str | Path) -> Iterator[TextIO]:
    """A table opened as text; what is wrong with it ends in an InputError of one line."""
    opened = gzip.open if str(path).lower().endswith(".gz") else open
    try:
        with opened(path, "rt", encoding="utf-8-sig", newline="") as file:
            yield file  # type: ignore[misc]
    except InputError:
        raise
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except (*DAMAGE, csv.Error, EOFError, zlib.error) as error:
        reason = " ".join(str(error).split())
        raise InputError(f"{path}: not a readable table ({reason}); save it as CSV in UTF-8") from error
