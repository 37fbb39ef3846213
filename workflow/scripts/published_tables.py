"""Read the article's tables from the configured folder or address, and list the pairs that it lacks."""

import numpy as np

from pipeline.job import job
from pipeline.pair import pair_classes
from tilt.io import write_table
from experiments.published.tables import fetch_tables


def main(input, output, params):
    pairs = [pair_classes(pair) for pair in params.pairs]
    source = params.source
    tables, absent = fetch_tables(source["location"], pairs, source["retries"], source["timeout_s"])
    columns = ["lambda_article", *(name for name in next(iter(tables.values())) if name != "lambda_article")]
    tidy = {"pair": np.repeat([f"{i}v{j}" for i, j in tables], [len(t["theta"]) for t in tables.values()])}
    tidy |= {name: np.concatenate([table[name] for table in tables.values()]) for name in columns}
    write_table(output.tables, tidy)
    write_table(output.absent, {"pair": [f"{i}v{j}" for i, j in absent]})


job(main, snakemake)
