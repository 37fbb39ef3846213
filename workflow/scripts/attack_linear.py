"""Attack the SVM of each shown pair at λ_optimal, where the distance from the boundary is known exactly."""

import numpy as np

from pipeline.job import job
from pipeline.pair import pair_classes
from tilt.attacks.minimal import minimal_norm
from tilt.attacks.models import box_distance, linear_model
from experiments.attack.statistics import linear_row
from tilt.data.images import load_images
from tilt.geometry import signed_distance
from tilt.io import read_arrays, read_table, table_of, write_table
from experiments.svm.tables import optimal_row


def main(input, output, params):
    images = load_images(input.images)
    rows = []
    for pair, weights, path in zip(params.pairs, input.weights, input.paths, strict=True):
        arrays, table = read_arrays(weights, "w", "b"), read_table(path)
        best = optimal_row(table)
        w, b = arrays["w"][best], arrays["b"][best]
        class_i, class_j = pair_classes(pair)
        test = np.isin(images.y_test, (class_i, class_j))
        x = images.scaled(images.x_test[test], 255).astype(np.float32).reshape(test.sum(), 1, -1)
        labels = (images.y_test[test] == class_j).astype(np.int64)
        pixels = x[:, 0].astype(np.float64) / 255
        found = minimal_norm(linear_model(w, b), x, labels, steps=params.steps)
        row = linear_row(found.norm, np.abs(signed_distance(pixels, w, b)), *box_distance(pixels, w, b))
        rows.append({"pair": pair, "lambda_article": table["lambda_article"][best], **row})
    write_table(output[0], table_of(rows))


job(main, snakemake)
