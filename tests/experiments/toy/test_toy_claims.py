"""The claims of the toy problem, at both sides of their tolerances."""

import numpy as np
import pytest

from experiments.toy.claims import toy_claims
from made import toy_tables, verdict
from report.claims import NOT, PARTLY, REPRODUCED


@pytest.fixture
def toy():
    return toy_tables()


def test_the_toy_problem_as_computed_is_reproduced(toy):
    judged = toy_claims(toy["mirror"], toy["fits"])
    assert [claim.verdict for claim in judged] == [REPRODUCED] * 3


@pytest.mark.parametrize(
    ("start", "column", "value", "expected"),
    [
        ("Without", "theta", np.radians([45, 0, 45, 0]), REPRODUCED),
        ("Without", "theta", np.radians([45, 0, 44.9, 0]), PARTLY),
        ("Without", "theta", np.radians([44.9, 0, 44.9, 0]), NOT),
        ("Without", "noisy_point_correct", np.array([0, 0, 1, 0]), PARTLY),
        ("With enough", "theta", np.radians([80, 4.9, 80, 4.9]), REPRODUCED),
        ("With enough", "theta", np.radians([80, 4.9, 80, 5.1]), PARTLY),
        ("With enough", "noisy_point_correct", np.array([1, 1, 1, 1]), NOT),
    ],
)
def test_the_toy_problem_is_judged_by_tilt_and_noisy_point(toy, start, column, value, expected):
    judged = toy_claims(toy["mirror"], toy["fits"] | {column: value})
    assert verdict(judged, start) == expected


def test_mirror_images_that_do_not_come_closer_are_not_a_reproduction(toy):
    mirror = toy["mirror"] | {"distance": toy["mirror"]["distance"][::-1]}
    assert verdict(toy_claims(mirror, toy["fits"]), "The more") == NOT
