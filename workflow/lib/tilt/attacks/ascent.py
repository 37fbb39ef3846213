"""Targeted attack on a classifier: gradient ascent on the probability of another class."""

import math
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from tilt.attacks.models import Found, Model, check_labels, perturbation_norm, predict, wide
from tilt.errors import InputError


@dataclass(frozen=True, eq=False)
class Ascent(Found):
    """What `targeted_ascent` reached, for n images of k classes.

    Here success (n,) is whether the target's probability reached the confidence, and images and norm are
    those at the end whether it did or not. p_start and p_end (n, k) are the probabilities of all classes
    before and after.
    """

    p_start: NDArray[np.float64]
    p_end: NDArray[np.float64]


def targeted_ascent(
    model: Model,
    images: NDArray[np.float32] | Tensor,
    targets: NDArray[np.int64],
    temperature: float,
    *,
    confidence: float = 0.95,
    step: float = 1.0,
    max_steps: int = 5000,
) -> Ascent:
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
    check_labels(images, targets, "target")
    if not temperature > 0:
        raise InputError(f"temperature {temperature} is not positive; see fit_temperature")
    start = torch.as_tensor(images, dtype=torch.float32)
    target = torch.as_tensor(targets, device=start.device)[:, None]
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
    return Ascent(
        images=x.cpu().numpy(),
        norm=perturbation_norm(x, start).cpu().numpy(),
        predicted=predict(model, x).cpu().numpy(),
        steps=steps.cpu().numpy(),
        success=success.cpu().numpy(),
        p_start=_probabilities(model, start, temperature),
        p_end=_probabilities(model, x, temperature),
    )


def _probabilities(model: Model, x: Tensor, temperature: float) -> NDArray[np.float64]:
    with torch.no_grad():
        p: NDArray[np.float64] = F.softmax(model(x).double() / temperature, dim=1).cpu().numpy()
    return p
