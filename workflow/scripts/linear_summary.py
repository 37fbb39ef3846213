"""Summarise the paths of all pairs, a row each."""

from pipeline.job import job
from pipeline.pair import pair_classes
from tilt.io import read_table, write_table
from experiments.svm.tables import summary_table


def main(input, output, params):
    pairs = [pair_classes(pair) for pair in params.pairs]
    write_table(output[0], summary_table(pairs, [read_table(path) for path in input.paths]))


job(main, snakemake)
