"""Logistic regression: captions of one pair."""

import numpy as np

from report.claims import Columns
from experiments.svm.tables import optimal_row
from report.numerals import plain
from report.contract import NO_NUMBER, Caption, Captions, power
from report.words import Words


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
            "logistic_comparison",
            f"{words.pair(pair)}: two losses",
            "Tilt, distance and errors for both losses, against λ and against the norm of w.",
            f"n = {2 * train_per_class:,} training {words.samples}, {train_per_class:,} a class; "
            f"{len(hinge['lambda'])} values of λ; no seed.",
            NO_NUMBER,
            f"{'; '.join(parts)}.",
        )
    }
