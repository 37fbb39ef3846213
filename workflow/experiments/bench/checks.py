"""What the keys of the benchmarks demand of others."""

from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.pair import unknown_pairs


def of_dataset(at: str, dataset: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with the keys of a data set, in readable sentences."""
    yield from unknown_pairs(at, dataset, "bench")
