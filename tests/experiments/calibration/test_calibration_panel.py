"""The panel of the calibration shows the tables."""

import numpy as np
import pytest

from compared import settings
from experiments.calibration.panel import calibration_panels
from experiments.calibration.tables import calibrate, summary_table
from panels import shown
from report.networks import record_columns
from report.panels.networks import network_controls
from tilt.io import read_table, table_of, write_table

RNG = np.random.default_rng(5)


def calibrated(tmp_path):
    labels = np.arange(400) % 4
    networks = {
        "shown": settings(0.1), "other": settings(0.1, seed=1), "mild": settings(0.0),
        "lost": settings(1.0), "sure": settings(0.0, initial_weights="pytorch"),
    }  # fmt: skip
    rows, bins = [], []
    for name in networks:
        right = 8.0 * np.eye(4)[labels]
        noise = np.zeros_like(right) if name == "sure" else RNG.normal(0, 4, right.shape)
        row, of_bins = calibrate(name == "lost", right + noise, labels, np.ones(3), bins=7)
        rows.append({**record_columns(networks)[name], **row})
        bins += [{"network": name, **of_bin} for of_bin in of_bins]
    tables = {"networks": table_of(rows), "bins": table_of(bins)}
    tables["summary"] = summary_table(tables["networks"])
    for name, table in tables.items():
        write_table(tmp_path / name, table)
    return networks, *(read_table(tmp_path / name) for name in tables)


def test_calibration_states_are_the_tables(tmp_path):
    networks, table, bins, summary = calibrated(tmp_path)
    record = calibration_panels(networks, table, bins, summary, "shown")
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
    (label,) = {name for name in summary["recipe"].tolist() if "Xavier" in name}
    means = summary["temperature_mean"][(summary["recipe"] == label) & (summary["n"] > 0)]
    np.testing.assert_allclose(bank["temperature_mean"][0][:2], means, rtol=1e-6)
    np.testing.assert_array_equal(bank["temperature_places"][0], [0, 1, np.nan])
    assert np.isnan(bank["temperature_mean"][0][2])


def test_calibration_where_no_network_has_a_bin(tmp_path):
    networks, table, bins, summary = calibrated(tmp_path)
    lost = {name: column[table["network"] == "lost"] for name, column in table.items()}
    nothing = [{name: column[:0] for name, column in of.items()} for of in (bins, summary)]
    (bank,) = shown(calibration_panels({"lost": networks["lost"]}, lost, *nothing, "lost")).values()
    assert bank["status"].tolist() == [["diverged"]]
