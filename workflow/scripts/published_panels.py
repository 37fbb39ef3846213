"""Prepare the interactive panel of the article's tables."""

from pipeline.job import job
from tilt.io import read_json, read_table, write_json
from experiments.svm import panel as svm
from report.panels.base import section
from experiments.published.panel import published_bank, published_panel
from report.words import words_of


def main(input, output, params):
    path = read_table(input.path)
    pair = svm.pair_control(params.pairs, params.start, words_of(read_json(input.record)))
    lam = svm.lambda_control(path)
    tables = {name: read_table(file) for name, file in zip(params.pairs, input.deviations, strict=True)}
    compared = {name: table for name, table in tables.items() if table["lambda_article"].size}
    panel, bank = published_panel(pair, lam, path, compared)
    banks = {f"published/{name}": published_bank(table) for name, table in compared.items()}
    write_json(output.panels, section([panel], {"published": bank} | banks), indent=None)


job(main, snakemake)
