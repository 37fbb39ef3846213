"""What texts, figures and panels call the samples, units and classes of a data set."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from numpy.typing import NDArray

from tilt.io import read_json

LONGEST = 15  # letters of a class's name on an axis or in a legend
LONGEST_IN_TITLE = 30
TICKS = 20  # classes that get their name on an axis, at most


@dataclass(frozen=True)
class Words:
    """The words of one data set.

    `sample` is one of its rows, `feature` one of a row's values, `unit` that of distances between rows;
    `values` says how large features are; `names` are those of the classes, none where they are numbers.
    """

    sample: str
    feature: str
    unit: str
    values: str
    names: Sequence[str] = ()

    @property
    def samples(self) -> str:
        return self.sample + "s"

    @property
    def features(self) -> str:
        return self.feature + "s"

    @property
    def units(self) -> str:
        return self.unit + "s"

    @property
    def for_matplotlib(self) -> "Words":
        """The same with names in which $ begins no formula."""
        return replace(self, names=[name.replace("$", r"\$") for name in self.names])

    def class_name(self, label: float) -> str:
        """The name of a class by its number, or the number; -1 - k is output k of a network, no class's."""
        if label < 0:
            return f"output {-1 - label:.0f}"
        return self.names[int(label)] if self.names else f"{label:.0f}"

    def ticks(self, classes: NDArray[Any]) -> dict[int, str]:
        """Names for an axis on which classes have the places 0, 1, ...: of all, or of some of many."""
        places = range(0, len(classes), -(-len(classes) // TICKS))
        return {place: short(self.class_name(classes[place])) for place in places}

    def pair(self, pair: str) -> str:
        """A pair of classes, "7v9": as it is, or "setosa v virginica"."""
        return " v ".join(self.names[int(label)] for label in pair.split("v")) if self.names else pair

    def title(self, pair: str) -> str:
        """The same for the title of a figure, where long names are cut off."""
        return replace(self, names=[short(name, LONGEST_IN_TITLE) for name in self.names]).pair(pair)

    def sides(self, pair: str) -> tuple[str, str]:
        """What a legend calls class I and class J of a pair."""
        i, j = (short(self.class_name(int(label))) for label in pair.split("v"))
        return f"I: {i}", f"J: {j}"


IMAGES = Words("image", "pixel", "pixel", "pixels in [0, 1]")
VECTORS = Words("sample", "feature", "unit", "features in [0, 1]")


def words_from(path: str) -> Words:
    """The words of a data set from the file of its record."""
    return words_of(read_json(path))


def words_of(record: Mapping[str, Any]) -> Words:
    """The words of a data set from its record: images or vectors, with a range or as they are, names."""
    words = IMAGES if len(record["train"]["shape"]) > 2 else VECTORS
    if record["value_max"] is None:
        words = replace(words, values="features in units as given")
    return replace(words, names=tuple(record["names"]))


def described(record: Mapping[str, Any]) -> str:
    """How many samples and classes a data set has, from its record, in words."""
    train, test = (sum(record[part]["images_per_class"].values()) for part in ("train", "test"))
    classes = len(record["train"]["images_per_class"])
    return f"{train:,} training and {test:,} test {words_of(record).samples} of {classes} classes"


def short(name: str, longest: int = LONGEST) -> str:
    r"""A name of at most so many letters, where \$ is one, a longer one cut off with an ellipsis."""
    letters = re.findall(r"\\\$|.", name, re.DOTALL)
    return name if len(letters) <= longest else "".join(letters[: longest - 1]).rstrip() + "…"
