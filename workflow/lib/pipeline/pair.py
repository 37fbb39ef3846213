"""Names of pairs of classes, as they stand in the configuration and in paths: "7v9"."""

from itertools import combinations


def pair_names(classes: int) -> list[str]:
    """Every pair of `classes` classes, the smaller first."""
    return [f"{i}v{j}" for i, j in combinations(range(classes), 2)]


def pair_classes(name: str) -> tuple[int, int]:
    """Classes I and J of a pair by name."""
    class_i, class_j = map(int, name.split("v"))
    return class_i, class_j
