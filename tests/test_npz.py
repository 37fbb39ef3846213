"""Data of one's own: NPZ files that are read as they are meant, and those that are refused."""

import json
import os
from pathlib import Path

import numpy as np
import pytest

from tilt.data.images import binary_pair, describe, load_images, save_images
from tilt.data.npz import npz_images
from tilt.data.sources import embedded_digits
from tilt.errors import InputError

TRAIN, TEST = np.array([2, 0, 1, 0, 2, 1]), np.array([1, 0, 2])


def arrays(shape=(4,), dtype=np.float64, **changed) -> dict[str, np.ndarray]:
    """A usable file of three classes with samples of a shape: floats in [0, 1], or integers from 0 to 255."""
    rng = np.random.default_rng(0)

    def samples(n: int) -> np.ndarray:
        values = rng.random((n, *shape))
        return (values if np.dtype(dtype).kind == "f" else np.floor(256 * values)).astype(dtype)

    made = {"x_train": samples(6), "y_train": TRAIN, "x_test": samples(3), "y_test": TEST}
    return {name: array for name, array in (made | changed).items() if array is not None}


def written(folder: Path, made: dict[str, np.ndarray]) -> Path:
    np.savez(folder / "mine.npz", **made)
    return folder / "mine.npz"


@pytest.mark.parametrize("shape", [(4,), (3, 5), (3, 5, 3)], ids=["vectors", "grey", "colour"])
@pytest.mark.parametrize(
    ("dtype", "stored", "value_max"),
    [
        (np.uint8, np.uint8, 255), (np.float64, np.float64, 1), (np.float32, np.float32, 1),
        (np.float16, np.float32, 1), (">f8", np.float64, 1),
    ],
)  # fmt: skip
def test_samples_of_every_shape_and_type_come_back(tmp_path, shape, dtype, stored, value_max):
    made = arrays(shape, dtype)
    images, names = npz_images(written(tmp_path, made))
    assert names == []
    assert images.value_max == value_max
    assert images.x_train.dtype == images.x_test.dtype == stored
    assert images.x_train.dtype.isnative
    assert images.y_train.dtype == images.y_test.dtype == np.int64
    for name, array in made.items():
        np.testing.assert_array_equal(getattr(images, name), array)
    save_images(tmp_path / "images.npz", images)
    loaded = load_images(tmp_path / "images.npz")
    assert json.dumps(describe(loaded)) == json.dumps(describe(images))
    pair = binary_pair(loaded, 0, 2, 2)
    assert pair.shape == shape
    assert pair.x_train.shape == (4, np.prod(shape))
    np.testing.assert_allclose(pair.x_train[0], made["x_train"][1].ravel() / np.float64(value_max))
    assert pair.x_train.max() <= 1


def test_the_value_that_counts_as_one_can_be_set(tmp_path):
    made = arrays(dtype=np.int32)
    assert npz_images(written(tmp_path, made), value_max=300)[0].value_max == 300
    with pytest.raises(InputError, match=r"mine\.npz: x_train has pixels from .* outside \[0, 1\]"):
        npz_images(tmp_path / "mine.npz")


def test_digits_from_a_file_are_the_embedded_ones(tmp_path):
    digits = embedded_digits(20)
    made = {name: value for name, value in vars(digits).items() if name != "value_max"}
    images, _ = npz_images(written(tmp_path, made), value_max=16)
    assert describe(images) == describe(digits)
    ours, theirs = (binary_pair(source, 7, 9, 20) for source in (images, digits))
    np.testing.assert_array_equal(ours.x_train, theirs.x_train)
    np.testing.assert_array_equal(ours.x_test, theirs.x_test)


def test_classes_can_have_names(tmp_path):
    path = written(tmp_path, arrays(names=np.array(["frog", "newt", "toad"])))
    assert npz_images(path)[1] == ["frog", "newt", "toad"]


class Trap:
    """Makes a folder when it is unpickled."""

    def __init__(self, folder: Path) -> None:
        self.folder = str(folder)

    def __reduce__(self):
        return os.mkdir, (self.folder,)


@pytest.mark.parametrize("name", ["x_train", "y_test", "names"])
def test_objects_are_refused_and_never_loaded(tmp_path, name):
    path = written(tmp_path, arrays(**{name: np.array([Trap(tmp_path / "sprung")] * 3, object)}))
    with pytest.raises(InputError, match=rf"mine\.npz: .*array {name} .*save numbers or text"):
        npz_images(path)
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"x_test": None}, "no array named x_test"),
        ({"y_train": None, "x_train": None}, "no array named x_train, y_train"),
        ({"x_train": np.zeros(6)}, r"x_train has shape \(6,\); give \(n, h, w\), \(n, h, w, 3\) or \(n, d\)"),
        ({"x_train": np.zeros((6, 2, 2, 4))}, r"x_train has shape \(6, 2, 2, 4\)"),
        ({"x_train": np.zeros((6, 5))}, r"x_test has images of shape \(4,\), x_train of \(5,\)"),
        ({"x_test": np.zeros((3, 4), np.float32)}, "x_test has type float32, x_train float64; give one type"),
        ({"x_train": np.full((6, 4), np.nan)}, "x_train has 24 pixels that are not finite"),
        ({"x_train": np.full((6, 4), 1.5)}, r"x_train has pixels from 1\.5 to 1\.5, outside \[0, 1\]"),
        ({"x_train": np.full((6, 4), -0.5)}, r"x_train has pixels from -0\.5"),
        ({"x_train": np.ones((6, 4), bool), "x_test": np.ones((3, 4), bool)}, "x_train has type bool"),
        ({"x_test": np.zeros((0, 4)), "y_test": np.zeros(0, int)}, "x_test is empty"),
        ({"y_train": TRAIN[:5]}, r"y_train has shape \(5,\)"),
        ({"y_test": TEST.astype(float)}, "y_test has type float64; give integer labels"),
        ({"y_train": TRAIN - 1, "y_test": TEST - 1}, "y_train has negative labels, the least is -1; number"),
        ({"y_train": 2 * TRAIN, "y_test": 2 * TEST}, "y_train has no sample of class 1, but labels up to 4"),
        ({"y_test": np.array([1, 0, 1])}, "y_test has no sample of class 2"),
        ({"y_test": np.array([1, 0, 3])}, "y_test has classes that y_train lacks: 3"),
        ({"y_train": TRAIN * 0, "y_test": TEST * 0}, "y_train has the class 0 only"),
        ({"y_train": TRAIN * 50, "y_test": TEST * 50}, "y_train has the label 100, more than 99"),
        ({"names": np.array(["frog", "newt"])}, r"names has shape \(2,\) .*; give 3 texts"),
        ({"names": np.arange(3)}, r"names has shape \(3,\) and type int64; give 3 texts"),
    ],
)
def test_what_cannot_be_used_is_named_in_one_line(tmp_path, changed, says):
    with pytest.raises(InputError, match=rf"mine\.npz: .*{says}") as caught:
        npz_images(written(tmp_path, arrays(**changed)))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"PK\3\4", b"\x80\4}\x94.", b"a,b\n1,2\n"])
def test_what_is_no_npz_is_refused(tmp_path, content):
    (tmp_path / "mine.npz").write_bytes(content)
    with pytest.raises(InputError, match=r"mine\.npz: not a readable NPZ file"):
        npz_images(tmp_path / "mine.npz")


def test_too_few_samples_of_a_class_are_counted(tmp_path):
    images, _ = npz_images(written(tmp_path, arrays()))
    with pytest.raises(InputError, match="class 0 has 2 training images and 3 were asked for"):
        binary_pair(images, 0, 1, 3)
