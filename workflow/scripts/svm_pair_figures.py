"""Draw one pair: curves over λ, margins, tilt planes, mirror images."""

import numpy as np

from pipeline.job import job
from report.figures.style import save_figure
from experiments.svm.figures import margins, mirror_images, path_curves, tilt_planes
from experiments.svm.vectors import mirror_vectors
from tilt.io import read_arrays, read_json, read_table
from report.words import words_of


def main(input, output, params):
    table = read_table(input.path)
    plane, weights = read_arrays(input.plane), read_arrays(input.weights)
    exponents = np.log10(table["lambda_article"])
    rows = [int(np.abs(exponents - exponent).argmin()) for exponent in params.exponents]
    named = params.pair, words_of(read_json(input.record))
    save_figure(output.curves[0], path_curves(table, *named))
    save_figure(output.margins[0], margins(plane, table, rows, *named))
    save_figure(output.planes[0], tilt_planes(plane, table, rows, *named))
    drawn = mirror_vectors if weights["image_shape"].size == 1 else mirror_images
    save_figure(output.mirrors[0], drawn(plane, table, weights, rows, *named))


job(main, snakemake)
