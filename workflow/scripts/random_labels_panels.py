"""Prepare the interactive panel of the networks trained on random labels."""

from pipeline.job import job
from tilt.io import read_table, write_json
from experiments.random_labels.panel import random_labels_panels


def main(input, output, params):
    histories = {name: read_table(file) for name, file in zip(params.networks, input.histories, strict=True)}
    table = read_table(input.networks)
    write_json(output.panels, random_labels_panels(table, histories, params.classes), indent=None)


job(main, snakemake)
