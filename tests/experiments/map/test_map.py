"""The map: shares of the variance, what is left out, and its question."""

import numpy as np
import pytest

from experiments.map.claims import map_claims
from experiments.map.tables import training_steps, weights_left
from experiments.sweep.tables import (
    complete_rows,
    variance_shares,
)
from made import RECIPE
from report.claims import NOT, PARTLY, REPRODUCED
from sweeps import mapped, verdict


def test_the_two_way_decomposition():
    rows, columns = np.array([[0.0], [1], [5]]), np.array([[0.0, 2, 3, 4]])
    np.testing.assert_allclose(variance_shares(rows + 0 * columns), (1, 0, 0), atol=1e-12)
    np.testing.assert_allclose(variance_shares(0 * rows + columns), (0, 1, 0), atol=1e-12)
    np.testing.assert_allclose(variance_shares(np.array([[1.0, -1], [-1, 1]])), (0, 0, 1), atol=1e-12)
    both = np.var(rows) / (np.var(rows) + np.var(columns))
    np.testing.assert_allclose(variance_shares(rows + columns), (both, 1 - both, 0), atol=1e-12)
    assert sum(variance_shares(np.random.default_rng(0).normal(size=(4, 5)))) == pytest.approx(1)
    assert np.isnan(variance_shares(np.ones((2, 2)))).all()


def test_the_emptiest_rows_and_columns_are_left_out():
    cells = np.ones((3, 4))
    cells[:2, 3] = cells[2, 0] = np.nan
    rows, columns = complete_rows(cells)
    assert (rows.tolist(), columns.tolist()) == ([0, 1, 2], [1, 2])
    assert complete_rows(np.full((2, 2), np.nan))[1].size == 0


@pytest.mark.parametrize(
    ("norm", "answer", "question", "everywhere"),
    [
        (lambda scale, decay: 2 + 10 * decay, "mostly the decay: 100 %", REPRODUCED, NOT),
        (lambda scale, decay: 2 + 30 * decay, "mostly the decay: 100 %", REPRODUCED, REPRODUCED),
        (lambda scale, decay: 2 / scale, "mostly the initial scale: 0 %", NOT, NOT),
        (lambda scale, decay: 5 - scale * (2.5 if decay < 0.1 else 0), "both: 45 %", PARTLY, PARTLY),
    ],
)
def test_decay_or_initial_scale(norm, answer, question, everywhere):
    judged = map_claims(mapped(norm))
    assert answer in judged[0].measured
    assert verdict(judged, "rather than of the initial weights") == question
    assert verdict(judged, "whatever the initial scale") == everywhere
    assert "seed 0 alone, no interval" in judged[1].measured
    assert "weight decay 0.1 leaves about 71 % of the initial weights after 680 steps" in judged[0].measured


@pytest.mark.parametrize(("per_class", "steps", "left"), [(1000, 680, 0.712), (None, 10_000, 0.0067)])
def test_what_a_training_leaves_of_its_initial_weights(per_class, steps, left):
    """As SGD with momentum does to a weight without a gradient but that of its decay."""
    network = RECIPE | {"weight_decay": 0.1, "train_per_class": per_class, "epochs": 20 if per_class else 50}
    assert training_steps(network, 10 * [6000]) == steps
    weight, velocity = 1.0, 0.0
    for _ in range(steps):
        velocity = 0.9 * velocity + 0.1 * weight
        weight -= 5e-4 * velocity
    assert weights_left(network, steps) == pytest.approx(weight, rel=0.03)
    assert weight == pytest.approx(left, rel=0.02)
