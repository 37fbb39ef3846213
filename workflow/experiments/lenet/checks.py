"""What the keys of LeNet demand of one another."""

from collections.abc import Iterator, Mapping
from typing import Any


def of_dataset(at: str, dataset: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with the keys of a data set, in readable sentences."""
    if dataset["lenet"] is None:
        return
    if dataset["source"] == "table":
        yield f"{at}.lenet: it needs images, and a table has vectors; set lenet: null"
    for key, network in dataset["lenet"]["shown"].items():
        if network not in dataset["lenet"]["networks"]:
            known = ", ".join(dataset["lenet"]["networks"])
            yield f"{at}.lenet.shown.{key}: no network is named {network!r}; set it to one of {known}"


def without_lenet(at: str, family: str, dataset: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong where a family of networks is asked for and LeNet is not."""
    if dataset["lenet"] is None and dataset[family] is not None:
        yield f"{at}.{family}: it needs the settings of lenet, which is null; give both or none"
