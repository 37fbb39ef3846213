"""A network that was trained elsewhere, as a function of a data set's images."""

import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from tilt.errors import InputError
from tilt.networks.given.declared import Given
from tilt.networks.given.weights import put_weights, read_linear, read_weights
from tilt.networks.model import build_module, load_network
from tilt.networks.scores import count_classes

COMPARED = 4  # images on which a conversion is compared


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
            x = x[:, None] if x.dim() == 3 else x.permute(0, 3, 1, 2).contiguous()
            if self.size is not None and tuple(x.shape[2:]) != tuple(self.size):
                x = F.interpolate(x, tuple(self.size), mode="bilinear", align_corners=False, antialias=True)
            x = (x - self.mean) / self.std
            if self.layout != "channels_first":
                x = x.permute(0, 2, 3, 1).contiguous()
        else:
            x = (x - self.mean[:, 0, 0]) / self.std[:, 0, 0]
        if self.layout == "flat":
            x = x.flatten(1)
        scores: Tensor = self.model(x)
        return scores


class Reordered(nn.Module):
    """A network with its scores in another order: those of some outputs, then the others as they were."""

    def __init__(self, network: nn.Module, outputs: Sequence[int], scores: int) -> None:
        super().__init__()
        self.network = network
        others = np.setdiff1d(np.arange(scores), outputs)
        self.order: Tensor
        self.register_buffer("order", torch.tensor([*outputs, *others.tolist()]))

    def forward(self, images: Tensor) -> Tensor:
        """Raw scores (n, classes)."""
        return torch.index_select(self.network(images), 1, self.order)


def load_given(given: Given, shape: tuple[int, ...], classes: int) -> nn.Module:
    """The network for images of a shape, on the CPU, in evaluation mode, its parameters frozen.

    The user's function, where there is one, is run; nothing else in a file is. Raises InputError, in one line
    that names the file, when a file is missing, damaged, of a kind that runs code, or does not fit the
    network, or the network does not fit the images or the number of classes.
    """
    for name, sentence in given.faults():
        raise InputError(f"{name}: {sentence}")
    channels = shape[2] if len(shape) == 3 else 1
    for name in ("mean", "std"):
        values = np.asarray(getattr(given, name))
        if values.shape not in ((), (1,), (channels,)):
            raise InputError(
                f"{name}: {values.tolist()} does not fit; give a number for each of {channels} channels"
            )
    if given.suffix == ".safetensors":
        return _of_classes(given, _trained_here(given.model), shape, classes)
    if given.suffix == ".onnx":
        model, layout = _exchanged(given, shape)
    elif given.suffix == ".npz":
        model, layout = read_linear(given.model), "flat"
    else:
        model, layout = _built(given, shape, classes), "channels_first"
    network = Adapted(given, model, given.layout or layout, channels).eval().requires_grad_(False)
    return _of_classes(given, network, shape, classes)


def class_numbers(outputs: Sequence[int] | None, scores: int) -> NDArray[np.int64]:
    """The class of each score that `load_given`'s network gives: -1 - k of output k, which is no class's."""
    chosen = np.arange(scores) if outputs is None else np.asarray(outputs)
    return np.concatenate([np.arange(len(chosen)), -1 - np.setdiff1d(np.arange(scores), chosen)])


def _trained_here(path: str) -> nn.Module:
    try:
        return load_network(path)
    except InputError as error:
        if not Path(path).is_file():
            raise
        raise InputError(
            f"{path}: not a network that was trained here; give weights of your own with FILE.py:FUNCTION as "
            "the model"
        ) from error


def _built(given: Given, shape: tuple[int, ...], classes: int) -> nn.Module:
    """The network of the user's function, with its weights, in float32."""
    assert given.weights is not None
    model = build_module(given.model, shape, classes, **given.options).float()
    put_weights(model, read_weights(given.weights), given.weights)
    return model


def _of_classes(given: Given, network: nn.Module, shape: tuple[int, ...], classes: int) -> nn.Module:
    """The network with the scores of the data's classes first, if it has them."""
    try:
        scored = count_classes(network, shape, repeated=False)
    except InputError as error:
        raise InputError(f"model {given.model}: {error}") from error
    with torch.enable_grad():
        attackable = network(torch.zeros((1, *shape), requires_grad=True)).requires_grad
    if not attackable:
        raise InputError(f"model {given.model}: its scores have no gradient; leave out no_grad and detach")
    if given.outputs is None:
        if scored != classes:
            raise InputError(
                f"model {given.model}: it scores {scored} classes, and the data have {classes}; give data or "
                "a network that fit, or say which outputs these classes are"
            )
        return network
    if len(given.outputs) != classes or not 0 <= min(given.outputs) <= max(given.outputs) < scored:
        raise InputError(
            f"outputs: {len(given.outputs)} numbers up to {max(given.outputs)}; give {classes}, one for each "
            f"class of the data, from 0 to {scored - 1}"
        )
    return Reordered(network, given.outputs, scored).eval()


def _exchanged(given: Given, shape: tuple[int, ...]) -> tuple[nn.Module, str]:
    """The network of an ONNX file, compared with the format's evaluator, and the layout of its input."""
    from tilt.networks.given.exchange import check_converted, read_onnx

    model, graphs = read_onnx(given.model)
    number, *wanted = model.input_shape or (0,)
    layout = "flat" if len(wanted) < 3 else "channels_last" if wanted[-1] in (1, 3) else "channels_first"
    trial = Adapted(given, nn.Identity(), given.layout or layout, shape[2] if len(shape) == 3 else 1)
    images = np.random.default_rng(0).uniform(0, 255, (COMPARED, *shape)).astype(np.float32)
    x_shape = images.shape
    try:
        x: NDArray[np.float32] = trial(torch.as_tensor(images)).numpy()
        x_shape = x.shape
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the evaluator and of the converted network
            check_converted(model, graphs, x)
    except InputError as error:
        raise InputError(f"{given.model}: {error}") from error
    except Exception as error:  # the evaluator and the converted network raise of every kind
        if number and x_shape[1:] == tuple(wanted):
            raise InputError(
                f"{given.model}: it takes {number} images at a time; export it for any number "
                "(dynamic_shapes of torch.onnx.export, dynamic_axes of its older form)"
            ) from error
        raise InputError(
            f"{given.model}: images of shape {shape}, as {x_shape[1:]}, do not fit its input {tuple(wanted)} "
            f"({type(error).__name__}); set input_size or layout"
        ) from error
    return model, layout
