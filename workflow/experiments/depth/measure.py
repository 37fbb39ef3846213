"""The networks of the experiment on depth, measured on the test images."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from experiments.attack.statistics import ATTACKED, LEAST, NEAREST, found_norms, median_norm, rows_of
from experiments.calibration.measure import loaded
from experiments.calibration.tables import TRAINED, calibrate
from experiments.depth.tables import MEASURED, Columns, Settings, gain_table, has_settled, summary_table
from report.networks import record_columns
from tilt.attacks.local import local_distances
from tilt.data.images import Images
from tilt.io import table_of
from tilt.networks.depth import homogeneous_degree, weight_layers
from tilt.networks.device import choose_device
from tilt.networks.margin import margin_gradient_norms
from tilt.networks.scores import predict_scores


def tables(
    *,
    data: Images,
    weights: Mapping[str, Path],
    histories: Mapping[str, Columns],
    records: Mapping[str, Settings],
    attacks: Mapping[str, Columns],
    device: str,
    networks: Mapping[str, Settings],
    models: Mapping[str, Settings],
    learnt_error: float,
    settled: float,
    calibration: Settings,
    attack_settings: Settings,
) -> dict[str, Columns]:
    """A row a network, means over seeds, and the largest gain of each model."""
    place = choose_device(device)
    columns = record_columns(networks)
    rows = []
    for name, network in networks.items():
        model, x = loaded(weights[name], network, data, place)
        scores = predict_scores(model, x)
        attacked = torch.as_tensor(rows_of(attacks[name], LEAST)["index"].astype(int), device=place)
        steep = margin_gradient_norms(model, x[attacked])
        row, _ = calibrate(
            records[name]["diverged"], scores, data.y_test, steep, seed=calibration["seed"],
            bins=calibration["bins"], median_top=attack_settings["median_top_score"],
        )  # fmt: skip
        status = row["status"]
        if status == TRAINED and attacks[name]["status"][0] != ATTACKED:
            status = str(attacks[name]["status"][0])
        layers, degree = weight_layers(model), homogeneous_degree(model)
        history = histories[name]
        found: dict[str, float] = {
            **dict.fromkeys(MEASURED, np.nan),
            "train_error": float(history["train_error"][-1]),
            "train_loss": float(history["train_loss"][-1]),
            "test_error": row["test_error"],
            "seconds_per_epoch": float(np.median(history["seconds"])),
        }
        if status == TRAINED:
            of_attacked = scores[attacked.cpu().numpy()]
            local = local_distances(model, x[attacked], data.y_test[attacked.cpu().numpy()])
            found |= attacked_row(attacks[name], of_attacked, steep, local)
            found["temperature"] = row["temperature"]
            if row["temperature"]:
                found["decay_relabelled"] = network["weight_decay"] * row["temperature"] ** (2 / layers)
        rows.append(
            {
                **columns[name],
                "label": label_of(network, models),
                "layers": layers,
                "homogeneous_degree": np.nan if degree is None else degree,
                **found,
                "settled": found["train_error"] <= learnt_error
                or has_settled(history["train_loss"], settled),
                "status": status,
            }
        )
    table = table_of(rows)
    return {"networks": table, "summary": summary_table(table), "gains": gain_table(table)}


def label_of(network: Settings, models: Mapping[str, Settings]) -> str:
    """What the configuration calls a network's model."""
    return next(
        label
        for label, own in models.items()
        if (own["model"], own["options"]) == (network["model"], network["options"])
    )


def attacked_row(
    attack: Columns, scores: NDArray[np.float32], steep: NDArray[np.float64], local: NDArray[np.float64]
) -> dict[str, float]:
    """Of an `attack_table`, and of its images the scores (n, classes), ‖∇s‖ and `local_distances` (n,): the
    median of the norms of the search for the nearest, the mean margin, and the median of local distance over
    norm, of images that have an example at a distance."""
    norms = found_norms(attack, NEAREST)
    best = np.sort(scores.astype(np.float64), axis=1)
    known = np.isfinite(norms) & (norms > 0) & np.isfinite(local)
    return {
        "minimal_norm_median": median_norm(norms),
        "mean_margin": float((best[:, -1] - best[:, -2]).mean()),
        "gradient_norm_median": float(np.median(steep)),
        "local_ratio": float(np.median(local[known] / norms[known])) if known.any() else np.nan,
    }
