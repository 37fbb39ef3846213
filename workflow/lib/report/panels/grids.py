"""What panels share that show one network of many: arrays over the grid of recipes and weight decays."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from report.article import LENET_DECAYS
from report.panels.base import Control

Array = NDArray[np.float64]
Grid = Sequence[Sequence[str | None]]

STATE = ("recipe", "decay")
ABSENT = "not trained"


def over(grid: Grid, value: Callable[[str], Any], absent: Any) -> list[list[Any]]:
    """The value of each network of grid[recipe][decay], `absent` where there is none."""
    return [[absent if name is None else value(name) for name in row] for row in grid]


def numbers(grid: Grid, values: Callable[[str], ArrayLike], length: int) -> Array:
    """Up to so many numbers of each network as an array (recipes, decays, length), filled up with nan."""

    def filled(name: str) -> Array:
        of_network = np.asarray(values(name), np.float64)
        return np.concatenate([of_network, np.full(length - len(of_network), np.nan)])

    return np.array(over(grid, filled, np.full(length, np.nan)))


def banks(prefix: str, controls: Sequence[Control], grid: Grid, bank: Callable[[str], Any]) -> dict[str, Any]:
    """A bank "prefix/{recipe}/{decay}" for each network of the grid for which `bank` gives one."""
    recipe, decay = (control.tokens for control in controls)
    made = {
        f"{prefix}/{recipe[i]}/{decay[j]}": bank(name)
        for i, row in enumerate(grid)
        for j, name in enumerate(row)
        if name is not None
    }
    return {name: of_network for name, of_network in made.items() if of_network is not None}


def at_published(decay: Control, values: Mapping[str, Sequence[float]]) -> Array:
    """The article's values of "low" and "high" at its weight decays, (decays, n); nan elsewhere."""
    placed = np.full((len(decay.tokens), max(map(len, values.values()))), np.nan)
    for side, of_side in values.items():
        token = f"{LENET_DECAYS[side]:g}"
        if token in decay.tokens:
            placed[list(decay.tokens).index(token), : len(of_side)] = of_side
    return placed


def apart(lines: Array) -> Array:
    """Lines (..., n) as (..., 1 + n), with a nan before each, so that many drawn as one stay apart."""
    return np.concatenate([np.full((*lines.shape[:-1], 1), np.nan), lines], axis=-1)
