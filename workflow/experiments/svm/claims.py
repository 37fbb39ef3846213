"""What the article says of the support vector machine on pairs of classes."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from report.article import (
    LEAST_ERROR_MEAN,
    LEAST_ERROR_WORST,
    OPTIMAL_EXPONENT,
    OPTIMAL_EXPONENT_RANGE,
    THETA_SMALLEST,
)
from report.claims import (
    INCOMPARABLE,
    REPRODUCED,
    Claim,
    Columns,
    if_comparable,
    judged,
    near,
)
from report.numerals import counted, plain, span
from tilt.linear.tables import optimal_row

UPRIGHT = 0.1  # degrees up to which a boundary is that of the nearest centroids
MIN_PAIRS = 5  # of a rank correlation
CANNOT_BE_TOLD = "cannot be told"
PAIR_SHARES = (0.95, 0.5)  # of the pairs, for what the article says of all: reproduced, partly


def svm_claims(paths: Mapping[str, Columns], *, numbers: bool) -> list[Claim]:
    """The SVM on pairs of classes, from their path tables.

    `numbers` says whether the article's numbers can be compared (see `comparable`).
    """
    tables = [{k: v[np.argsort(table["lambda"])] for k, v in table.items()} for table in paths.values()]
    least = 100 * np.array([table["err_test"].min() for table in tables])
    exponents = np.log10([table["lambda_article"][optimal_row(table)] for table in tables])
    smallest, largest = np.array([table["theta"][[0, -1]] for table in tables]).T
    spread = max(np.ptp(table["d_adv"] / np.cos(table["theta"])) / table["d_adv"].max() for table in tables)
    tilted = [table for table in tables if np.degrees(table["theta"].max()) > UPRIGHT]
    untilted = _left_out("not tilted at any λ", len(tables) - len(tilted))
    erring = [table for table in tilted if table["err_train"][[0, -1]].any()]
    tested = [table for table in tilted if table["err_test"][[0, -1]].all()]
    upright = np.degrees(largest) <= UPRIGHT
    printed = [
        judged(
            "svm",
            "Least test error over λ, mean of the pairs",
            f"{LEAST_ERROR_MEAN:.3f} %",
            f"{least.mean():.3f} %",
            "within 0.01 points",
            near(least.mean(), LEAST_ERROR_MEAN, 0.01),
        ),
        judged(
            "svm",
            "Least test error over λ, worst pair",
            f"{LEAST_ERROR_WORST:.2f} %",
            f"{least.max():.2f} % ({list(paths)[least.argmax()]})",
            "within 0.05 points",
            near(least.max(), LEAST_ERROR_WORST, 0.05),
        ),
        judged(
            "svm",
            "λ_article of the least test error, median of the pairs",
            f"10^{OPTIMAL_EXPONENT:.1f}",
            f"10^{np.median(exponents):.1f}",
            "within 0.2 decades; of several λ the largest",
            near(np.median(exponents), OPTIMAL_EXPONENT, 0.2),
        ),
        _range_claim(
            "λ_article of the least test error, range over the pairs",
            exponents,
            OPTIMAL_EXPONENT_RANGE,
            ("10^{:.1f}", "10^{:.1f}", ""),
            (0.2, "0.2 decades; of several λ the largest"),
        ),
        _range_claim(
            "Tilt at the smallest λ (λ_article = 0.1), range over the pairs",
            smallest,
            THETA_SMALLEST,
            ("{:.2f}", "{:.3f}", " rad"),
            (0.01, "0.01 rad"),
        ),
    ]
    said = [
        _if_grid_suffices(
            judged(
                "svm",
                "At the largest λ the boundary is that of the nearest centroids",
                "θ = 0",
                f"θ at most {plain(np.degrees(largest.max()))}°",
                f"at most {UPRIGHT}°, every pair",
                upright.all(),
            ),
            tables,
            upright.tolist(),
        ),
        judged(
            "svm",
            "The adversarial distance depends on the tilt alone",
            "d_adv = ½‖j − i‖ cos θ",
            f"d_adv / cos θ is constant along λ to {plain(spread, '.1g')} of d_adv",
            "to 1e-9, every pair",
            spread <= 1e-9,
        ),
        _along_path(
            "The tilt falls and the adversarial distance rises as λ grows",
            tilted,
            [_rises(-table["theta"]) and _rises(table["d_adv"]) for table in tilted],
            "at every step of λ, to 1 % of the range",
            untilted,
        ),
        _along_path(
            "The two aims conflict: training error and adversarial distance both grow with λ",
            erring,
            [all(table[name][0] < table[name][-1] for name in ("err_train", "d_adv")) for table in erring],
            "both less at the smallest λ than at the largest",
            _left_out("without a training error at either end", len(tilted) - len(erring)) + untilted,
        ),
        _along_path(
            "The test error is least in between: overfitted below λ_optimal, underfitted above",
            tested,
            [table["err_test"][[0, -1]].min() > table["err_test"].min() for table in tested],
            "greater at both ends of λ",
            _left_out("without a test error at one end or both", len(tilted) - len(tested)) + untilted,
        ),
    ]
    if len(tables) >= MIN_PAIRS and np.ptp(least) > 0 and tilted:
        rho = np.corrcoef(_ranks(smallest), _ranks(least))[0, 1]
        said.append(
            judged(
                "svm",
                "Classes that are hard to separate end up more tilted",
                "7v9 more than 0v1",
                f"rank correlation of θ at the smallest λ with the least test error: {rho:.2f}",
                "at least 0.5; partly, above 0",
                rho >= 0.5,
                rho > 0,
            )
        )
    return [*if_comparable(numbers, printed), *said]


def _range_claim(
    statement: str,
    values: NDArray[Any],
    published: tuple[float, float],
    formats: tuple[str, str, str],
    tolerance: tuple[float, str],
) -> Claim:
    """A claim about the range of values; `formats` are those of published and measured ones, and a unit."""
    ends, size = (values.min(), values.max()), tolerance[0]
    printed, ours, unit = formats
    return judged(
        "svm",
        statement,
        span(published, printed.format) + unit,
        span(ends, ours.format) + unit,
        f"each end within {tolerance[1]}",
        *(near(end, other, size) for end, other in zip(ends, published, strict=True)),
    )


def _left_out(why: str, pairs: int) -> str:
    """The remark on pairs of which a claim cannot be told."""
    return f"; pairs {why}: {pairs}" if pairs else ""


def pairs_claim(section: str, statement: str, holds: Sequence[Any], rule: str, remark: str) -> Claim:
    """A claim about every pair of which it can be told, and `holds` or not; without any it has no verdict."""
    full, part = PAIR_SHARES
    share = np.mean(holds) if len(holds) else 0
    claim = judged(
        section,
        statement,
        "in words",
        (f"{sum(holds)} of {counted(len(holds), 'pair')}" if len(holds) else CANNOT_BE_TOLD) + remark,
        f"{rule}: {100 * full:g} % of the pairs; partly, from {100 * part:g} %",
        share >= full,
        share >= part,
    )
    return claim if len(holds) else replace(claim, verdict=INCOMPARABLE)


def untold(claim: Claim, short: int, pairs: int, remedy: str) -> Claim:
    """A claim that is not reproduced, without its verdict where the λ of some pairs end too early to tell."""
    if claim.verdict == REPRODUCED or not short:
        return claim
    remark = f"; {CANNOT_BE_TOLD}, the grid ends too early for {short} of {counted(pairs, 'pair')}: {remedy}"
    return replace(claim, measured=claim.measured + remark, verdict=INCOMPARABLE)


def _along_path(
    statement: str, tables: Sequence[Columns], holds: Sequence[Any], rule: str, remark: str
) -> Claim:
    return _if_grid_suffices(pairs_claim("svm", statement, holds, rule, remark), tables, holds)


def _if_grid_suffices(claim: Claim, tables: Sequence[Columns], holds: Sequence[Any]) -> Claim:
    """The claim, `untold` where it does not hold of a pair whose λ stay below `lambda_inside`.

    From there on every sample lies inside the margin, and the direction of w stays as it is.
    """
    needed = [
        table["lambda_inside"][0]
        for table, held in zip(tables, holds, strict=True)
        if not held and table["lambda"].max() < table["lambda_inside"][0]
    ]
    if not needed:
        return claim
    first, *_, last = np.sort(np.log10(tables[0]["lambda_article"]))
    step = (last - first) / (len(tables[0]["lambda"]) - 1)
    missing = np.log10(max(needed) / tables[0]["lambda"].max())
    enough = last + step * np.ceil(missing / step)
    remedy = f"svm.lambda_article.last_exponent {plain(enough, '.4g')} would do"
    return untold(claim, len(needed), len(tables), remedy)


def _rises(values: NDArray[Any]) -> bool:
    return bool((np.diff(values) >= -0.01 * np.ptp(values)).all())


def _ranks(values: NDArray[Any]) -> NDArray[np.float64]:
    """Rank of each value, ties sharing their mean."""
    below, ties = (values[:, None] > values).sum(axis=1), (values[:, None] == values).sum(axis=1)
    return np.asarray(below + (ties - 1) / 2)
