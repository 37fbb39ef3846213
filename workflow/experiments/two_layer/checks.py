"""What the keys of the two-layer network demand of others."""

from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.pair import pairs, unknown_pairs


def of_dataset(at: str, dataset: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with the keys of a data set, in readable sentences."""
    fitted = pairs(dataset, "two_layer")
    if dataset["two_layer"] is not None:
        yield from unknown_pairs(at, dataset, "two_layer")
    for pair in fitted:
        if pair not in pairs(dataset):
            yield f"{at}.two_layer.pairs: {pair!r} is not among svm.pairs, with which it is compared"
