"""Numbers, tables, records and sizes as text."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Columns = Mapping[str, NDArray[Any]]
Lines = Iterator[str]


def text(value: Any) -> str:
    """A value; real numbers with five digits."""
    return f"{value:.5g}" if isinstance(value, float | np.floating) else str(value)


def value_range(values: NDArray[Any]) -> str:
    """The least and the greatest number, how many are true, or how many texts differ."""
    if not values.size:
        return "empty"
    if values.dtype.kind == "b":
        return f"{values.sum()} of {values.size} true"
    if values.dtype.kind not in "iuf":
        return f"{len(np.unique(values))} different"
    finite = values[np.isfinite(values)]
    parts = [f"{text(finite.min())} to {text(finite.max())}"] if finite.size else []
    parts += [f"{values.size - finite.size} not finite"] if finite.size < values.size else []
    return ", ".join(parts)


def aligned(rows: Sequence[Sequence[str]]) -> Lines:
    """Rows of cells, each column as wide as its widest cell."""
    widths = [max(len(row[k]) for row in rows if k < len(row)) for k in range(max(map(len, rows), default=0))]
    for row in rows:
        yield "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=False)).rstrip()


def table_lines(table: Columns, names: Sequence[str], rows: Any = slice(None)) -> Lines:
    """Some columns and rows of a table."""
    return aligned([names, *zip(*(map(text, table[name][rows]) for name in names), strict=True)])


def array_lines(arrays: Columns) -> Lines:
    """Name, shape, type and range of each array."""
    shapes = ((name, str(a.shape), str(a.dtype), value_range(a)) for name, a in arrays.items())
    return aligned([("array", "shape", "type", "range"), *shapes])


def record_lines(record: Mapping[str, Any], prefix: str = "") -> Lines:
    """A line per entry; nested names are joined by dots, of a list of records the last one is shown."""
    for name, value in record.items():
        if isinstance(value, list) and value and isinstance(value[-1], dict):
            yield from record_lines({f"last of {len(value)}": value[-1]}, f"{prefix}{name}: ")
        elif isinstance(value, list):
            yield f"{prefix}{name}: {', '.join(map(text, value))}"
        elif not isinstance(value, dict):
            yield f"{prefix}{name}: {text(value)}"
        elif any(isinstance(entry, dict | list) for entry in value.values()):
            yield from record_lines(value, f"{prefix}{name}.")
        else:
            entries = (f"{key} {text(entry)}" for key, entry in value.items())
            yield f"{prefix}{name}: {', '.join(entries)}"


def size(*paths: Path) -> str:
    """The bytes of files and of all files in folders, in powers of 1000."""
    files = [file for path in paths for file in (path, *path.rglob("*")) if file.is_file()]
    count = float(sum(file.stat().st_size for file in files))
    for unit in ("B", "kB", "MB"):
        if count < 1000:
            return f"{count:.3g} {unit}"
        count /= 1000
    return f"{count:.3g} GB"
