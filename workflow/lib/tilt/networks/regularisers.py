"""What training adds to the mean log-loss of a network, or does to its images: regularisers by name."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tilt.errors import InputError
from tilt.networks.layers import is_weight


@dataclass(frozen=True)
class Regulariser:
    """A regulariser of some strength, which by itself does nothing; members override one hook or both."""

    strength: float = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.strength < float("inf"):
            raise InputError(f"the strength of a regulariser is {self.strength}; give a number from 0")

    def loss(self, model: nn.Module, images: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """Scores (n, classes) of images (n, ...), and the loss () whose gradient training follows.

        Images are on the 0-255 scale, a copy that may be changed; training reports the error and the softmax
        log-loss of the scores. Nothing decided in Python may depend on the values of tensors.
        """
        scores: Tensor = model(images)
        return scores, F.cross_entropy(scores, labels)

    def add_gradient(self, parameters: Sequence[Tensor], gradients: Sequence[Tensor]) -> None:
        """Add the gradient of a term of the parameters alone to `gradients`, in place."""

    @property
    def leaves_loss(self) -> bool:
        """Whether the loss is the mean log-loss of the images as they are."""
        return type(self).loss is Regulariser.loss


NONE = Regulariser()


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


REGULARISERS: dict[str, Callable[[float], Regulariser]] = {
    "l2": L2,
    "l1": L1,
    "l1_first": partial(L1, first_layer=True),
}


def regulariser_of(name: str | None, strength: float) -> Regulariser:
    """The regulariser of that name, or the one that does nothing. Raises InputError for another name."""
    if name is None:
        return NONE
    if name not in REGULARISERS:
        raise InputError(f"regulariser {name!r} is unknown; choose {', '.join(REGULARISERS)}, or null")
    return REGULARISERS[name](strength)
