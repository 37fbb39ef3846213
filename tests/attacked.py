"""Images and a small network to attack, and made-up tables of attacked images."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from tilt.attacks.models import predict

SHAPE = (6, 7)


def images(n, low=100.0, high=150.0, seed=0):
    return np.random.default_rng(seed).uniform(low, high, (n, *SHAPE)).astype(np.float32)


def weights(seed=1):
    return np.random.default_rng(seed).normal(size=SHAPE)


def pixels(x):
    return x.reshape(len(x), -1).astype(np.float64) / 255


def classes(model, x):
    return predict(model, torch.as_tensor(x)).numpy()


def three_classes(x):
    """A ReLU network with three classes and random weights."""
    draw = torch.Generator().manual_seed(3)
    first = torch.randn(42, 30, generator=draw)
    hidden = (x.flatten(1) / 255 @ first + torch.randn(30, generator=draw)).relu()
    return hidden @ torch.randn(30, 3, generator=draw)


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
