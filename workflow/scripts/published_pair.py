"""Compare one pair with the article's table of it; libsvm arbitrates where the two differ too much."""

import logging

from pipeline.job import job
from pipeline.pair import pair_classes
from tilt.data.images import binary_pair, load_images
from tilt.io import read_table, write_table
from experiments.published.tables import arbitrate, deviations


def main(input, output, params):
    tables, ours = read_table(input.tables), read_table(input.path)
    rows = tables.pop("pair") == params.pair
    published = {name: column[rows] for name, column in tables.items()}
    if not rows.any():
        logging.info("the article's table of %s is absent", params.pair)
        write_table(output.deviations, {"lambda_article": []})
        write_table(output.arbitration, {"lambda_article": []})
        return
    class_i, class_j = pair_classes(params.pair)
    pair = binary_pair(load_images(input.images), class_i, class_j, params.train_per_class)
    write_table(output.arbitration, arbitrate(pair, ours, published))
    write_table(output.deviations, deviations(ours, published))


job(main, snakemake)
