"""What the keys of one's own networks demand of one another and of others."""

from collections.abc import Iterator, Mapping
from typing import Any

from tilt.networks.given.declared import Given

OF_MEASUREMENT = ("test_error", "sought_classes")  # the other keys are the fields of Given


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
        declared = {field: value for field, value in network.items() if field not in OF_MEASUREMENT}
        for field, sentence in Given(**declared).faults():
            yield f"{key}.{field}: {sentence}"
