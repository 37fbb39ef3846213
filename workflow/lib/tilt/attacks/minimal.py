"""Least L2 perturbation that changes a classifier's answer: decoupled direction and norm (Rony et al. 2019).

It is written here because adv-lib does not build with a current setuptools and imports a plotting server, and
foolbox, last released in 2024, imports names that SciPy has deprecated and brings four packages for one loop.
"""

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tilt.attacks.models import (
    Found,
    Model,
    check_labels,
    ended,
    in_batches,
    margin_gradient,
    misclassified,
    norms,
    predict,
    wide,
)
from tilt.errors import InputError

BATCH = 250
RADIUS_CHANGE = (0.1, 0.01)  # share by which the radius changes in the first and in the last step
PATIENCE = 10  # steps after which the radius doubles in each while nothing is found
LEAST_RADIUS = 1e-3  # of the first step, on the 0-255 scale; less is lost in the rounding of pixels
MOST_SOUGHT = 20
LAST_STEP = 0.01  # of the first
HALVINGS = 14  # of the segment to the original, which leave the norm on the boundary to 6e-5 of itself


def minimal_norm(
    model: Model,
    images: NDArray[np.float32] | Tensor,
    labels: NDArray[np.int64],
    *,
    steps: int = 100,
    step: float = 1.0,
    classes: int = 0,
) -> Found:
    """The nearest image found that `model` gives another class than its label, pixels within [0, 255].

    `model` maps images (n, ...) float32 on the 0-255 scale to raw scores (n, k), on the device of `images`.
    Each of the `steps` follows the gradient of the margin (the label's score less the greatest other one)
    over a length that falls from `step` (pixels in [0, 1]), and projects the perturbation on a sphere whose
    radius shrinks where the image is misclassified and grows where it is not. The radius starts at the
    distance from the linearised boundary, its rate of change falls with the step, and it doubles where ten
    steps have found nothing; these are ours. At the end the segment to the original is bisected, and success
    is what a last pass through the model says. A misclassified original has norm 0 after 0 steps.

    The margin leads to a class that is near at first, which the bounds of the pixels may put out of reach. So
    many `classes` are sought one by one besides, those with the nearest linearised boundaries among the
    MOST_SOUGHT greatest scores, and the nearest image of all is taken.

    Raises InputError when the labels do not fit the images, there is no step or less than no class.
    """
    check_labels(model, images, labels)
    if classes < 0:
        raise InputError(f"{classes} classes to seek; give 0 or more")
    if steps < 1 or not step > 0:
        raise InputError(f"{steps} steps of length {step}; give one step or more, longer than 0")

    def attacked(x: Tensor, label: Tensor) -> tuple[Tensor, ...]:
        end, taken = x.clone(), torch.zeros_like(label)
        rows = torch.nonzero(predict(model, x) == label)[:, 0]
        if len(rows):
            end[rows] = _nearest(model, x[rows], label[rows], steps, 255 * step, classes)
            taken[rows] = steps
        return ended(model, x, label, end, taken)

    return Found(*in_batches(BATCH, images, labels, attacked))


def _nearest(model: Model, start: Tensor, label: Tensor, steps: int, step: float, classes: int) -> Tensor:
    """The nearest end of the descents, along the margin and towards single classes."""
    ends = []
    for target in (None, *(_linearised(model, start, label, classes) if classes else ())):
        ends.append(_bisect(model, start, _descend(model, start, label, steps, step, target), label))
    found = torch.stack(
        [norms(end - start).where(misclassified(model, end, label), torch.inf) for end in ends]
    )
    return torch.stack(ends)[found.argmin(dim=0), torch.arange(len(start), device=start.device)]


def _linearised(model: Model, x: Tensor, label: Tensor, classes: int) -> Tensor:
    """The classes whose linearised boundaries are nearest, by rank and image, (at most `classes`, n)."""
    with torch.no_grad():
        others = model(x).scatter(1, label[:, None], -torch.inf)
    sought = others.topk(min(MOST_SOUGHT, others.shape[1] - 1), dim=1).indices.T
    distances = []
    for target in sought:
        margin, gradient = _towards(model, x, label, target)
        distances.append(margin / norms(gradient).clamp(min=1e-30))
    order = torch.stack(distances).argsort(dim=0)[:classes]
    return sought.gather(0, order)


def _towards(model: Model, x: Tensor, label: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    """The label's score less the target's (n,), and its gradient (n, ...)."""
    x = x.detach().requires_grad_()
    scores = model(x)
    margin = (scores.gather(1, label[:, None]) - scores.gather(1, target[:, None]))[:, 0]
    (gradient,) = torch.autograd.grad(margin.sum(), x)
    return margin.detach(), gradient


def _descend(
    model: Model, start: Tensor, label: Tensor, steps: int, step: float, target: Tensor | None
) -> Tensor:
    diagonal = 255 * math.sqrt(start[0].numel())
    best, least = start.clone(), torch.full((len(start),), torch.inf, device=start.device)
    x, radius = start.clone(), torch.zeros_like(least)
    for taken in range(steps + 1):
        if target is None:
            margin, gradient = margin_gradient(model, x, label)
        else:
            margin, gradient = _towards(model, x, label, target)
        norm, slope = norms(x - start), norms(gradient).clamp(min=1e-30)
        over = margin < 0
        nearer = over & (norm < least)
        best, least = x.where(wide(nearer, x), best), norm.where(nearer, least)
        if taken == steps:
            break
        falling = (1 + math.cos(math.pi * taken / steps)) / 2
        rate = RADIUS_CHANGE[1] + (RADIUS_CHANGE[0] - RADIUS_CHANGE[1]) * falling
        growth = torch.where(least.isinf() & (taken > PATIENCE), 2.0, 1 + rate)
        changed = torch.where(over, torch.minimum(radius, norm) * (1 - rate), radius * growth)
        radius = (changed if taken else (margin / slope).float()).clamp(LEAST_RADIUS, diagonal)
        length = step * (LAST_STEP + (1 - LAST_STEP) * falling)
        moved = x - start - gradient * wide(length / slope, x)
        x = (start + moved * wide(radius / norms(moved).clamp(min=1e-30), x)).clamp(0, 255)
    return best


def _bisect(model: Model, start: Tensor, end: Tensor, label: Tensor) -> Tensor:
    """The point on each segment where the class changes, on the side of `end`."""
    inside, outside = (
        torch.zeros(len(start), device=start.device),
        torch.ones(len(start), device=start.device),
    )
    for _ in range(HALVINGS):
        middle = (inside + outside) / 2
        over = misclassified(model, start.lerp(end, wide(middle, start)), label)
        inside, outside = middle.where(~over, inside), middle.where(over, outside)
    return start.lerp(end, wide(outside, start))
