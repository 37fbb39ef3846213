"""The data set: the table of its record."""

from collections.abc import Mapping
from typing import Any

from report.contract import Table
from report.words import Words
from report.contract import Section
from report.words import words_of


def section(*, record: Mapping[str, Any]) -> Section:
    """The section of the data, from their record."""
    words = words_of(record)
    return Section(tables=tables(record, words), values={"words": words, "source": record["source"]})


def tables(record: Mapping[str, Any], words: Words) -> list[Table]:
    """What the data set holds, with checksums."""
    parts = [record["train"], record["test"]]
    lines = {
        words.samples.capitalize(): [f"{part['shape'][0]:,}" for part in parts],
        "Shape": [" × ".join(map(str, part["shape"][1:])) for part in parts],
        words.features.capitalize(): [
            "{} to {}".format(*part["value_range"]) + f", {part['dtype']}" for part in parts
        ],
        "Values that count as 0 and 1": [
            "{value_min:g} and {value_max:g}".format(**record)
            if record["value_max"] is not None
            else "none, units as given"
        ]
        * 2,
        f"{words.samples.capitalize()} per class": [
            ", ".join(
                (f"{label} {words.class_name(int(label))}" if words.names else label) + f": {count:,}"
                for label, count in part["images_per_class"].items()
            )
            for part in parts
        ],
        f"SHA-256 of the {words.samples}": [part["sha256_x"] for part in parts],
        "SHA-256 of the labels": [part["sha256_y"] for part in parts],
    }
    return [
        Table("The data set", ("", "Training", "Test"), [(name, *cells) for name, cells in lines.items()])
    ]
