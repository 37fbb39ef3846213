"""LeNet as the article trains it on MNIST: two convolutions, each max-pooled, and two full layers.

Images are (n, 28, 28) float32 on the 0-255 scale. What is done to them before the first layer belongs to the
network and is saved with it: scale * (image - mean image).
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor, nn
from torch.nn import functional as F

from tilt.errors import InputError
from tilt.io import json_text, replacing

SIZE = 28
LAYERS = ("conv1", "conv2", "fc1", "fc2")
SCHEMES = ("matconvnet", "improved_xavier", "pytorch")
# k² of each layer seen as a convolution of k x k.
_KERNEL_AREA = {"conv1": 25, "conv2": 25, "fc1": 16, "fc2": 1}


class LeNet(nn.Module):
    """Conv 5x5x1x20, max-pool 2x2, Conv 5x5x20x50, max-pool 2x2, FC 4x4x50x500, ReLU, FC 500 x classes.

    The only ReLU follows the first full layer (the article's section on LeNet on MNIST). Weights are zero
    until `initialise`; buffers `mean_image` (28, 28) and `pixel_scale` () hold the preprocessing.
    """

    def __init__(
        self, n_classes: int, *, mean_image: NDArray[np.float32] | None = None, pixel_scale: float = 1.0
    ) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 20, 5)
        self.conv2 = nn.Conv2d(20, 50, 5)
        self.fc1 = nn.Linear(4 * 4 * 50, 500)
        self.fc2 = nn.Linear(500, n_classes)
        mean = np.zeros((SIZE, SIZE), np.float32) if mean_image is None else mean_image
        self.mean_image: Tensor
        self.pixel_scale: Tensor
        self.register_buffer("mean_image", torch.tensor(mean, dtype=torch.float32))
        self.register_buffer("pixel_scale", torch.tensor(pixel_scale, dtype=torch.float32))
        for parameter in self.parameters():
            nn.init.zeros_(parameter)
        self.to(memory_format=torch.channels_last)

    def forward(self, images: Tensor) -> Tensor:
        """Raw scores (n, n_classes) of images (n, 28, 28) on the 0-255 scale."""
        x = (self.pixel_scale * (images - self.mean_image))[:, None]
        convolve = _GreyConvolution.apply if x.device.type == "cpu" else F.conv2d
        x = F.max_pool2d(convolve(x, self.conv1.weight, self.conv1.bias), 2)
        x = F.max_pool2d(self.conv2(x), 2)
        x = F.relu(self.fc1(x.permute(0, 2, 3, 1).flatten(1)))
        scores: Tensor = self.fc2(x)
        return scores


def initialise(model: LeNet, scheme: str, seed: int, scale: float = 1.0) -> None:
    """Draw the weights anew, the same for a seed on every device, and multiply them by `scale`.

    "matconvnet" is N(0, 0.01²), as in MatConvNet's LeNet example, and "improved_xavier" is
    N(0, 2 / (k² outputs)) for a kernel of k x k, both with biases 0; "pytorch" is what its layers start from,
    uniform within ±1 / sqrt(k² inputs) for weights and biases. Raises InputError for another scheme.
    """
    if scheme not in SCHEMES:
        raise InputError(f"initial weights {scheme!r} are unknown; choose {', '.join(SCHEMES)}")
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, weight in _weights(model).items():
            bias = model.get_parameter(f"{name}.bias")
            if scheme == "pytorch":
                bound = weight[0].numel() ** -0.5
                for parameter in (weight, bias):
                    drawn = torch.empty(parameter.shape).uniform_(-bound, bound, generator=generator)
                    parameter.copy_(scale * drawn)
                continue
            deviation = 0.01 if scheme == "matconvnet" else (2 / (_KERNEL_AREA[name] * len(weight))) ** 0.5
            weight.copy_(scale * deviation * torch.randn(weight.shape, generator=generator))
            bias.zero_()


def layer_rms(model: LeNet) -> dict[str, float]:
    """Root mean square of each layer's weights, biases left out."""
    return {
        name: weight.detach().double().square().mean().sqrt().item()
        for name, weight in _weights(model).items()
    }


def predict_scores(model: LeNet, images: NDArray[np.float32] | Tensor) -> NDArray[np.float32]:
    """Raw scores (n, n_classes) of images (n, 28, 28) on the 0-255 scale, computed on the model's device."""
    with torch.no_grad():
        batches = torch.split(torch.as_tensor(images), 1000)
        parts = [model(batch.to(model.pixel_scale.device)) for batch in batches]
    scores: NDArray[np.float32] = torch.cat(parts).cpu().numpy()
    return scores


def save_network(path: str | Path, model: LeNet, metadata: Mapping[str, Any]) -> None:
    """Write the network, preprocessing included, as safetensors; `metadata` goes beside it as JSON."""
    tensors = {name: tensor.contiguous() for name, tensor in model.state_dict().items()}
    with replacing(path) as temporary:
        temporary.write_bytes(save(tensors, {"metadata": json_text(metadata)}))


def load_network(path: str | Path) -> LeNet:
    """Read a network for use as it is: on the CPU, its parameters frozen.

    Raises InputError when the file is missing, damaged or not a LeNet.
    """
    try:
        tensors = load_file(path)
        model = LeNet(len(tensors["fc2.bias"]))
        model.load_state_dict(tensors)
    except FileNotFoundError:
        raise InputError(f"{path}: no such file; train the network first") from None
    except (SafetensorError, OSError, KeyError, TypeError, RuntimeError) as error:
        reason = " ".join(str(error).split())
        raise InputError(f"{path}: not a readable LeNet ({reason}); train the network again") from error
    return model.requires_grad_(False).eval()


def resize_to_28(images: NDArray[Any], bounds: tuple[float, float] | None) -> NDArray[np.float32]:
    """Images (n, h, w) or (n, h, w, 3) with pixels in `bounds` as LeNet takes them: (n, 28, 28), 0-255.

    Colours become grey by the mean of the channels, other sizes are resized bilinearly. Raises InputError
    when the samples are vectors.
    """
    if images.ndim < 3 or bounds is None:
        raise InputError(
            f"samples of shape {images.shape} are vectors and LeNet takes images; set lenet: null"
        )
    grey = images.mean(axis=3) if images.ndim == 4 else images
    low, high = bounds
    scaled = torch.as_tensor(grey.astype(np.float32)).sub_(low).mul_(255 / (high - low))
    if grey.shape[1:] != (SIZE, SIZE):
        scaled = F.interpolate(scaled[:, None], (SIZE, SIZE), mode="bilinear", antialias=True)[:, 0]
    resized: NDArray[np.float32] = scaled.numpy()
    return resized


def _weights(model: LeNet) -> dict[str, nn.Parameter]:
    return {name: model.get_parameter(f"{name}.weight") for name in LAYERS}


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
        parts = (weight.reshape(outputs, k * k).T @ rows.T).view(k, k, n, size, size)
        image_gradient = torch.zeros_like(x)
        for i in range(k):
            for j in range(k):
                image_gradient[:, 0, i : i + size, j : j + size] += parts[i, j]
        return image_gradient, weight_gradient, bias_gradient
