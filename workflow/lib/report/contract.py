"""What every section of the report is made of: captions of its figures, tables, and numbers as text."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from report.numerals import plain

NO_NUMBER = "no number"


@dataclass(frozen=True)
class Caption:
    """What stands under one figure: its title, a description for who cannot see it, n and seeds, both values.

    `text` names the two paragraphs that say what is drawn and what the article claims of it.
    """

    text: str
    title: str
    alt: str
    sample: str
    published: str
    measured: str


Captions = dict[str, Caption]


@dataclass(frozen=True)
class Table:
    """A table of text; the first column names the rows."""

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]


def join(parts: Iterable[object]) -> str:
    return ", ".join(map(str, parts))


def percent(fraction: float) -> str:
    return f"{100 * fraction:.2f} %"


def power(value: float) -> str:
    return f"10^{np.log10(value):.3g}"


def span(values: NDArray[Any], digits: str) -> str:
    return f"{plain(values.min(), digits)} to {plain(values.max(), digits)}"
