"""What is said of adversarial training and regularization of linear models."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from experiments.adversarial_linear.rows import rows_of
from experiments.svm.claims import pairs_claim
from report.claims import Claim, Columns
from report.numerals import significant
from report.words import Words

SECTION = "adversarial_linear"
SAME_OBJECTIVE = 1e-6  # relative
SAME_TILT = 0.05  # degrees
NEAR_TILT = 1.0


def adversarial_linear_claims(
    paths: Mapping[str, Columns], checks: Mapping[str, Columns], words: Words
) -> list[Claim]:
    """The claims, from the tables of `tables.path` by pair."""
    return [_is_l2(paths, checks), _is_l1(checks, words), _collapse(paths), _logistic(paths)]


def tilts_apart(table: Columns, loss: str) -> NDArray[np.float64]:
    """Degrees between the L2-regularised model and the one trained in L2, where both are known."""
    rows = rows_of(table, loss, "l2")
    apart = np.degrees(np.abs(rows["theta"] - rows["theta_regularised"]))
    return np.asarray(apart[np.isfinite(apart)])


def differences(checks: Mapping[str, Columns], norm: str) -> list[float]:
    """Relative differences of the objectives, of the pairs with one minimiser at that radius."""
    return [
        abs(float(table["difference"][k]))
        for table in checks.values()
        for k in np.flatnonzero((table["norm"] == norm) & table["unique"])
    ]


def _is_l2(paths: Mapping[str, Columns], checks: Mapping[str, Columns]) -> Claim:
    found = differences(checks, "l2")
    apart, holds = [], []
    for pair, table in paths.items():
        tilts = tilts_apart(table, "hinge")
        objectives = differences({pair: checks[pair]}, "l2")
        if tilts.size:
            apart.append(float(tilts.max()))
            holds.append(apart[-1] <= SAME_TILT and all(each <= SAME_OBJECTIVE for each in objectives))
    return pairs_claim(
        SECTION,
        "For the SVM L2 regularization is adversarial training of a radius ε(λ)",
        holds,
        f"tilts of both models within {SAME_TILT}° at all radii, and where a cone solver was tried its "
        f"objective within {SAME_OBJECTIVE:g} (relative)",
        (
            f"; objectives differ by at most {significant(max(found), 2)} ({len(found)} compared)"
            if found
            else "; no objective was compared"
        )
        + (f", tilts by at most {significant(max(apart), 2)}°" if apart else ""),
    )


def _is_l1(checks: Mapping[str, Columns], words: Words) -> Claim:
    found = differences(checks, "linf")
    return pairs_claim(
        SECTION,
        f"For the SVM L1 regularization is training against the largest change of a {words.feature}",
        [difference <= SAME_OBJECTIVE for difference in found],
        f"objectives of the two linear programmes within {SAME_OBJECTIVE:g} (relative) at one radius",
        f"; they differ by at most {significant(max(found), 2)}" if found else "",
    )


def _collapse(paths: Mapping[str, Columns]) -> Claim:
    holds = []
    for table in paths.values():
        rows = rows_of(table, "hinge", "l2")
        beyond = rows["share"] >= 1 - SAME_OBJECTIVE
        if beyond.any() and not beyond.all():
            holds.append(bool((rows["collapsed"] == beyond).all()))
    return pairs_claim(
        SECTION,
        "At ε = ½‖j − i‖, the greatest adversarial distance, the classifier collapses, and not before",
        holds,
        "w = 0 is optimal at the radii from there on and at none below",
        "",
    )


def _logistic(paths: Mapping[str, Columns]) -> Claim:
    apart = [tilts_apart(table, "softplus") for table in paths.values()]
    told = [degrees for degrees in apart if degrees.size]
    most, middle = (
        max((float(of(degrees)) for degrees in told), default=np.nan) for of in (np.max, np.median)
    )
    return pairs_claim(
        SECTION,
        "Logistic regression trained against perturbations is the L2-regularised one of the same shrinkage",
        [degrees.max() <= NEAR_TILT for degrees in told],
        f"tilts within {NEAR_TILT:g}° at every radius",
        f"; they differ by at most {significant(most, 2)}°, in the median over radii by at most "
        f"{significant(middle, 2)}° of any pair"
        if told
        else "",
    )
