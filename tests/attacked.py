"""Images and a small network to attack."""

import numpy as np
import torch

from tilt.attacks.models import predict

SHAPE = (6, 7)


def images(n, low=100.0, high=150.0, seed=0):
    return np.random.default_rng(seed).uniform(low, high, (n, *SHAPE)).astype(np.float32)


def weights(seed=1):
    return np.random.default_rng(seed).normal(size=SHAPE)


def pixels(x):
    return x.reshape(len(x), -1).astype(np.float64) / 255


def classes(model, x):
    return predict(model, torch.as_tensor(x)).numpy()


def three_classes(x):
    """A ReLU network with three classes and random weights."""
    draw = torch.Generator().manual_seed(3)
    first = torch.randn(42, 30, generator=draw)
    hidden = (x.flatten(1) / 255 @ first + torch.randn(30, generator=draw)).relu()
    return hidden @ torch.randn(30, 3, generator=draw)
