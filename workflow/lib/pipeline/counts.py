"""Whether each class has as many samples as the configuration asks for, before anything is trained."""

from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.config import class_counts
from pipeline.networks import recipes
from pipeline.pair import pair_classes, pairs
from tilt.errors import InputError


def check_counts(name: str, dataset: Mapping[str, Any]) -> None:
    """Raise InputError, naming the key, where a resolved data set asks for more than it has.

    Also where the labels of a file or folder of the user's cannot be read.
    """
    counts = dict(zip(("training", "test"), class_counts(dataset), strict=True))
    if dataset["classes"] != (found := len(counts["training"])):
        raise InputError(
            f"datasets.{name}.classes: {dataset['classes']} are asked for, and the data have {found}; "
            "correct it, or leave it null"
        )
    for key, asked, taken, part, classes in _demands(dataset):
        after, or_else = (" after those that train", ", or let fewer train") if taken else ("", "")
        for number, (label, there) in enumerate(counts[part].items()):
            if number in classes and there - taken < asked:
                raise InputError(
                    f"datasets.{name}.{key}: {asked} {part} samples of each class are asked for, and class "
                    f"{label} has {there - taken}{after}; ask for at most {there - taken}{or_else}"
                )


def _demands(dataset: Mapping[str, Any]) -> Iterator[tuple[str, int, int, str, set[int]]]:
    """Key, samples a class, how many others before them, part and the classes that it is asked of."""
    paired = {number for pair in pairs(dataset) for number in pair_classes(pair)}
    training, validation = dataset["svm"]["train_per_class"], dataset["svm"]["validation_per_class"]
    yield "svm.train_per_class", training, 0, "training", paired
    if validation is not None:
        yield "svm.validation_per_class", validation, training, "training", paired
    if dataset["networks"] is None:
        return
    every = set(range(dataset["classes"]))
    yield "attack.images_per_class", dataset["attack"]["images_per_class"], 0, "test", every
    for key, recipe in [("training", dataset["training"]), *recipes(dataset)]:
        if recipe["train_per_class"] is not None:
            yield f"{key}.train_per_class", recipe["train_per_class"], 0, "training", every
    if rivals := dataset["rivals"]:
        trained = rivals["recipe"]["train_per_class"] or dataset["training"]["train_per_class"]
        yield "rivals.validation_per_class", rivals["validation_per_class"], trained, "training", every
        if controls := rivals["controls"]:
            yield "rivals.controls.train_per_class", controls["train_per_class"], 0, "training", every
