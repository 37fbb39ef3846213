"""The calibration of every network, measured on the test images."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from experiments.calibration.tables import Columns, bins_table, calibrate, halves, summary_table
from report.networks import Settings, record_columns
from tilt.data.images import Images
from tilt.io import table_of
from tilt.networks.device import choose_device
from tilt.networks.margin import margin_gradient_norms
from tilt.networks.model import input_images, load_network
from tilt.networks.preprocessing import Preprocessed
from tilt.networks.scores import predict_scores


def tables(
    *,
    data: Images,
    weights: Mapping[str, Path],
    records: Mapping[str, Settings],
    device: str,
    networks: Mapping[str, Settings],
    settings: Settings,
    median_top_score: float,
) -> dict[str, Columns]:
    """A row a network, the bins of its reliability, and means over seeds."""
    place = choose_device(device)
    y = data.y_test
    drawn = torch.as_tensor(halves(len(y), settings["seed"])[1][: settings["gradient_images"]], device=place)
    columns = record_columns(networks)
    rows: list[dict[str, Any]] = []
    bins = {}
    for name, network in networks.items():
        model, x = loaded(weights[name], network, data, place)
        row, bins[name] = calibrate(
            records[name]["diverged"],
            predict_scores(model, x),
            y,
            margin_gradient_norms(model, x[drawn]),
            seed=settings["seed"],
            bins=settings["bins"],
            median_top=median_top_score,
        )
        rows.append({**columns[name], "random_labels": network["random_labels"], **row})
    table = table_of(rows)
    return {"networks": table, "reliability": bins_table(bins), "summary": summary_table(table)}


def loaded(path: Path, network: Settings, data: Images, place: torch.device) -> tuple[Preprocessed, Tensor]:
    """A network from its file, and the test images as it takes them, on a device."""
    model = load_network(path, network["model"]).to(place)
    x = input_images(model.architecture.name, data.x_test, data.bounds)
    return model, torch.as_tensor(x, device=place)
