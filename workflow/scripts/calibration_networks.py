"""Calibrate every network of a data set: table of networks, bins of reliability, means over seeds."""

import torch

from experiments.calibration.tables import bins_table, calibrate, halves, seeds_table
from pipeline.job import job
from report.starts import start_labels
from tilt.data.images import load_images
from tilt.io import read_json, table_of, write_table
from tilt.networks import choose_device
from tilt.networks.lenet import resize_to_28
from tilt.networks.margin import margin_gradient_norms
from tilt.networks.model import load_network
from tilt.networks.scores import predict_scores


def main(input, output, params):
    images = load_images(input.images)
    x, y = resize_to_28(images.x_test, images.bounds), images.y_test
    device = choose_device(params.device)
    x = torch.as_tensor(x, device=device)
    settings = params.calibration
    drawn = halves(len(y), settings["seed"])[1][: settings["gradient_images"]]
    starts = start_labels(params.networks)
    rows, bins = [], {}
    for (name, network), weights, record in zip(
        params.networks.items(), input.weights, input.records, strict=True
    ):
        model = load_network(weights).to(device)
        row, bins[name] = calibrate(
            read_json(record)["diverged"],
            predict_scores(model, x),
            y,
            margin_gradient_norms(model, x[torch.as_tensor(drawn, device=device)]),
            seed=settings["seed"],
            bins=settings["bins"],
            median_top=params.median_top_score,
        )
        own = {key: network[key] for key in ("initial_weights", "random_labels", "weight_decay", "seed")}
        rows.append({"network": name, "start": starts[name], **own, **row})
    networks = table_of(rows)
    write_table(output.networks, networks)
    write_table(output.reliability, bins_table(bins))
    write_table(output.seeds, seeds_table(networks))


job(main, snakemake)
