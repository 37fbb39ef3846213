"""Draw the pictures of an experiment: call one of its functions, and save the figures that it returns."""

from pipeline.files import called
from pipeline.job import job
from report.figures.style import save_figure
from report.words import words_from


def main(input, output, params):
    readers = {"words": lambda path: words_from(path).for_matplotlib}
    for name, figure in called(input, params, readers).items():
        save_figure(output[name][0], figure)


job(main, snakemake)
