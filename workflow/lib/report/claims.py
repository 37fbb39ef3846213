"""What a claim is, how it is judged, and when the article's numbers can be compared.

Tables are those that `tilt.io.read_table` gives back. Numbers of the article are judged where data and
protocol were the article's and are "not comparable" elsewhere; what it says in words is judged wherever it
was measured.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from report.numerals import plain
from tilt.intervals import mean_interval

Columns = Mapping[str, NDArray[Any]]
Settings = Mapping[str, Any]

VERDICTS = REPRODUCED, PARTLY, NOT, INCOMPARABLE = (
    "reproduced",
    "partly reproduced",
    "not reproduced",
    "not comparable",
)
MARKS = dict(zip(VERDICTS, "✓◐✗–", strict=True))

PROTOCOLS: Mapping[str, Settings] = {
    "svm": {
        "pairs": "all",
        "train_per_class": 3000,
        "lambda_article": {"first_exponent": -1, "last_exponent": 7, "step": 0.1, "scale": 1e-5},
    },
    "training": {
        "model": "lenet",
        "train_per_class": None,
        "epochs": 50,
        "batch_size": 300,
        "learning_rate": 5e-4,
        "momentum": 0.9,
    },
    "attack": {"median_top_score": 0.95, "attacks": {"targeted_ascent": {"confidence": 0.95, "step": 1}}},
}
SIDES = ("low", "high")
NOT_MEASURED = "not measured"


@dataclass(frozen=True)
class Claim:
    """One claim of a section: what is said, published and measured, the rule of judgement, the verdict."""

    section: str
    statement: str
    published: str
    measured: str
    rule: str
    verdict: str


def claims_table(claims: Sequence[Mapping[str, str]]) -> dict[str, list[str]]:
    """Records of claims as a table, a column per field of `Claim`."""
    return {field.name: [claim[field.name] for claim in claims] for field in fields(Claim)}


def comparable(source: str, settings: Mapping[str, Settings], *sections: str) -> bool:
    """Whether the data are MNIST and each of `sections` (keys of PROTOCOLS) has the article's settings."""
    return source == "mnist" and all(agree(settings[section], PROTOCOLS[section]) for section in sections)


def agree(settings: Any, protocol: Any) -> bool:
    """Whether settings have every key of the protocol with its value, at every level."""
    if not (isinstance(settings, Mapping) and isinstance(protocol, Mapping)):
        return bool(settings == protocol)
    return all(agree(settings[key], value) for key, value in protocol.items())


def judged(section: str, statement: str, published: str, measured: str, rule: str, *holds: Any) -> Claim:
    """A claim with its verdict: reproduced where all conditions hold, partly where some do; what was not
    measured is not comparable."""
    verdict = REPRODUCED if all(holds) else PARTLY if any(holds) else NOT
    if measured.startswith(NOT_MEASURED):
        verdict = INCOMPARABLE
    return Claim(section, statement, published, measured, rule, verdict)


def if_comparable(numbers: bool, claims: list[Claim]) -> list[Claim]:
    """Claims about numbers, without a verdict where the article's cannot be compared."""
    return claims if numbers else [replace(claim, verdict=INCOMPARABLE) for claim in claims]


def near(value: float, published: float, tolerance: float) -> bool:
    return bool(abs(value - published) <= tolerance)


def mean(values: Iterable[float]) -> float:
    return float(np.mean(list(values)))


def listed(values: Iterable[float]) -> str:
    return ", ".join(plain(value, ".2g") for value in values)


def interval_text(values: NDArray[np.float64], digits: str = ".2f") -> str:
    """Mean over seeds with its 95 % interval and n, in words."""
    mean, low, high = mean_interval(values)
    if not len(values):
        return NOT_MEASURED
    text = plain(mean, digits)
    if len(values) == 1:
        return f"{text} (one seed, no interval)"
    ends = f"{plain(low, digits)} to {plain(high, digits)}"
    return f"{text} (95 % interval {ends}, n = {len(values)} seeds)"
