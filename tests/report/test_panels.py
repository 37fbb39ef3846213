"""Interactive panels: what is packed is what the tables hold, at every state of the controls."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from compared import settings
from experiments.svm.banks import shrunk
from panels import unpack
from report.panels.base import packed, packed_in, power, written
from report.panels.networks import network_controls


@given(
    arrays(np.float64, array_shapes(max_dims=3), elements=st.floats(-9e3, 9e3)),
    st.sampled_from([0.01, 1, 2.5]),
)
def test_numbers_in_steps_come_back_to_half_a_step(values, step):
    np.testing.assert_allclose(unpack(packed(values, step)), values, atol=step * 0.5000001, rtol=0)


def test_numbers_without_a_step_are_kept_to_32_bits():
    values = np.array([[1.5, np.nan], [-np.inf, 1e30]])
    np.testing.assert_array_equal(unpack(packed(values)), values.astype(np.float32))


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e12])
def test_numbers_that_no_step_holds_are_refused(value):
    with pytest.raises(ValueError, match="cannot be kept in steps"):
        packed([0, value], 0.01)


@given(
    arrays(np.float64, array_shapes(max_dims=3), elements=st.floats(-1, 1)), st.sampled_from([1e-30, 1, 1e30])
)
def test_numbers_keep_a_share_of_the_largest(values, scale):
    found = unpack(packed_in(scale * values, 1000))
    half_a_step = 0.00051 * scale * np.abs(values).max() + 1e-300  # what is smaller counts as 0
    np.testing.assert_allclose(found, scale * values, atol=half_a_step, rtol=0)


def test_powers_of_ten_as_text():
    assert power(2.5) == "10^2.5"
    assert power(-1.0) == "10⁻¹"
    assert [written(value) for value in (0, 0.0123456, -2, 1.25e6, 3.4e-7)] == [
        "0", "0.0123", "−2.00", "1.25·10⁶", "3.40·10⁻⁷",
    ]  # fmt: skip


def test_large_images_are_shown_by_means_of_blocks():
    x = np.arange(2 * 200 * 100 * 3, dtype=float).reshape(2, -1)
    found = shrunk(x, [200, 100, 3]).reshape(2, 67, 34, 3)  # blocks of 3 x 3 pixels, smaller at the edge
    images = x.reshape(2, 200, 100, 3)
    np.testing.assert_allclose(found[1, 2, 5], images[1, 6:9, 15:18].mean(axis=(0, 1)))
    np.testing.assert_allclose(found[0, 66, 33], images[0, 198:, 99:].mean(axis=(0, 1)))
    assert shrunk(x, [60000]) is x


def test_a_recipe_is_all_but_the_weight_decay_and_gaps_are_none():
    networks = {
        "b": settings(0.1, seed=1),
        "a": settings(0.0),
        "c": settings(0.1, initial_weights="matconvnet", pixel_scale=1, train_per_class=30),
        "d": settings(0.1, seed=0),
        "again": settings(0.1, seed=1),
    }
    start, decay, grid = network_controls(networks, "again")
    assert (start.name, decay.name) == ("recipe", "decay")
    assert start.tokens == ["xavier-0.1-nall-0", "xavier-0.1-nall-1", "matconvnet-1-n30-0"]
    assert start.texts[1] == "improved Xavier, pixels × 0.1, all images, seed 1"
    assert decay.tokens == ["0", "0.1"]
    assert grid == [["a", "d"], [None, "again"], [None, "c"]]
    assert (start.start, decay.start) == (1, 1)
    assert network_controls(networks, "none")[2] == [["a", "d"], [None, "b"], [None, "c"]]
