"""Penalties on gradients with respect to the image, whose gradients are taken by backpropagating twice."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tilt.networks.regularisers.base import SCALE, Regulariser


@dataclass(frozen=True)
class InputGradient(Regulariser):
    """strength / 2 × the mean over the images of ‖∇ℓ‖², the gradient of each one's log-loss.

    Double backpropagation (Drucker & Le Cun 1992); gradients are per pixel in [0, 1]. Ross & Doshi-Velez 2018
    add λ / 2 × the sum over n images of the squared gradient of their mean loss, so that λ = n × strength.
    For softmax regression ∇ℓ = Vᵀ(p - y), with the weights V of pixels in [0, 1].
    """

    def loss(self, model: nn.Module, images: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        images = images.detach().requires_grad_()
        scores = model(images)
        loss = F.cross_entropy(scores, labels)
        return scores, loss + self.strength * _penalty(len(images) * loss, images)


@dataclass(frozen=True)
class Jacobian(Regulariser):
    """strength / 2 × the mean over the images of ‖∂z/∂x‖², all squares of the Jacobian of the scores z.

    Hoffman et al. 2019, whose λ the strength is. ‖∂z/∂x‖² is estimated, as in their code, by C ‖vᵀ ∂z/∂x‖²
    with one v for each image, uniform on the unit sphere of the C classes. Derivatives are per pixel in
    [0, 1]. For scores linear in the preprocessed image this is weight decay of the weights alone, with λ =
    strength × (255 × pixel scale)².
    """

    def loss(self, model: nn.Module, images: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        images = images.detach().requires_grad_()
        scores = model(images)
        projection = F.normalize(torch.randn_like(scores))
        penalty = scores.shape[1] * _penalty((projection * scores).sum(), images)
        return scores, F.cross_entropy(scores, labels) + self.strength * penalty


@dataclass(frozen=True)
class EffectiveMargin(Regulariser):
    """strength / 2 × the mean over the images of ‖∇ Σ p z‖², p = softmax(z / temperature) held constant.

    Effective margin regularisation (Liu & Chan 2022); gradients are per pixel in [0, 1]. Their code has
    λ / n² × the sum over n images, so that λ = n × strength / 2, at temperature 1 beside TRADES and 40 beside
    adversarial training.
    """

    temperature: float = 1.0

    def loss(self, model: nn.Module, images: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        images = images.detach().requires_grad_()
        scores = model(images)
        shares = (scores.detach() / self.temperature).softmax(1)
        penalty = _penalty((shares * scores).sum(), images)
        return scores, F.cross_entropy(scores, labels) + self.strength * penalty


def _penalty(total: Tensor, images: Tensor) -> Tensor:
    """Half the mean over images (n, ...) of the squared norm of the gradient of their total ()."""
    (gradient,) = torch.autograd.grad(total, images, create_graph=True)
    return SCALE**2 / 2 * gradient.square().sum() / len(images)
