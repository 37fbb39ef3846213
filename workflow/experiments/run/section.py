"""The run: the table of its manifest."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from report.contract import Section, Table


def section(*, config: Path, manifest: Mapping[str, Any], dataset: str) -> Section:
    """The section of the run: its manifest, and its configuration as text."""
    text = config.read_text(encoding="utf-8")
    return Section(tables=tables(manifest), values={"config": text, "dataset": dataset})


def tables(manifest: Mapping[str, Any]) -> list[Table]:
    """Software, machine, commit and seeds."""
    rows = []
    for name, value in manifest.items():
        if isinstance(value, Mapping):
            value = ", ".join(f"{key} {part}" for key, part in value.items())
        elif isinstance(value, bool) or value is None:
            value = {True: "yes", False: "no", None: "unknown"}[value]
        rows.append((name.replace("_", " ").capitalize(), str(value)))
    return [Table("Software and machine", ("", ""), rows)]
