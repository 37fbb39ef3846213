"""What the keys of one's own networks demand of one another and of others."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np


def of_dataset(at: str, dataset: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with the keys of a data set, in readable sentences."""
    if dataset["own_networks"] is None:
        return
    if dataset["source"] == "table":
        yield f"{at}.networks: they need images, and a table has vectors; set networks: null"
    if dataset["attack"]["attacks"]["minimal_norm"] is None:
        yield f"{at}.attack.attacks.minimal_norm: one's own networks need it; leave it in"
    for name, network in dataset["own_networks"].items():
        key = f"{at}.networks.{name}"
        if name in (dataset["networks"] or {}):
            yield f"{key}: a network to be trained has that name too; choose another"
        is_function = ".py:" in network["model"]
        if is_function and network["weights"] is None:
            yield f"{key}.weights: {network['model']} needs them; name their file"
        if not is_function and network["weights"] is not None:
            yield f"{key}.weights: {network['model']} holds them; leave it out"
        low, high = network["value_range"]
        if low >= high:
            yield f"{key}.value_range: {low:g} is not below {high:g}; give black first"
        if not (np.asarray(network["std"]) > 0).all():
            yield f"{key}.std: it divides; give numbers above 0"
