"""Fit one loss to a pair for every λ, and write the table, the weights and the tilt planes."""

from pipeline.job import about, job
from pipeline.pair import pair_classes
from tilt.data.images import binary_pair, load_images, with_validation
from tilt.errors import InputError
from tilt.geometry import nearest_centroid_direction
from tilt.io import write_arrays, write_table
from tilt.linear import fit_path
from experiments.svm.tables import lambda_grid, path_table, plane_arrays, weight_arrays


def main(input, output, params):
    svm = f"datasets.{params.dataset}.svm"
    images = load_images(input.images)
    with about(svm):
        pair = binary_pair(images, *pair_classes(params.pair), params.train_per_class)
    if params.validation_per_class is not None:
        with about(f"{svm}.validation_per_class"):
            pair = with_validation(pair, images, params.train_per_class, params.validation_per_class)
    with about(f"{svm}.pairs: {params.pair}", "; leave the pair out"):
        nearest_centroid_direction(pair.x_train, pair.y_train)
    article, lambdas = lambda_grid(**params.grid)
    with about(f"{svm}.lambda_article"):
        path = fit_path(pair.x_train, pair.y_train, lambdas, loss=params.loss, tol=params.tolerance)
    if not path.certified.all():
        raise InputError(
            f"{svm}.tolerance: {params.pair} reached a relative duality gap of {path.duality_gap.max():.2g}, "
            f"not {params.tolerance:g}; set a larger one"
        )
    write_table(output.path, path_table(pair, path, article))
    write_arrays(output.weights, weight_arrays(pair, path))
    write_arrays(output.plane, plane_arrays(pair, path))


job(main, snakemake)
