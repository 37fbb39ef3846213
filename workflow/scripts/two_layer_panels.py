"""Prepare the interactive panel of the two-layer networks."""

from pipeline.job import job
from tilt.io import read_arrays, read_json, read_table, write_json
from experiments.two_layer.panel import two_layer_panels
from report.words import words_of


def main(input, output, params):
    def by_pair(files, read=read_table):
        return {pair: read(file) for pair, file in zip(params.pairs, files, strict=True)}

    record = two_layer_panels(
        by_pair(input.networks),
        by_pair(input.images),
        by_pair(input.local, read_arrays),
        by_pair(input.paths),
        words_of(read_json(input.record)),
    )
    write_json(output.panels, record, indent=None)


job(main, snakemake)
