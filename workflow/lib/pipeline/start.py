"""What is checked before the first job."""

import os
from collections.abc import Iterable, Mapping
from typing import Any

from pipeline.pair import pairs
from tilt.data.transfer import SCHEMES
from tilt.errors import InputError

MANY_JOBS = 1000


def results_folders(datasets: Iterable[str]) -> list[str]:
    """The folder of results, and those of the data sets in it; raises InputError where one is a file."""
    folders = [
        "results",
        "results/toy",
        "results/deep",
        "results/site",
        *(f"results/{name}" for name in datasets),
    ]
    for folder in folders:
        if os.path.lexists(folder) and not os.path.isdir(folder):
            raise InputError(f"{folder}: a file is where the folder of results should be; move it away")
    return folders


def check_writable(folders: Iterable[str]) -> None:
    """Raise InputError, naming the folder, for one that is there and cannot be written."""
    for folder in folders:
        if os.path.isdir(folder) and not os.access(folder, os.W_OK):
            raise InputError(f"{folder}: the folder cannot be written; make it writable and run again")


def check_location(name: str, dataset: Mapping[str, Any]) -> None:
    """Raise InputError where the article's tables are to lie in a folder and there is none."""
    location = dataset["published"]["location"]
    if not location.startswith(SCHEMES) and not os.path.isdir(location):
        raise InputError(
            f"configuration: datasets.{name}.published.location: {location}: no such folder; correct the name"
        )


def warning_of_pairs(name: str, dataset: Mapping[str, Any], jobs: int) -> str | None:
    """What to say of the jobs of a data set's pairs where they are many."""
    if jobs <= MANY_JOBS:
        return None
    return (
        f"configuration: datasets.{name}.svm.pairs: {len(pairs(dataset)):,} pairs of {dataset['classes']} "
        f"classes make {jobs:,} jobs; list some of the pairs to have fewer"
    )
