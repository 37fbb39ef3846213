"""Draw the deviations from the article's tables: all pairs, and one pair with its curves."""

from pipeline.job import job
from pipeline.pair import pair_classes
from experiments.published.figures import deviations, path_and_published
from report.figures.style import save_figure
from tilt.io import read_table


def main(input, output, params):
    pairs = [pair_classes(pair) for pair in params.pairs]
    tables = {pair: read_table(path) for pair, path in zip(pairs, input.deviations, strict=True)}
    compared = {pair: table for pair, table in tables.items() if len(table["lambda_article"])}
    shown = pair_classes(params.shown)
    if shown not in compared:
        shown = next(iter(compared))
    save_figure(output.deviations[0], deviations(compared))
    save_figure(output.pair[0], path_and_published(compared[shown], f"{shown[0]}v{shown[1]}"))


job(main, snakemake)
