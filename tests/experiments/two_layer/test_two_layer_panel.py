"""The panel of the two-layer networks shows the tables."""

import numpy as np
import pytest

from experiments.two_layer.panel import BINS, two_layer_panels
from experiments.two_layer.tables import TwoLayer, over_seeds, reached, study_tables
from panels import shown
from report.words import IMAGES
from tilt.data.images import BinaryPair
from tilt.linear.tables import optimal_row

RNG = np.random.default_rng(5)
DECAYS = [0.0, 1e-2, 1e-1]
SEEDS = [0, 3]


def study(inputs=6, n=30, lost=()):
    """Tables of random networks, of which those in `lost` have diverged, as they come from their files."""
    y = np.tile([-1.0, 1.0], n)
    x = RNG.normal(size=(2 * n, inputs))
    x[:, 0] += 2 * y
    pair = BinaryPair(x[:n], y[:n], x[n:], y[n:], (2, 3), 3, 5)
    networks = []
    for k in range(len(SEEDS) * len(DECAYS)):
        w = RNG.normal(size=(5, inputs)) * 0.3
        w[0], w[1] = [1.0] + [0] * (inputs - 1), [-1.0] + [0] * (inputs - 1)
        w2 = np.array([1.0, -1.0, *RNG.normal(size=3) * 0.2])
        networks.append(TwoLayer(w, np.zeros(5), w2, np.inf if k in lost else 0.0))
    seeds, decays = np.repeat(SEEDS, len(DECAYS)), np.tile(DECAYS, len(SEEDS))
    return study_tables(pair, networks, decays, seeds, 8)


def path():
    return {
        "lambda": np.array([1e-4, 1e-3, 1e-2]),
        "d_adv": np.array([0.4, 0.8, 1.2]),
        "err_train": np.array([0.0, 0.01, 0.04]),
        "err_test": np.array([0.03, 0.02, 0.05]),
    }


def test_two_layer_states_are_the_tables():
    studies = {"3v5": study(), "0v1": study(n=20, lost=(1, 4))}
    parts = [dict(zip(studies, tables, strict=True)) for tables in zip(*studies.values(), strict=True)]
    banks = shown(two_layer_panels(*parts, dict.fromkeys(studies, path()), IMAGES))
    for pair, (networks, images, local) in studies.items():
        bank = banks[f"two-layer/{pair}"]
        assert bank["svm_err_test"] == pytest.approx([2, 2])
        assert bank["svm_d_adv"] == pytest.approx([path()["d_adv"][optimal_row(path())]] * 2)
        means = over_seeds(networks, "found_mean")
        known = np.isin(DECAYS, means["weight_decay"])
        np.testing.assert_allclose(bank["found_mean_mean"][known], means["mean"], rtol=1e-6)
        assert np.isnan(bank["found_mean_mean"][~known]).all()
        for k, (seed, decay) in enumerate(zip(networks["seed"], networks["weight_decay"], strict=True)):
            cell = SEEDS.index(seed), DECAYS.index(decay)
            lost = networks["diverged"][k]
            assert bank["outcome"][cell] == ("diverged or at chance" if lost else "trained")
            assert bank["d_adv"][cell] == pytest.approx(networks["d_adv"][k], rel=1e-6, nan_ok=True)
            assert bank["err_test"][cell] == pytest.approx(100 * networks["err_test"][k], nan_ok=True)
            rows = reached(images) & (images["seed"] == seed) & (images["weight_decay"] == decay)
            for key, label in (("i", -1), ("j", 1)):
                found, near = bank[f"found_{key}"][cell], bank[f"local_{key}"][cell]
                kept = rows & (images["y"] == label)
                np.testing.assert_allclose(found[np.isfinite(found)], images["found"][kept], rtol=1e-6)
                local_distance = np.abs(images["distance"][kept])
                np.testing.assert_allclose(near[np.isfinite(near)], local_distance, rtol=1e-6)
                for name in ("norm", "distance"):
                    share = bank[f"{name}_{key}"][cell]
                    assert share.shape == (BINS,)
                    assert share.sum() == pytest.approx(0 if lost else 100, abs=0.01 * BINS)
            if not lost:
                inside = local["gradient_norm"][k][local["y"] == 1] <= bank["norm_left"][BINS // 2]
                below = bank["norm_j"][cell][: BINS // 2].sum()
                assert below == pytest.approx(100 * inside.mean(), abs=0.01 * BINS)
