"""Prepare the interactive panels of the adversarial examples."""

from pipeline.job import job
from tilt.io import read_arrays, read_json, read_table, write_json
from experiments.attack.panel import attack_panels
from report.words import words_of


def main(input, output, params):
    def by_name(files, read):
        return {name: read(file) for name, file in zip(params.networks, files, strict=True)}

    record = attack_panels(
        params.networks,
        params.shown,
        by_name(input.attacks, read_table),
        by_name(input.accuracies, read_table),
        by_name(input.records, lambda file: read_json(file)["temperature"]),
        by_name(input.images, read_arrays),
        words_of(read_json(input.data)),
        published=params.source == "mnist",
    )
    write_json(output.panels, record, indent=None)


job(main, snakemake)
