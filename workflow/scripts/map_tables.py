"""Collect the networks of the map of initial weight scale and weight decay, a row for each."""

from pipeline.job import job
from tilt.chance import chance_error
from tilt.io import read_json, read_table, write_table
from experiments.sweep.tables import networks_table


def main(input, output, params):
    table = networks_table(
        params.networks,
        [read_table(file) for file in input.histories],
        [read_table(file) for file in input.attacks],
        [read_json(file)["temperature"] for file in input.records],
        chance=chance_error(read_json(input.data)["test"]["images_per_class"].values()),
    )
    write_table(output[0], table)


job(main, snakemake)
