"""The claims about the article's tables, at both sides of their tolerances."""

import numpy as np
import pytest

from experiments.published import section as published_section
from experiments.published.claims import published_claims
from made import NO_ARBITRATION, arbitration, deviations, verdict
from report.claims import NOT, PARTLY, REPRODUCED


@pytest.mark.parametrize(
    ("start", "quantity", "within", "agrees_with", "expected"),
    [
        ("Tables of the adversarial distance", "d_adv", 1000, [], REPRODUCED),
        ("Tables of the adversarial distance", "d_adv", 999, ["ours"], REPRODUCED),
        ("Tables of the adversarial distance", "d_adv", 999, ["neither"], PARTLY),
        ("Tables of the adversarial distance", "d_adv", 950, ["published"] * 50, PARTLY),
        ("Tables of the adversarial distance", "d_adv", 949, ["published"] * 51, NOT),
        ("Tables of the test error", "err_test", 950, ["published"] * 50, REPRODUCED),
        ("Tables of the test error", "err_test", 949, ["published"] * 51, PARTLY),
        ("Tables of the test error", "err_test", 899, ["published"] * 101, NOT),
    ],
)
def test_published_tables_are_judged_by_the_share_of_cells(start, quantity, within, agrees_with, expected):
    judged = published_claims(deviations(**{quantity: within}), arbitration(quantity, agrees_with))
    assert verdict(judged, start) == expected
    assert [claim.verdict for claim in judged].count(REPRODUCED) >= 5


@pytest.mark.parametrize(("median", "expected"), [(4e-4, REPRODUCED), (4.1e-4, NOT)])
def test_the_typical_deviation_of_the_tilt_is_bounded(median, expected):
    summary = deviations()
    summary["median"][5] = median
    assert verdict(published_claims(summary, NO_ARBITRATION), "Tables of the tilt θ, typical") == expected


def test_the_caption_of_the_published_tables_counts_whom_libsvm_agrees_with():
    sides = arbitration("d_adv", ["ours", "published", "published", "neither"])
    found = published_section.captions(deviations(d_adv=996), sides, {"pair": ["0v3"]}, "7v9")
    assert found["deviations"].measured.endswith("agrees with: ours 1, published 2, neither 1.")


def test_a_table_without_rows_is_left_out():
    nothing = {"pair": np.array([]), "lambda_article": np.array([])}
    assert published_section.tables(deviations(), nothing)[1].rows == []
