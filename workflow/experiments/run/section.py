"""The run: the table of its manifest."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from report.contract import Section, Table, join


def section(*, config: Path, manifest: Mapping[str, Any], target: str, as_module: bool) -> Section:
    """The section of the run: its manifest, and its configuration as text.

    `target` makes the page anew, of another workflow where that takes the rules `as_module`.
    """
    text = config.read_text(encoding="utf-8")
    return Section(
        tables=tables(manifest),
        values={"config": text, "file": config, "target": target, "as_module": as_module},
    )


def tables(manifest: Mapping[str, Any]) -> list[Table]:
    """Software, machine, commit and seeds."""
    rows = []
    for name, value in manifest.items():
        if isinstance(value, Mapping):
            value = "; ".join(
                f"{key.replace('_', ' ')} {join(part) if isinstance(part, list) else part}"
                for key, part in value.items()
            )
        elif isinstance(value, bool) or value is None:
            value = {True: "yes", False: "no", None: "unknown"}[value]
        rows.append((name.replace("_", " ").capitalize(), str(value)))
    return [Table("Software and machine", ("", ""), rows)]
