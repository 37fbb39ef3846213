"""The panel of random labels shows the histories."""

import numpy as np

from compared import settings
from experiments.random_labels.panel import random_labels_panels
from experiments.random_labels.tables import memorisation_table
from panels import shown


def test_random_labels_states_are_the_histories():
    curves = {
        (0, 0): [0.9, 0.5, 0.0, 0.0], (0, 4): [0.9, 0.4, 0.2, 0.1],
        (3, 0): [0.9, 0.8, 0.7, 0.6], (3, 4): [0.9, np.nan],
    }  # fmt: skip
    networks = {f"random_{decay}_{seed}": settings(decay, seed, random_labels=True) for decay, seed in curves}
    histories = {
        f"random_{decay}_{seed}": {
            "epoch": np.arange(1, len(errors) + 1),
            "train_error": np.array(errors),
            **{f"rms_{layer}": np.full(len(errors), 0.1) for layer in ("conv1", "conv2", "fc1", "fc2")},
            "diverged": np.array([False] * (len(errors) - 1) + [(decay, seed) == (3, 4)]),
        }
        for (decay, seed), errors in curves.items()
    }
    table = memorisation_table(networks, histories, train_images=50)
    (bank,) = shown(random_labels_panels(table, histories, 10)).values()
    assert bank["outcome"].tolist() == [["memorised", "memorised"], ["not memorised", "diverged"]]
    for row, errors in zip(bank["error"].reshape(4, -1), curves.values(), strict=True):
        np.testing.assert_allclose(row[: len(errors)], errors, rtol=1e-6)
        assert np.isnan(row[len(errors) :]).all()
    np.testing.assert_allclose(bank["final"], [[0, 0.1], [0.6, np.nan]], rtol=1e-6)
    np.testing.assert_array_equal(bank["first_zero"], [[3, np.nan], [np.nan, np.nan]])
