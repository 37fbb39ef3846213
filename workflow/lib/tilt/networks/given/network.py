"""A network that was trained elsewhere, as a function of a data set's images."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from tilt.errors import InputError
from tilt.networks.given.weights import put_weights, read_linear, read_weights
from tilt.networks.model import called, load_network, own_function
from tilt.networks.scores import count_classes

LAYOUTS = ("channels_first", "channels_last", "flat")
COMPARED = 4  # images on which a conversion is compared


@dataclass(frozen=True, kw_only=True)
class Given:
    """Where a network comes from, and what its input is.

    `model` is FILE.py:FUNCTION, a function of the shape of an image, the number of classes and the options
    that returns a torch.nn.Module of raw scores, whose `weights` are a file; or FILE.onnx; or FILE.npz, a
    linear model; or FILE.safetensors, a network that `save_network` wrote, which takes images as they are.
    For the others a data set's values go to `value_range`, are resized to `input_size` (height, width) where
    that is given, and become (value - mean) / std, each a number or one for each channel. `layout` is one of
    LAYOUTS, by default what the file says, else channels first.
    """

    model: str
    weights: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    value_range: Sequence[float] = (0.0, 1.0)
    mean: float | Sequence[float] = 0.0
    std: float | Sequence[float] = 1.0
    input_size: Sequence[int] | None = None
    layout: str | None = None


class Adapted(nn.Module):
    """A network behind what turns a data set's images into its input; on the device of the images.

    Images are (n, h, w), (n, h, w, channels) or (n, d), on the 0-255 scale.
    """

    def __init__(self, given: Given, model: nn.Module, layout: str, channels: int) -> None:
        super().__init__()
        self.model, self.layout, self.size = model, layout, given.input_size
        low, high = given.value_range
        self.scale, self.low = (high - low) / 255, float(low)
        self.mean: Tensor
        self.std: Tensor
        for name in ("mean", "std"):
            values = np.broadcast_to(np.asarray(getattr(given, name), np.float32), (channels,))
            self.register_buffer(name, torch.tensor(values.copy())[:, None, None])

    def forward(self, images: Tensor) -> Tensor:
        """Raw scores (n, classes)."""
        x = self.low + self.scale * images
        if x.dim() > 2:
            x = x[:, None] if x.dim() == 3 else x.permute(0, 3, 1, 2)
            if self.size is not None and tuple(x.shape[2:]) != tuple(self.size):
                x = F.interpolate(x, tuple(self.size), mode="bilinear", align_corners=False, antialias=True)
            x = (x - self.mean) / self.std
            if self.layout != "channels_first":
                x = x.permute(0, 2, 3, 1)
        else:
            x = (x - self.mean[:, 0, 0]) / self.std[:, 0, 0]
        if self.layout == "flat":
            x = x.flatten(1)
        scores: Tensor = self.model(x)
        return scores


def load_given(given: Given, shape: tuple[int, ...], classes: int) -> nn.Module:
    """The network for images of a shape, on the CPU, in evaluation mode, its parameters frozen.

    The user's function, where there is one, is run; nothing else in a file is. Raises InputError, in one line
    that names the file, when a file is missing, damaged, of a kind that runs code, or does not fit the
    network, or the network does not fit the images or the number of classes.
    """
    channels = shape[2] if len(shape) == 3 else 1
    _check(given, channels)
    suffix = Path(given.model).suffix
    if suffix == ".safetensors":
        return _counted(given, load_network(given.model), shape, classes)
    if suffix == ".onnx":
        model, layout = _exchanged(given, shape)
    elif suffix == ".npz":
        model, layout = read_linear(given.model), "flat"
    else:
        function = own_function(given.model)
        found = called(given.model, function, shape, classes, **given.options)
        if not isinstance(found, nn.Module):
            raise InputError(
                f"model {given.model}: a {type(found).__name__} came back; return a torch.nn.Module"
            )
        if given.weights is None:
            raise InputError(f"model {given.model}: no weights are given; name their file")
        model, layout = found, "channels_first"
        put_weights(model, read_weights(given.weights), given.weights)
    network = Adapted(given, model, given.layout or layout, channels).eval().requires_grad_(False)
    return _counted(given, network, shape, classes)


def _counted(given: Given, network: nn.Module, shape: tuple[int, ...], classes: int) -> nn.Module:
    """The network, if it scores so many classes in images of that shape."""
    try:
        scored = count_classes(network, shape, repeated=False)
    except InputError as error:
        raise InputError(f"model {given.model}: {error}") from error
    if scored != classes:
        raise InputError(
            f"model {given.model}: it scores {scored} classes, and the data have {classes}; give the data or "
            "the network that belongs to the other"
        )
    return network


def _exchanged(given: Given, shape: tuple[int, ...]) -> tuple[nn.Module, str]:
    """The network of an ONNX file, compared with the format's evaluator, and the layout of its input."""
    from tilt.networks.given.exchange import agrees, read_onnx

    model, graph = read_onnx(given.model)
    wanted = model.input_shape
    layout = "flat" if len(wanted) < 3 else "channels_last" if wanted[-1] in (1, 3) else "channels_first"
    trial = Adapted(given, nn.Identity(), given.layout or layout, shape[2] if len(shape) == 3 else 1)
    images = np.random.default_rng(0).uniform(0, 255, (COMPARED, *shape)).astype(np.float32)
    x: NDArray[np.float32] = trial(torch.as_tensor(images)).numpy()
    try:
        same = agrees(model, graph, x)
    except Exception as error:  # the evaluator and the converted network raise of every kind
        raise InputError(
            f"{given.model}: images of shape {shape}, as {x.shape[1:]}, do not fit its input {wanted} "
            f"({type(error).__name__}); set input_size or layout"
        ) from error
    if not same:
        raise InputError(
            f"{given.model}: converted to torch its scores are not those of the format's own evaluator; "
            "give the network as FILE.py:FUNCTION with its weights"
        )
    return model, layout


def _check(given: Given, channels: int) -> None:
    low, high = given.value_range
    if not -np.inf < low < high < np.inf:
        raise InputError(f"value_range is {[low, high]}; give the values of black and white, the less first")
    if given.layout not in (None, *LAYOUTS):
        raise InputError(f"layout {given.layout!r} is unknown; choose {', '.join(LAYOUTS)}")
    for name in ("mean", "std"):
        values = np.asarray(getattr(given, name), np.float64)
        if values.shape not in ((), (1,), (channels,)) or not np.isfinite(values).all():
            raise InputError(
                f"{name} is {values.tolist()}; give a number, or one for each of {channels} channels"
            )
    if not (np.asarray(given.std) > 0).all():
        raise InputError(f"std is {np.asarray(given.std).tolist()}; give numbers above 0")
