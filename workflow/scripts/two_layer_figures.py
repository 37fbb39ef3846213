"""Draw the two-layer networks of one pair beside its SVM."""

from pipeline.job import job
from report.figures.style import save_figure
from experiments.two_layer.figures import along_decay, distances_found, distributions, trade_off
from tilt.io import read_arrays, read_json, read_table
from report.words import words_of


def main(input, output, params):
    networks, svm = read_table(input.networks), read_table(input.path)
    local, images = read_arrays(input.local), read_table(input.images)
    named = params.pair, words_of(read_json(input.record))
    save_figure(output.errors[0], along_decay(networks, svm, *named))
    save_figure(output.distributions[0], distributions(local, networks, *named))
    save_figure(output.found[0], distances_found(images, networks, *named))
    save_figure(output.trade_off[0], trade_off(networks, svm, *named))


job(main, snakemake)
