"""Which files of ours, or of the user's, a script or a module depends on, read off its imports.

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
def imported_files(source: Path, roots: tuple[Path, ...] = ROOTS) -> tuple[Path, ...]:
    """The modules below the roots that the file imports, directly or not, sorted; itself left out."""
    found: set[Path] = set()
    pending = [source]
    while pending:
        for module in _imports(pending.pop(), roots):
            if module not in found:
                found.add(module)
                pending.append(module)
    return tuple(sorted(found - {source}))


@cache
def _imports(source: Path, roots: tuple[Path, ...]) -> frozenset[Path]:
    found: set[Path] = set()
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"), source)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                found.update(module_files(alias.name, roots))
        elif isinstance(node, ast.ImportFrom):
            near = (source.parents[node.level - 1],) if node.level else roots
            for alias in node.names:
                found.update(module_files(".".join(filter(None, (node.module, alias.name))), near))
    return frozenset(found)


def module_files(name: str, roots: tuple[Path, ...] = ROOTS) -> list[Path]:
    """The files below the roots that importing the dotted name runs: each package on the way, the module."""
    parts = name.split(".")
    files = []
    for root in roots:
        files += [root.joinpath(*parts[:k], "__init__.py") for k in range(1, len(parts) + 1)]
        files += [root.joinpath(*parts[:k]).with_suffix(".py") for k in range(1, len(parts) + 1)]
    return [file for file in files if file.is_file()]


def neighbours(source: Path) -> tuple[Path, ...]:
    """The files beside a file of the user's, or in folders there, that it imports; none of a damaged one."""
    try:
        return imported_files(source, (source.parent,))
    except (OSError, SyntaxError, ValueError):
        return ()
