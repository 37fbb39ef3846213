"""Prepare the interactive panel of the calibration of LeNet."""

from pipeline.job import job
from tilt.io import read_table, write_json
from experiments.calibration.panel import calibration_panels


def main(input, output, params):
    tables = map(read_table, (input.networks, input.reliability, input.seeds))
    write_json(output.panels, calibration_panels(params.networks, *tables, params.shown), indent=None)


job(main, snakemake)
