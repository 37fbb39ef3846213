"""CIFAR-10 from a folder, in colour."""

import hashlib
import io
import pickle
import tarfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from torchvision import datasets

from tilt.data.images import check_images
from tilt.data.sources import torchvision_images
from tilt.errors import InputError


def md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def fetch(folder: Path, *mirrors: str, name: str = "mnist", retries: int = 1, timeout_s: float = 20):
    return torchvision_images(name, folder, mirrors, retries, timeout_s)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def cifar_archive(batches: dict[str, dict[str, Any]]) -> bytes:
    """An archive as CIFAR-10's, with the pickled batches."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, batch in batches.items():
            content = pickle.dumps(batch)
            member = tarfile.TarInfo(f"cifar-10-batches-py/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return packed.getvalue()


def colours(n: int) -> np.ndarray:
    return np.random.default_rng(n).integers(0, 256, (n, 32, 32, 3), dtype=np.uint8)


@pytest.fixture
def small_cifar(monkeypatch) -> bytes:
    """torchvision's CIFAR-10 with batches of 3 and 2 images to train and of 2 to test; its archive."""
    images = {"data_batch_1": colours(3), "data_batch_2": colours(2), "test_batch": colours(4)[:2]}
    labels = {"data_batch_1": [6, 0, 9], "data_batch_2": [0, 6], "test_batch": [9, 0]}
    batches: dict[str, dict[str, Any]] = {
        name: {"data": x.transpose(0, 3, 1, 2).reshape(len(x), -1), "labels": labels[name]}
        for name, x in images.items()
    }
    batches["batches.meta"] = {"label_names": list("abcdefghij")}
    content = cifar_archive(batches)
    sums = {name: md5(pickle.dumps(batch)) for name, batch in batches.items()}
    patched = {
        "tgz_md5": md5(content),
        "train_list": [[name, sums[name]] for name in ("data_batch_1", "data_batch_2")],
        "test_list": [["test_batch", sums["test_batch"]]],
        "meta": {"filename": "batches.meta", "key": "label_names", "md5": sums["batches.meta"]},
    }
    for name, value in patched.items():
        monkeypatch.setattr(datasets.CIFAR10, name, value)
    return content


def assert_colours(images) -> None:
    check_images(images, "made")
    np.testing.assert_array_equal(images.x_train, np.concatenate([colours(3), colours(2)]))
    np.testing.assert_array_equal(images.x_test, colours(4)[:2])
    assert (images.y_train.tolist(), images.y_test.tolist()) == ([6, 0, 9, 0, 6], [9, 0])
    assert (images.y_train.dtype, images.bounds) == (np.int64, (0, 255))


def test_cifar_is_fetched_from_a_folder_once_and_read_in_colour(tmp_path, small_cifar):
    mirror, data = tmp_path / "mirror", tmp_path / "data"
    mirror.mkdir()
    archive = mirror / "cifar-10-python.tar.gz"
    archive.write_bytes(small_cifar)
    assert_colours(fetch(data, mirror.as_uri(), name="cifar10"))
    archive.unlink()
    batch = data / "cifar-10-batches-py" / "data_batch_2"
    batch.write_bytes(batch.read_bytes()[:-1])
    assert_colours(fetch(data, mirror.as_uri(), name="cifar10"))
    (data / archive.name).write_bytes(small_cifar[:-1])
    with pytest.raises(InputError, match=r"cifar-10-python.tar.gz: its MD5 is .*; delete the file"):
        fetch(data, mirror.as_uri(), name="cifar10")


def test_cifar_s_own_address_is_the_default(tmp_path, small_cifar, monkeypatch):
    absent = (tmp_path / "absent").as_uri()
    monkeypatch.setattr(datasets.CIFAR10, "url", f"{absent}/cifar-10-python.tar.gz")
    with pytest.raises(InputError, match=r"could not be downloaded \(file://.*/absent: "):
        torchvision_images("cifar10", tmp_path, None, 1, 20)
    assert contents(tmp_path) == {}
