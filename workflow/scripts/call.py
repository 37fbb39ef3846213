"""Call a function of an experiment with what the rule reads and sets, and write what it returns."""

from importlib import import_module

from pipeline.files import arguments, write
from pipeline.job import job
from report.words import words_from
from tilt.data.images import load_images


def main(input, output, params):
    module, name = params.function.rsplit(".", 1)
    function = getattr(import_module(f"experiments.{module}"), name)
    settings = {key: value for key, value in params.items() if key != "function"}
    given = arguments(input, {"data": load_images, "words": words_from})
    if module.endswith(".figures") and "words" in given:
        given["words"] = given["words"].for_matplotlib
    write(output, function(**given, **settings), save_picture)


def save_picture(path, figure):
    from report.figures.style import save_figure  # matplotlib takes a second to import

    save_figure(path, figure)


job(main, snakemake)
