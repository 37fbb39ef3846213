"""The pictures of the SVM: of all pairs together, and of one."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from experiments.svm.drawings import all_paths, margins, mirror_images, pair_maps, path_curves, tilt_planes
from experiments.svm.vectors import mirror_vectors
from report.words import Words
from tilt.linear.tables import Columns


def figures(*, summary: Columns, paths: Mapping[str, Columns], words: Words) -> dict[str, Figure]:
    """The pictures of all pairs, from their summary and path tables."""
    return {"pair_maps": pair_maps(summary, words), "all_paths": all_paths(dict(paths), words)}


def pair_figures(
    *, path: Columns, plane: Columns, weights: Columns, words: Words, pair: str, exponents: Sequence[float]
) -> dict[str, Figure]:
    """The pictures of one pair, at the exponents of λ_article given."""
    at = np.log10(path["lambda_article"])
    rows = [int(np.abs(at - exponent).argmin()) for exponent in exponents]
    mirrors = mirror_vectors if weights["image_shape"].size == 1 else mirror_images
    return {
        "curves": path_curves(path, pair, words),
        "margins": margins(plane, path, rows, pair, words),
        "planes": tilt_planes(plane, path, rows, pair, words),
        "mirrors": mirrors(plane, path, weights, rows, pair, words),
    }
