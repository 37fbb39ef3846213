"""Readable summaries of intermediates: of a file by its type, of a folder by the files that it holds."""

from pathlib import Path

from pipeline.show.files import FILES, file_lines
from pipeline.show.folders import folder_lines
from tilt.errors import InputError


def summary(path: str | Path) -> str:
    """What a file or a folder holds, in a few lines.

    Raises InputError when there is no such path, a file's type is none of `FILES` or a file is damaged.
    """
    path = Path(path)
    if path.is_dir():
        return "\n".join(folder_lines(path))
    if not path.exists():
        raise InputError(f"{path}: no such file or folder; run the stage that makes it")
    if path.suffix not in FILES:
        raise InputError(f"{path}: cannot be shown; name a folder or a file of type {', '.join(FILES)}")
    return "\n".join(file_lines(path))
