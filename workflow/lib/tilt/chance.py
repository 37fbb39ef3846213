"""When a classifier is no better than a constant answer."""

from collections.abc import Iterable

NEAR_CHANCE = 0.01  # share of the error of a constant answer by which a network must stay below it


def chance_error(counts: Iterable[int]) -> float:
    """Test error of the best constant answer, from the number of test images of each class."""
    images = list(counts)
    return 1 - max(images) / sum(images)


def at_chance(error: float, chance: float) -> bool:
    """Whether an error is nan or not at least 1 % of `chance`, the error of a constant answer, below it.

    A share of it, since where one class is rare that error itself may be below a point.
    """
    return not error < (1 - NEAR_CHANCE) * chance
