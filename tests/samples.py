"""Small data of one's own, of every kind, and what is said of those that cannot be used."""

import gzip
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tilt.errors import InputError


def refused(says: str, read, *arguments, **options) -> None:
    with pytest.raises(InputError, match=says) as caught:
        read(*arguments, **options)
    assert "\n" not in str(caught.value)


def npz(folder: Path, y_train, y_test, **more) -> Path:
    x = np.linspace(0, 1, 2 * len(y_train)).reshape(-1, 2)
    made = {
        "x_train": x,
        "y_train": np.array(y_train),
        "x_test": x[: len(y_test)],
        "y_test": np.array(y_test),
    }
    np.savez(folder / "own.npz", **made, **more)
    return folder / "own.npz"


TABLE = "a,species,b\n1,newt,0.5\n-2,toad,1e3\n3,newt,0\n4,toad,7\n"


def table(folder: Path, text: str = TABLE, name: str = "own.csv") -> Path:
    path = folder / name
    with (gzip.open if name.endswith(".gz") else open)(path, "wt", encoding="utf-8", newline="") as file:
        file.write(text)
    return path


SPECIES = {"label": "species", "test_share": 0.5}


def picture(path: Path, mode: str = "L", size=(3, 2), value=200) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    shade = value if mode in ("L", "1", "P", "I;16") else (value,) * len(mode)
    Image.new(mode, size, shade).save(path)


def folder(root: Path, mode: str = "L") -> Path:
    for name, value in (("newt/a", 10), ("newt/b", 20), ("toad/a", 130), ("toad/b", 255)):
        picture(root / f"{name}.png", mode, value=value)
    return root
