"""The article's tables: captions, and tables of the deviations."""

import numpy as np
from numpy.typing import NDArray

from experiments.published.claims import PUBLISHED_QUANTITIES, published_claims
from report.claims import Columns
from report.contract import Caption, Captions, Section, Table, join
from report.numerals import counted, plain
from report.words import Words


def section(*, summary: Columns, arbitration: Columns, absent: Columns, words: Words, shown: str) -> Section:
    """The section of the article's tables."""
    return Section(
        claims=published_claims(summary, arbitration),
        captions=captions(summary, arbitration, absent, shown),
        tables=tables(summary, arbitration),
        values={"words": words},
    )


def captions(summary: Columns, arbitration: Columns, absent: Columns, shown: str) -> Captions:
    """Of the article's tables: `published.summarise`, all pairs' arbitration, pairs that lack a table, the
    pair that is drawn.
    """
    names = np.unique(summary["pair"])
    pair = shown if shown in names else str(summary["pair"][0])

    def worst(rows: NDArray[np.bool_]) -> str:
        parts = []
        for quantity, (name, unit, _) in PUBLISHED_QUANTITIES.items():
            largest = summary["largest"][rows & (summary["quantity"] == quantity)]
            if np.isfinite(largest).any():
                parts.append(f"{name} {plain(np.nanmax(largest), '.2g')} {unit}")
        return join(parts)

    counts = "none"
    if len(arbitration["pair"]):
        agrees = arbitration["agrees_with"]
        counts = join(f"{who} {np.sum(agrees == who)}" for who in ("ours", "published", "neither"))
    return {
        "deviations": Caption(
            "deviations",
            "Ours minus the article's",
            "Panels of the deviation of each quantity against λ, dots within the tolerance lines.",
            f"{counted(len(names), 'pair')} whose table is there; absent: "
            f"{join(absent['pair']) or 'none'}. No seed.",
            "the tables",
            f"Largest deviations: {worst(summary['rows'] >= 0)}. Cells beyond the tolerance, by whom libsvm "
            f"agrees with: {counts}.",
        ),
        "pair": Caption(
            "pair",
            f"{pair}: curves and published values",
            f"Tilt, distance and errors of {pair} against λ: the article's dots lie on our curves.",
            "Every λ that both tables have; no seed.",
            "the table of the pair",
            f"Largest deviations: {worst(summary['pair'] == pair)}.",
        ),
    }


def tables(summary: Columns, arbitration: Columns) -> list[Table]:
    """Of `published.summarise` and all pairs' arbitration."""
    return [_deviations(summary), _arbitration(arbitration)]


def _deviations(summary: Columns) -> Table:
    """The deviations from the article's tables, a row per quantity."""
    rows = []
    for quantity, (name, unit, _) in PUBLISHED_QUANTITIES.items():
        of = {column: values[summary["quantity"] == quantity] for column, values in summary.items()}
        if not of["rows"].sum():
            continue
        worst = np.nanargmax(of["largest"])
        rows.append(
            (
                f"{name} ({unit})",
                f"{of['rows'].sum():,.0f}",
                f"{of['within'].sum():,.0f}",
                plain(np.nanmedian(of["median"]), ".2g"),
                plain(of["largest"][worst], ".2g"),
                f"{of['pair'][worst]}, 10^{np.log10(of['lambda_article'][worst]):.1f}",
                f"{of['rows_not_unique'].sum():,.0f}",
            )
        )
    header = (
        "Quantity",
        "Cells",
        "Within tolerance",
        "Median",
        "Largest",
        "At",
        "Cells of a bias not unique",
    )
    return Table("Absolute deviations by quantity", header, rows)


def _arbitration(arbitration: Columns) -> Table:
    """What libsvm finds in each cell beyond the tolerance."""
    rows = []
    for k in range(len(arbitration["pair"])):
        row = {name: column[k] for name, column in arbitration.items()}
        name, unit, _ = PUBLISHED_QUANTITIES[row["quantity"]]
        factor, unit = (100, "%") if unit == "points" else (1, unit)
        values = [f"{factor * row[who]:.4f}" for who in ("ours", "published", "libsvm")]
        power = f"10^{np.log10(row['lambda_article']):.1f}"
        rows.append((row["pair"], power, f"{name} ({unit})", *values, row["agrees_with"]))
    header = ("Pair", "λ_article", "Quantity", "Ours", "Published", "libsvm", "libsvm agrees with")
    return Table(f"Beyond the tolerance: {counted(len(rows), 'cell')}", header, rows)
