"""Targeted attack on a classifier: gradient ascent on the probability of another class."""

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from tilt.attacks.models import Model, Targeted, check_labels, in_batches, perturbation_norm, predict, wide
from tilt.errors import InputError

BATCH = 250


def ascent_to_next_class(
    model: Model,
    images: NDArray[np.float32] | Tensor,
    labels: NDArray[np.int64],
    *,
    temperature: float = 1.0,
    confidence: float = 0.95,
    step: float = 1.0,
    max_steps: int = 10000,
) -> Targeted:
    """`targeted_ascent` to the article's targets, the class next to each label."""
    targets = cyclic_targets(labels, check_labels(model, images, labels))
    return targeted_ascent(
        model, images, targets, temperature, confidence=confidence, step=step, max_steps=max_steps
    )


def cyclic_targets(labels: NDArray[np.int64], n_classes: int) -> NDArray[np.int64]:
    """The article's targets (n,): each class becomes the next, the last one the first."""
    return (labels + 1) % n_classes


def targeted_ascent(
    model: Model,
    images: NDArray[np.float32] | Tensor,
    targets: NDArray[np.int64],
    temperature: float,
    *,
    confidence: float = 0.95,
    step: float = 1.0,
    max_steps: int = 10000,
) -> Targeted:
    """Move each image until softmax(scores / temperature) gives its target class the `confidence`.

    `model` maps images (n, ...) float32 on the 0-255 scale to raw scores (n, k), on the device of `images`.
    The rule is the article's (its section on adversarial examples of LeNet):
    x' <- clip(x' + step ∇p / ‖∇p‖, 0, 255), with p the target's probability. Two details are ours. The
    gradient is that of log p, which has the same direction and does not underflow where p does. And since
    steps of a fixed length end up circling around the summit, an image's step is halved whenever its p has
    fallen, and grows back by a tenth a step, up to `step`, while p rises. An image whose gradient vanishes
    stops where it is, and one that is not there after `max_steps` counts as a failure as well.

    Raises InputError when the targets do not fit the images or the temperature is not positive.
    """
    check_labels(model, images, targets, "target")
    if not temperature > 0:
        raise InputError(f"temperature {temperature} is not positive; see fit_temperature")
    if not 0 < confidence < 1:
        raise InputError(f"confidence {confidence} is not between 0 and 1; give a probability")

    def ascended(start: Tensor, target: Tensor) -> tuple[Tensor, ...]:
        end, steps, success = _climb(model, start, target[:, None], temperature, confidence, step, max_steps)
        p_start, p_end = (_probabilities(model, x, temperature) for x in (start, end))
        return end, perturbation_norm(end, start), predict(model, end), steps, success, p_start, p_end

    end, norm, predicted, steps, success, p_start, p_end = in_batches(BATCH, images, targets, ascended)
    return Targeted(end, norm, predicted, steps, success, p_start, p_end, targets)


def _climb(
    model: Model,
    start: Tensor,
    target: Tensor,
    temperature: float,
    confidence: float,
    step: float,
    max_steps: int,
) -> tuple[Tensor, Tensor, Tensor]:
    """Where n images end with targets (n, 1), the steps that they took, and whether they got there."""
    x = start.clone()
    steps = torch.zeros(len(x), dtype=torch.int64, device=x.device)
    success = torch.zeros(len(x), dtype=torch.bool, device=x.device)
    active = torch.arange(len(x), device=x.device)
    length = torch.full((len(x),), step, device=x.device)
    before = torch.full((len(x),), -torch.inf, device=x.device)
    for taken in range(max_steps + 1):
        here = x[active].requires_grad_()
        log_p = F.log_softmax(model(here) / temperature, dim=1).gather(1, target[active])[:, 0]
        (gradient,) = torch.autograd.grad(log_p.sum(), here)
        here, log_p = here.detach(), log_p.detach()
        norm = gradient.flatten(1).norm(dim=1)
        there = log_p >= math.log(confidence)
        steps[active] = taken
        success[active] = there
        going = torch.nonzero(~there & (norm > 0) & norm.isfinite())[:, 0]
        if taken == max_steps or not len(going):
            break
        length = torch.where(log_p < before, length / 2, (1.1 * length).clamp(max=step))[going]
        before, active = log_p[going], active[going]
        move = gradient[going] * wide(length / norm[going], x)
        x[active] = (here[going] + move).clamp(0, 255)
    return x, steps, success


def _probabilities(model: Model, x: Tensor, temperature: float) -> Tensor:
    with torch.no_grad():
        return F.softmax(model(x).double() / temperature, dim=1)
