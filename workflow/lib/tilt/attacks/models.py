"""What all attacks share: the classifier that they need, its margin, and the record of what they found.

A classifier gives raw scores (n, k) of images (n, ...) of any shape, float32 on the 0-255 scale.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
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


@dataclass(frozen=True, eq=False)
class Targeted(Found):
    """What an attack that drives each image to a class of its own found, for n images of k classes.

    Here success (n,) is whether the target was reached as the attack asks, and images and norm are those at
    the end whether it was or not. p_start and p_end (n, k) are the probabilities of all classes before and
    after, target (n,) the classes aimed at.
    """

    p_start: NDArray[np.float64]
    p_end: NDArray[np.float64]
    target: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Graded(Found):
    """What an attack of given magnitudes found, for n images and k magnitudes.

    The images found are those of the least magnitude for which they are misclassified. magnitudes (k,), in
    pixels in [0, 1]; successes (k, n), whether the image is misclassified at that magnitude.
    """

    magnitudes: NDArray[np.float64]
    successes: NDArray[np.bool_]

    @property
    def accuracy(self) -> NDArray[np.float64]:
        """Share of the images that keep their label, for each magnitude (k,)."""
        return np.asarray(1 - self.successes.mean(axis=1))

    @property
    def least(self) -> NDArray[np.float64]:
        """The least magnitude (n,) at which each image is misclassified, inf where it never is."""
        found: NDArray[np.float64] = np.where(self.successes, self.magnitudes[:, None], np.inf).min(axis=0)
        return found

    def of(self, rows: NDArray[np.integer[Any]]) -> "Graded":
        """The same for some of the images."""
        own = {field.name: getattr(self, field.name)[rows] for field in fields(Found)}
        return Graded(**own, magnitudes=self.magnitudes, successes=self.successes[:, rows])


def in_batches(
    size: int,
    images: NDArray[np.float32] | Tensor,
    labels: NDArray[np.int64],
    attacked: Callable[[Tensor, Tensor], tuple[Tensor, ...]],
) -> tuple[NDArray[Any], ...]:
    """What an attack gives for at most `size` images and labels at a time, each part joined to arrays.

    It gets images (n, ...) as float32 on the device where they are.
    """
    pixels = torch.as_tensor(images, dtype=torch.float32)
    classes = torch.as_tensor(labels, device=pixels.device)
    batches = zip(torch.split(pixels, size), torch.split(classes, size), strict=True)
    parts = [[part.cpu() for part in attacked(x, y)] for x, y in batches]
    return tuple(torch.cat(part).numpy() for part in zip(*parts, strict=True))


def graded(magnitudes: ArrayLike, parts: tuple[NDArray[Any], ...]) -> Graded:
    """The `Graded` of k magnitudes, from the parts of a `Found` and the successes (n, k)."""
    images, norm, predicted, steps, success, successes = parts
    return Graded(images, norm, predicted, steps, success, np.asarray(magnitudes, np.float64), successes.T)


def ended(model: Model, start: Tensor, label: Tensor, end: Tensor, steps: Tensor) -> tuple[Tensor, ...]:
    """The parts of a `Found` for images that went from start to end, where `start` stands for a failure."""
    predicted = predict(model, end)
    success = wrong(predicted, label)
    return end, perturbation_norm(end, start).where(success, torch.nan), predicted, steps, success


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
    model: Model, images: NDArray[np.float32] | Tensor, labels: NDArray[np.int64], what: str = "label"
) -> int:
    """How many classes a model has; InputError unless there are images, and as many labels (n,) of them."""
    if len(images) == 0 or labels.shape != (len(images),):
        raise InputError(
            f"{what}s of shape {labels.shape} for {len(images)} images; give one {what} per image"
        )
    with torch.no_grad():
        classes = model(torch.as_tensor(images[:1])).shape[1]
    if not 0 <= labels.min() <= labels.max() < classes:
        raise InputError(
            f"{what}s from {labels.min()} to {labels.max()} for a model of {classes} classes; count from 0"
        )
    return classes


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
