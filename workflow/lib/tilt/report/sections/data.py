"""The data set: the table of its record."""

from collections.abc import Mapping
from typing import Any

from tilt.report.sections.base import Table


def tables(record: Mapping[str, Any]) -> list[Table]:
    """What the data set holds, with checksums."""
    names = dict(enumerate(record["names"]))
    parts = [record["train"], record["test"]]
    lines = {
        "Images": [f"{part['shape'][0]:,}" for part in parts],
        "Shape": [" × ".join(map(str, part["shape"][1:])) for part in parts],
        "Pixels": ["{} to {}".format(*part["value_range"]) + f", {part['dtype']}" for part in parts],
        "Values that count as 0 and 1": [
            "{value_min:g} and {value_max:g}".format(**record)
            if record["value_max"] is not None
            else "none, units as given"
        ]
        * 2,
        "Images per class": [
            ", ".join(
                f"{label} {names.get(int(label), '')}".rstrip() + f": {count:,}"
                for label, count in part["images_per_class"].items()
            )
            for part in parts
        ],
        "SHA-256 of the images": [part["sha256_x"] for part in parts],
        "SHA-256 of the labels": [part["sha256_y"] for part in parts],
    }
    return [
        Table("The data set", ("", "Training", "Test"), [(name, *cells) for name, cells in lines.items()])
    ]
