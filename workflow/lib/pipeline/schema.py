"""The schema of the configuration: a frame, and a part for each experiment that has settings."""

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import yaml

from pipeline.code import LIBRARY

FRAME = LIBRARY.parent / "schemas" / "config.schema.yaml"
EXPERIMENTS = LIBRARY.parent / "experiments"


@cache
def schema() -> dict[str, Any]:
    """The whole schema: workflow/schemas/config.schema.yaml with each experiment's schema.yaml put in.

    A part has the keys of the configuration itself under `study`, those of a data set under `dataset`, and
    under `$defs` what it names by reference.
    """
    whole: dict[str, Any] = _read(FRAME)
    for file in sorted(EXPERIMENTS.glob("*/schema.yaml")):
        part = _read(file)
        whole["properties"] |= part.get("study", {})
        whole["$defs"]["dataset"]["properties"] |= part.get("dataset", {})
        whole["$defs"] |= part.get("$defs", {})
    return whole


def checks() -> Iterator[ModuleType]:
    """The modules of the experiments with what their keys demand of one another."""
    for file in sorted(EXPERIMENTS.glob("*/checks.py")):
        yield import_module(f"experiments.{file.parent.name}.checks")


def _read(file: Path) -> Any:
    return yaml.safe_load(file.read_text(encoding="utf-8"))
