"""What a folder of the user's holds, as one short text: a rule's parameter that changes when a file does."""

import hashlib
import os


def folder_listing(path: str | None) -> str | None:
    """SHA-256 of names, sizes and times of change of all files below a folder; None for what is no folder."""
    if path is None or not os.path.isdir(path):
        return None
    files = sorted(
        (os.path.relpath(entry, path), status.st_size, status.st_mtime_ns)
        for folder, _, names in os.walk(path, followlinks=True)
        for entry in (os.path.join(folder, name) for name in names)
        for status in [os.stat(entry)]
    )
    return hashlib.sha256(repr(files).encode()).hexdigest()
