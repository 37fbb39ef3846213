"""The claims of the SVM, at both sides of their tolerances."""

import numpy as np
import pytest

from experiments.svm.claims import svm_claims
from made import paths, verdict
from report.claims import INCOMPARABLE, NOT, PARTLY, REPRODUCED


def test_a_faithful_svm_is_reproduced_in_every_claim():
    judged = svm_claims(paths(), numbers=True)
    assert {claim.verdict for claim in judged} == {REPRODUCED}
    assert len(judged) == 11


@pytest.mark.parametrize(
    ("changed", "start", "expected"),
    [
        ({"mean": 1.119}, "Least test error over λ, mean", REPRODUCED),
        ({"mean": 1.121}, "Least test error over λ, mean", NOT),
        ({"worst": 3.74}, "Least test error over λ, worst", REPRODUCED),
        ({"worst": 3.76}, "Least test error over λ, worst", NOT),
        ({"tilts": (1.069, 1.481)}, "Tilt at the smallest", REPRODUCED),
        ({"tilts": (1.069, 1.479)}, "Tilt at the smallest", PARTLY),
        ({"tilts": (1.09, 1.40)}, "Tilt at the smallest", NOT),
    ],
)
def test_numbers_of_the_svm_are_judged_by_their_tolerance(changed, start, expected):
    assert verdict(svm_claims(paths(**changed), numbers=True), start) == expected


@pytest.mark.parametrize(
    ("exponents", "median", "ends"),
    [
        ((1.2, 2.5, 3.5), REPRODUCED, REPRODUCED),
        ((1.39, 2.69, 3.69), REPRODUCED, REPRODUCED),
        ((1.41, 2.71, 3.5), NOT, PARTLY),
        ((1.41, 2.5, 3.2), REPRODUCED, NOT),
    ],
)
def test_the_place_of_the_least_error_is_judged_in_decades(exponents, median, ends):
    tables = paths(n=3, mean=2)
    for table, exponent in zip(tables.values(), exponents, strict=True):
        table["lambda_article"][2] = 10.0**exponent
    judged = svm_claims(tables, numbers=True)
    assert verdict(judged, "λ_article of the least test error, median") == median
    assert verdict(judged, "λ_article of the least test error, range") == ends


def test_of_several_least_errors_the_largest_lambda_counts():
    tables = paths(n=3, mean=2)
    for table in tables.values():
        table["err_test"][3] = table["err_test"][2]
    measured = [c.measured for c in svm_claims(tables, numbers=True) if "median" in c.statement]
    assert measured == ["10^4.0"]


def test_numbers_of_other_data_are_not_comparable_and_words_are_judged():
    judged = svm_claims(paths(), numbers=False)
    assert [claim.verdict for claim in judged] == [INCOMPARABLE] * 5 + [REPRODUCED] * 6


@pytest.mark.parametrize(("broken", "expected"), [(2, REPRODUCED), (3, PARTLY), (20, PARTLY), (21, NOT)])
@pytest.mark.parametrize(
    ("start", "column", "values"),
    [
        ("The tilt falls", "theta", [1.2, 0.8, 0.9, 0.2, 0.0]),
        ("The two aims conflict", "err_train", [0.05, 0.01, 0.02, 0.03, 0.04]),
        ("The test error is least in between", "err_test", [0.01, 0.02, 0.03, 0.04, 0.05]),
    ],
)
def test_what_is_said_of_every_pair_is_judged_by_their_share(start, column, values, broken, expected):
    tables = paths(n=40)
    for table in list(tables.values())[:broken]:
        table[column] = np.array(values)
    assert verdict(svm_claims(tables, numbers=True), start) == expected


def test_limit_and_rank_correlation_of_the_svm():
    tables = paths(n=6, mean=2)
    for k, table in enumerate(tables.values()):
        table["theta"][-1] = np.radians(0.11)
        table["theta"][0] = 1.5 - 0.01 * k
        table["err_test"][2] = 0.001 * k
    judged = svm_claims(tables, numbers=True)
    assert verdict(judged, "At the largest λ") == NOT
    assert verdict(judged, "Classes that are hard") == NOT


@pytest.mark.parametrize(("error", "expected"), [(5e-10, REPRODUCED), (2e-9, NOT)])
def test_the_adversarial_distance_must_follow_the_tilt(error, expected):
    tables = paths(n=3, mean=2)
    tables["0v1"]["d_adv"][2] *= 1 + error
    assert verdict(svm_claims(tables, numbers=True), "The adversarial distance depends") == expected


def test_a_grid_that_ends_too_early_is_no_refutation():
    tables = paths(n=2, mean=2)
    for column, values in (("theta", [1.2, 0.8, 0.4, 0.3, 0.246]), ("err_test", [3.0, 1, 0.4, 0.2, 0.1])):
        tables["0v1"][column] = np.array(values)
    starts = "At the largest", "The test error is least in between"
    assert [verdict(svm_claims(tables, numbers=True), start) for start in starts] == [NOT, PARTLY]
    tables["0v1"]["lambda_inside"][:] = 1234.5  # of λ, whose largest is 100 = 1e-5 · 10^7
    judged = svm_claims(tables, numbers=True)
    for start in starts:
        (claim,) = (claim for claim in judged if claim.statement.startswith(start))
        assert claim.verdict == INCOMPARABLE
        assert "too early for 1 of 2 pairs: svm.lambda_article.last_exponent 9 would do" in claim.measured
    assert "θ at most 14.1°" in next(c.measured for c in judged if c.statement.startswith(starts[0]))


def test_what_is_said_of_tilted_boundaries_is_not_judged_where_none_is():
    tables = paths(n=6, mean=2)
    for table in tables.values():
        table["theta"] = np.array([3e-16, 0, 1e-15, 2e-16, 0])
        table["d_adv"] = np.full(5, 2.0)
    judged = svm_claims(tables, numbers=False)
    for start in ("The tilt falls", "The two aims", "The test error is least in between"):
        (claim,) = (claim for claim in judged if claim.statement.startswith(start))
        assert claim.verdict == INCOMPARABLE
        assert claim.measured.startswith("cannot be told")
    assert verdict(judged, "At the largest λ") == REPRODUCED
    assert not any(claim.statement.startswith("Classes that are hard") for claim in judged)
