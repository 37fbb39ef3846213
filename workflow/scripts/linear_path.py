"""Fit one loss to a pair for every λ, and write the table, the weights and the tilt planes."""

from pipeline.job import job
from pipeline.pair import pair_classes
from tilt.data.images import binary_pair, load_images
from tilt.errors import InputError
from tilt.io import write_arrays, write_table
from tilt.linear import fit_path
from tilt.linear.tables import lambda_grid, path_table, plane_arrays, weight_arrays


def main(input, output, params):
    class_i, class_j = pair_classes(params.pair)
    pair = binary_pair(load_images(input.images), class_i, class_j, params.train_per_class)
    article, lambdas = lambda_grid(**params.grid)
    path = fit_path(pair.x_train, pair.y_train, lambdas, loss=params.loss, tol=params.tolerance)
    if not path.certified.all():
        raise InputError(
            f"svm.tolerance: {params.pair} reached a relative duality gap of {path.duality_gap.max():.2g}, "
            f"not {params.tolerance:g}; set a larger one"
        )
    write_table(output.path, path_table(pair, path, article))
    write_arrays(output.weights, weight_arrays(pair, path))
    write_arrays(output.plane, plane_arrays(pair, path))


job(main, snakemake)
