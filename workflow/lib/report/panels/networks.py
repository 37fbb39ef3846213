"""The two controls that choose one network of many: its recipe, seed included, and its weight decay."""

import re
from collections.abc import Mapping
from typing import Any

from report.networks import NAMED, Settings, recipe_labels, told
from report.numerals import exact
from report.panels.base import Control

SHORT = {"weight_scale": "w", "train_per_class": "n", "epochs": "e"}  # in a token where they differ


def network_controls(
    networks: Mapping[str, Settings], shown: str
) -> tuple[Control, Control, list[list[str | None]]]:
    """Controls `recipe` and `decay` of networks given by their settings; their names by grid[recipe][decay].

    A recipe is everything that is set about a network but its weight decay; the seeds of one stand together.
    The grid has None where there is no such network. Both controls begin at the network `shown` or, where
    there is none of that name, at the first recipe and the least weight decay.
    """
    labels = recipe_labels(networks)
    kinds = list(dict.fromkeys(labels.values()))
    own = [key for key in told(networks) if key not in NAMED]
    rows = {name: (kinds.index(labels[name]), network["seed"]) for name, network in networks.items()}
    recipes = {rows[name]: (_token(network, own), labels[name]) for name, network in networks.items()}
    order = sorted(recipes)
    decays = sorted({float(network["weight_decay"]) for network in networks.values()})
    grid: list[list[str | None]] = [[None] * len(decays) for _ in order]
    first = (0, 0)
    for name, network in networks.items():
        row, column = order.index(rows[name]), decays.index(network["weight_decay"])
        if name == shown:
            first = (row, column)
        if name == shown or grid[row][column] is None:
            grid[row][column] = name
    recipe = Control(
        "recipe",
        "Recipe",
        [recipes[key][0] for key in order],
        [f"{recipes[key][1]}, seed {key[1]}" for key in order],
        start=first[0],
        slider=False,
    )
    tokens = [exact(value) for value in decays]
    return recipe, Control("decay", "Weight decay", tokens, tokens, start=first[1]), grid


def _token(network: Settings, own: list[str]) -> str:
    """A name of a recipe and seed for addresses: letters, digits, points, signs."""
    parts = [network["initial_weights"].removeprefix("improved_"), exact(network["pixel_scale"])]
    parts += [SHORT.get(key, f"{key}-") + _value(network.get(key)) for key in own]
    return re.sub(r"[^\w.+-]+", "-", "-".join([*parts, str(network["seed"])]))


def _value(setting: Any) -> str:
    if setting is None:
        return "all"
    if isinstance(setting, Mapping):
        return "-".join(f"{key}{value}" for key, value in setting.items())
    return exact(setting) if isinstance(setting, int | float) else str(setting)
