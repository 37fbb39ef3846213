"""Time the path of one pair against the number of samples, of features and of λ."""

import numpy as np

from pipeline.job import job
from pipeline.pair import pair_classes
from experiments.bench.solvers import scaling
from tilt.data.images import binary_pair, load_images
from tilt.errors import InputError
from tilt.io import table_of, write_table
from experiments.svm.tables import lambda_grid


def main(input, output, params):
    class_i, class_j = pair_classes(params.pair)
    images, sizes = load_images(input.images), params.sizes
    lambdas = lambda_grid(**params.grid)[1]
    rows = []

    def time(axis, per_class=params.train_per_class, features=None, count=lambdas.size):
        pair = binary_pair(images, class_i, class_j, per_class)
        d = pair.x_train.shape[1]
        if features is not None and features > d:
            raise InputError(f"bench.features: {features} are more than the {d} pixels of an image")
        columns = ((np.arange(features or d) + 0.5) * d / (features or d)).astype(int)
        grid = np.geomspace(lambdas[0], lambdas[-1], count)
        x = np.ascontiguousarray(pair.x_train[:, columns])
        rows.append({"axis": axis, **scaling(x, pair.y_train, grid, tol=params.tolerance)})

    for per_class in sizes["train_per_class"]:
        time("samples", per_class=per_class)
    for features in sizes["features"]:
        time("features", features=features)
    for count in sizes["lambdas"]:
        time("lambdas", count=count)
    write_table(output[0], table_of(rows))


job(main, snakemake)
