"""A data set of one's own: a folder of images, one folder a class."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tilt.data.labels import LabelledParts
from tilt.errors import InputError

PASSED_OVER = (".", "__")  # beginnings of the names of what systems leave behind, __MACOSX and the like
SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".pgm", ".ppm", ".webp")

Files = list[tuple[str, Path]]


def folder_changes(path: str | Path) -> list[Path]:
    """What is newer once an image changes, comes or goes: the folders of the classes, the latest image."""
    folders = [folder for part in _class_folders(path) for folder in part]
    latest = max(
        (file for folder in folders for file in _images(folder)), key=lambda file: file.stat().st_mtime
    )
    return [*folders, latest]


def folder_labels(path: str | Path) -> LabelledParts:
    """The classes of the images of a folder: the names of the folders they lie in.

    Raises InputError, naming the folder or file, where a class has no image or something else lies among
    them.
    """
    parts = [np.array([label for label, _ in files], np.str_) for files in _files(path)]
    return LabelledParts(parts[0], parts[1] if len(parts) == 2 else None)


def folder_samples(path: str | Path) -> list[NDArray[np.uint8]]:
    """The images of each part, by class and file name: grey (n, h, w), or RGB (n, h, w, 3).

    Raises InputError, naming the file, for one that cannot be read, is neither grey nor RGB with 8 bits, or
    has another size or mode than the first.
    """
    parts = _files(path)
    first = parts[0][0][1]
    shape = _pixels(first).shape
    return [np.stack([_alike(file, first, shape) for _, file in files]) for files in parts]


def _class_folders(path: str | Path) -> list[list[Path]]:
    """The folders of the classes, by name: of train/ and of test/, or of `path` itself as one part.

    The files beside are passed over. Raises InputError, naming the folder, where there is none, or train/
    without test/.
    """
    root = Path(path)
    if not root.is_dir():
        raise InputError(
            f"{path}: a file, not a folder; set source: npz or table"
            if root.exists()
            else f"{path}: no such folder; correct path"
        )
    own = [root / part for part in ("train", "test") if (root / part).is_dir()]
    if len(own) == 1:
        raise InputError(f"{own[0]}: without train and test beside each other; give both, or classes only")
    parts = [[entry for entry in _entries(part) if entry.is_dir()] for part in own or [root]]
    if not all(parts):
        raise InputError(f"{path}: no folders of classes; put the images of each class into one")
    return parts


def _files(path: str | Path) -> list[Files]:
    return [
        [(folder.name, file) for folder in folders for file in _images(folder)]
        for folders in _class_folders(path)
    ]


def _entries(folder: Path) -> list[Path]:
    """What lies in a folder, by name, but what is PASSED_OVER. Raises InputError for a link to nothing."""
    entries = sorted(entry for entry in folder.iterdir() if not entry.name.startswith(PASSED_OVER))
    for entry in entries:
        if not entry.exists():
            raise InputError(f"{entry}: a link to what is not there; mend or remove it")
    return entries


def _images(folder: Path) -> list[Path]:
    files = _entries(folder)
    for file in files:
        if file.suffix.lower() not in SUFFIXES:
            raise InputError(f"{file}: not an image ({', '.join(SUFFIXES)}); convert or remove it")
    if not files:
        raise InputError(f"{folder}: no image in it; add some, or remove the folder")
    return files


def _alike(file: Path, first: Path, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    pixels = _pixels(file)
    if pixels.shape != shape:
        raise InputError(
            f"{file}: {_in_words(pixels.shape)}, but {first} {_in_words(shape)}; resize or convert to one"
        )
    return pixels


def _in_words(shape: tuple[int, ...]) -> str:
    return f"{shape[1]} × {shape[0]} pixels, {'colour' if len(shape) == 3 else 'grey'}"


def _pixels(file: Path) -> NDArray[np.uint8]:
    from PIL import Image

    try:
        with Image.open(file) as image:
            mode = image.mode
            pixels: NDArray[Any] = np.asarray(image.convert("L") if mode == "1" else image)
    except Exception as error:  # Pillow's formats raise of every kind
        reason = str(error) or type(error).__name__
        raise InputError(f"{file}: not a readable image ({reason}); replace or remove it") from error
    if mode not in ("1", "L", "RGB"):
        raise InputError(
            f"{file}: its mode is {mode}; convert it to L (grey) or RGB of 8 bits, without opacity"
        )
    return pixels
