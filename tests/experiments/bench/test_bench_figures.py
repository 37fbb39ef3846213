"""Figures of the timings show the tables they are given."""

import numpy as np
import pytest

from drawn import assert_labelled_and_inside, has_line, lay_out
from experiments.bench import figures

SOLVED = {
    "pair": np.array(["7v9", "0v1"]),
    "seconds_tilt": np.array([2.0, 1.0]),
    "seconds_svc": np.array([400.0, 90.0]),
    "seconds_linear_svc": np.array([8.0, 3.0]),
    "ratio": np.array([200.0, 90.0]),
}
FITS = {
    "lambda_article": np.array([1.0, 10.0, 100.0]),
    "objective_tilt": np.array([0.1, 0.2, 0.3]),
    "objective_svc": np.array([0.11, np.nan, 0.3]),
    "objective_linear_svc": np.array([0.2, 0.3, 0.4]),
}
SIZES = {
    "axis": np.repeat(["samples", "features", "lambdas"], 2),
    "n": np.array([100, 200, 200, 200, 200, 200]),
    "d": np.array([64, 64, 32, 64, 64, 64]),
    "lambdas": np.array([81, 81, 81, 81, 11, 81]),
    "seconds": np.array([1.0, 2, 1, 2, 1.5, 2]),
    "floor_passes": np.full(6, 0.1),
    "floor_cholesky": np.full(6, 0.05),
}
EPOCHS = {
    "recipe": np.tile(["usual", "channels_last", "tilt"], 4),
    "threads": np.tile(np.repeat([1, 2], 3), 2),
    "epoch_seconds": np.array([44.0, 21, 12, 40, 13, 7, 42, 23, 14, 41, 14, 8]),
}


@pytest.fixture(scope="module")
def drawn():
    return lay_out(
        {
            "solvers": figures.solvers(SOLVED, {"7v9": FITS}),
            "solver_scaling": figures.scaling(SIZES),
            "training_times": figures.training(EPOCHS, 11.5),
        }
    )


def test_axes_are_labelled_and_nothing_is_cut_off(drawn):
    assert_labelled_and_inside(drawn)


def test_the_solvers_are_drawn_with_their_times_and_what_they_reach(drawn):
    times, excess = drawn["solvers"].axes
    assert sorted(bar.get_width() for bar in times.patches) == [1, 2, 3, 8, 90, 400]
    assert {"SVC 200×", "SVC 90×"} <= {text.get_text() for text in times.texts}
    assert has_line(excess, [1, 10, 100], [1e-12] * 3)
    assert has_line(excess, [1, 100], [0.1, 1e-12])  # SVC, where it was fitted
    assert has_line(excess, [1, 10, 100], [1, 0.5, 1 / 3])


def test_times_against_the_size_stand_over_their_floor(drawn):
    samples, _, lambdas = drawn["solver_scaling"].axes
    assert has_line(samples, [100, 200], [1, 2])
    assert has_line(samples, [100, 200], [0.15, 0.15])
    assert has_line(lambdas, [11, 81], [1.5, 2])
    assert lambdas.get_title() == "n = 200, d = 64"


def test_training_times_show_each_repetition_and_the_median(drawn):
    (ax,) = drawn["training_times"].axes
    assert [bar.get_width() for bar in ax.patches] == [43, 40.5, 22, 13.5, 13, 7.5]
    assert has_line(ax, [12, 14], [1.8, 1.8])
    assert [text.get_text() for text in ax.texts] == ["1 thread", "2 threads"] * 3
    assert has_line(ax, [11.5, 11.5], [0, 1])
