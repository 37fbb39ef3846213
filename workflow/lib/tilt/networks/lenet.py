"""LeNet as the article trains it on MNIST: two convolutions, each max-pooled, and two full layers.

Images are (n, 28, 28) of one channel, or (n, 28, 28, 3) in colour.
"""

from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from tilt.data.images import rescaled
from tilt.errors import InputError
from tilt.networks.descent import FastGradient, Scratch
from tilt.networks.lenet_gradient import loss_gradient

SIZE = 28


class LeNet(nn.Module):
    """Conv 5x5x1x20, max-pool 2x2, Conv 5x5x20x50, max-pool 2x2, FC 4x4x50x500, ReLU, FC 500 x classes.

    The only ReLU follows the first full layer (the article's section on LeNet on MNIST). The first layer has
    as many `channels` as the images. Weights are zero until they are drawn (see `tilt.networks.layers`).
    """

    kernel_areas: ClassVar = {"fc1": 16}  # as the first full layer is a convolution of 4 x 4

    def __init__(self, n_classes: int, channels: int = 1) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, 20, 5)
        self.conv2 = nn.Conv2d(20, 50, 5)
        self.fc1 = nn.Linear(4 * 4 * 50, 500)
        self.fc2 = nn.Linear(500, n_classes)
        for parameter in self.parameters():
            nn.init.zeros_(parameter)
        self.to(memory_format=torch.channels_last)

    def forward(self, images: Tensor) -> Tensor:
        """Raw scores (n, n_classes) of images (n, 28, 28), in colour (n, 28, 28, channels)."""
        grey = images.dim() == 3
        x = images[:, None] if grey else images.permute(0, 3, 1, 2)
        convolve = _GreyConvolution.apply if grey and x.device.type == "cpu" else F.conv2d
        x = F.max_pool2d(convolve(x, self.conv1.weight, self.conv1.bias), 2)
        x = F.max_pool2d(self.conv2(x), 2)
        x = F.relu(self.fc1(x.permute(0, 2, 3, 1).flatten(1)))
        scores: Tensor = self.fc2(x)
        return scores

    @property
    def fast_gradient(self) -> FastGradient | None:
        """Scores and the gradient of each parameter, see `loss_gradient`; None in colour."""
        return self._loss_gradient if self.conv1.in_channels == 1 else None

    def _loss_gradient(self, images: Tensor, labels: Tensor, scratch: Scratch) -> tuple[Tensor, list[Tensor]]:
        return loss_gradient(list(self.parameters()), images, labels, scratch)


def lenet(shape: tuple[int, ...], classes: int) -> LeNet:
    """LeNet, as the registry builds it. Raises InputError for images that are not (28, 28) or (28, 28, 3)."""
    if shape not in ((SIZE, SIZE), (SIZE, SIZE, 3)):
        raise InputError(
            f"LeNet takes images of shape {(SIZE, SIZE)} or {(SIZE, SIZE, 3)}, not {shape}; see resize_to_28"
        )
    return LeNet(classes, *shape[2:])


def resize_to_28(images: NDArray[Any], bounds: tuple[float, float] | None) -> NDArray[np.float32]:
    """Images (n, h, w) or (n, h, w, 3) with pixels in `bounds` as LeNet takes them: 28 x 28 pixels, 0-255.

    Other sizes are resized bilinearly. Raises InputError when the samples are vectors.
    """
    if images.ndim < 3 or bounds is None:
        raise InputError(
            f"samples of shape {images.shape} are vectors and LeNet takes images; choose another model, or "
            "set networks: null"
        )
    scaled = rescaled(images, bounds)
    if scaled.shape[1:3] == (SIZE, SIZE):
        return scaled
    planes = torch.as_tensor(scaled).reshape(*scaled.shape[:3], -1).permute(0, 3, 1, 2)
    resized = F.interpolate(planes, (SIZE, SIZE), mode="bilinear", antialias=True).permute(0, 2, 3, 1)
    found: NDArray[np.float32] = resized.reshape(len(scaled), SIZE, SIZE, *scaled.shape[3:]).numpy()
    return found


class _GreyConvolution(torch.autograd.Function):
    """Convolution of one channel whose gradient with respect to the images takes a seventh of the CPU's time.

    An attack spends half of its time on this gradient in the general routine. Here it is one product with
    the kernels, added up by their pixels.
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        ctx.save_for_backward(x, weight)
        return F.conv2d(x, weight, bias)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, Tensor | None, Tensor | None]:
        x, weight = ctx.saved_tensors
        of_x, of_weight, of_bias = ctx.needs_input_grad
        outputs, k = weight.shape[0], weight.shape[2]
        _, weight_gradient, bias_gradient = torch.ops.aten.convolution_backward(
            gradient,
            x,
            weight,
            [outputs],
            [1, 1],
            [0, 0],
            [1, 1],
            False,
            [0, 0],
            1,
            [False, of_weight, of_bias],
        )
        if not of_x:
            return None, weight_gradient, bias_gradient
        n, _, size, _ = gradient.shape
        rows = gradient.permute(0, 2, 3, 1).reshape(-1, outputs)
        parts = (weight.reshape(outputs, k * k).T @ rows.T).view(k * k, n, size, size)
        image_gradient = torch.zeros_like(x)
        for number, part in enumerate(parts.unbind()):
            i, j = divmod(number, k)
            image_gradient[:, 0, i : i + size, j : j + size] += part
        return image_gradient, weight_gradient, bias_gradient
