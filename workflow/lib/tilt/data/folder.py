"""A data set of one's own: a folder of images, one folder a class."""

from pathlib import Path

import numpy as np

from tilt.data.labels import LabelledParts
from tilt.errors import InputError

SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".pgm", ".ppm", ".webp")

Files = list[tuple[str, Path]]


def folder_files(path: str | Path) -> list[Files]:
    """Class and path of every image of train/CLASS/ and test/CLASS/, or, as one part, of CLASS/, by name.

    Hidden files and files beside the class folders are passed over. Raises InputError, naming the folder or
    file, where there is no folder, a class has no image, or something else lies among the images.
    """
    root = Path(path)
    if not root.is_dir():
        found = "not a folder; set source: npz or table for a file" if root.exists() else "no such folder"
        raise InputError(f"{path}: {found}")
    own = [root / part for part in ("train", "test") if (root / part).is_dir()]
    if len(own) == 1:
        raise InputError(
            f"{own[0]}: the folder train or test beside it is missing; give both, or classes only"
        )
    return [_class_files(part) for part in own or [root]]


def folder_labels(path: str | Path) -> LabelledParts:
    """The classes of the images of a folder. Raises InputError as `folder_files` does."""
    return LabelledParts(*(np.array([label for label, _ in files]) for files in folder_files(path)))


def _class_files(part: Path) -> Files:
    classes = sorted(entry for entry in part.iterdir() if entry.is_dir() and not entry.name.startswith("."))
    if not classes:
        raise InputError(f"{part}: no folder of a class in it; put the images of each class into one")
    files = []
    for folder in classes:
        images = sorted(file for file in folder.iterdir() if not file.name.startswith("."))
        if not images:
            raise InputError(f"{folder}: no image in it; add some, or remove the folder")
        for file in images:
            if file.suffix.lower() not in SUFFIXES:
                raise InputError(f"{file}: not an image ({', '.join(SUFFIXES)}); convert or remove it")
            files.append((folder.name, file))
    return files
