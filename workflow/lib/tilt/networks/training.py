"""Training of LeNet by stochastic gradient descent, with checkpoints that continue it exactly."""

import hashlib
import json
import logging
import math
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor
from torch.nn import functional as F

from tilt.errors import InputError
from tilt.io import replacing, table_of
from tilt.networks import choose_device
from tilt.networks.descent import Descent
from tilt.networks.gradient import Scratch, loss_gradient
from tilt.networks.lenet import SIZE, LeNet, initialise, layer_rms, predict_scores

log = logging.getLogger(__name__)

Row = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Training:
    """A trained network, on the device that trained it, and its history: a table with a row per epoch.

    Columns: epoch (from 1), train_error and train_loss (over the epoch's minibatches, each before its own
    step), test_error and test_loss (at the end of the epoch), rms_conv1, rms_conv2, rms_fc1, rms_fc2,
    seconds, diverged. Errors are fractions, losses the mean softmax log-loss.
    """

    model: LeNet
    history: dict[str, NDArray[Any]]

    @property
    def diverged(self) -> bool:
        """Whether the loss became infinite or undefined, which ends a training early."""
        return bool(self.history["diverged"][-1])


def train(
    x_train: NDArray[np.float32],
    y_train: NDArray[np.int64],
    x_test: NDArray[np.float32],
    y_test: NDArray[np.int64],
    *,
    n_classes: int,
    weight_decay: float,
    seed: int,
    scheme: str,
    pixel_scale: float,
    weight_scale: float = 1.0,
    epochs: int = 50,
    batch_size: int = 300,
    learning_rate: float = 5e-4,
    momentum: float = 0.9,
    device: str = "auto",
    checkpoint: str | Path | None = None,
    on_epoch: Callable[[LeNet, Row], None] | None = None,
) -> Training:
    """Train LeNet as the article does: plain SGD with momentum, weight decay on weights and biases alike.

    Images are (n, 28, 28) float32 on the 0-255 scale, labels (n,) from 0 to n_classes - 1; the network sees
    pixel_scale * (image - mean training image). `scheme` names the initial
    weights and `weight_scale` multiplies them (see `initialise`). Decay enters the gradient before momentum.

    After each epoch the state goes to the file `checkpoint`, if one is named, and then `on_epoch` gets the
    network and the epoch's row of the history. A training that finds its checkpoint continues it, on the CPU
    bit for bit as if it had never stopped; a checkpoint made with other data or settings is reported in the
    log and overwritten. The number of epochs is free to grow. The file stays: the caller removes it.

    On the CPU the gradient is that of `tilt.networks.gradient`, on a GPU autograd's (see `Descent`); the two
    agree to rounding, which grows from epoch to epoch.

    Raises InputError when images and labels do not fit LeNet or each other, there is no epoch or no batch,
    or the scheme or the device cannot be used.
    """
    _check(x_train, y_train, n_classes, "train")
    _check(x_test, y_test, n_classes, "test")
    for name, count in (("epochs", epochs), ("batch_size", batch_size)):
        if count < 1:
            raise InputError(f"{name} is {count}; give 1 or more")
    place = choose_device(device)
    settings = {
        "n_classes": n_classes,
        "weight_decay": weight_decay,
        "seed": seed,
        "scheme": scheme,
        "pixel_scale": pixel_scale,
        "weight_scale": weight_scale,
        "batch_size": batch_size,
        "learning_rate": learning_rate,
        "momentum": momentum,
        "device": place.type,
        "data": _digest(x_train, y_train, x_test, y_test),
    }

    model = LeNet(
        n_classes,
        mean_image=x_train.mean(axis=0, dtype=np.float64).astype(np.float32),
        pixel_scale=pixel_scale,
    )
    initialise(model, scheme, seed, weight_scale)
    if place.type == "cuda":
        model.to(memory_format=torch.contiguous_format)  # the layout of cuDNN's float32 kernels
    model.to(place)
    velocity = {name: torch.zeros_like(parameter) for name, parameter in model.named_parameters()}
    state = {**model.state_dict(), **{f"velocity.{name}": v for name, v in velocity.items()}}
    rows = _resume(checkpoint, state, settings, epochs) if checkpoint else []

    x, y = torch.as_tensor(x_train, device=place), torch.as_tensor(y_train, device=place)
    rule: dict[str, Any] = {"weight_decay": weight_decay, "rate": learning_rate, "momentum": momentum}
    descent: Callable[[Sequence[Tensor]], tuple[float, float]] = (
        partial(descend, model, velocity, x, y, **rule)
        if place.type == "cpu"
        else Descent(model, velocity, x, y, batch_size=batch_size, **rule)
    )
    x_end, y_end = torch.as_tensor(x_test, device=place), torch.as_tensor(y_test)
    while len(rows) < epochs and not (rows and rows[-1]["diverged"]):
        start = time.perf_counter()
        epoch = len(rows) + 1
        batches = torch.split(_shuffle(len(x), seed, epoch).to(place), batch_size)
        train_error, train_loss = descent(batches)
        scores = torch.from_numpy(predict_scores(model, x_end))
        row = {
            "epoch": epoch,
            "train_error": train_error,
            "train_loss": train_loss,
            "test_error": (scores.argmax(1) != y_end).double().mean().item(),
            "test_loss": F.cross_entropy(scores.double(), y_end).item(),
            **{f"rms_{name}": value for name, value in layer_rms(model).items()},
            "seconds": time.perf_counter() - start,
        }
        row["diverged"] = not all(map(math.isfinite, row.values()))
        rows.append(row)
        log.info(
            "epoch %d of %d: train error %.2f %%, test error %.2f %%, train loss %.4f, %.1f s%s",
            *(epoch, epochs, 100 * train_error, 100 * row["test_error"], train_loss, row["seconds"]),
            ", diverged" if row["diverged"] else "",
        )
        if checkpoint:
            _save_checkpoint(checkpoint, state, settings, rows)
        if on_epoch:
            on_epoch(model, row)
    return Training(model, table_of(rows))


