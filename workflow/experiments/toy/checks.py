"""What the keys of the toy problem demand of one another."""

from collections.abc import Iterator, Mapping
from typing import Any


def of_study(config: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with the keys, in readable sentences."""
    first, last = config["toy"]["lambda_exponents"]
    if first >= last:
        yield "toy.lambda_exponents: the second must be greater than the first"
