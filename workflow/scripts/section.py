"""Write the record of an experiment's section: its prose, claims, captions and tables."""

from pipeline.files import called
from pipeline.job import job
from report.prose import with_prose
from report.words import words_from
from tilt.io import write_json


def main(input, output, params):
    section = called(input, params, {"words": words_from})
    name = params.function.split(".")[0]
    write_json(output[0], with_prose(name, params.title, section, input.prose))


job(main, snakemake)
