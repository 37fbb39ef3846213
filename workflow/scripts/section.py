"""Write the record of an experiment's section: its prose, claims, captions and tables."""

from importlib import import_module

from pipeline.files import arguments
from pipeline.job import job
from report.prose import with_prose
from report.words import words_from
from tilt.io import write_json


def main(input, output, params):
    settings = {key: value for key, value in params.items() if key not in ("experiment", "title")}
    module = import_module(f"experiments.{params.experiment}.section")
    section = module.section(**arguments(input, {"words": words_from}), **settings)
    write_json(output[0], with_prose(params.experiment, params.title, section, input.prose))


job(main, snakemake)
