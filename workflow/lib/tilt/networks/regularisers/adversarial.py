"""Adversarial training: the loss is that of the images where they are worst, within a distance of each.

The worst images are sought with the model in evaluation mode and lie in the box of pixels in [0, 255], as
those of the attacks do. The scores that training reports are those of the images as they are, in evaluation
mode: the search begins with them.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tilt.errors import InputError
from tilt.networks.regularisers.base import SCALE, Regulariser


@dataclass(frozen=True)
class Adversarial(Regulariser, ABC):
    """Adversarial training: the mean log-loss of the images that members find within `strength` of each."""

    def loss(self, model: nn.Module, images: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        with _searched(model):
            scores, found = self.worst(model, images, labels, SCALE * self.strength)
        return scores, F.cross_entropy(model(found), labels)

    @abstractmethod
    def worst(
        self, model: nn.Module, images: Tensor, labels: Tensor, distance: float
    ) -> tuple[Tensor, Tensor]:
        """Scores (n, classes) of the images (n, ...), and those of greatest loss within the distance."""


@dataclass(frozen=True)
class AdversarialSigned(Adversarial):
    """max ℓ(x + δ) over ‖δ‖∞ <= strength to first order, δ = strength × sign(∇ℓ); pixels in [0, 1].

    Goodfellow et al. 2015, without the clean images that they mix in. For two classes whose scores are linear
    in the image it is exact: with w the difference of their weights, the margin loses strength × ‖w‖₁.
    """

    def worst(
        self, model: nn.Module, images: Tensor, labels: Tensor, distance: float
    ) -> tuple[Tensor, Tensor]:
        scores, ascent = _ascent(model, images, labels)
        return scores, (images + distance * ascent.sign()).clamp(0, SCALE)


@dataclass(frozen=True)
class AdversarialL2(Adversarial):
    """max ℓ(x + δ) over ‖δ‖₂ <= strength by projected gradient ascent; pixels in [0, 1].

    Madry et al. 2018 for the L2 ball, from the image itself: each of the `steps` goes 2.5 strength / steps
    along the gradient and is projected on the ball, then on the box. For two classes whose scores are linear
    in the image, the margin loses strength × ‖w‖₂.
    """

    steps: int = 5

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.steps < 1:
            raise InputError(f"adversarial training takes {self.steps} steps; give 1 or more")

    def worst(
        self, model: nn.Module, images: Tensor, labels: Tensor, distance: float
    ) -> tuple[Tensor, Tensor]:
        scores, ascent = _ascent(model, images, labels)
        found = images
        for step in range(self.steps):
            if step:
                _, ascent = _ascent(model, found, labels)
            moved = found - images + ascent * (2.5 * distance / self.steps / _norms(ascent))
            found = (images + moved * (distance / _norms(moved)).clamp(max=1)).clamp(0, SCALE)
        return scores, found


@contextmanager
def _searched(model: nn.Module) -> Iterator[None]:
    """The model in evaluation mode, without gradients of its parameters."""
    parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
    for parameter in parameters:
        parameter.requires_grad_(False)
    model.eval()
    try:
        yield
    finally:
        model.train()
        for parameter in parameters:
            parameter.requires_grad_(True)


def _ascent(model: nn.Module, images: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """Scores (n, classes), and a direction (n, ...) in which each image's loss rises fastest.

    It is the gradient of log Σ exp of the other scores less the label's own. The loss is log(1 + exp) of
    that, so both gradients have one direction, but this one does not vanish where the softmax is saturated.
    """
    images = images.detach().requires_grad_()
    scores = model(images)
    own = labels[:, None]
    margin = scores.scatter(1, own, -torch.inf).logsumexp(1) - scores.gather(1, own)[:, 0]
    (gradient,) = torch.autograd.grad(margin.sum(), images)
    return scores.detach(), gradient


def _norms(x: Tensor) -> Tensor:
    """L2 norm of each entry of x (n, ...), not zero, in as many dimensions as x."""
    found: Tensor = torch.linalg.vector_norm(x, dim=tuple(range(1, x.dim())), keepdim=True)
    return found.clamp(min=1e-30)
