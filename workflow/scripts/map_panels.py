"""Prepare the interactive panel of the map of initial weight scale and weight decay."""

from pipeline.job import job
from tilt.io import read_table, write_json
from experiments.map.panel import map_panels


def main(input, output, params):
    write_json(output.panels, map_panels(read_table(input.networks[0])), indent=None)


job(main, snakemake)
