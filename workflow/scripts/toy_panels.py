"""Prepare the interactive panels of the toy problem."""

from pipeline.job import job
from tilt.io import read_table, write_json
from experiments.toy.panel import toy_panels


def main(input, output, params):
    tables = map(read_table, (input.mirror_distance, input.training_set, input.noisy_point))
    write_json(output.panels, toy_panels(*tables), indent=None)


job(main, snakemake)
