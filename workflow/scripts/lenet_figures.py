"""Draw the networks: errors along the epochs, weights per layer, first filters."""

import numpy as np

from pipeline.job import job
from tilt.article import LENET_DECAYS, LENET_RMS
from tilt.figures.lenet import error_curves, filters, weight_rms
from tilt.figures.style import save_figure
from tilt.io import read_arrays, read_table


def main(input, output, params):
    histories = {name: read_table(path) for name, path in zip(params.networks, input.histories, strict=True)}
    epochs = [len(history["epoch"]) for history in histories.values()]
    table = {
        name: np.concatenate([history[name] for history in histories.values()])
        for name in ("epoch", "train_error", "test_error")
    }
    networks = params.networks.values()
    table["scheme"] = np.repeat([network["initial_weights"] for network in networks], epochs)
    for name in ("weight_decay", "seed"):
        table[name] = np.repeat([network[name] for network in networks], epochs)
    rms = {
        name: {key.removeprefix("rms_"): history[key][-1] for key in history if key.startswith("rms_")}
        for name, history in histories.items()
    }
    banks = {
        name: read_arrays(path)["conv1"] for name, path in zip(params.networks, input.filters, strict=True)
    }
    save_figure(output.errors[0], error_curves(table))
    published = {
        name: LENET_RMS[side]
        for name, network in params.networks.items()
        for side, decay in LENET_DECAYS.items()
        if params.source == "mnist" and network["weight_decay"] == decay
    }
    save_figure(output.rms[0], weight_rms(rms, published))
    save_figure(output.filters[0], filters(banks))


job(main, snakemake)
