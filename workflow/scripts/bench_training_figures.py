"""Draw the time of an epoch of LeNet by recipe."""

from pipeline.job import job
from experiments.bench.figures import training
from report.figures.style import save_figure
from tilt.io import read_json, read_table


def main(input, output, params):
    drawn = training(read_table(input.times), read_json(input.floor)["epoch_seconds"])
    save_figure(output.training[0], drawn)


job(main, snakemake)
