"""The panel of the sweep shows its summary."""

import numpy as np
import pytest

from attacked import attack_rows
from compared import NETWORKS
from experiments.sweep.panel import sweep_panels
from experiments.sweep.tables import networks_table, summary_table
from panels import check_states, unpacked
from report import article
from tilt.intervals import mean_interval


def test_sweep_shows_the_summary():
    settings = {
        f"{name}_{seed}": network | {"seed": seed} for name, network in NETWORKS.items() for seed in (0, 1, 2)
    }
    histories, attacks = [], []
    for k, name in enumerate(settings):
        error = 0.95 if name in ("wild_0", "none_0", "none_1", "none_2") else 0.02 + 0.01 * k
        columns = ("test_error", "train_error", *(f"rms_{n}" for n in article.LAYERS))
        history = {"epoch": np.array([1]), "diverged": np.array([False])}
        histories.append(history | {column: np.array([error]) for column in columns})
        attacks.append(attack_rows([0], {"targeted_ascent": {"norm": [1.0 + k]}}))
    table = networks_table(settings, histories, attacks, [2.0] * len(settings), chance=0.9)
    summary = summary_table(table)
    record = sweep_panels(settings, "high_0", summary, published=True)
    quantity, decay = record["panels"][0]["controls"]
    assert "minimal_norm_median" not in quantity["tokens"]  # was not measured
    assert check_states(record) == 4 * 3
    bank = unpacked(record)["sweep"]
    assert decay["start"] == decay["tokens"].index("0.1")
    recipes = list(dict.fromkeys(table["recipe"].tolist()))
    xavier = next(k for k, recipe in enumerate(recipes) if "Xavier" in recipe)
    q, d = quantity["tokens"].index("test_error"), decay["tokens"].index("0.0001")
    errors = [
        100 * history["test_error"][0]
        for name, history in zip(settings, histories, strict=True)
        if "low" in name
    ]
    mean, low, high = mean_interval(np.array(errors))
    assert bank[f"mean_{xavier}"][q, d] == pytest.approx(mean)
    assert bank[f"most_{xavier}"][q, d] == pytest.approx(high)
    assert bank[f"text_{xavier}"][q][d] == f"{mean:.2f} % ({low:.2f} to {high:.2f}), n = 3"
    assert bank[f"text_{xavier}"][q][decay["tokens"].index("0")] == "not trained"
    wild = bank[f"text_{1 - xavier}"][q][decay["tokens"].index("0.1")]
    assert wild.endswith("n = 2, 1 left out")
    assert bank[f"text_{1 - xavier}"][q][0] == "–, 3 left out"
    assert np.isfinite(bank[f"cross_{1 - xavier}"][q]).tolist() == [True, False, True]
    assert bank["article"][q].tolist() == pytest.approx([np.nan, 1.6, 1.2], nan_ok=True)
    assert bank["low"][q] < 1.2 < 1.6 < bank["high"][q]
