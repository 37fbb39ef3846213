"""What all attacks share: the classifier that they need, its margin, and the record of what they found.

A classifier gives raw scores (n, k) of images (n, ...) of any shape, float32 on the 0-255 scale.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tilt.errors import InputError

Model = Callable[[Tensor], Tensor]
Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Found:
    """What an attack found, for n images.

    images (n, ...) on the 0-255 scale, the originals where it failed; norm (n,), the L2 norm of the
    perturbation with pixels in [0, 1], nan where it failed; predicted (n,), the class of `images`, -1 where a
    score is not finite; steps (n,) taken; success (n,), whether that is another class than the label.
    """

    images: NDArray[np.float32]
    norm: NDArray[np.float64]
    predicted: NDArray[np.int64]
    steps: NDArray[np.int64]
    success: NDArray[np.bool_]


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
        return top_class(model(images))


def top_class(scores: Tensor) -> Tensor:
    """The same of scores (n, k)."""
    return scores.argmax(dim=1).where(scores.isfinite().all(dim=1), -1)


def misclassified(model: Model, images: Tensor, labels: Tensor) -> Tensor:
    """Whether each image gets another class than its label; a score that is not finite is no class."""
    return wrong(predict(model, images), labels)


def wrong(predicted: Tensor, labels: Tensor) -> Tensor:
    """Whether each predicted class is another than the label; -1 is no class."""
    return (predicted >= 0) & (predicted != labels)


def check_labels(
    images: NDArray[np.float32] | Tensor, labels: NDArray[np.int64], what: str = "label"
) -> None:
    """Raise InputError unless there are images, and as many labels (n,)."""
    if len(images) == 0 or labels.shape != (len(images),):
        raise InputError(
            f"{what}s of shape {labels.shape} for {len(images)} images; give one {what} per image"
        )


def margin_gradient(model: Model, x: Tensor, label: Tensor) -> tuple[Tensor, Tensor]:
    """Margin (n,) of each image, the label's score less the greatest other one, and its gradient (n, ...)."""
    x = x.detach().requires_grad_()
    scores = model(x)
    own = scores.gather(1, label[:, None])[:, 0]
    margin = own - scores.scatter(1, label[:, None], -torch.inf).amax(dim=1)
    (gradient,) = torch.autograd.grad(margin.sum(), x)
    return margin.detach(), gradient


def norms(x: Tensor) -> Tensor:
    """L2 norm (n,) of each entry of x (n, ...)."""
    found: Tensor = torch.linalg.vector_norm(x.flatten(1), dim=1)
    return found


def perturbation_norm(end: Tensor, start: Tensor) -> Tensor:
    """L2 norm (n,) of end - start in double precision, with pixels in [0, 1]."""
    found: Tensor = ((end - start).double() / 255).flatten(1).norm(dim=1)
    return found


def wide(factors: Tensor, x: Tensor) -> Tensor:
    """Factors (n,) in as many dimensions as x (n, ...), one for each entry."""
    return factors.view(-1, *[1] * (x.dim() - 1))
