"""What the attacks that are asked for have to leave to show."""

from collections.abc import Iterator, Mapping
from typing import Any

SEARCHING = ("targeted_ascent", "minimal_norm")


def of_dataset(at: str, dataset: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with the keys of a data set, in readable sentences."""
    if not any(dataset["attack"]["attacks"][name] is not None for name in SEARCHING):
        yield f"{at}.attack.attacks: none of {', '.join(SEARCHING)} searches for examples to show; give one"
