"""Other losses of the same scores."""

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor, nn
from torch.nn import functional as F

from tilt.networks.regularisers.base import Regulariser


@dataclass(frozen=True)
class LabelSmoothing(Regulariser):
    """Log-loss against (1 - strength) × the label + strength × the uniform distribution over all classes.

    Szegedy et al. 2016; the strength is a probability, less than 1.
    """

    limit: ClassVar[float] = 1.0

    def loss(self, model: nn.Module, images: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        scores: Tensor = model(images)
        return scores, F.cross_entropy(scores, labels, label_smoothing=self.strength)


@dataclass(frozen=True)
class Temperature(Regulariser):
    """Log-loss of scores / T, with temperature T = 1 + strength; a number.

    The article's closing hint. T - 1 is the strength and not log T, as a round temperature then has a round
    strength. Without biases, scores that are homogeneous of degree L in the weights have with decay λ the
    minimisers, up to the scale of the weights, of T = 1 with λ T^(2 / L). The scores are not divided.
    """

    def loss(self, model: nn.Module, images: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        scores: Tensor = model(images)
        return scores, F.cross_entropy(scores / (1 + self.strength), labels)
