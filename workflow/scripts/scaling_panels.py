"""Prepare the interactive panel of the scaled loss."""

from pipeline.job import job
from tilt.io import read_json, read_table, write_json
from experiments.scaling.panel import scaling_panels
from report.words import words_of


def main(input, output, params):
    tables = read_table(input.margins), read_table(input.risk), read_json(input.classifier)
    words = words_of(read_json(input.record))
    write_json(output.panels, scaling_panels(*tables, words), indent=None)


job(main, snakemake)
