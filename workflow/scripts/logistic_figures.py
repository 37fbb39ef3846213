"""Draw the two losses of one pair side by side."""

from pipeline.job import job
from tilt.figures.logistic import comparison
from tilt.figures.style import save_figure
from tilt.io import read_table


def main(input, output, params):
    drawn = comparison(read_table(input.hinge), read_table(input.softplus), params.pair)
    save_figure(output.comparison[0], drawn)


job(main, snakemake)
