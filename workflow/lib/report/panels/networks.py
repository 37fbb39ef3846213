"""The two controls that choose one network of many: where it starts, seed included, and its weight decay."""

from collections.abc import Mapping
from typing import Any

from report.numerals import exact
from report.panels.base import Control
from report.starts import NAMED, differing, start_labels

Settings = Mapping[str, Any]

SHORT = {"weight_scale": "w", "train_per_class": "n", "epochs": "e"}  # in a token where they differ


def network_controls(
    networks: Mapping[str, Settings], shown: str
) -> tuple[Control, Control, list[list[str | None]]]:
    """Controls `start` and `decay` of networks given by their settings; their names by grid[start][decay].

    A start is everything that is set about a network but its weight decay; the seeds of one stand together.
    The grid has None where there is no such network. Both controls begin at the network `shown` or, where
    there is none of that name, at the first start and the least weight decay.
    """
    labels = start_labels(networks)
    kinds = list(dict.fromkeys(labels.values()))
    own = [key for key in differing(networks) if key not in NAMED]
    rows = {name: (kinds.index(labels[name]), network["seed"]) for name, network in networks.items()}
    starts = {rows[name]: (_token(network, own), labels[name]) for name, network in networks.items()}
    order = sorted(starts)
    decays = sorted({float(network["weight_decay"]) for network in networks.values()})
    grid: list[list[str | None]] = [[None] * len(decays) for _ in order]
    first = (0, 0)
    for name, network in networks.items():
        row, column = order.index(rows[name]), decays.index(network["weight_decay"])
        if name == shown:
            first = (row, column)
        if name == shown or grid[row][column] is None:
            grid[row][column] = name
    start = Control(
        "start",
        "Start",
        [starts[key][0] for key in order],
        [f"{starts[key][1]}, seed {key[1]}" for key in order],
        start=first[0],
        slider=False,
    )
    tokens = [exact(value) for value in decays]
    return start, Control("decay", "Weight decay", tokens, tokens, start=first[1]), grid


def _token(network: Settings, own: list[str]) -> str:
    kind = network["initial_weights"].removeprefix("improved_")
    random = ["random"] if network.get("random_labels") else []
    values = [SHORT.get(key, f"{key}-") + _value(network.get(key)) for key in own]
    return "-".join([kind, exact(network["pixel_scale"]), *random, *values, str(network["seed"])])


def _value(setting: Any) -> str:
    if setting is None:
        return "all"
    return exact(setting) if isinstance(setting, int | float) else str(setting)
