"""Time the path of one pair beside scikit-learn's solvers."""

from pipeline.job import job
from pipeline.pair import pair_classes
from experiments.bench.solvers import compare
from tilt.data.images import binary_pair, load_images
from tilt.io import write_json, write_table
from experiments.svm.tables import lambda_grid


def main(input, output, params):
    class_i, class_j = pair_classes(params.pair)
    pair = binary_pair(load_images(input.images), class_i, class_j, params.train_per_class)
    article, lambdas = lambda_grid(**params.grid)
    table, record = compare(
        pair.x_train, pair.y_train, lambdas, tol=params.tolerance, svc_step=params.svc_step
    )
    write_table(output.fits, {"lambda_article": article, **table})
    write_json(output.record, record)


job(main, snakemake)
