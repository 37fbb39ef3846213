"""Prepare the interactive panel of the sweep."""

from pipeline.job import job
from tilt.io import read_table, write_json
from experiments.sweep.panel import sweep_panels


def main(input, output, params):
    summary = read_table(input.summary)
    write_json(
        output.panels,
        sweep_panels(params.networks, params.shown, summary, published=params.source == "mnist"),
        indent=None,
    )


job(main, snakemake)
