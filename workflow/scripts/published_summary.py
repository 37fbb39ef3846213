"""Summarise the deviations from the article's tables, and collect where libsvm arbitrated."""

import numpy as np

from pipeline.job import job
from pipeline.pair import pair_classes
from tilt.io import read_table, write_table
from experiments.published.tables import summarise


def present(pairs, paths):
    """The tables that have rows, by pair."""
    tables = {pair: read_table(path) for pair, path in zip(pairs, paths, strict=True)}
    return {pair: table for pair, table in tables.items() if len(table["lambda_article"])}


def main(input, output, params):
    pairs = [pair_classes(pair) for pair in params.pairs]
    write_table(output.summary, summarise(present(pairs, input.deviations)))
    arbitrated = present(params.pairs, input.arbitrations)
    columns = next(iter(arbitrated.values()), {"lambda_article": []})
    collected = {"pair": np.repeat(list(arbitrated), [len(t["quantity"]) for t in arbitrated.values()])}
    for name in columns:
        collected[name] = np.concatenate([[], *(table[name] for table in arbitrated.values())])
    write_table(output.arbitration, collected)


job(main, snakemake)
