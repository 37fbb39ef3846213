"""When a classifier is no better than a constant answer."""

from collections.abc import Iterable

NEAR_CHANCE = 0.01  # an error this little below chance is no better than chance


def chance_error(counts: Iterable[int]) -> float:
    """Test error of the best constant answer, from the number of test images of each class."""
    images = list(counts)
    return 1 - max(images) / sum(images)


def at_chance(error: float, chance: float) -> bool:
    """Whether an error is nan or not at least a point below `chance`, the error of a constant answer."""
    return not error < chance - NEAR_CHANCE
