"""Training of any network by stochastic gradient descent, with checkpoints that continue it exactly."""

import logging
import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from tilt.errors import InputError
from tilt.io import table_of
from tilt.networks.checkpoint import Row, digest, resume, save_checkpoint
from tilt.networks.descent import Descent, FastGradient, Rule, descend
from tilt.networks.device import choose_device
from tilt.networks.layers import layer_rms
from tilt.networks.regularisers.base import NONE, Regulariser
from tilt.networks.scores import count_classes, predict_scores

log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Training:
    """A trained network, on the device that trained it, and its history: a table with a row per epoch.

    Columns: epoch (from 1), train_error and train_loss (over the epoch's minibatches, each before its own
    step), test_error and test_loss (at the end of the epoch), rms_LAYER for each layer (the root mean square
    of its weights), seconds, diverged. Errors are fractions, losses the mean softmax log-loss.
    """

    model: nn.Module
    history: dict[str, NDArray[Any]]

    @property
    def diverged(self) -> bool:
        """Whether the loss became infinite or undefined, which ends a training early."""
        return bool(self.history["diverged"][-1])


def train(
    model: nn.Module,
    x_train: NDArray[np.float32],
    y_train: NDArray[np.int64],
    x_test: NDArray[np.float32],
    y_test: NDArray[np.int64],
    *,
    weight_decay: float,
    seed: int,
    regulariser: Regulariser = NONE,
    epochs: int = 50,
    batch_size: int = 300,
    learning_rate: float = 5e-4,
    momentum: float = 0.9,
    device: str = "auto",
    checkpoint: str | Path | None = None,
    on_epoch: Callable[[nn.Module, Row], None] | None = None,
) -> Training:
    """Train a network in place as the article trains LeNet: SGD with momentum on the mean softmax log-loss.

    `model` maps images (n, ...) float32 on the 0-255 scale to raw scores (n, classes); labels (n,) go from 0
    to classes - 1. Weight decay and what the `regulariser` adds enter the gradient before momentum, decay for
    weights and biases alike. The seed decides the order of the images and what the network draws at random.

    After each epoch the state goes to the file `checkpoint`, if one is named, and then `on_epoch` gets the
    network and the epoch's row of the history. A training that finds its checkpoint continues it, on the CPU
    bit for bit as if it had never stopped; a checkpoint made with another network, data or settings is
    reported in the log and overwritten. The number of epochs is free to grow. The file stays: the caller
    removes it.

    On the CPU the gradient is the network's own `fast_gradient` if it brings one, no parameter is frozen and
    the regulariser leaves the loss as it is, else autograd's (see `Descent`), as on a GPU; the two agree to
    rounding, which grows from epoch to epoch. The network is in evaluation mode but during the steps.

    Raises InputError when images and labels do not fit the network or each other, there is no epoch or no
    batch, or the device cannot be used.
    """
    for name, count in (("epochs", epochs), ("batch_size", batch_size)):
        if count < 1:
            raise InputError(f"{name} is {count}; give 1 or more")
    place = choose_device(device)
    if place.type == "cuda":
        model.to(memory_format=torch.contiguous_format)  # the layout of cuDNN's float32 kernels
    model.to(place).eval()
    _check(model, x_train, y_train, x_test, y_test)
    settings = {
        "weight_decay": weight_decay,
        "seed": seed,
        "regulariser": repr(regulariser),
        "batch_size": batch_size,
        "learning_rate": learning_rate,
        "momentum": momentum,
        "device": place.type,
        "network": f"{model} {digest(tensor.cpu().numpy() for tensor in model.state_dict().values())}",
        "data": digest((x_train, y_train, x_test, y_test)),
    }
    trained = {name: p for name, p in model.named_parameters() if p.requires_grad}
    velocity = {name: torch.zeros_like(parameter) for name, parameter in trained.items()}
    state = {**model.state_dict(), **{f"velocity.{name}": v for name, v in velocity.items()}}
    rows = resume(checkpoint, state, settings, epochs) if checkpoint else []

    x, y = torch.as_tensor(x_train, device=place), torch.as_tensor(y_train, device=place)
    rule = Rule(learning_rate, momentum, weight_decay, regulariser)
    own: FastGradient | None = getattr(model, "fast_gradient", None)
    descent: Callable[[Sequence[Tensor]], tuple[float, float]]
    whole = len(trained) == len(list(model.parameters()))
    if own and place.type == "cpu" and regulariser.leaves_loss and whole:
        descent = partial(descend, own, list(trained.values()), list(velocity.values()), x, y, rule)
    else:
        descent = Descent(model, velocity, x, y, rule, batch_size)
    x_end, y_end = torch.as_tensor(x_test, device=place), torch.as_tensor(y_test)
    while len(rows) < epochs and not (rows and rows[-1]["diverged"]):
        start = time.perf_counter()
        epoch = len(rows) + 1
        mixed = _mixed(seed, epoch)
        batches = torch.split(_shuffled(len(x), mixed).to(place), batch_size)
        with _training(model, mixed, place):
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
            save_checkpoint(checkpoint, state, settings, rows)
        if on_epoch:
            on_epoch(model, row)
    return Training(model, table_of(rows))


def _mixed(seed: int, epoch: int) -> int:
    """The seed of an epoch."""
    return int(np.random.SeedSequence([seed, epoch]).generate_state(1, np.uint64)[0] >> np.uint64(1))


def _shuffled(n: int, seed: int) -> Tensor:
    """The numbers below n in an order that depends on nothing but the seed."""
    return torch.randperm(n, generator=torch.Generator().manual_seed(seed))


@contextmanager
def _training(model: nn.Module, seed: int, place: torch.device) -> Iterator[None]:
    """Training mode, with torch's random numbers from the seed and as they were afterwards."""
    with torch.random.fork_rng([place] if place.type == "cuda" else []):
        torch.manual_seed(seed)
        model.train()
        yield
        model.eval()


def _check(
    model: nn.Module,
    x_train: NDArray[Any],
    y_train: NDArray[Any],
    x_test: NDArray[Any],
    y_test: NDArray[Any],
) -> None:
    shape = x_train.shape[1:]
    for part, x, y in (("train", x_train, y_train), ("test", x_test, y_test)):
        if x.dtype != np.float32 or x.ndim < 2 or x.shape[1:] != shape or not len(x):
            raise InputError(
                f"x_{part} is {x.dtype} of shape {x.shape}; give (n, {', '.join(map(str, shape))}) float32"
            )
        if y.shape != x.shape[:1] or y.dtype != np.int64:
            raise InputError(f"y_{part} is {y.dtype} of shape {y.shape}; give ({len(x)},) int64")
    classes = count_classes(model, shape)
    for part, y in (("train", y_train), ("test", y_test)):
        if y.min() < 0 or y.max() >= classes:
            raise InputError(f"y_{part} has labels from {y.min()} to {y.max()}; give 0 to {classes - 1}")
