"""Linear attack: one step along the sign of the loss's gradient, in which every pixel changes equally."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tilt.attacks.models import (
    Found,
    Model,
    check_labels,
    perturbation_norm,
    predict,
    top_class,
    wide,
    wrong,
)
from tilt.errors import InputError

BATCH = 500


@dataclass(frozen=True, eq=False)
class SignedStep(Found):
    """What `signed_gradient_step` did to n images for k magnitudes.

    The images found are those of the least magnitude for which they are misclassified. epsilon (k,), pixels
    in [0, 1]; norms (k, n), the L2 norm of each perturbation, pixels in [0, 1]; successes (k, n), whether the
    image is then misclassified.
    """

    epsilon: NDArray[np.float64]
    norms: NDArray[np.float64]
    successes: NDArray[np.bool_]

    @property
    def accuracy(self) -> NDArray[np.float64]:
        """Share of the images that keep their label, for each magnitude (k,)."""
        return np.asarray(1 - self.successes.mean(axis=1))

    def of(self, rows: NDArray[np.integer[Any]]) -> "SignedStep":
        """The same for some of the images."""
        return SignedStep(
            images=self.images[rows],
            norm=self.norm[rows],
            predicted=self.predicted[rows],
            steps=self.steps[rows],
            success=self.success[rows],
            epsilon=self.epsilon,
            norms=self.norms[:, rows],
            successes=self.successes[:, rows],
        )


def signed_gradient_step(
    model: Model,
    images: NDArray[np.float32] | Tensor,
    labels: NDArray[np.int64],
    epsilons: Sequence[float],
    temperature: float,
    *,
    device: torch.device | str | None = None,
) -> SignedStep:
    """x + ε sign(∇ loss), clipped to the box, for each ε of `epsilons` (pixels in [0, 1]).

    This is the linear attack of small magnitude of the article's section on the general case. `model` maps
    images (n, ...) float32 on the 0-255 scale to raw scores (n, k) on `device` (None: where the images are).
    The loss is the softmax log-loss of scores / temperature; its gradient is that of the log-odds against the
    label but for a positive factor, and theirs does not vanish where the softmax is saturated.

    Raises InputError when an ε lies outside [0, 1] or the labels do not fit the images.
    """
    check_labels(images, labels)
    if not epsilons or not all(0 <= epsilon <= 1 for epsilon in epsilons):
        raise InputError(
            f"epsilons {list(epsilons)} are not one or more in [0, 1]; give shares of the pixel range"
        )
    if not temperature > 0:
        raise InputError(f"temperature {temperature} is not positive; see fit_temperature")
    pixels, classes = torch.as_tensor(images, dtype=torch.float32), torch.as_tensor(labels)
    place = pixels.device if device is None else device
    batches = zip(torch.split(pixels, BATCH), torch.split(classes, BATCH), strict=True)
    parts = [_stepped(model, x.to(place), y.to(place), epsilons, temperature) for x, y in batches]
    found, norm, predicted, success, norms, successes = (
        torch.cat(part).cpu().numpy() for part in zip(*parts, strict=True)
    )
    return SignedStep(
        images=found,
        norm=norm,
        predicted=predicted,
        steps=np.ones(len(norm), np.int64),
        success=success,
        epsilon=np.asarray(epsilons, np.float64),
        norms=norms.T,
        successes=successes.T,
    )


def _stepped(
    model: Model, start: Tensor, label: Tensor, epsilons: Sequence[float], temperature: float
) -> tuple[Tensor, ...]:
    """Of n images those found, their norms, classes and success, and norms and successes (n, k) of each ε."""
    x = start.clone().requires_grad_()
    raw = model(x)
    scores = raw / temperature
    others = scores.scatter(1, label[:, None], -torch.inf).logsumexp(dim=1)
    odds = others - scores.gather(1, label[:, None])[:, 0]
    (gradient,) = torch.autograd.grad(odds.sum(), x)
    sign = gradient.sign()
    moved = torch.stack([(start + 255 * epsilon * sign).clamp(0, 255) for epsilon in epsilons], dim=1)
    norms = torch.stack([perturbation_norm(m, start) for m in moved.unbind(1)], dim=1)
    predicted = torch.stack([predict(model, m) for m in moved.unbind(1)], dim=1)
    successes = wrong(predicted, label[:, None])
    magnitudes = torch.as_tensor(epsilons, device=start.device).where(successes, torch.inf)
    each, least = torch.arange(len(start), device=start.device), magnitudes.argmin(dim=1)
    success = successes.any(dim=1)
    return (
        moved[each, least].where(wide(success, start), start),
        norms[each, least].where(success, torch.nan),
        predicted[each, least].where(success, top_class(raw.detach())),
        success,
        norms,
        successes,
    )
