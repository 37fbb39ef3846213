"""Scales of colours."""

import numpy as np
import pytest

from report.figures.colours import scale_ends


@pytest.mark.parametrize(
    ("values", "ends"),
    [
        ([0.2, np.nan, 3], (0.2, 3)),
        ([0, 0], (0, 1)),
        ([5, 5], (0, 5)),
        ([-2, -2], (-2, 0)),
        ([], (0, 1)),
    ],
)
def test_a_scale_of_colours_begins_at_zero_where_all_is_one_value(values, ends):
    assert scale_ends(values) == ends
