"""What is done to images before the first layer of any network, a part of the network and saved with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from tilt.networks.descent import FastGradient, Scratch
from tilt.networks.planes import LaidOutPlanes


@dataclass(frozen=True)
class Architecture:
    """What a model is built from: its name, the shape of an image, the number of classes, its options."""

    name: str
    shape: tuple[int, ...]
    classes: int
    options: Mapping[str, Any]


class Preprocessed(nn.Module):
    """A model of pixel_scale * (image - mean image), for images (n, ...) on the 0-255 scale.

    Buffers `mean_image`, of an image's shape, and `pixel_scale` () hold the preprocessing, `model` is the
    network behind it, and `architecture` says how that was built. With `planes` the model sees images as
    (n, channels, h, w), else as they are. `source` tells what code the model is of, if that may change.
    """

    def __init__(
        self,
        architecture: Architecture,
        model: nn.Module,
        mean_image: NDArray[np.float32] | None = None,
        pixel_scale: float = 1.0,
        *,
        planes: bool = False,
        source: str = "",
    ) -> None:
        super().__init__()
        self.architecture, self.model = architecture, model
        self.arrange = LaidOutPlanes() if planes else nn.Identity()
        self.source = source
        mean = np.zeros(architecture.shape, np.float32) if mean_image is None else mean_image
        self.mean_image: Tensor
        self.pixel_scale: Tensor
        self.register_buffer("mean_image", torch.tensor(mean, dtype=torch.float32))
        self.register_buffer("pixel_scale", torch.tensor(pixel_scale, dtype=torch.float32))

    def extra_repr(self) -> str:
        """The source, so that a checkpoint of other code is not taken for one of this."""
        return self.source

    def forward(self, images: Tensor) -> Tensor:
        """Raw scores (n, classes)."""
        scores: Tensor = self.model(self.arrange(self.pixel_scale * (images - self.mean_image)))
        return scores

    @property
    def fast_gradient(self) -> FastGradient | None:
        """That of the model behind, if it brings one."""
        own = getattr(self.model, "fast_gradient", None)
        return own and partial(self._preprocessed, own)

    def _preprocessed(
        self, own: FastGradient, images: Tensor, labels: Tensor, scratch: Scratch
    ) -> tuple[Tensor, list[Tensor]]:
        shifted = torch.sub(images, self.mean_image, out=scratch.take(*images.shape)).mul_(self.pixel_scale)
        return own(self.arrange(shifted), labels, scratch)
