"""Bins: none lies on both sides of the boundary, and all values are in them."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tilt.histograms import edges_between, edges_by_row, histogram_edges


@given(st.floats(1e-12, 1e12), st.floats(1e-12, 1e12), st.sampled_from([2, 3, 60, 100]))
def test_no_bin_lies_on_both_sides_of_the_boundary(below, above, bins):
    edges = edges_between(-below, above, bins)
    assert len(edges) == bins + 1
    assert 0 in edges
    assert edges[0] <= -below <= edges[1] + 1e-9 * below
    assert edges[-2] - 1e-9 * above <= above <= edges[-1]
    np.testing.assert_allclose(np.diff(edges), edges[-1] / np.sum(edges > 0), rtol=1e-6)


def test_bins_without_the_boundary_end_with_the_values():
    np.testing.assert_array_equal(histogram_edges(np.array([1.0, 4.0]), 3), [1, 2, 3, 4])
    np.testing.assert_array_equal(histogram_edges(np.array([-1.0, 4.0]), 5), [-1, 0, 1, 2, 3, 4])
    np.testing.assert_array_equal(histogram_edges(np.array([-0.1, 4.0]), 5), [-1, 0, 1, 2, 3, 4])


def test_rows_share_their_bins_unless_one_would_fill_a_few_of_them():
    alike = edges_by_row(np.array([[-1.0, 4.0], [0.0, 3.0]]), 10)
    np.testing.assert_array_equal(alike[0], alike[1])
    apart = edges_by_row(np.array([[-1.0, 4.0], [0.0, 0.01]]), 10)
    np.testing.assert_allclose(apart[:, -1], [4, 0.01])
