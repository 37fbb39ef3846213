"""What a network is: the models there are, how each is built, the recipe of a network, and its file."""

import hashlib
import importlib.util
import inspect
import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import nn

from tilt.data.images import rescaled
from tilt.errors import InputError
from tilt.io import json_text, replacing
from tilt.networks.cnn import cnn
from tilt.networks.layers import initialise
from tilt.networks.lenet import lenet, resize_to_28
from tilt.networks.maxout import maxout
from tilt.networks.mlp import mlp
from tilt.networks.preprocessing import Architecture, Preprocessed
from tilt.networks.resnet import resnet
from tilt.networks.scores import count_classes

Images = NDArray[np.float32]


@dataclass(frozen=True)
class Builder:
    """How a model is built from the shape of an image, the number of classes and options, and its input.

    `images` turns a data set's images (n, h, w) or (n, h, w, 3), or vectors (n, d), and the bounds of their
    values into what the model takes: (n, ...) float32 on the 0-255 scale.
    """

    build: Callable[..., nn.Module]
    images: Callable[[NDArray[Any], tuple[float, float] | None], Images] = rescaled


MODELS = {
    "lenet": Builder(lenet, resize_to_28),
    "mlp": Builder(mlp),
    "maxout": Builder(maxout),
    "cnn": Builder(cnn),
    "resnet": Builder(resnet),
}


@dataclass(frozen=True, kw_only=True)
class Network:
    """A network before its training: model, recipe, weight decay, regulariser and seed.

    The recipe is the initial weights (see `initialise`) and their scale, the pixel scale, epochs, batch size,
    learning rate and momentum (see `train`), how many images of each class train (None: all), and whether
    their labels are random. `strength` is the
    regulariser's (see `regulariser_of`), `options` are the model's.
    """

    model: str = "lenet"
    options: Mapping[str, Any] = field(default_factory=dict)
    initial_weights: str
    pixel_scale: float
    weight_scale: float = 1.0
    epochs: int = 50
    batch_size: int = 300
    learning_rate: float = 5e-4
    momentum: float = 0.9
    train_per_class: int | None = None
    random_labels: bool = False
    weight_decay: float
    regulariser: str | None = None
    strength: float = 0.0
    seed: int

    def start(self, x_train: Images, classes: int) -> Preprocessed:
        """The network with its initial weights, for training images (n, ...) as `input_images` gives them.

        Layers are drawn anew, whatever a function of the user's gives them. Raises InputError when it
        cannot be built (see `build`) or the initial weights are unknown.
        """
        if taken := {"name", "shape", "classes", "mean_image", "pixel_scale"} & self.options.keys():
            raise InputError(
                f"model {self.model}: options cannot be called {', '.join(sorted(taken))}; rename them"
            )
        mean = x_train.mean(axis=0, dtype=np.float64).astype(np.float32)
        with torch.random.fork_rng([]):
            torch.manual_seed(self.seed)
            model = build(
                self.model,
                x_train.shape[1:],
                classes,
                mean_image=mean,
                pixel_scale=self.pixel_scale,
                **self.options,
            )
        initialise(model.model, self.initial_weights, self.seed, self.weight_scale)
        return model


def input_images(name: str, images: NDArray[Any], bounds: tuple[float, float] | None) -> Images:
    """A data set's images, whose values lie within the bounds, as the model of that name takes them."""
    return MODELS[name].images(images, bounds) if name in MODELS else rescaled(images, bounds)


def build(
    name: str,
    shape: tuple[int, ...],
    classes: int,
    *,
    mean_image: Images | None = None,
    pixel_scale: float = 1.0,
    **options: Any,
) -> Preprocessed:
    """A network of one of MODELS, or of a function of the user's called FILE.py:FUNCTION, preprocessed.

    The function gets the shape of an image, the number of classes and the options; it returns a module that
    maps preprocessed images to raw scores (n, classes): images (n, channels, h, w), vectors (n, d). The
    network is in evaluation mode. Raises InputError, in one line, when there is no such model, file or
    function, or it does not do that.
    """
    model = build_module(name, shape, classes, **options)
    architecture = Architecture(name, shape, classes, options)
    if name in MODELS:
        network = Preprocessed(architecture, model, mean_image, pixel_scale).eval()
    else:
        source = hashlib.sha256(Path(name.rpartition(":")[0]).read_bytes()).hexdigest()
        network = Preprocessed(
            architecture, model, mean_image, pixel_scale, planes=len(shape) > 1, source=source
        ).eval()
    try:
        found = count_classes(network, shape)
    except InputError as error:
        raise InputError(f"model {name}: {error}") from error
    if found != classes:
        raise InputError(
            f"model {name}: it scores {found} classes, and there are {classes}; return (n, {classes})"
        )
    return network


