"""The contract of a section: what an experiment says on the page, and numbers as text."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from report.claims import Claim

NO_NUMBER = "no number"


@dataclass(frozen=True)
class Caption:
    """What stands under one figure: its title, a description for who cannot see it, n and seeds, both values.

    `text` names the file captions/TEXT.rst of the experiment, whose two paragraphs say what is drawn and what
    the article claims of it.
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


@dataclass(frozen=True)
class Section:
    """What an experiment says on the page: its claims, captions by the name of the picture, tables.

    `values` are what its prose, text.html.j2, mentions by name. Pictures come in the order of the captions.
    """

    claims: Sequence[Claim] = ()
    captions: Mapping[str, Caption] = field(default_factory=dict)
    tables: Sequence[Table] = ()
    values: Mapping[str, Any] = field(default_factory=dict)


def join(parts: Iterable[object]) -> str:
    return ", ".join(map(str, parts))


def percent(fraction: float) -> str:
    return f"{100 * fraction:.2f} %"


def power(value: float) -> str:
    return f"10^{np.log10(value):.3g}"
