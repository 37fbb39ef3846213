"""Draw the two losses of one pair side by side."""

from pipeline.job import job
from experiments.logistic.figures import comparison
from report.figures.style import save_figure
from tilt.io import read_json, read_table
from report.words import words_of


def main(input, output, params):
    tables, words = map(read_table, (input.hinge, input.softplus)), words_of(read_json(input.record))
    drawn = comparison(*tables, params.pair, words)
    save_figure(output.comparison[0], drawn)


job(main, snakemake)
