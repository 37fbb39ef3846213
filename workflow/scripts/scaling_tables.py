"""Scale one pair's classifier: its margins, histograms of scores and losses, risk against the norm."""

import numpy as np

from pipeline.job import job
from pipeline.pair import pair_classes
from tilt.data.images import binary_pair, load_images
from tilt.geometry import signed_distance
from tilt.io import read_arrays, read_table, write_json, write_table
from experiments.svm.tables import optimal_row
from experiments.scaling.tables import decade, risk_table, score_histograms

NORMS = np.logspace(-3, 3, 121)  # of the weights, for distances of about 1
DRAWN = (0.1, 0.5, 2.0, 10.0)


def main(input, output, params):
    class_i, class_j = pair_classes(params.pair)
    pair = binary_pair(load_images(input.images), class_i, class_j, params.train_per_class)
    path = read_table(input.path)
    weights = read_arrays(input.weights, "w", "b")
    row = optimal_row(path)
    distance = signed_distance(pair.x_train, weights["w"][row], weights["b"][row])
    norm = float(path["norm_w"][row])
    write_table(output.margins, {"y": pair.y_train, "distance": distance})
    write_table(output.histograms, score_histograms(pair.y_train, distance, norm))
    write_table(output.risk, risk_table(pair.y_train * distance, decade(distance) * NORMS))
    record = {
        "pair": params.pair,
        "lambda_article": float(path["lambda_article"][row]),
        "norm_w": norm,
        "norms": params.norms or [decade(distance) * value for value in DRAWN],
    }
    write_json(output.classifier, record)


job(main, snakemake)
