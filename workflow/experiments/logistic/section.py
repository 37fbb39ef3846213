"""Logistic regression: captions of one pair."""

from collections.abc import Mapping, Sequence

import numpy as np

from experiments.logistic.claims import logistic_claims
from experiments.svm.section import tables
from report.claims import Columns
from report.contract import NO_NUMBER, Caption, Captions, Section, power
from report.numerals import plain
from report.words import Words
from tilt.linear.tables import optimal_row


def section(
    *,
    hinge: Mapping[str, Columns],
    softplus: Mapping[str, Columns],
    summary: Columns,
    words: Words,
    shown: Sequence[str],
    per_class: int,
) -> Section:
    """The section of logistic regression, from the path tables of its pairs with either loss."""
    written: Captions = {}
    for pair in shown:
        written |= pair_captions(pair, hinge[pair], softplus[pair], per_class, words)
    return Section(
        claims=logistic_claims(dict(hinge), dict(softplus)), captions=written, tables=tables(summary, words)
    )


def pair_captions(
    pair: str, hinge: Columns, softplus: Columns, train_per_class: int, words: Words
) -> Captions:
    """Of one pair: its path tables with either loss."""
    parts = []
    for name, table in (("SVM", hinge), ("logistic regression", softplus)):
        best, end = optimal_row(table), table["lambda"].argmin()
        parts.append(
            f"{name}: least test error {100 * table['err_test'][best]:.2f} % at λ_article = "
            f"{power(table['lambda_article'][best])} (‖w‖ = {plain(table['norm_w'][best])}), θ = "
            f"{np.degrees(table['theta'][best]):.1f}° there and {np.degrees(table['theta'][end]):.1f}° at "
            f"the smallest λ (‖w‖ = {plain(table['norm_w'][end])})"
        )
    return {
        f"{pair}_comparison": Caption(
            "comparison",
            f"{words.pair(pair)}: two losses",
            "Tilt, distance and errors for both losses, against λ and against the norm of w.",
            f"n = {2 * train_per_class:,} training {words.samples}, {train_per_class:,} a class; "
            f"{len(hinge['lambda'])} values of λ; no seed.",
            NO_NUMBER,
            f"{'; '.join(parts)}.",
        )
    }
