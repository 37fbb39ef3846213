"""The sections of the report: for each a module with the captions of its figures and its tables."""

from tilt.report.sections import (
    attack,
    calibration,
    data,
    lenet,
    logistic,
    published,
    random_labels,
    run,
    scaling,
    svm,
    sweep,
    toy,
    two_layer,
)

__all__ = [
    "attack",
    "calibration",
    "data",
    "lenet",
    "logistic",
    "published",
    "random_labels",
    "run",
    "scaling",
    "svm",
    "sweep",
    "toy",
    "two_layer",
]
