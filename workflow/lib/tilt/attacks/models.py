"""What the attacks need of a classifier: raw scores of images (n, h, w), float32 on the 0-255 scale."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Model = Callable[[Tensor], Tensor]
Array = NDArray[np.float64]


def linear_model(w: NDArray[np.floating[Any]], b: float) -> Model:
    """A linear classifier (w, b) of pixels in [0, 1] as a network of two classes with scores 0 and w·x + b.

    Class I is 0 and class J is 1; w has d entries for images of d pixels, in any shape.
    """
    weights = torch.as_tensor(np.asarray(w, np.float64).ravel())

    def scores(images: Tensor) -> Tensor:
        s = images.flatten(1).double() @ weights / 255 + b
        return torch.stack([torch.zeros_like(s), s], dim=1)

    return scores


def box_distance(x: Array, w: Array, b: float) -> tuple[Array, NDArray[np.bool_]]:
    """Exact distance of x (n, d) from the boundary w·x + b = 0 along paths that keep pixels in [0, 1].

    The nearest point is clip(x + t w, 0, 1) for one t. Returns the distances (n,), inf where the box holds no
    point of the boundary, and whether the box is active, so that the distance exceeds |w·x + b|/‖w‖.
    """
    used = w != 0
    size = np.abs(w[used])
    score = x @ w + b
    room = np.where(np.outer(score, w[used]) < 0, 1 - x[:, used], x[:, used]) / size
    order = room.argsort(axis=1)
    squares, ends = (size**2)[order], np.take_along_axis(room, order, axis=1)
    clipped = np.cumsum(squares * ends, axis=1) - squares * ends
    free = squares[:, ::-1].cumsum(axis=1)[:, ::-1]
    t = (np.abs(score)[:, None] - clipped) / free
    fits = t <= ends
    first, reached = fits.argmax(axis=1), fits.any(axis=1)
    distance = np.linalg.norm(np.minimum(room, t[np.arange(len(x)), first, None]) * size, axis=1)
    return np.where(reached, distance, np.inf), ~reached | (first > 0)


def predict(model: Model, images: Tensor) -> Tensor:
    """Class of the greatest score for each image, -1 where a score is not finite."""
    with torch.no_grad():
        scores = model(images)
    return scores.argmax(dim=1).where(scores.isfinite().all(dim=1), -1)


def misclassified(model: Model, images: Tensor, labels: Tensor) -> Tensor:
    """Whether each image gets another class than its label; a score that is not finite is no class."""
    predicted = predict(model, images)
    return (predicted >= 0) & (predicted != labels)
