"""A network's layers: their weights by name, the root mean squares of these, and how they are drawn anew."""

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from tilt.errors import InputError

SCHEMES = ("matconvnet", "improved_xavier", "pytorch")


def is_weight(parameter: Tensor) -> bool:
    """Whether a parameter holds a layer's weights: two dimensions or more. All others count as biases."""
    return parameter.dim() > 1


def layer_rms(model: nn.Module) -> dict[str, float]:
    """Root mean square of each layer's weights by the layer's name, biases left out.

    Names are those of the model itself where it is preprocessed.
    """
    return {
        name.removeprefix("model.").removesuffix(".weight"): (
            parameter.detach().double().square().mean().sqrt().item()
        )
        for name, parameter in model.named_parameters()
        if is_weight(parameter)
    }


def first_filters(model: nn.Module, shape: tuple[int, ...]) -> NDArray[np.float32]:
    """The weights of the first layer as pictures, for images of a shape (h, w) or (h, w, 3).

    Of a convolution (k, height, width), or (k, height, width, 3) in colour; of a full layer on the pixels
    (k, *shape). Empty (0, 0, 0) where the first layer is neither, as behind a layer that mixes pixels.
    """
    weights = next((p.detach() for p in model.parameters() if is_weight(p)), torch.zeros(0, 1))
    pictures = torch.zeros(0, 0, 0)
    if weights.dim() == 4 and weights.shape[1] in (1, 3):
        pictures = weights.permute(0, 2, 3, 1)
        pictures = pictures[..., 0] if weights.shape[1] == 1 else pictures
    elif weights.dim() == 2 and weights.shape[1] == math.prod(shape) and len(shape) > 1:
        pictures = weights.reshape(-1, *shape)
    found: NDArray[np.float32] = pictures.contiguous().numpy()
    return found


def initialise(model: nn.Module, scheme: str, seed: int, scale: float = 1.0) -> None:
    """Draw the weights anew, the same for a seed on every device, and multiply them by `scale`.

    "matconvnet" is N(0, 0.01²), as in MatConvNet's LeNet example, and "improved_xavier" is
    N(0, 2 / (k² outputs)) for a kernel of k x k, both with biases 0; "pytorch" is what its layers start from,
    uniform within ±1 / sqrt(k² inputs) for weights and biases. k² is 1 for a full layer, unless the model's
    `kernel_areas` says otherwise. What belongs to no layer stays. Raises InputError for another scheme.
    """
    if scheme not in SCHEMES:
        raise InputError(f"initial weights {scheme!r} are unknown; choose {', '.join(SCHEMES)}")
    generator = torch.Generator().manual_seed(seed)
    parameters = dict(model.named_parameters())
    areas: dict[str, int] = getattr(model, "kernel_areas", {})
    with torch.no_grad():
        for name, weight in parameters.items():
            if not is_weight(weight):
                continue
            bias = parameters.get(f"{name.removesuffix('weight')}bias")
            if scheme == "pytorch":
                bound = weight[0].numel() ** -0.5
                for parameter in (weight, bias):
                    if parameter is not None:
                        drawn = torch.empty(parameter.shape).uniform_(-bound, bound, generator=generator)
                        parameter.copy_(scale * drawn)
                continue
            area = areas.get(name.removesuffix(".weight"), weight[0, 0].numel())
            deviation = 0.01 if scheme == "matconvnet" else (2 / (area * len(weight))) ** 0.5
            weight.copy_(scale * deviation * torch.randn(weight.shape, generator=generator))
            if bias is not None:
                bias.zero_()
