"""Prepare the interactive panels of the SVM, with logistic regression beside it."""

from pipeline.job import job
from tilt.io import read_arrays, read_json, read_table, write_json
from experiments.svm import panel as svm
from report.panels.base import section
from report.words import words_of


def main(input, output, params):
    paths = {name: read_table(file) for name, file in zip(params.pairs, input.paths, strict=True)}
    words = words_of(read_json(input.record))
    pair = svm.pair_control(params.pairs, params.start, words)
    lam = svm.lambda_control(paths[params.start])
    overview, bank = svm.map_panel(paths, pair, lam, words)
    banks = {"svm-map": bank}
    for name, planes, file in zip(params.pairs, input.planes, input.weights, strict=True):
        weights = read_arrays(file)
        banks |= svm.pair_banks(name, paths[name], read_arrays(planes), weights, words)
    files = zip(params.logistic_pairs, input.logistic_paths, input.logistic_weights, strict=True)
    for name, path, file in files:
        banks[f"logistic/{name}"] = svm.logistic_bank(read_table(path), read_arrays(file))
    one = svm.pair_panel(
        paths, pair, lam, words,
        shape=weights["image_shape"].tolist(), per_class=params.per_class, published=params.published,
    )  # fmt: skip
    write_json(output.panels, section([overview, one], banks), indent=None)


job(main, snakemake)
