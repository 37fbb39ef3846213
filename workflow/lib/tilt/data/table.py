"""A data set of one's own: a CSV, TSV or Parquet table with a column of labels."""

import csv
import gzip
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tilt.data.images import BEYOND_PRECISION, LARGEST_INTEGER
from tilt.data.labels import LabelledParts, label_texts, listed
from tilt.errors import InputError
from tilt.io import DAMAGE

if TYPE_CHECKING:
    import pandas as pd

SEPARATORS = {".csv": ",", ".csv.gz": ",", ".tsv": "\t", ".tsv.gz": "\t"}
PARQUET = ".parquet"
MOST_COLUMNS = 40  # that a message lists


def table_labels(path: str | Path, label: str) -> LabelledParts:
    """The labels of a table, from its column `label`.

    Raises InputError, naming the file, when it is no table, lacks the column, or a row has no label.
    """
    with _refusing(path):
        if separator := _separator(path):
            values = np.array(list(_column(path, separator, label)), np.str_)
        else:
            values = np.array(_parquet_column(path, label))
    return LabelledParts(label_texts(values, f"{path}: the column {label}"))


def table_samples(path: str | Path, label: str) -> list[NDArray[np.float64]]:
    """All other columns as vectors (n, d), in one part.

    Texts that read as numbers are numbers. Raises InputError, naming the file and the column, for missing
    values, other texts, times, and integers that double precision does not tell apart.
    """
    with _refusing(path):
        if separator := _separator(path):
            import pandas as pd

            frame = pd.read_csv(path, sep=separator, index_col=False, low_memory=False, encoding="utf-8-sig")
        else:
            frame = _parquet().read_table(path).to_pandas()
    features = frame.drop(columns=label, errors="ignore")  # of Parquet it may be the index
    if not len(features.columns):
        raise InputError(f"{path}: no column beside {label}; give one or more of numbers")
    return [np.column_stack([_numbers(features[name], f"{path}: the column {name}") for name in features])]


def _numbers(column: "pd.Series", where: str) -> NDArray[np.float64]:
    import pandas as pd

    missing = int(column.isna().sum())
    if missing:
        raise InputError(
            f"{where} has {missing} missing values; fill them in, or leave out the rows or the column"
        )
    numbers = pd.to_numeric(column, errors="coerce")
    odd = column[numbers.isna() | (column.dtype.kind in "mM")]  # times convert, to counts of their units
    if len(odd):
        raise InputError(
            f"{where} holds {str(odd.iloc[0])!r}, no number; encode the column as numbers or leave it out"
        )
    values = numbers.to_numpy(np.float64)
    if pd.api.types.infer_dtype(column) == "integer" and np.abs(values).max() > LARGEST_INTEGER:
        raise InputError(f"{where} has integers beyond {BEYOND_PRECISION}")
    return values


def _separator(path: str | Path) -> str | None:
    """What separates the columns; None in a Parquet file."""
    name = Path(path).name.lower()
    if name.endswith(PARQUET):
        return None
    for end, separator in SEPARATORS.items():
        if name.endswith(end):
            return separator
    raise InputError(f"{path}: not a table by its name; give one of {', '.join([*SEPARATORS, PARQUET])}")


def _column(path: str | Path, separator: str, name: str) -> Iterator[str]:
    """One column; a line without quotes is only cut beside it, which takes a tenth of the time."""
    opened = gzip.open if Path(path).suffix.lower() == ".gz" else open
    with opened(path, "rt", encoding="utf-8-sig", newline="") as file:
        header = next(csv.reader(file, delimiter=separator), [])
        _check_header(header, name, path)
        width, at = len(header), header.index(name)
        for row, line in enumerate(file, start=1):
            if not line.strip("\r\n"):
                continue
            if '"' in line:
                fields = next(csv.reader(chain([line], file), delimiter=separator))
                count = len(fields)
            else:
                text, count = line.rstrip("\r\n"), line.count(separator) + 1
                fields = (
                    text.split(separator, at + 1) if at < width / 2 else text.rsplit(separator, width - at)
                )
            if count != width:
                raise InputError(
                    f"{path}: row {row} has {count} fields and the header {width}; make them equal"
                )
            yield fields[at] if at < width / 2 else fields[at - width]


def _parquet_column(path: str | Path, name: str) -> list[object]:
    _check_header(_parquet().read_schema(path).names, name, path)
    values: list[object] = _parquet().read_table(path, columns=[name]).column(0).to_pylist()
    if None in values:
        raise InputError(f"{path}: row {values.index(None) + 1} has no {name}; fill it in or remove the row")
    return values


def _parquet() -> Any:
    try:
        import pyarrow.parquet
    except ImportError:
        raise InputError("a Parquet table needs the package pyarrow; install it, or give CSV") from None
    return pyarrow.parquet


def _check_header(header: Sequence[str], label: str, path: str | Path) -> None:
    for name, count in Counter(header).items():
        if not name.strip():
            raise InputError(
                f"{path}: a column has no name (an index?); name it, or write the table without (index=False)"
            )
        if count > 1:
            raise InputError(f"{path}: {count} columns are named {name}; give each a name of its own")
    if label not in header:
        close = get_close_matches(label, header, cutoff=0.5)
        columns = listed([*close, *(name for name in header if name not in close)], MOST_COLUMNS)
        raise InputError(f"{path}: no column is named {label}; set label to one of {columns}")


@contextmanager
def _refusing(path: str | Path) -> Iterator[None]:
    """What is wrong with a table ends in an InputError of one line."""
    try:
        yield
    except InputError:
        raise
    except FileNotFoundError:
        raise InputError(f"{path}: no such file; correct path") from None
    except (*DAMAGE, csv.Error, EOFError, zlib.error, OverflowError, NotImplementedError) as error:
        raise InputError(f"{path}: not a readable table ({error}); write it anew, CSV in UTF-8") from error
