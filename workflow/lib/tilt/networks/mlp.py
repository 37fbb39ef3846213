"""Multilayer perceptrons: full layers of one width with a ReLU between two of them."""

import math
from collections import OrderedDict
from itertools import pairwise

from torch import nn

from tilt.errors import InputError


def mlp(
    shape: tuple[int, ...], classes: int, *, hidden_layers: int = 1, width: int = 100, biases: bool = True
) -> nn.Module:
    """A network of images of any shape: `hidden_layers` of `width` ReLU units each, then a score a class.

    Without hidden layers it is softmax regression; without biases its scores are homogeneous of degree
    `hidden_layers` + 1 in the weights. Layers are called fc1, fc2 and so on. Raises InputError for options
    out of their range.
    """
    if hidden_layers < 0 or width < 1:
        raise InputError(
            f"mlp: hidden_layers is {hidden_layers} and width {width}; give at least 0 and at least 1"
        )
    sizes = [math.prod(shape), *[width] * hidden_layers, classes]
    layers: OrderedDict[str, nn.Module] = OrderedDict(flatten=nn.Flatten())
    for number, (inputs, outputs) in enumerate(pairwise(sizes), start=1):
        layers[f"fc{number}"] = nn.Linear(inputs, outputs, bias=biases)
        layers[f"relu{number}"] = nn.ReLU()
    layers.popitem()  # none after the scores
    return nn.Sequential(layers)
