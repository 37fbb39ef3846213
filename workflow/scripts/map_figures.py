"""Draw the map of initial weight scale and weight decay."""

from pipeline.job import job
from report.figures.style import save_figure
from experiments.sweep.figures import maps
from tilt.io import read_table


def main(input, output, params):
    save_figure(output[0], maps(read_table(input.networks[0])))


job(main, snakemake)
