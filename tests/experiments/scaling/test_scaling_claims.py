"""The claims of the scaled loss, at both sides of their tolerances."""

import pytest

from experiments.scaling.claims import scaling_claims
from experiments.scaling.tables import risk_table
from made import MARGINS, verdict
from report.claims import NOT, PARTLY, REPRODUCED
from report.words import IMAGES


def test_both_limits_are_reached_at_extreme_norms_only():
    judged = scaling_claims(risk_table(MARGINS, [1e-3, 1, 1e3]), IMAGES)
    assert [claim.verdict for claim in judged] == [REPRODUCED] * 3
    judged = scaling_claims(risk_table(MARGINS, [2, 3, 4]), IMAGES)
    assert verdict(judged, "For large") == NOT
    assert verdict(judged, "For small") == NOT


@pytest.mark.parametrize(("factor", "expected"), [(1.009, REPRODUCED), (1.011, PARTLY)])
def test_a_limit_is_reached_to_one_per_cent_of_d_adv(factor, expected):
    risk = risk_table(MARGINS, [1e-6, 1e6])
    d_adv = MARGINS.mean()
    risk["hinge"][0] = 1 - 1e-6 * factor * d_adv
    assert verdict(scaling_claims(risk, IMAGES), "For small") == expected
