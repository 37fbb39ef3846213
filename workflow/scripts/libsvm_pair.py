"""Compare the objective of randomly drawn models of one pair with libsvm's at a tolerance of 1e-8."""

import numpy as np

from pipeline.job import job
from pipeline.pair import pair_classes
from experiments.bench.solvers import libsvm_check
from tilt.data.images import binary_pair, load_images
from tilt.io import write_table
from tilt.linear import fit_path
from experiments.svm.tables import lambda_grid


def main(input, output, params):
    class_i, class_j = pair_classes(params.pair)
    pair = binary_pair(load_images(input.images), class_i, class_j, params.train_per_class)
    article, lambdas = lambda_grid(**params.grid)
    draw = np.random.default_rng([class_i, class_j])
    rows = np.sort(draw.choice(lambdas.size, max(round(params.share * lambdas.size), 1), replace=False))
    path = fit_path(pair.x_train, pair.y_train, lambdas, tol=params.tolerance)
    table = libsvm_check(pair.x_train, pair.y_train, path, rows)
    write_table(output[0], {"lambda_article": article[rows], **table})


job(main, snakemake)