def build_module(name: str, shape: tuple[int, ...], classes: int, **options: Any) -> nn.Module:
    """The module of one of MODELS, or of a function of the user's. Raises InputError as `build` does."""
    function = MODELS[name].build if name in MODELS else _own_function(name)
    try:
        inspect.signature(function).bind(shape, classes, **options)
    except TypeError as error:
        raise InputError(f"model {name}: it cannot be built with the options {options} ({error})") from error
    model = called(name, function, shape, classes, **options)
    if not isinstance(model, nn.Module):
        raise InputError(f"model {name}: it gives {type(model).__name__}; return a torch.nn.Module")
    return model


def _own_function(name: str) -> Callable[..., Any]:
    path, _, attribute = name.rpartition(":")
    if not path.endswith(".py"):
        raise InputError(f"model {name!r} is unknown; choose {', '.join(MODELS)}, or name FILE.py:FUNCTION")
    if not Path(path).is_file():
        raise InputError(f"model {name}: {path}: no such file; correct the name")
    folder = str(Path(path).resolve().parent)
    if folder not in sys.path:
        sys.path.append(folder)  # its neighbours can be imported, as when it is run
    spec = importlib.util.spec_from_file_location(f"{path}:", path)
    assert spec
    assert spec.loader
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)  # where dataclasses look it up
    called(name, spec.loader.exec_module, module)
    function = getattr(module, attribute, None)
    if not callable(function):
        raise InputError(f"model {name}: {path} has no function {attribute!r}; correct the name")
    return function  # type: ignore[no-any-return]


def called(name: str, function: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
    """What a function gives that may be the user's; its exceptions become one line."""
    try:
        return function(*arguments, **options)
    except InputError:
        raise
    except (Exception, SystemExit) as error:
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        remedy = "its options" if name in MODELS else "its file"
        raise InputError(f"model {name}: {reason}; correct {remedy}") from error


def save_network(path: str | Path, model: Preprocessed, record: Mapping[str, Any]) -> None:
    """Write the network, preprocessing included, as safetensors; in the header, as JSON, how it is built and
    the `record`."""
    tensors = {name: tensor.contiguous() for name, tensor in model.state_dict().items()}
    header = {"architecture": json_text(asdict(model.architecture)), "record": json_text(record)}
    with replacing(path) as temporary:
        temporary.write_bytes(save(tensors, header))


def load_network(path: str | Path, own: str | None = None) -> Preprocessed:
    """Read a network for use as it is: on the CPU, its parameters frozen, in evaluation mode.

    A file whose model is a function of the user's is read only where `own` names that function: no code runs
    because a file of weights says so. Raises InputError when the file is missing, damaged or no such network.
    """
    try:
        with safe_open(path, framework="pt") as file:
            header = json.loads(file.metadata()["architecture"])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        if header["name"] not in {*MODELS, own}:
            raise ValueError(
                f"model {header['name']} is neither of {', '.join(MODELS)} nor named by the caller"
            )
        shape = tuple(header["shape"])
        model = build(header["name"], shape, header["classes"], **header["options"])
        model.load_state_dict(tensors)
    except FileNotFoundError:
        raise InputError(f"{path}: no such file; train the network first") from None
    except (
        *(SafetensorError, OSError, KeyError, TypeError, ValueError, RuntimeError),
        *(AttributeError, MemoryError, RecursionError, InputError),
    ) as error:
        reason = " ".join(str(error).split())
        raise InputError(f"{path}: not a readable network ({reason}); train the network again") from error
    return model.requires_grad_(False)
