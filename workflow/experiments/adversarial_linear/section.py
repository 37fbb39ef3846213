"""Adversarially trained linear models: captions, claims and a table."""

from collections.abc import Mapping

import numpy as np

from experiments.adversarial_linear.answer import adversarial_linear_answer
from experiments.adversarial_linear.claims import adversarial_linear_claims, tilts_apart
from experiments.adversarial_linear.rows import NAMES, rows_of
from report.claims import Columns
from report.contract import NO_NUMBER, Caption, Captions, Section, Table
from report.numerals import or_dash
from report.words import Words


def section(
    *,
    paths: Mapping[str, Columns],
    robust: Mapping[str, Columns],
    checks: Mapping[str, Columns],
    words: Words,
    per_class: int,
) -> Section:
    """The section, from the tables by pair."""
    written: Captions = {}
    for pair, table in paths.items():
        written |= pair_captions(pair, table, robust[pair], per_class, words)
    return Section(
        answer=adversarial_linear_answer(dict(paths), dict(checks)),
        claims=adversarial_linear_claims(dict(paths), dict(checks), words),
        captions=written,
        tables=[best_table(dict(paths), words)],
        values={"words": words},
    )


def best_row(rows: Columns) -> int | None:
    """Of models that are singled out the row of the least test error, of several the largest radius."""
    error = np.where(rows["unique"], rows["err_test"], np.nan)
    if not np.isfinite(error).any():
        return None
    return int(np.flatnonzero(error == np.nanmin(error))[-1])


def best_table(paths: Mapping[str, Columns], words: Words) -> Table:
    """A row for each pair and kind of model, at the radius of the least test error."""
    rows = []
    for pair, table in paths.items():
        for (loss, norm), name in NAMES.items():
            own = rows_of(table, loss, norm)
            if (k := best_row(own)) is None:
                continue
            value = {key: float(own[key][k]) for key in ("epsilon", "share", "theta", "d_adv", "d_inf")}
            rows.append(
                (
                    f"{words.pair(pair)}, {name}",
                    f"{value['epsilon']:.3g}",
                    f"{value['share']:.3g}",
                    or_dash(np.degrees(value["theta"]), ".1f"),
                    or_dash(value["d_adv"], ".3f"),
                    or_dash(value["d_inf"], ".3f"),
                    f"{100 * float(own['err_test'][k]):.2f}",
                )
            )
    header = (
        *("Pair and model", f"ε ({words.units})", "share of the collapse", "θ (°)", f"d_adv ({words.units})"),
        *("distance in the largest change", "test error (%)"),
    )
    return Table("At the radius of the least test error", header, rows)


def pair_captions(pair: str, table: Columns, robust: Columns, per_class: int, words: Words) -> Captions:
    """Of the pictures of one pair."""
    sample = (
        f"n = {2 * per_class:,} training {words.samples}, {per_class:,} a class; "
        f"{len(rows_of(table, 'hinge', 'l2')['epsilon'])} radii in L2; no seed."
    )
    apart = tilts_apart(table, "softplus")
    hinge = rows_of(table, "hinge", "l2")
    unique = hinge["unique"]
    first = float(hinge["epsilon"][unique][0]) if unique.any() else np.nan
    best = best_row(hinge)
    told = (
        f"Least test error of the SVM {100 * float(hinge['err_test'][best]):.2f} %, at ε = "
        f"{float(hinge['epsilon'][best]):.3g}."
        if best is not None
        else "No model has a test error."
    )
    accuracy = rows_of(robust, "hinge", "l2")["accuracy"]
    greatest = 100 * float(accuracy.max()) if accuracy.size else np.nan
    return {
        f"{pair}_curves": Caption(
            "curves",
            f"{words.pair(pair)}: along the radius",
            "Tilt, distance and errors against the radius of the perturbations, of three kinds of models.",
            sample,
            NO_NUMBER,
            f"{told} Logistic regression and its regularised counterpart differ in tilt by at most "
            f"{or_dash(float(apart.max()) if apart.size else np.nan, '.2g')}°.",
        ),
        f"{pair}_robust": Caption(
            "robust",
            f"{words.pair(pair)}: accuracy under attack",
            "Maps of the test accuracy over the radius of training and the radius of the attack.",
            sample,
            NO_NUMBER,
            f"Greatest accuracy without an attack {or_dash(greatest, '.2f')} %.",
        ),
        f"{pair}_planes": Caption(
            "planes",
            f"{words.pair(pair)}: margins of width ε",
            "Training data in tilt planes with the boundary and a margin of the radius on either side.",
            sample,
            NO_NUMBER,
            f"The first radius with one minimiser is {or_dash(first, '.3g')}.",
        ),
    }
