"""What the keys of sweep demand of others."""

from collections.abc import Iterator, Mapping
from typing import Any

from experiments.lenet.checks import without_lenet


def of_dataset(at: str, dataset: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with the keys of a data set, in readable sentences."""
    yield from without_lenet(at, "sweep", dataset)
