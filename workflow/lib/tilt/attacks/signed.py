"""Linear attack: one step along the sign of the loss's gradient, in which every pixel changes equally."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tilt.attacks.models import (
    Graded,
    Model,
    check_labels,
    graded,
    in_batches,
    perturbation_norm,
    predict,
    top_class,
    wide,
    wrong,
)
from tilt.errors import InputError

BATCH = 500


def signed_gradient_step(
    model: Model,
    images: NDArray[np.float32] | Tensor,
    labels: NDArray[np.int64],
    *,
    temperature: float = 1.0,
    epsilons: Sequence[float] = (0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3),
) -> Graded:
    """x + ε sign(∇ loss), clipped to the box, for each ε of `epsilons` (pixels in [0, 1]).

    This is the linear attack of small magnitude of the article's section on the general case. `model` maps
    images (n, ...) float32 on the 0-255 scale to raw scores (n, k), on the device of `images`.
    The loss is the softmax log-loss of scores / temperature; its gradient is that of the log-odds against the
    label but for a positive factor, and theirs does not vanish where the softmax is saturated.

    Raises InputError when an ε lies outside [0, 1] or the labels do not fit the images.
    """
    check_labels(model, images, labels)
    if len(epsilons) == 0 or not all(0 <= epsilon <= 1 for epsilon in epsilons):
        raise InputError(
            f"epsilons {list(epsilons)} are not one or more in [0, 1]; give shares of the pixel range"
        )
    if not temperature > 0:
        raise InputError(f"temperature {temperature} is not positive; see fit_temperature")

    def stepped(start: Tensor, label: Tensor) -> tuple[Tensor, ...]:
        return _stepped(model, start, label, epsilons, temperature)

    return graded(epsilons, in_batches(BATCH, images, labels, stepped))


def _stepped(
    model: Model, start: Tensor, label: Tensor, epsilons: Sequence[float], temperature: float
) -> tuple[Tensor, ...]:
    """The parts of a `Found` for n images, and successes (n, k) of each ε."""
    x = start.clone().requires_grad_()
    raw = model(x)
    scores = raw / temperature
    others = scores.scatter(1, label[:, None], -torch.inf).logsumexp(dim=1)
    odds = others - scores.gather(1, label[:, None])[:, 0]
    (gradient,) = torch.autograd.grad(odds.sum(), x)
    sign = gradient.sign()
    moved = torch.stack([(start + 255 * epsilon * sign).clamp(0, 255) for epsilon in epsilons], dim=1)
    predicted = torch.stack([predict(model, m) for m in moved.unbind(1)], dim=1)
    successes = wrong(predicted, label[:, None])
    magnitudes = torch.as_tensor(epsilons, device=start.device).where(successes, torch.inf)
    each, least = torch.arange(len(start), device=start.device), magnitudes.argmin(dim=1)
    success = successes.any(dim=1)
    end = moved[each, least].where(wide(success, start), start)
    return (
        end,
        perturbation_norm(end, start).where(success, torch.nan),
        predicted[each, least].where(success, top_class(raw.detach())),
        torch.ones_like(label),
        success,
        successes,
    )
