"""A network no better than a constant answer."""

import numpy as np
import pytest

from tilt.chance import at_chance, chance_error


@pytest.mark.parametrize(
    ("counts", "error", "expected"),
    [
        ([150, 1], 0, False), ([150, 1], 1 / 151, True), ([600, 4], 2 / 604, False), ([600, 4], 0.5, True),
        ([100, 100], 0.494, False), ([100, 100], 0.496, True), ([100, 100], np.nan, True),
    ],
)  # fmt: skip
def test_chance_is_a_share_of_the_error_of_a_constant_answer(counts, error, expected):
    assert at_chance(error, chance_error(counts)) == expected


def test_chance_is_the_best_constant_answer():
    assert chance_error([980, 1135, 7885 - 3000, 3000]) == pytest.approx(1 - 4885 / 10000)
