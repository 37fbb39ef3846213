"""Maxout networks (Goodfellow et al. 2013): each unit is the greatest of a few linear functions."""

import math
from collections import OrderedDict
from itertools import pairwise

from torch import Tensor, nn

from tilt.errors import InputError


class Maxout(nn.Module):
    """The greatest of each `pieces` neighbours of (n, units * pieces), as (n, units)."""

    def __init__(self, pieces: int) -> None:
        super().__init__()
        self.pieces = pieces

    def forward(self, x: Tensor) -> Tensor:
        """The maxima."""
        return x.reshape(len(x), -1, self.pieces).amax(2)


def maxout(
    shape: tuple[int, ...], classes: int, *, hidden_layers: int = 2, units: int = 240, pieces: int = 5
) -> nn.Module:
    """A network of images of any shape: `hidden_layers` of `units` of `pieces` each, then a score a class.

    Without dropout. Layers are called fc1, fc2 and so on. Raises InputError for options out of their range.
    """
    if min(hidden_layers, units, pieces) < 1:
        raise InputError(
            f"maxout: hidden_layers is {hidden_layers}, units {units} and pieces {pieces}; "
            "give 1 or more of each"
        )
    sizes = [math.prod(shape), *[units] * hidden_layers]
    layers: OrderedDict[str, nn.Module] = OrderedDict(flatten=nn.Flatten())
    for number, (inputs, outputs) in enumerate(pairwise(sizes), start=1):
        layers[f"fc{number}"] = nn.Linear(inputs, pieces * outputs)
        layers[f"maxout{number}"] = Maxout(pieces)
    layers[f"fc{hidden_layers + 1}"] = nn.Linear(units, classes)
    return nn.Sequential(layers)
