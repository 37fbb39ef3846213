"""Small residual networks (He et al. 2016): blocks of two 3 x 3 convolutions, added to what enters them."""

import math
from collections import OrderedDict

from torch import Tensor, nn
from torch.nn import functional as F

from tilt.errors import InputError
from tilt.networks.planes import POOLED, Planes, image_planes


class Block(nn.Module):
    """ReLU(x + scale conv2(ReLU(conv1(x)))), with a 1 x 1 `projection` of x where the shapes differ."""

    def __init__(
        self, inputs: int, outputs: int, stride: int, *, scale: float, normalised: bool, biases: bool
    ) -> None:
        super().__init__()
        self.scale = scale
        self.conv1 = convolution(inputs, outputs, 3, stride, normalised=normalised, biases=biases)
        self.conv2 = convolution(outputs, outputs, 3, normalised=normalised, biases=biases)
        self.projection = (
            nn.Identity()
            if (inputs, stride) == (outputs, 1)
            else convolution(inputs, outputs, 1, stride, normalised=normalised, biases=biases)
        )

    def forward(self, x: Tensor) -> Tensor:
        """Of planes (n, inputs, h, w) those (n, outputs, h / stride, w / stride), sizes rounded up."""
        return F.relu(self.projection(x) + self.scale * self.conv2(F.relu(self.conv1(x))))


def resnet(
    shape: tuple[int, ...],
    classes: int,
    *,
    blocks: int = 3,
    width: int = 16,
    normalised: bool = True,
    biases: bool = True,
) -> nn.Module:
    """A network of images (h, w) or (h, w, 3): a convolution, `blocks` residual blocks, the mean of each
    channel and a full layer.

    The first convolution has `width` channels; every second block halves the image and doubles the channels,
    while both sides are at least 4 pixels. `normalised` puts group normalisation (Wu & He 2018) behind each
    convolution, in groups of 4 channels where 4 divides `width`. Its factors start at 1 and its biases, which
    take the place of the convolution's, at 0; weight decay shrinks both, like all parameters. Without it
    what a block adds is divided by sqrt(`blocks`), so that activations are of one size at any depth. Scores
    are homogeneous in the weights neither way, as paths of different depth are added. Layers are called
    conv1, block1.conv1, block1.conv2, block2.projection and so on, and fc1. Raises InputError for images or
    options out of their range.
    """
    if min(blocks, width) < 1:
        raise InputError(f"resnet: blocks is {blocks} and width {width}; give 1 or more of each")
    h, w, channels = image_planes("resnet", shape)
    stem = convolution(channels, width, 3, normalised=normalised, biases=biases)
    parts: OrderedDict[str, nn.Module] = OrderedDict(planes=Planes(), conv1=stem, relu1=nn.ReLU())
    scale = 1.0 if normalised else blocks**-0.5
    for number in range(1, blocks + 1):
        stride = 2 if number % 2 == 0 and min(h, w) >= POOLED else 1
        parts[f"block{number}"] = Block(
            width, stride * width, stride, scale=scale, normalised=normalised, biases=biases
        )
        h, w, width = math.ceil(h / stride), math.ceil(w / stride), stride * width
    parts |= {"mean": nn.AdaptiveAvgPool2d(1), "flatten": nn.Flatten()}
    parts["fc1"] = nn.Linear(width, classes, bias=biases)
    return nn.Sequential(parts)


class Normalised(nn.Conv2d):
    """A convolution and, as `norm`, group normalisation of what it gives."""

    def __init__(self, inputs: int, outputs: int, size: int, stride: int) -> None:
        super().__init__(inputs, outputs, size, stride, padding=size // 2, bias=False)
        self.norm = nn.GroupNorm(outputs // math.gcd(outputs, 4), outputs)

    def forward(self, x: Tensor) -> Tensor:
        """Normalised planes."""
        normalised: Tensor = self.norm(super().forward(x))
        return normalised


def convolution(
    inputs: int, outputs: int, size: int, stride: int = 1, *, normalised: bool, biases: bool
) -> nn.Conv2d:
    """A convolution that keeps the image's size, or divides it by the stride, rounded up."""
    if normalised:
        return Normalised(inputs, outputs, size, stride)
    return nn.Conv2d(inputs, outputs, size, stride, padding=size // 2, bias=biases)
