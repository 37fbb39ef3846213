"""Weights from files of numbers alone: safetensors, a state dict of torch, the arrays of a linear model."""

import warnings
import zipfile
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn
from torch.nn.parameter import UninitializedBuffer, UninitializedParameter

from tilt.errors import InputError
from tilt.io import read_arrays
from tilt.networks.scores import both_scores

Weights = dict[str, Tensor]

REFUSED = {
    ".pkl": "a pickle runs code as it is read",
    ".pickle": "a pickle runs code as it is read",
    ".joblib": "a pickle runs code as it is read",
    ".pt2": "torch's reader of exported programs falls back to a pickle, which runs code",
    ".h5": "it needs Keras; export the network as ONNX",
    ".keras": "it needs Keras; export the network as ONNX",
}
INSTEAD = "save model.state_dict(), or export the network as ONNX"
NAMED = 5  # parameters at most in a message


def read_weights(path: str | Path) -> Weights:
    """The tensors of a safetensors file, or of a state dict that torch.save wrote, by name.

    Raises InputError when the file is missing or damaged, or is of a kind that runs code as it is read.
    """
    path = Path(path)
    if path.suffix in REFUSED:
        raise InputError(f"{path}: {REFUSED[path.suffix]}; {INSTEAD}")
    if not path.is_file():
        raise InputError(f"{path}: {'a folder; name a file in it' if path.is_dir() else 'no such file'}")
    with path.open("rb") as file:
        start = file.read(9)
    if path.suffix == ".safetensors" or start.endswith(b"{"):
        weights = _safetensors(path)
    elif start.startswith((b"PK", b"\x80")):
        weights = _state_dict(path)
    else:
        raise InputError(f"{path}: neither a safetensors file nor one of torch.save; save it again")
    if not weights:
        raise InputError(f"{path}: there are no weights in it; save a whole state dict")
    return weights


def _safetensors(path: Path) -> Weights:
    try:
        with safe_open(path, framework="pt") as file:
            return {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError, ValueError, RuntimeError) as error:
        raise InputError(
            f"{path}: not a readable safetensors file ({_line(error)}); save it again"
        ) from error


def _state_dict(path: Path) -> Weights:
    """By torch's reader of numbers alone; archives that hold code, or are compressed, are not opened."""
    if zipfile.is_zipfile(path):
        try:
            with zipfile.ZipFile(path) as archive:
                members = archive.infolist()
        except (zipfile.BadZipFile, OSError, ValueError) as error:
            raise InputError(f"{path}: not a readable file of torch ({_line(error)})") from error
        parts = {part for member in members for part in member.filename.split("/")}
        if "constants.pkl" in parts or "code" in parts:
            raise InputError(f"{path}: TorchScript is code that runs; {INSTEAD}")
        if parts & {"archive_format", "models"}:
            raise InputError(f"{path}: {REFUSED['.pt2']}; {INSTEAD}")
        if any(member.compress_type != zipfile.ZIP_STORED for member in members):
            raise InputError(f"{path}: it is compressed, which torch.save does not do; {INSTEAD}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # its readers raise of every kind on damaged files
        if "weights_only" in str(error) or "Unsupported" in str(error):
            raise InputError(
                f"{path}: it holds objects and not weights alone, a pickle; {INSTEAD}"
            ) from error
        raise InputError(f"{path}: not a readable file of torch ({_line(error)}); save it again") from error
    if not isinstance(found, dict):
        raise InputError(f"{path}: it is a {type(found).__name__} and no state dict; save model.state_dict()")
    for name, value in found.items():
        if not isinstance(value, Tensor):
            raise InputError(
                f"{path}: {name} is a {type(value).__name__} and no tensor; save model.state_dict() alone"
            )
    return {str(name): tensor for name, tensor in found.items()}


def put_weights(model: nn.Module, weights: Weights, path: str | Path) -> None:
    """Put the weights of a file into a model, in place.

    Raises InputError when names, shapes or kinds of numbers are not those of the model, or values not finite.
    """
    own = model.state_dict()
    missing, unknown = sorted(own.keys() - weights.keys()), sorted(weights.keys() - own.keys())
    if missing or unknown:
        parts = [
            f"{word} {', '.join(names[:NAMED])}{', …' if len(names) > NAMED else ''}"
            for word, names in (("it lacks", missing), ("the network has no", unknown))
            if names
        ]
        wrapped = all(name.startswith("module.") for name in weights)
        remedy = "save model.module.state_dict()" if wrapped else "give the weights of this network"
        raise InputError(f"{path}: {'; '.join(parts)}; {remedy}")
    for name, tensor in weights.items():
        wanted = own[name]
        if isinstance(wanted, UninitializedParameter | UninitializedBuffer):
            raise InputError(
                f"{path}: {name} has no shape in the network yet; give its layer the size of its input"
            )
        if tensor.shape != wanted.shape:
            raise InputError(
                f"{path}: {name} has shape {tuple(tensor.shape)}, and the network {tuple(wanted.shape)}; "
                "give the weights of this network"
            )
        if tensor.layout != torch.strided or tensor.is_quantized or tensor.is_meta:
            raise InputError(f"{path}: {name} is sparse, quantised or empty; save it as a plain tensor")
        if _kind(tensor) != _kind(wanted):
            raise InputError(
                f"{path}: {name} has numbers of {tensor.dtype}, and the network of {wanted.dtype}; give the "
                "weights of this network"
            )
        if not bool(tensor.to(wanted.dtype).isfinite().all()):
            raise InputError(
                f"{path}: {name} has values that are not finite in {wanted.dtype}; train the network again"
            )
    model.load_state_dict(weights)


def _kind(tensor: Tensor) -> tuple[bool, bool, bool]:
    return tensor.is_floating_point(), tensor.is_complex(), tensor.dtype == torch.bool


class Linear(nn.Module):
    """Scores x W + b of flat images; one column is a binary model's, whose two scores are 0 and its own."""

    def __init__(self, w: Tensor, b: Tensor) -> None:
        super().__init__()
        self.w, self.b = nn.Parameter(w), nn.Parameter(b)

    def forward(self, images: Tensor) -> Tensor:
        """Raw scores (n, classes)."""
        return both_scores(images.flatten(1) @ self.w + self.b)


def read_linear(path: str | Path) -> Linear:
    """The linear model of an NPZ: w (d, classes), or (d,) of two classes, and b (classes,) or a number.

    Raises InputError when the file is damaged, lacks an array, or these do not fit.
    """
    arrays = read_arrays(path, "w", "b")
    for name, array in arrays.items():
        if array.dtype.kind not in "iuf":
            raise InputError(f"{path}: {name} holds {array.dtype}; give numbers")
    w, b = (np.asarray(arrays[name], np.float32) for name in ("w", "b"))
    if w.ndim not in (1, 2) or not w.size:
        raise InputError(f"{path}: w has shape {w.shape}; give (d, classes) or (d,)")
    if w.ndim == 2 and w.shape[1] != b.size == len(w):
        raise InputError(f"{path}: w has shape {w.shape} and b {b.shape}; give w transposed, (d, classes)")
    w = w.reshape(len(w), -1)
    if b.size != w.shape[1]:
        raise InputError(f"{path}: b has shape {b.shape}; give one number for each column of w, {w.shape[1]}")
    for name, array in (("w", w), ("b", b)):
        if not np.isfinite(array).all():
            raise InputError(f"{path}: {name} has values that are not finite; train the model again")
    return Linear(torch.tensor(w), torch.tensor(b.reshape(-1)))


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
