"""Reading the tables of adversarially trained linear models."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from report.claims import Columns

NAMES = {
    ("hinge", "l2"): "SVM, L2",
    ("softplus", "l2"): "logistic regression, L2",
    ("hinge", "linf"): "SVM, largest change",
}


def rows_of(table: Columns, loss: str, norm: str) -> dict[str, NDArray[Any]]:
    """The rows of one loss and one norm of the perturbations."""
    own = (table["loss"] == loss) & (table["norm"] == norm)
    return {name: column[own] for name, column in table.items()}


def accuracy_map(path: Columns, robust: Columns, loss: str, norm: str) -> tuple[list[float], np.ndarray]:
    """Shares (k,) of the collapse, and the accuracy (k, k) of models trained at a share (columns) under
    attacks of a share (rows); nan of a radius that singles no model out."""
    rows, attacked = rows_of(path, loss, norm), rows_of(robust, loss, norm)
    radii = rows["epsilon"].tolist()
    found = {
        (trained, radius): accuracy
        for trained, radius, accuracy in zip(
            *(attacked[name].tolist() for name in ("epsilon", "radius", "accuracy")), strict=True
        )
    }
    table = np.array([[found.get((trained, radius), np.nan) for trained in radii] for radius in radii])
    return rows["share"].tolist(), table
