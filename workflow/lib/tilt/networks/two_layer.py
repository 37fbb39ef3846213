"""Training of two-layer binary networks, those of several weight decays side by side."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tilt.errors import InputError
from tilt.networks.device import choose_device
from tilt.two_layer import TwoLayer

Array = NDArray[np.float64]


def train_two_layer(
    x: Array,
    y: Array,
    weight_decays: Sequence[float],
    *,
    seed: int,
    hidden: int = 100,
    epochs: int = 50,
    batch_size: int = 100,
    learning_rate: float = 0.1,
    momentum: float = 0.9,
    device: str = "auto",
) -> list[TwoLayer]:
    """A network of `hidden` ReLU units for each weight decay, trained on x (n, d) with labels y (n,) of ±1.

    The loss is the mean softplus of y s(x), the smooth one of the article's losses. Weight decay acts on W1
    and W2, not on the biases: λW joins the gradient before momentum, which without momentum is W ← W - ηλW
    (article: the two-layer network). The learning rate η falls linearly from `learning_rate` to 0. All
    networks start from the same weights, N(0, 2/inputs) with biases 0, and see the same batches, both drawn
    from the seed; they are one tensor with an axis for the networks, none of which depends on the others.

    Arithmetic is float32; the networks come back as float64. Raises InputError when the labels do not fit or
    a setting is out of its range.
    """
    positive = {
        "hidden": hidden,
        "epochs": epochs,
        "batch_size": batch_size,
        "learning_rate": learning_rate,
    }
    _check(x, y, weight_decays, momentum, positive)
    place = choose_device(device)
    networks, inputs = len(weight_decays), x.shape[1]
    samples, labels = (torch.as_tensor(part, dtype=torch.float32, device=place) for part in (x, y))
    decay = torch.tensor(weight_decays, dtype=torch.float32, device=place)[:, None]
    generator = torch.Generator().manual_seed(seed)
    parameters = [
        part.repeat(networks, *[1] * (part.dim() - 1)).to(place)
        for part in (
            math.sqrt(2 / inputs) * torch.randn(1, hidden * inputs, generator=generator),
            torch.zeros(1, hidden),
            math.sqrt(2 / hidden) * torch.randn(1, hidden, generator=generator),
            torch.zeros(1, 1),
        )
    ]
    decayed = (True, False, True, False)
    velocity = [torch.zeros_like(parameter) for parameter in parameters]
    total = epochs * math.ceil(len(x) / batch_size)
    taken = 0
    for _ in range(epochs):
        order = torch.randperm(len(x), generator=generator).to(place)
        for rows in torch.split(order, batch_size):
            gradients = loss_gradient(parameters, samples[rows], labels[rows])
            rate = learning_rate * (1 - taken / total)
            for p, v, gradient, own in zip(parameters, velocity, gradients, decayed, strict=True):
                v.mul_(momentum).add_(gradient.addcmul_(p, decay) if own else gradient)
                p.sub_(v, alpha=rate)
            taken += 1
    w1, b1, w2, b2 = (parameter.cpu().double().numpy() for parameter in parameters)
    return [TwoLayer(w1[k].reshape(hidden, inputs), b1[k], w2[k], float(b2[k, 0])) for k in range(networks)]


def loss_gradient(parameters: Sequence[Tensor], x: Tensor, y: Tensor) -> list[Tensor]:
    """The gradient of the mean softplus of y s(x), for each of m networks and each parameter.

    Parameters are W1 (m, h d), b1 (m, h), W2 (m, h) and b2 (m, 1); samples x (n, d), labels y (n,). The first
    layers of all networks are one product of matrices.
    """
    w1, b1, w2, b2 = parameters
    m, h = b1.shape
    hidden = torch.addmm(b1.flatten(), x, w1.view(m * h, -1).T).relu_().view(-1, m, h)
    margins = y[:, None] * ((hidden * w2).sum(2) + b2[:, 0])
    slope = -y[:, None] * torch.sigmoid(-margins) / len(x)
    back = (slope[:, :, None] * w2) * (hidden > 0)
    of_w1 = back.view(-1, m * h).T @ x
    return [of_w1.view(m, -1), back.sum(0), (slope[:, :, None] * hidden).sum(0), slope.sum(0)[:, None]]


def _check(
    x: Array, y: Array, weight_decays: Sequence[float], momentum: float, positive: Mapping[str, float]
) -> None:
    if x.ndim != 2 or y.shape != x.shape[:1] or not np.isin(y, (-1, 1)).all():
        raise InputError(
            f"samples of shape {x.shape} with labels of shape {y.shape}; give (n, d) and (n,), each -1 or 1"
        )
    if not len(weight_decays) or min(weight_decays) < 0:
        raise InputError(f"weight decays {list(weight_decays)}; give one or more, none below 0")
    if not 0 <= momentum < 1:
        raise InputError(f"momentum is {momentum}; give at least 0 and less than 1")
    for name, value in positive.items():
        if not value > 0:
            raise InputError(f"{name} is {value}; give more than 0")
