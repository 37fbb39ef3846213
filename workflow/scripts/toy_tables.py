"""Compute the toy problem: mirror images against the angle, and the noisy point fitted four ways."""

import numpy as np

from pipeline.job import about, job
from tilt.io import write_table
from experiments.toy.tables import four_fits, mirror_distance_table, noisy_point_table, noisy_training_set


def main(input, output, params):
    X, y = noisy_training_set(params.points_per_class, seed=params.seed)
    with about("toy.lambda_exponents"):
        table = noisy_point_table(X, y, np.logspace(*params.lambda_exponents, params.lambda_count))
    angles = np.linspace(0, np.pi / 2, params.angles)
    write_table(output.mirror_distance, mirror_distance_table(angles))
    write_table(output.training_set, {"a": X[:, 0], "b": X[:, 1], "y": y})
    write_table(output.noisy_point, table)
    write_table(output.four_fits, four_fits(table))


job(main, snakemake)
