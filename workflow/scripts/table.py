"""Compute the tables of an experiment: call one of its functions, and write what it returns."""

from pipeline.files import called, write
from pipeline.job import job
from tilt.data.images import load_images


def main(input, output, params):
    write(output, called(input, params, {"data": load_images}))


job(main, snakemake)
