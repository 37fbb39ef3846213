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
class Answer:
    """What an experiment says on the first screen: the answer in few words, and a sentence with the number,
    its interval and n.

    `value` is the number alone, for a table of several data sets with a column for each `question`; of two
    experiments that answer one question the later stands. `panel` is the id of the panel or section where
    the number comes from.
    """

    question: str
    short: str
    text: str
    value: str
    panel: str


@dataclass(frozen=True)
class Section:
    """What an experiment says on the page: its answer, claims, captions by the name of the picture, tables.

    `values` are what its prose, text.html.j2, mentions by name. Pictures come in the order of the captions.
    """

    claims: Sequence[Claim] = ()
    captions: Mapping[str, Caption] = field(default_factory=dict)
    tables: Sequence[Table] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    answer: Answer | None = None


def join(parts: Iterable[object]) -> str:
    return ", ".join(map(str, parts))


def percent(fraction: float) -> str:
    return f"{100 * fraction:.2f} %"


def power(value: float) -> str:
    return f"10^{np.log10(value):.3g}"
