"""What the keys of depth demand of one another and of others."""

from collections.abc import Iterator, Mapping
from typing import Any

from experiments.training.checks import of_family


def of_dataset(at: str, dataset: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with the keys of a data set, in readable sentences."""
    depth = dataset["depth"]
    if depth is None:
        return
    yield from of_family(at, "depth", dataset)
    for key in ("model", "options"):
        if depth["recipe"][key] is not None:
            yield f"{at}.depth.recipe.{key}: models has them; leave it null"
    if 0 not in depth["weight_decays"]:
        yield f"{at}.depth.weight_decays: 0 is missing, to which the others are compared; add it"
    if dataset["attack"]["attacks"]["minimal_norm"] is None:
        yield f"{at}.attack.attacks.minimal_norm: depth needs it; leave it in"
