"""What the keys of adversarially trained linear models demand of others."""

from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.pair import no_such_pairs, pairs


def of_dataset(at: str, dataset: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with the keys of a data set, in readable sentences."""
    key = f"{at}.adversarial_linear.pairs"
    trained = pairs(dataset, "adversarial_linear")
    if trained != dataset["svm"]["shown_pairs"]:  # these have been looked at
        yield from no_such_pairs(key, trained, dataset["classes"])
    for pair in trained:
        if pair not in pairs(dataset) and pair not in dataset["svm"]["shown_pairs"]:
            yield f"{key}: {pair!r} is not among svm.pairs, with which it is compared"
