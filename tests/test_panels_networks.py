"""Panels of many networks: the numbers a state shows are those of the tables, diverged ones included."""

import numpy as np
import pytest

from experiments.calibration.panel import calibration_panels
from experiments.calibration.tables import calibrate, seeds_table
from experiments.map.panel import map_panels
from experiments.random_labels.panel import random_labels_panels
from experiments.random_labels.tables import memorisation_table
from experiments.two_layer.panel import BINS, two_layer_panels
from experiments.two_layer.tables import TwoLayer, over_seeds, reached, study_tables
from panels import check_states, unpacked
from report.panels.networks import network_controls
from report.words import IMAGES
from tilt.data.images import BinaryPair
from tilt.io import read_table, table_of, write_table
from tilt.linear.tables import optimal_row

RNG = np.random.default_rng(5)
DECAYS = [0.0, 1e-2, 1e-1]
SEEDS = [0, 3]


def shown(record):
    """The arrays by bank, texts too, after a check of every state."""
    check_states(record)
    banks = unpacked(record).items()
    return {name: {key: np.asarray(array) for key, array in bank.items()} for name, bank in banks}


def settings(decay, seed=0, **more):
    return {
        "weight_decay": decay, "seed": seed, "initial_weights": "improved_xavier", "pixel_scale": 0.1,
        "weight_scale": 1, "train_per_class": None, "epochs": 5,
    } | more  # fmt: skip


# ---- controls


def test_a_start_is_all_but_the_weight_decay_and_gaps_are_none():
    networks = {
        "b": settings(0.1, seed=1),
        "a": settings(0.0),
        "c": settings(0.1, initial_weights="matconvnet", pixel_scale=1, train_per_class=30),
        "d": settings(0.1, seed=0),
        "again": settings(0.1, seed=1),
    }
    start, decay, grid = network_controls(networks, "again")
    assert (start.name, decay.name) == ("start", "decay")
    assert start.tokens == ["xavier-0.1-nall-0", "xavier-0.1-nall-1", "matconvnet-1-n30-0"]
    assert start.texts[1] == "improved Xavier, pixels × 0.1, all images, seed 1"
    assert decay.tokens == ["0", "0.1"]
    assert grid == [["a", "d"], [None, "again"], [None, "c"]]
    assert (start.start, decay.start) == (1, 1)
    assert network_controls(networks, "none")[2] == [["a", "d"], [None, "b"], [None, "c"]]


# ---- two-layer networks


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


# ---- calibration


def calibrated(tmp_path):
    labels = np.arange(400) % 4
    networks = {
        "shown": settings(0.1), "other": settings(0.1, seed=1), "mild": settings(0.0),
        "lost": settings(1.0), "sure": settings(0.0, initial_weights="pytorch"),
    }  # fmt: skip
    rows, bins = [], []
    for name, network in networks.items():
        right = 8.0 * np.eye(4)[labels]
        noise = np.zeros_like(right) if name == "sure" else RNG.normal(0, 4, right.shape)
        row, of_bins = calibrate(name == "lost", right + noise, labels, np.ones(3), bins=7)
        own = {key: network[key] for key in ("initial_weights", "weight_decay", "seed")}
        label = "PyTorch" if name == "sure" else "Xavier"
        rows.append({"network": name, "start": label, **own, **row})
        bins += [{"network": name, **of_bin} for of_bin in of_bins]
    tables = {"networks": table_of(rows), "bins": table_of(bins)}
    tables["seeds"] = seeds_table(tables["networks"])
    for name, table in tables.items():
        write_table(tmp_path / name, table)
    return networks, *(read_table(tmp_path / name) for name in tables)


def test_calibration_states_are_the_tables(tmp_path):
    networks, table, bins, seeds = calibrated(tmp_path)
    record = calibration_panels(networks, table, bins, seeds, "shown")
    (bank,) = shown(record).values()
    start, decay = record["panels"][0]["controls"]
    _, _, grid = network_controls(networks, "shown")
    assert grid[start["start"]][decay["start"]] == "shown"
    for k, row in enumerate(grid):
        for j, name in enumerate(row):
            if name is None:
                assert (bank["status"][k, j], bank["network"][k, j]) == ("–", "none with these settings")
                assert np.isnan(bank["ece_before"][k, j])
                continue
            (at,) = np.flatnonzero(table["network"] == name)
            assert bank["status"][k, j] == ("diverged" if name == "lost" else "trained")
            for quantity in ("ece_before", "ece_after", "temperature", "test_error"):
                assert bank[quantity][k, j] == pytest.approx(table[quantity][at], rel=1e-6, nan_ok=True)
            for stage in ("before", "after"):
                rows = (bins["network"] == name) & (bins["stage"] == stage)
                count = np.nan_to_num(bank[f"{stage}_count"][k, j])
                np.testing.assert_array_equal(count, bins["count"][rows] if rows.any() else np.zeros(7))
                accuracy = bank[f"{stage}_accuracy"][k, j]
                if rows.any():
                    np.testing.assert_allclose(accuracy, bins["accuracy"][rows], rtol=1e-6)
                used = count > 0
                assert (bank[f"{stage}_least"][k, j][used] <= accuracy[used] + 1e-6).all()
                assert (bank[f"{stage}_most"][k, j][used] >= accuracy[used] - 1e-6).all()
    chosen = (seeds["start"] == "Xavier") & (seeds["quantity"] == "temperature")
    np.testing.assert_allclose(bank["temperature_mean"][0][:2], seeds["mean"][chosen], rtol=1e-6)
    np.testing.assert_array_equal(bank["temperature_places"][0], [0, 1, np.nan])
    assert np.isnan(bank["temperature_mean"][0][2])


def test_calibration_where_no_network_has_a_bin(tmp_path):
    networks, table, bins, seeds = calibrated(tmp_path)
    lost = {name: column[table["network"] == "lost"] for name, column in table.items()}
    nothing = [{name: column[:0] for name, column in of.items()} for of in (bins, seeds)]
    (bank,) = shown(calibration_panels({"lost": networks["lost"]}, lost, *nothing, "lost")).values()
    assert bank["status"].tolist() == [["diverged"]]


# ---- random labels


def test_random_labels_states_are_the_histories():
    curves = {
        (0, 0): [0.9, 0.5, 0.0, 0.0], (0, 4): [0.9, 0.4, 0.2, 0.1],
        (3, 0): [0.9, 0.8, 0.7, 0.6], (3, 4): [0.9, np.nan],
    }  # fmt: skip
    networks = {f"random_{decay}_{seed}": {"weight_decay": decay, "seed": seed} for decay, seed in curves}
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


# ---- the map


def mapped(test_error, norm, diverged):
    """A table of networks over two scales × three decays."""
    scales, decays = np.repeat([0.5, 1.0], 3), np.tile(DECAYS, 2)
    rows = [
        {
            "start": f"improved Xavier, pixels × 0.1, weights × {scale:g}", "weight_scale": scale,
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
