"""Draw the sweep: errors, robustness and weights against weight decay, curves of one start, distances."""

import numpy as np

from pipeline.job import job
from experiments.sweep import figures as sweep
from experiments.lenet.figures import along_epochs, error_curves
from report.figures.style import save_figure
from tilt.io import read_table
from experiments.sweep.tables import shown_start


def main(input, output, params):
    networks, summary = read_table(input.networks), read_table(input.summary)
    histories = dict(zip(params.networks, map(read_table, input.histories), strict=True))
    published = params.source == "mnist"
    save_figure(output.curves[0], error_curves(curves(networks, histories, params.shown)))
    save_figure(output.errors[0], sweep.errors(summary, networks, published=published))
    save_figure(output.robustness[0], sweep.robustness(summary, networks, published=published))
    save_figure(output.rms[0], sweep.layer_rms(summary, networks, published=published))
    save_figure(output.search[0], sweep.search(read_table(input.search)))


def curves(networks, histories, shown):
    """The histories of one start, that of the network `shown` or else the first, as one table."""
    of_start = np.flatnonzero(networks["start"] == shown_start(networks, shown))
    return along_epochs(
        [histories[name] for name in networks["network"][of_start]],
        **{name: networks[name][of_start] for name in ("network", "start", "weight_decay", "diverged")},
    )


job(main, snakemake)
