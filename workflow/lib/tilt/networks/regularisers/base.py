"""What a regulariser is."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor, nn
from torch.nn import functional as F

from tilt.errors import InputError

SCALE = 255.0  # images are on the 0-255 scale; distances, gradients and strengths are in pixels of [0, 1]


@dataclass(frozen=True)
class Regulariser:
    """A regulariser of some strength below `limit`, which by itself does nothing.

    Members override one hook or both; at strength 0 they do nothing either.
    """

    strength: float = 0.0
    limit: ClassVar[float] = math.inf

    def __post_init__(self) -> None:
        if not 0 <= self.strength < self.limit:
            below = "" if self.limit == math.inf else f" and below {self.limit:g}"
            raise InputError(f"the strength of a regulariser is {self.strength}; give a number from 0{below}")

    def loss(self, model: nn.Module, images: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """Scores (n, classes) of images (n, ...), and the loss () whose gradient training follows.

        The model is in training mode, and images are on the 0-255 scale; training reports the error and the
        softmax log-loss of the scores, which are those of the images as they are where the member says
        nothing else. Random numbers are torch's, which training seeds for each epoch. Nothing decided in
        Python may depend on the values of tensors.
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
