"""What a reader sees: bins that show the distances at every λ, numbers and texts that can be read."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.svm import panel as svm_panel
from experiments.svm.drawings import margins
from panels import unpack
from report.words import VECTORS
from tilt.data.images import BinaryPair
from tilt.histograms import edges_between, edges_by_row, histogram_edges
from tilt.linear import fit_path
from tilt.linear.tables import lambda_grid, path_table, plane_arrays, weight_arrays

ARTICLE, LAMBDAS = lambda_grid(-1, 7, 1, 1e-5)


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


@pytest.fixture(scope="module")
def wide():
    """Two classes that differ a little in one feature, while another spreads a thousand times as far."""
    chance = np.random.default_rng(0)
    y = np.tile([-1.0, 1.0], 40)
    x = np.stack([y + chance.normal(0, 0.6, 80), 300 * y + chance.normal(0, 400, 80)], axis=1)
    pair = BinaryPair(x[:50], y[:50], x[50:], y[50:], (2,), 0, 1)
    path = fit_path(pair.x_train, pair.y_train, LAMBDAS)
    return path_table(pair, path, ARTICLE), plane_arrays(pair, path), weight_arrays(pair, path)


def test_distances_that_differ_by_orders_of_magnitude_have_bins_at_every_lambda(wide):
    table, plane, weights = wide
    bank = svm_panel.pair_banks("0v1", table, plane, weights, VECTORS)["svm/0v1"]
    for k, counts in enumerate(plane["histogram_i"] + plane["histogram_j"]):
        assert counts.sum() == 50
        assert np.count_nonzero(counts) >= 10
        shown = unpack(bank["outline_x"])[k][::2]
        np.testing.assert_allclose(shown, plane["histogram_edges"][k], rtol=1e-6)
        filled = np.flatnonzero(counts)
        assert unpack(bank["last"])[k] == pytest.approx(shown[filled[-1] + 1])
    first, last = (ax.get_xlim() for ax in margins(plane, table, [0, 8], "0v1", VECTORS).axes[:2])
    assert last[1] > 20 * first[1]
