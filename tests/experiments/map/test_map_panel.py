"""The panel of the map shows each cell, and what diverged."""

import numpy as np

from experiments.map.panel import map_panels
from panels import shown
from tilt.io import table_of

DECAYS = [0.0, 1e-2, 1e-1]


def mapped(test_error, norm, diverged):
    """A table of networks over two scales × three decays."""
    scales, decays = np.repeat([0.5, 1.0], 3), np.tile(DECAYS, 2)
    rows = [
        {
            "recipe": f"improved Xavier, pixels × 0.1, weights × {scale:g}", "weight_scale": scale,
            "weight_decay": decay, "seed": 0, "epochs": 20, "diverged": lost, "train_error": 0.5 * error,
            "test_error": error, "targeted_ascent_median": size, "targeted_ascent_success": 1.0,
            "minimal_norm_median": np.nan, "minimal_norm_success": np.nan, "temperature": 2.0,
            **{f"rms_{layer}": 0.01 for layer in ("conv1", "conv2", "fc1", "fc2")},
        }
        for scale, decay, error, size, lost in zip(scales, decays, test_error, norm, diverged, strict=True)
    ]  # fmt: skip
    return table_of(rows)


def test_the_map_shows_each_cell_and_marks_what_diverged():
    error = [0.01, 0.02, 0.03, 0.04, 0.2, 0.9]
    record = map_panels(mapped(error, [1, 2, np.nan, 3, 4, 5], [False] * 5 + [True]))
    (bank,) = shown(record).values()
    (choice,) = record["panels"][0]["controls"]
    test, norm = choice["tokens"].index("test-error"), choice["tokens"].index("targeted-ascent-median")
    assert "minimal-norm-median" not in choice["tokens"]
    assert bank["text"][test].tolist() == ["1.00", "2.00", "3.00", "4.00", "20.00", "✕"]
    assert bank["text"][norm].tolist() == ["1.00", "2.00", "–", "3.00", "4.00", "✕"]
    np.testing.assert_allclose(bank["colour"][test][:5], np.log10([1, 2, 3, 4, 20]), rtol=1e-6)
    np.testing.assert_allclose((bank["low"][test], bank["high"][test]), np.log10([1, 20]), atol=1e-6)
    np.testing.assert_allclose(bank["colour"][norm], [1, 2, np.nan, 3, 4, np.nan])
    assert (bank["scale"][4], bank["decay"][4]) == ("1", "0.01")
    assert bank["most"][test] == "20.00 % at weights × 1, decay 0.01"
    assert bank["diverged"] == [1]
    constant = choice["tokens"].index("temperature")
    assert (bank["low"][constant], bank["high"][constant]) == (0, 2)


def test_a_map_on_which_everything_diverged_is_all_crosses():
    (bank,) = shown(map_panels(mapped([0.9] * 6, [np.nan] * 6, [True] * 6))).values()
    assert set(bank["text"][0]) == {"✕"}
    assert bank["diverged"] == [6]
