"""Prepare the interactive panels of an experiment: call its function, and write the record on one line."""

from pipeline.files import called
from pipeline.job import job
from report.words import words_from
from tilt.io import write_json


def main(input, output, params):
    write_json(output[0], called(input, params, {"words": words_from}), indent=None)


job(main, snakemake)
