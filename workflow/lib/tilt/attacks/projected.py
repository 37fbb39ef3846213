"""Projected gradient: an attack that stays within given L2 distances of each image (Madry et al. 2018)."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tilt.attacks.models import (
    Graded,
    Model,
    check_labels,
    ended,
    graded,
    in_batches,
    margin_gradient,
    misclassified,
    norms,
    wide,
)
from tilt.errors import InputError

BATCH = 500


def projected_gradient(
    model: Model,
    images: NDArray[np.float32] | Tensor,
    labels: NDArray[np.int64],
    *,
    radii: Sequence[float] = (0, 0.5, 1, 1.5, 2, 3),
    steps: int = 40,
    step: float | None = None,
) -> Graded:
    """Whether an image within each of the `radii` (L2, pixels in [0, 1]) gets another class than its label.

    `model` maps images (n, ...) float32 on the 0-255 scale to raw scores (n, k), on the device of `images`.
    Each step goes `step` (2.5 radius / steps where none is given) against the gradient of the margin, which
    is the label's score less the greatest other one and does not vanish where the softmax is saturated. The
    point is then projected on the ball and on the box of pixels in [0, 255]. An image stops at its first
    point of another class, which lies within all greater radii too; a misclassified original has norm 0
    after 0 steps.

    Raises InputError when the labels do not fit the images or a setting is out of its range.
    """
    check_labels(model, images, labels)
    if len(radii) == 0 or not all(radius >= 0 for radius in radii):
        raise InputError(f"radii {list(radii)} are not one or more from 0; give L2 distances")
    if steps < 1 or not (step is None or step > 0):
        raise InputError(f"{steps} steps of length {step}; give more than 0 of each")
    balls = np.asarray(radii, np.float64)

    def attacked(start: Tensor, label: Tensor) -> tuple[Tensor, ...]:
        end, taken = start.clone(), torch.zeros_like(label)
        reached = torch.full((len(start),), torch.inf, dtype=torch.float64, device=start.device)
        reached[misclassified(model, start, label)] = 0
        for radius in np.sort(balls[balls > 0]).tolist():
            left = torch.nonzero(reached.isinf())[:, 0]
            if not len(left):
                break
            length = 255 * (2.5 * radius / steps if step is None else step)
            walk = _walk(model, start[left], label[left], 255 * radius, steps, length)
            end[left], fell = walk[0], walk[1]
            reached[left[fell]] = radius
            taken[left] += walk[2]
        found = ended(model, start, label, end, taken)
        within = torch.as_tensor(balls, device=start.device) >= reached[:, None]
        return *found, within & found[-1][:, None]

    return graded(balls, in_batches(BATCH, images, labels, attacked))


def _walk(
    model: Model, start: Tensor, label: Tensor, radius: float, steps: int, length: float
) -> tuple[Tensor, Tensor, Tensor]:
    """The first misclassified points of n images, or the originals, which fell, and the steps taken."""
    x, end = start.clone(), start.clone()
    fell, taken = torch.zeros_like(label, dtype=torch.bool), torch.zeros_like(label)
    active = torch.arange(len(x), device=x.device)
    for number in range(steps + 1):
        margin, gradient = margin_gradient(model, x[active], label[active])
        over = margin < 0
        end[active[over]] = x[active[over]]
        fell[active[over]] = True
        taken[active] = number
        active, gradient = active[~over], gradient[~over]
        if number == steps or not len(active):
            break
        moved = x[active] - start[active] - gradient * wide(length / norms(gradient).clamp(min=1e-30), x)
        within = (radius / norms(moved).clamp(min=1e-30)).clamp(max=1)
        x[active] = (start[active] + moved * wide(within, x)).clamp(0, 255)
    return end, fell, taken
