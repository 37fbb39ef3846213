"""Which files of ours a script or a module depends on, read off its imports.

Snakemake sees edits to a script but not to the modules that it imports. Each rule therefore takes the
files named here as inputs: small inputs are compared by checksum, so an edit reruns exactly what depends on
it and a touch reruns nothing.
"""

import ast
from functools import cache
from pathlib import Path

LIBRARY = Path(__file__).resolve().parents[1]
ROOTS = (LIBRARY, LIBRARY.parent)  # of tilt, report and pipeline, and of experiments


@cache
def imported_files(source: Path) -> tuple[Path, ...]:
    """The modules of ours that the file imports, directly or not, sorted; itself left out."""
    found: set[Path] = set()
    pending = [source]
    while pending:
        for module in _imports(pending.pop()):
            if module not in found:
                found.add(module)
                pending.append(module)
    return tuple(sorted(found - {source}))


@cache
def _imports(source: Path) -> frozenset[Path]:
    names = set()
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"), source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return frozenset(module for name in names for module in module_files(name))


def module_files(name: str) -> list[Path]:
    """The files of ours that importing the dotted name runs: each package on the way, and the module."""
    parts = name.split(".")
    files = []
    for root in ROOTS:
        files += [root.joinpath(*parts[:k], "__init__.py") for k in range(1, len(parts) + 1)]
        files.append(root.joinpath(*parts).with_suffix(".py"))
    return [file for file in files if file.is_file()]
