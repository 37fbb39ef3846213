"""The data set: the table of its record."""

from collections.abc import Mapping
from typing import Any

from report.contract import Section, Table
from report.numerals import plain
from report.words import Words, words_of


def section(*, record: Mapping[str, Any]) -> Section:
    """The section of the data, from their record."""
    words = words_of(record)
    return Section(tables=tables(record, words), values={"words": words, "source": record["source"]})


def tables(record: Mapping[str, Any], words: Words) -> list[Table]:
    """What the data set holds, how it was read, with checksums."""
    parts = [record["train"], record["test"]]
    lines = {
        words.samples.capitalize(): [f"{part['shape'][0]:,}" for part in parts],
        "Shape": [" × ".join(map(str, part["shape"][1:])) for part in parts],
        words.features.capitalize(): [
            " to ".join(plain(end, ".4g") for end in part["value_range"]) + f", {part['dtype']}"
            for part in parts
        ],
        "Values that count as 0 and 1": [
            "{value_min:g} and {value_max:g}".format(**record)
            if record["value_max"] is not None
            else "none, units as given"
        ]
        * 2,
        f"{words.samples.capitalize()} per class": [
            "; ".join(
                f"class {number}{f' ({words.names[int(number)]})' if words.names else ''}: {count:,}"
                for number, count in part["images_per_class"].items()
            )
            for part in parts
        ],
        f"SHA-256 of the {words.samples}": [part["sha256_x"] for part in parts],
        "SHA-256 of the labels": [part["sha256_y"] for part in parts],
    }
    read = [
        (name, sentence[0].upper() + sentence[1:])
        for name, sentence in (
            ("Test part", record["split"]),
            ("Classes", record["labels"]),
            ("Range of values", record["range"]),
            ("Scale of the features", record["spread"]),
        )
        if sentence
    ]
    return [
        Table("The data set", ("", "Training", "Test"), [(name, *cells) for name, cells in lines.items()]),
        Table("How it was read", ("", ""), read),
    ]
