"""What the keys of logistic regression demand of others."""

from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.pair import pairs, unknown_pairs


def of_dataset(at: str, dataset: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with the keys of a data set, in readable sentences."""
    fitted = pairs(dataset, "logistic")
    yield from unknown_pairs(at, dataset, "logistic")
    for pair in dataset["svm"]["shown_pairs"]:
        if pair in pairs(dataset) and pair not in fitted:
            yield f"{at}: the pair {pair!r} is to be shown but is not among logistic.pairs"
    for pair in fitted:
        if pair not in pairs(dataset):
            yield f"{at}.logistic.pairs: {pair!r} is not among svm.pairs, with which it is compared"
