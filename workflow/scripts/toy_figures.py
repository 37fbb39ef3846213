"""Draw the toy problem."""

import numpy as np

from pipeline.job import job
from report.figures.style import save_figure
from experiments.toy.figures import boundaries, mirror_distance, noisy_point, tilt_against_lambda
from tilt.io import read_table
from experiments.toy.tables import mirror_distance_table

SHOWN_DEGREES = (0, 45, 85)


def main(input, output, params):
    shown = mirror_distance_table(np.radians(SHOWN_DEGREES))
    points = read_table(input.training_set)
    X = np.stack([points["a"], points["b"]], axis=1)
    save_figure(output.boundaries[0], boundaries(shown))
    save_figure(output.mirror_distance[0], mirror_distance(read_table(input.mirror_distance), shown))
    save_figure(output.noisy_point[0], noisy_point(X, points["y"], read_table(input.four_fits)))
    save_figure(output.tilt[0], tilt_against_lambda(read_table(input.noisy_point)))


job(main, snakemake)
