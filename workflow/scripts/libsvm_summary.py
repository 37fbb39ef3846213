"""Put the comparisons of all pairs with libsvm into one table."""

import numpy as np

from pipeline.job import job
from tilt.io import read_table, write_table


def main(input, output, params):
    tables = [read_table(file) for file in input.tables]
    pairs = np.repeat(params.pairs, [len(table["lambda"]) for table in tables])
    columns = {name: np.concatenate([table[name] for table in tables]) for name in tables[0]}
    write_table(output[0], {"pair": pairs, **columns})


job(main, snakemake)
