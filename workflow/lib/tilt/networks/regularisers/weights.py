"""Penalties on the weights."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from tilt.networks.layers import is_weight
from tilt.networks.regularisers.base import Regulariser


@dataclass(frozen=True)
class L2(Regulariser):
    """Weight decay, strength / 2 × the sum of squares of weights and biases alike (the article's λ)."""

    def add_gradient(self, parameters: Sequence[Tensor], gradients: Sequence[Tensor]) -> None:
        torch._foreach_add_(list(gradients), list(parameters), alpha=self.strength)


@dataclass(frozen=True)
class L1(Regulariser):
    """strength × the sum of |w| over all weights, or those of the first layer, biases left out; sign(0) is 0.

    Weights are those that act on the preprocessed image. With pixel scale p, weights of pixels in [0, 1] are
    255 p times as large, so that c on the first layer's (Goodfellow et al. 2015) is the strength 255 p c.
    """

    first_layer: bool = False

    def add_gradient(self, parameters: Sequence[Tensor], gradients: Sequence[Tensor]) -> None:
        for parameter, gradient in zip(parameters, gradients, strict=True):
            if is_weight(parameter):
                gradient.add_(parameter.sign(), alpha=self.strength)
                if self.first_layer:
                    return
