"""Draw the pairs side by side: maps over classes, and all paths."""

from pipeline.job import job
from report.figures.style import save_figure
from experiments.svm.figures import all_paths, pair_maps
from tilt.io import read_json, read_table
from report.words import words_of


def main(input, output, params):
    tables = {pair: read_table(path) for pair, path in zip(params.pairs, input.paths, strict=True)}
    words = words_of(read_json(input.record))
    save_figure(output.maps[0], pair_maps(read_table(input.summary[0]), words))
    save_figure(output.paths[0], all_paths(tables, words))


job(main, snakemake)
