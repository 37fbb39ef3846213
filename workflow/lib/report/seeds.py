"""Means over seeds, and how they are written."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from report.claims import Columns
from report.numerals import or_dash, plain
from tilt.intervals import mean_interval

PARTS = ("n", "mean", "low", "high")


def over_seeds(
    table: Columns, by: Sequence[str], quantities: Sequence[str], counted: NDArray[np.bool_]
) -> dict[str, NDArray[Any]]:
    """Means over the networks of a table that agree in the columns `by`, a row for each group.

    `counted` (a truth value for each network) says which of them count. Columns: `by`; `n` networks that
    count and `n_left_out` that do not; and of each quantity `_n`, how many of its values are finite, their
    `_mean`, and the ends `_low` and `_high` of its 95 % interval (Student's t), nan below two. Groups go by
    the last of `by`, the weight decay for instance, within the order in which the others first come.
    """
    import pandas as pd  # here, as it takes long and who reads a summary has no need of it

    frame = pd.DataFrame({name: np.asarray(column) for name, column in table.items()})
    *outer, last = by
    rows = []
    for _, group in frame.groupby([frame.groupby(outer, sort=False).ngroup(), last]):
        counts = counted[group.index.to_numpy()]
        row = {name: group[name].iloc[0] for name in by}
        row |= {"n": int(counts.sum()), "n_left_out": int((~counts).sum())}
        for quantity in quantities:
            values = group[quantity].to_numpy(np.float64)[counts]
            values = values[np.isfinite(values)]
            found = (len(values), *mean_interval(values))
            row |= {f"{quantity}_{part}": value for part, value in zip(PARTS, found, strict=True)}
        rows.append(row)
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


def estimate(mean: float, low: float, high: float, digits: str = ".2f", unit: str = "") -> str:
    """A mean with the ends of its interval: 3.1 % (2.9 to 3.3); without ends that are nan, a dash for a mean
    that is.
    """
    if not np.isfinite(mean):
        return or_dash(mean)
    ends = f" ({plain(low, digits)} to {plain(high, digits)})" if np.isfinite(low) else ""
    return plain(mean, digits) + unit + ends


def interval_cell(values: NDArray[np.float64], digits: str = ".2f") -> str:
    """The mean of values (n,) with its 95 % interval where there are two or more: 3.1 (2.9 to 3.3)."""
    return estimate(*mean_interval(values), digits)


def mean_text(
    summary: Columns,
    quantity: str,
    row: int | np.intp,
    factor: float = 1,
    digits: str = ".3g",
    unit: str = "",
    *,
    interval: bool = True,
) -> str:
    """The mean of a quantity in a row of `over_seeds`, times a factor: 3.1 % (2.9 to 3.3).

    Without the interval where it has none, or on request; a dash where nothing was measured.
    """
    mean, low, high = (factor * float(summary[f"{quantity}_{part}"][row]) for part in PARTS[1:])
    return estimate(mean, low if interval else np.nan, high, digits, unit)
