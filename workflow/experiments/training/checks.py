"""What the keys of networks demand of one another."""

from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.networks import recipes

PROBABILITIES = ("dropout", "label_smoothing")  # regularisers whose strength is below 1


def of_dataset(at: str, dataset: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with the keys of a data set, in readable sentences."""
    if dataset["networks"] is None:
        return
    if dataset["source"] == "table":
        yield f"{at}.networks: they need images, and a table has vectors; set networks: null"
    for key, network in dataset["shown_networks"].items():
        if network not in dataset["networks"]:
            known = ", ".join(dataset["networks"])
            yield f"{at}.shown_networks.{key}: no network is named {network!r}; set it to one of {known}"
    shown = (dataset["networks"].get(dataset["shown_networks"][side]) for side in ("low", "high"))
    low, high = (network and network["weight_decay"] for network in shown)
    if None not in (low, high) and low >= high:
        yield f"{at}.shown_networks: low has weight decay {low:g} and high {high:g}; low must have less"
    for name, network in dataset["networks"].items():
        yield from of_recipe(f"{at}.networks.{name}", network)


def of_recipe(at: str, recipe: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with a network, or with all that is set about it but weight decay and seed."""
    if recipe["regulariser"] is None and recipe["strength"] != 0:
        yield f"{at}.strength: there is no regulariser; name one or leave it out"
    if recipe["regulariser"] is not None and recipe["strength"] == 0:
        yield f"{at}.strength: the regulariser {recipe['regulariser']} needs one; give a number above 0"
    if recipe["regulariser"] in PROBABILITIES and recipe["strength"] >= 1:
        yield f"{at}.strength: that of {recipe['regulariser']} is a probability; give a number below 1"


def of_family(at: str, family: str, dataset: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with a family of networks other than the named ones."""
    if dataset[family] is None:
        return
    if dataset["networks"] is None:
        yield f"{at}.{family}: it needs networks, which is null; give both or none"
    for key, recipe in recipes(dataset):
        if key.startswith(f"{family}."):
            yield from of_recipe(f"{at}.{key}", recipe)
