"""The science of the benchmark: tilted class boundaries and L2 regularization.

Plain arrays and keyword arguments in, arrays and tables out; nothing here knows Snakemake,
``config.yaml`` or the paths of ``results/``. Imports run one way: data, losses and geometry at the
bottom; linear models, networks and attacks on them. The public names of `tilt.linear` can be imported from
here.
"""

from importlib import import_module
from typing import Any

_OF_LINEAR = (
    "AdversarialPath",
    "L1Path",
    "LinearPath",
    "adversarial_path",
    "fit_adversarial_path",
    "fit_l1_path",
    "fit_path",
)


def __getattr__(name: str) -> Any:
    # A plain import would load the solver with every module, and an edit of it rerun every rule.
    if name in _OF_LINEAR:
        return getattr(import_module("tilt.linear"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
