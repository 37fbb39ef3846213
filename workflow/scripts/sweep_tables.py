"""Collect the networks of the sweep: a row for each, means over seeds, distances to the article's figures."""

from pipeline.job import job
from tilt.chance import chance_error
from tilt.io import read_json, read_table, write_table
from experiments.sweep.tables import networks_table, search_table, summary_table


def main(input, output, params):
    histories = [read_table(file) for file in input.histories]
    table = networks_table(
        params.networks,
        histories,
        [read_table(file) for file in input.attacks],
        [read_json(file)["temperature"] for file in input.records],
        chance=chance_error(read_json(input.data)["test"]["images_per_class"].values()),
    )
    write_table(output.networks, table)
    write_table(output.summary, summary_table(table))
    write_table(output.search, search_table(table, dict(zip(params.networks, histories, strict=True))))


job(main, snakemake)
