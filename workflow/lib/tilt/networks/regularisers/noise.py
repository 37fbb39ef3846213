"""Random changes of the images, or of what a layer makes of them; the scores are those that trained."""

from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tilt.errors import InputError
from tilt.networks.layers import is_weight
from tilt.networks.regularisers.base import SCALE, Regulariser


@dataclass(frozen=True)
class GaussianNoise(Regulariser):
    """Log-loss of images with N(0, strength²) added to each pixel, in pixels of [0, 1].

    To second order it adds strength² / 2 × the trace of the loss's Hessian (Bishop 1995). It is not clipped
    to the box: of black and white pixels that would take half of the noise and move the mean.
    """

    def loss(self, model: nn.Module, images: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        return super().loss(model, images + SCALE * self.strength * torch.randn_like(images), labels)


@dataclass(frozen=True)
class Dropout(Regulariser):
    """Each input of the last layer is 0 with probability `strength`, else divided by 1 - strength.

    Srivastava et al. 2014; the probability is less than 1. The last layer is the last module, in the order in
    which the model has them, that has weights of its own. Raises InputError when the model has none, or does
    not call it as a module.
    """

    limit: ClassVar[float] = 1.0

    def loss(self, model: nn.Module, images: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        dropped = 0

        def drop(layer: nn.Module, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
            nonlocal dropped
            dropped += 1
            return F.dropout(inputs[0], self.strength), *inputs[1:]

        layers = [layer for layer in model.modules() if any(map(is_weight, layer.parameters(recurse=False)))]
        hooks = [layer.register_forward_pre_hook(drop) for layer in layers[-1:]]
        try:
            result = super().loss(model, images, labels)
        finally:
            for hook in hooks:
                hook.remove()
        if not dropped:
            raise InputError("dropout finds no last layer with weights that is called as a module; write one")
        return result
