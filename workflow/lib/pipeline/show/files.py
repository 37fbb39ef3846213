"""Summaries of single files, by type."""

import json
import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open

from pipeline.show.text import Lines, aligned, array_lines, record_lines, size, text, value_range
from tilt.errors import InputError
from tilt.io import read_arrays, read_json, read_table

FIRST_ROWS = 4


def file_lines(path: Path) -> Lines:
    """The size and the content of a file whose type is one of `FILES`.

    Raises InputError when it is missing or damaged.
    """
    yield f"{path}: {size(path)}"
    yield from FILES[path.suffix](path)


def read_record(path: Path) -> dict[str, Any]:
    """A JSON record. Raises InputError when the file is damaged or holds no record."""
    record = read_json(path)
    if not isinstance(record, dict):
        raise InputError(f"{path}: holds no record but {type(record).__name__}; make it again")
    return record


def _csv(path: Path) -> Lines:
    table = read_table(path)
    yield f"{len(next(iter(table.values())))} rows, {len(table)} columns"
    first = (
        (name, value_range(column), ", ".join(_short(text(value)) for value in column[:FIRST_ROWS]))
        for name, column in table.items()
    )
    yield from aligned([("column", "range", "first rows"), *first])


def _short(words: str) -> str:
    return textwrap.shorten(words, 40, placeholder=" …")


def _npz(path: Path) -> Lines:
    return array_lines(read_arrays(path))


def _safetensors(path: Path) -> Lines:
    try:
        with safe_open(path, framework="numpy") as file:
            metadata = {name: json.loads(entry) for name, entry in (file.metadata() or {}).items()}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, ValueError) as error:
        raise InputError(f"{path}: not a readable safetensors file ({error}); make it again") from error
    yield from record_lines(metadata)
    yield from array_lines(tensors)


def _json(path: Path) -> Lines:
    return record_lines(read_record(path))


FILES: Mapping[str, Callable[[Path], Lines]] = {
    ".csv": _csv,
    ".npz": _npz,
    ".safetensors": _safetensors,
    ".json": _json,
}
