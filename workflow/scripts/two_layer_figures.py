"""Draw the two-layer networks of one pair beside its SVM."""

from pipeline.job import job
from tilt.figures.style import save_figure
from tilt.figures.two_layer import along_decay, distances_found, distributions, trade_off
from tilt.io import read_arrays, read_table


def main(input, output, params):
    networks, svm = read_table(input.networks), read_table(input.path)
    save_figure(output.errors[0], along_decay(networks, svm, params.pair))
    save_figure(output.distributions[0], distributions(read_arrays(input.local), networks, params.pair))
    save_figure(output.found[0], distances_found(read_table(input.images), networks, params.pair))
    save_figure(output.trade_off[0], trade_off(networks, svm, params.pair))


job(main, snakemake)
