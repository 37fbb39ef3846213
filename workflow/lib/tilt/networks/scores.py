"""The scores of any network."""

from itertools import chain

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from tilt.errors import InputError


def predict_scores(model: nn.Module, images: NDArray[np.float32] | Tensor) -> NDArray[np.float32]:
    """Raw scores (n, classes) of images (n, ...) on the 0-255 scale, computed on the model's device."""
    device = _device(model)
    with torch.no_grad():
        parts = [model(batch.to(device)) for batch in torch.split(torch.as_tensor(images), 1000)]
    scores: NDArray[np.float32] = torch.cat(parts).cpu().numpy()
    return scores


def count_classes(model: nn.Module, shape: tuple[int, ...], *, repeated: bool = True) -> int:
    """How many classes a model in evaluation mode scores in images of that shape.

    Raises InputError unless it maps images (n, ...) to scores (n, classes), `repeated` the same each time.
    """
    images = torch.as_tensor(np.random.default_rng(0).uniform(0, 255, (2, *shape)).astype(np.float32))
    try:
        with torch.no_grad():
            scores, again = (model(images.to(_device(model))) for _ in range(2))
    except Exception as error:
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        raise InputError(f"images of shape {shape} do not fit the network ({reason}); give others") from error
    if not isinstance(scores, Tensor):
        raise InputError(f"the network gives {type(scores).__name__}; return the scores alone, a tensor")
    if scores.dim() != 2 or len(scores) != 2:
        raise InputError(
            f"the network gives two images scores of shape {tuple(scores.shape)}; return (n, classes)"
        )
    if repeated and not torch.allclose(scores, again, rtol=1e-3, equal_nan=True):
        raise InputError(
            "the network gives the same images other scores each time; leave out what changes or is drawn "
            "anew in evaluation mode"
        )
    return int(scores.shape[1])


def both_scores(scores: Tensor) -> Tensor:
    """Scores (n, classes): 0 and its own of a network of two classes with one score, (n, 1) or (n,)."""
    if scores.shape[1:] in ((), (1,)):
        second = scores.reshape(-1, 1)
        return torch.cat([torch.zeros_like(second), second], dim=1)
    return scores


def _device(model: nn.Module) -> torch.device:
    return next(chain(model.parameters(), model.buffers())).device
