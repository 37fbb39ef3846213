"""Draw the networks: errors along the epochs, weights per layer, first filters."""

import numpy as np

from pipeline.job import job
from report.article import LAYERS, LENET_DECAYS, LENET_RMS
from experiments.lenet.figures import along_epochs, error_curves, filters, weight_rms
from report.figures.style import save_figure
from tilt.io import read_arrays, read_table
from report.starts import start_labels


def main(input, output, params):
    histories = {name: read_table(path) for name, path in zip(params.networks, input.histories, strict=True)}
    networks = params.networks
    diverged = {name: bool(history["diverged"][-1]) for name, history in histories.items()}
    table = along_epochs(
        list(histories.values()),
        network=list(networks),
        start=list(start_labels(networks).values()),
        weight_decay=[network["weight_decay"] for network in networks.values()],
        diverged=list(diverged.values()),
    )
    rms = {
        name: {layer: np.nan if diverged[name] else history[f"rms_{layer}"][-1] for layer in LAYERS}
        for name, history in histories.items()
    }
    banks = {
        name: read_arrays(path)["conv1"] for name, path in zip(params.networks, input.filters, strict=True)
    }
    save_figure(output.errors[0], error_curves(table))
    published = {
        name: LENET_RMS[side]
        for name, network in networks.items()
        for side, decay in LENET_DECAYS.items()
        if params.source == "mnist" and network["weight_decay"] == decay and not network["random_labels"]
    }
    save_figure(output.rms[0], weight_rms(rms, published))
    save_figure(output.filters[0], filters(banks))


job(main, snakemake)
