"""What networks made of random labels: a table, and the figure of their training errors."""

from pipeline.job import job
from experiments.random_labels.figures import memorisation
from report.figures.style import save_figure
from tilt.io import read_json, read_table, write_table
from experiments.random_labels.tables import memorisation_table


def main(input, output, params):
    histories = {name: read_table(path) for name, path in zip(params.networks, input.histories, strict=True)}
    train_images = read_json(input.records[0])["train_images"]
    table = memorisation_table(params.networks, histories, train_images)
    write_table(output.networks, table)
    save_figure(output.memorisation[0], memorisation(table, histories, params.classes))


job(main, snakemake)
