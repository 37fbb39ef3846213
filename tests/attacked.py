"""Made-up tables of attacked images."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray


def attack_rows(
    label: Sequence[int] | NDArray[Any],
    attacks: Mapping[str, Mapping[str, ArrayLike]],
    status: str = "attacked",
) -> dict[str, NDArray[Any]]:
    """An attack table of n images: of each attack its columns, `norm` and what else is known.

    An attack has succeeded where it has a norm, unless it is said otherwise.
    """
    n = len(label)
    usual = {
        "index": np.arange(n), "label": np.asarray(label), "predicted": np.asarray(label),
        "found": np.asarray(label) + 1, "target": np.full(n, -1), "p_start": np.full(n, np.nan),
        "p_end": np.full(n, np.nan), "steps": np.full(n, 9), "magnitude": np.full(n, np.nan),
        "status": np.full(n, status),
    }  # fmt: skip
    parts = []
    for name, columns in attacks.items():
        norm = np.asarray(columns["norm"], float)
        own = {"attack": np.full(n, name), **usual, "success": np.isfinite(norm), **columns}
        parts.append({key: np.asarray(column) for key, column in own.items()})
    norms = [np.where(part["success"], part["norm"], np.nan) for part in parts]
    least = np.fmin.reduce(norms)
    parts.append({"attack": np.full(n, "least"), **usual, "norm": least, "success": np.isfinite(least)})
    return {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}
