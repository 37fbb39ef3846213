"""Draw the networks: errors along the epochs, weights per layer, first filters."""

from pipeline.job import job
from tilt.article import LENET_DECAYS, LENET_RMS
from tilt.figures.lenet import along_epochs, error_curves, filters, weight_rms
from tilt.figures.style import save_figure
from tilt.io import read_arrays, read_table


def main(input, output, params):
    histories = {name: read_table(path) for name, path in zip(params.networks, input.histories, strict=True)}
    networks = params.networks.values()
    table = along_epochs(
        list(histories.values()),
        scheme=[network["initial_weights"] for network in networks],
        weight_decay=[network["weight_decay"] for network in networks],
        seed=[network["seed"] for network in networks],
    )
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
