"""Projected gradient: an attack that stays within a given L2 distance of each image (Madry et al. 2018)."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tilt.attacks.models import (
    Found,
    Model,
    check_labels,
    margin_gradient,
    norms,
    perturbation_norm,
    predict,
    wide,
    wrong,
)
from tilt.errors import InputError

BATCH = 500


def projected_gradient(
    model: Model,
    images: NDArray[np.float32] | Tensor,
    labels: NDArray[np.int64],
    *,
    radius: float,
    steps: int = 40,
    step: float | None = None,
) -> Found:
    """Whether an image within `radius` (L2, pixels in [0, 1]) of each one gets another class than its label.

    `model` maps images (n, ...) float32 on the 0-255 scale to raw scores (n, k), on the device of `images`.
    Each step goes `step` (2.5 radius / steps where none is given) against the gradient of the margin, which
    is the label's score less the greatest other one and does not vanish where the softmax is saturated. The
    point is then projected on the ball and on the box of pixels in [0, 255]. An image stops at its first
    point of another class; a misclassified original has norm 0 after 0 steps.

    Raises InputError when the labels do not fit the images or a setting is out of its range.
    """
    check_labels(images, labels)
    if not radius > 0 or steps < 1 or not (step is None or step > 0):
        raise InputError(f"radius {radius}, {steps} steps of length {step}; give more than 0 of each")
    length, ball = 255 * (2.5 * radius / steps if step is None else step), 255 * radius
    pixels = torch.as_tensor(images, dtype=torch.float32)
    classes = torch.as_tensor(labels, device=pixels.device)
    batches = zip(torch.split(pixels, BATCH), torch.split(classes, BATCH), strict=True)
    parts = [_attacked(model, x, y, ball, steps, length) for x, y in batches]
    end, predicted, taken = (torch.cat(part) for part in zip(*parts, strict=True))
    success = wrong(predicted, classes)
    norm = perturbation_norm(end, pixels).where(success, torch.nan)
    return Found(*(part.cpu().numpy() for part in (end, norm, predicted, taken, success)))


def _attacked(
    model: Model, start: Tensor, label: Tensor, radius: float, steps: int, length: float
) -> tuple[Tensor, Tensor, Tensor]:
    """The first misclassified images found, the classes that they get, and the steps taken."""
    x, end = start.clone(), start.clone()
    taken = torch.zeros_like(label)
    active = torch.arange(len(x), device=x.device)
    for number in range(steps + 1):
        margin, gradient = margin_gradient(model, x[active], label[active])
        over = margin < 0
        end[active[over]] = x[active[over]]
        taken[active] = number
        active, gradient = active[~over], gradient[~over]
        if number == steps or not len(active):
            break
        moved = x[active] - start[active] - gradient * wide(length / norms(gradient).clamp(min=1e-30), x)
        within = (radius / norms(moved).clamp(min=1e-30)).clamp(max=1)
        x[active] = (start[active] + moved * wide(within, x)).clamp(0, 255)
    return end, predict(model, end), taken
