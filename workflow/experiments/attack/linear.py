"""The attack of least norm on linear models, where the distance is known."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from experiments.attack.statistics import linear_row
from pipeline.pair import pair_classes
from tilt.attacks.minimal import minimal_norm
from tilt.attacks.models import box_distance, linear_model
from tilt.data.images import Images
from tilt.geometry import signed_distance
from tilt.io import table_of
from tilt.linear.tables import Columns, optimal_row


def tables(
    *,
    data: Images,
    weights: Mapping[str, Columns],
    paths: Mapping[str, Columns],
    settings: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """A row a pair: the norms found on the SVM at λ_optimal against the exact distances.

    By the usual settings where none are given, since networks are not attacked so.
    """
    rows = []
    for pair, path in paths.items():
        best, arrays = optimal_row(path), weights[pair]
        w, b = arrays["w"][best], arrays["b"][best]
        class_i, class_j = pair_classes(pair)
        test = np.isin(data.y_test, (class_i, class_j))
        x = data.scaled(data.x_test[test], 255).astype(np.float32).reshape(test.sum(), 1, -1)
        labels = (data.y_test[test] == class_j).astype(np.int64)
        pixels = x[:, 0].astype(np.float64) / 255
        found = minimal_norm(linear_model(w, b), x, labels, **(settings or {}))
        row = linear_row(found.norm, np.abs(signed_distance(pixels, w, b)), *box_distance(pixels, w, b))
        rows.append({"pair": pair, "lambda_article": path["lambda_article"][best], **row})
    return {"linear": table_of(rows)}
