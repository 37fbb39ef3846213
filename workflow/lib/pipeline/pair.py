"""Pairs of classes by name, as they stand in the configuration and in paths: "7v9"."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations
from typing import Any

MOST_EXPLORED = 45  # pairs: a page with all λ of 45 takes some 15 MB


def pair_names(classes: int) -> list[str]:
    """Every pair of `classes` classes, the smaller first."""
    return [f"{i}v{j}" for i, j in combinations(range(classes), 2)]


def pair_classes(name: str) -> tuple[int, int]:
    """Classes I and J of a pair by name."""
    class_i, class_j = map(int, name.split("v"))
    return class_i, class_j


def pairs(dataset: Mapping[str, Any], stage: str = "svm") -> list[str]:
    """The pairs of classes that a stage of a resolved data set fits, "7v9" and the like; of null none.

    "all" are those of the svm stage, and for that stage all pairs of classes.
    """
    if dataset[stage] is None:
        return []
    chosen = dataset[stage]["pairs"]
    if chosen == "all" and stage != "svm":
        return pairs(dataset)
    if chosen == "all":
        return pair_names(dataset["classes"])
    return list(chosen)


def explored(dataset: Mapping[str, Any], stage: str = "svm") -> list[str]:
    """The pairs of a stage whose every λ is in the interactive report: all, or the shown ones of too many."""
    fitted = pairs(dataset, stage)
    shown = dataset["svm"]["shown_pairs"]
    return fitted if len(pairs(dataset)) <= MOST_EXPLORED else [name for name in shown if name in fitted]


def unknown_pairs(at: str, dataset: Mapping[str, Any], stage: str) -> Iterator[str]:
    """A line for each pair listed for a stage of a data set that is none of its pairs of classes."""
    chosen, classes = dataset[stage]["pairs"], dataset["classes"]
    return no_such_pairs(f"{at}.{stage}.pairs", () if chosen == "all" else chosen, classes)


def unknown_shown_pairs(at: str, dataset: Mapping[str, Any]) -> Iterator[str]:
    """The same for the pairs that get pictures of their own."""
    return no_such_pairs(f"{at}.svm.shown_pairs", dataset["svm"]["shown_pairs"], dataset["classes"])


def no_such_pairs(key: str, names: Iterable[str], classes: int) -> Iterator[str]:
    """A line for each name under a key that is none of the pairs of so many classes."""
    possible = pair_names(classes)
    for name in names:
        if name not in possible:
            yield (
                f"{key}: there is no pair {name!r} "
                f"(two different classes of 0 to {classes - 1}, the smaller first, like 0v1; they are "
                "numbered in the order of their labels)"
            )