def descend(
    model: LeNet,
    velocity: dict[str, Tensor],
    x: Tensor,
    y: Tensor,
    batches: Iterable[Tensor],
    *,
    weight_decay: float,
    rate: float,
    momentum: float,
) -> tuple[float, float]:
    """Take one step of SGD for each batch of rows; return the error and the loss met on the way.

    `model` and its `velocity` (a tensor for each named parameter) are updated in place, by the rule of
    torch.optim.SGD, whose import alone takes as long as an epoch on a small data set. Images `x` (n, 28, 28)
    are on the 0-255 scale; `batches` hold the rows of each step.
    """
    parameters = list(model.parameters())
    wrong = torch.zeros((), device=x.device)
    total = torch.zeros((), device=x.device)
    seen = 0
    scratch = Scratch(x.device)
    with torch.no_grad():
        for rows in batches:
            seen += len(rows)
            scratch.rewind()
            images = torch.index_select(x, 0, rows, out=scratch.take(len(rows), *x.shape[1:]))
            labels = y[rows]
            scores, gradients = loss_gradient(model, images, labels, scratch)
            for p, v, gradient in zip(parameters, velocity.values(), gradients, strict=True):
                v.mul_(momentum).add_(gradient.add_(p, alpha=weight_decay))
                p.sub_(v, alpha=rate)
            wrong += (scores.argmax(1) != labels).sum()
            total += F.cross_entropy(scores, labels, reduction="sum")
    return wrong.item() / seen, total.item() / seen


def _shuffle(n: int, seed: int, epoch: int) -> Tensor:
    """The order of the samples, which depends on nothing but the seed and the epoch."""
    mixed = int(np.random.SeedSequence([seed, epoch]).generate_state(1, np.uint64)[0] >> np.uint64(1))
    return torch.randperm(n, generator=torch.Generator().manual_seed(mixed))


def _save_checkpoint(
    path: str | Path, state: dict[str, Tensor], settings: dict[str, Any], rows: list[Row]
) -> None:
    tensors = {name: tensor.contiguous() for name, tensor in state.items()}
    with replacing(path) as temporary:
        metadata = {"settings": json.dumps(settings), "history": json.dumps(rows)}
        temporary.write_bytes(save(tensors, metadata))


def _resume(path: str | Path, state: dict[str, Tensor], settings: dict[str, Any], epochs: int) -> list[Row]:
    """Fill `state` from the checkpoint and return its history; an unusable checkpoint leaves both empty."""
    if not Path(path).exists():
        return []
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata()
            other = json.loads(metadata["settings"])
            rows: list[Row] = json.loads(metadata["history"])
            tensors = {name: file.get_tensor(name) for name in state}
    except (SafetensorError, OSError, KeyError, TypeError, ValueError) as error:
        log.warning("%s is not a readable checkpoint (%s): training starts afresh", path, error)
        return []
    changed = [name for name in settings if other.get(name) != settings[name]]
    if changed:
        log.warning("%s was made with another %s: training starts afresh", path, ", ".join(changed))
        return []
    if len(rows) > epochs:
        log.warning("%s holds %d epochs, more than %d: training starts afresh", path, len(rows), epochs)
        return []
    for name, tensor in state.items():
        tensor.copy_(tensors[name])
    log.info("%s: training continues after epoch %d", path, len(rows))
    return rows


def _check(images: NDArray[Any], labels: NDArray[Any], n_classes: int, part: str) -> None:
    if images.ndim != 3 or images.shape[1:] != (SIZE, SIZE) or images.dtype != np.float32 or not len(images):
        raise InputError(
            f"x_{part} is {images.dtype} of shape {images.shape}; give (n, {SIZE}, {SIZE}) float32, "
            "see resize_to_28"
        )
    if labels.shape != images.shape[:1] or labels.dtype != np.int64:
        raise InputError(f"y_{part} is {labels.dtype} of shape {labels.shape}; give ({len(images)},) int64")
    if labels.min() < 0 or labels.max() >= n_classes:
        raise InputError(
            f"y_{part} has labels from {labels.min()} to {labels.max()}; give 0 to {n_classes - 1}"
        )


def _digest(*arrays: NDArray[Any]) -> str:
    """SHA-256 of the arrays' bytes."""
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()
