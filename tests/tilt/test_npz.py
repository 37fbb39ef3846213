"""Arrays of one's own: NPZ files that are read as they are meant, and those that are refused."""

import json
import os
import zipfile
from pathlib import Path

import numpy as np
import pytest

from tilt.data.images import ARRAYS, binary_pair, describe, load_images, save_images
from tilt.data.own import class_counts, own_images
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
    ("dtype", "stored", "high"),
    [
        (np.uint8, np.uint8, 255), (np.float64, np.float64, 1), (np.float32, np.float32, 1),
        (np.float16, np.float32, 1), (">f8", np.float64, 1),
    ],
)  # fmt: skip
def test_samples_of_every_shape_and_type_come_back(tmp_path, shape, dtype, stored, high):
    made = arrays(shape, dtype)
    images, record = own_images("npz", written(tmp_path, made))
    assert record["names"] == []
    assert record["labels"] is record["split"] is None
    assert images.bounds == (None if shape == (4,) and dtype != np.uint8 else (0, high))
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
    np.testing.assert_allclose(pair.x_train[0], made["x_train"][1].ravel() / np.float64(high))


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ((6, 1, 3, 5), (6, 3, 5)), ((6, 3, 5, 1), (6, 3, 5)), ((6, 3, 4, 5), (6, 4, 5, 3)),
        ((6, 3, 4, 3), (6, 3, 4, 3)),
    ],
)  # fmt: skip
def test_channels_may_come_first(tmp_path, given, taken):
    x = np.random.default_rng(0).random(given)
    images, _ = own_images("npz", written(tmp_path, arrays(x_train=x, x_test=x[:3])))
    assert images.x_train.shape == taken
    channels_last = x if given[1:] == taken[1:] else np.moveaxis(x, 1, -1).reshape(taken)
    np.testing.assert_array_equal(images.x_train, x[..., 0] if given[3] == 1 else channels_last)


@pytest.mark.parametrize("shape", [(6, 4, 5, 6), (6, 5, 6, 4)])
def test_opacity_is_refused_with_the_remedy(tmp_path, shape):
    with pytest.raises(InputError, match=r"mine\.npz: x_train .*four channels; leave out the fourth"):
        own_images("npz", written(tmp_path, arrays(x_train=np.zeros(shape))))


def test_booleans_are_0_and_1(tmp_path):
    x = np.eye(6, dtype=bool).reshape(6, 2, 3)
    images, _ = own_images("npz", written(tmp_path, arrays(x_train=x, x_test=x[:3])))
    assert (images.bounds, images.x_train.dtype) == ((0, 1), np.uint8)
    np.testing.assert_array_equal(images.x_train, x)


def test_what_counts_as_0_and_1_can_be_set(tmp_path):
    path = written(tmp_path, arrays(dtype=np.int32))
    assert own_images("npz", path)[0].bounds is None
    assert own_images("npz", path, value_max=300)[0].bounds == (0, 300)
    assert own_images("npz", path, value_min=-5, value_max=300)[0].bounds == (-5, 300)
    with pytest.raises(InputError, match=r"mine\.npz: x_train has values from .* outside \[-5, 1\]"):
        own_images("npz", path, value_min=-5)


@pytest.mark.parametrize("shape", [(4,), (3, 5)])
def test_bytes_of_0_and_1_are_not_taken_for_black(tmp_path, shape):
    made = arrays(shape, np.uint8)
    for name in ("x_train", "x_test"):
        made[name] //= 128
    path = written(tmp_path, made)
    with pytest.raises(
        InputError, match=r"no value is above 1, and 255 is assumed .*; set value_max, for instance to 1$"
    ):
        own_images("npz", path)
    images, record = own_images("npz", path, value_max=1)
    assert (images.bounds, record["range"]) == ((0, 1), None)


def test_faint_floats_are_not_taken_for_black(tmp_path):
    made = arrays((3, 5))
    for name in ("x_train", "x_test"):
        made[name] /= 255
    with pytest.raises(InputError, match=r"no value is above 0\.0\d+, and 1 is assumed .*; set value_max"):
        own_images("npz", written(tmp_path, made))


def test_negative_features_need_no_bounds(tmp_path):
    x = np.random.default_rng(0).normal(size=(6, 4)) * 100
    images, record = own_images("npz", written(tmp_path, arrays(x_train=x, x_test=x[:3])))
    assert images.bounds is None
    assert "units as given" in record["range"]
    np.testing.assert_array_equal(binary_pair(images, 0, 1, 1).x_train, x[[1, 2]])
    assert record["spread"] is None


@pytest.mark.parametrize(
    ("factor", "told"),
    [
        (9, None),
        (12, "feature 2 (counted from 0) has 12 times"),
        (1e160, "feature 2 (counted from 0) has 1e+160"),
    ],
)
def test_a_feature_that_outweighs_the_others_is_told(tmp_path, factor, told):
    x = np.array([[1.0, 1, 1, 5], [-1, -1, -1, 5]])[[0, 1, 0, 1, 0, 1]] * [1, 1, factor, 1]
    _, record = own_images("npz", written(tmp_path, arrays(x_train=x, x_test=x[:3])))
    assert (record["spread"] and record["spread"][: len(told)]) == told
    for of_rounding in (np.full_like(x, -0.1), np.hstack([np.full((6, 3), -0.1), x[:, :2]])):
        path = written(tmp_path, arrays(x_train=of_rounding, x_test=of_rounding[:3]))
        assert own_images("npz", path)[1]["spread"] is None
    stamps = np.hstack([x[:, :2], 1.7e9 + 500 * x[:, 1:2]])
    for of_type in (stamps, stamps.astype(np.int64)):
        path = written(tmp_path, arrays(x_train=of_type, x_test=of_type[:3]))
        assert "feature 2 (counted from 0) has 500 times" in own_images("npz", path)[1]["spread"]
    two = x[:, 1:3]
    _, record = own_images("npz", written(tmp_path, arrays(x_train=two, x_test=two[:3])))
    assert (record["spread"] is None) is (told is None)


def test_digits_from_a_file_are_the_embedded_ones(tmp_path):
    digits = embedded_digits(20)
    images, _ = own_images(
        "npz", written(tmp_path, {name: getattr(digits, name) for name in ARRAYS}), value_max=16
    )
    assert describe(images) == describe(digits)
    ours, theirs = (binary_pair(source, 7, 9, 20) for source in (images, digits))
    np.testing.assert_array_equal(ours.x_train, theirs.x_train)
    np.testing.assert_array_equal(ours.x_test, theirs.x_test)


def test_classes_can_have_names(tmp_path):
    path = written(tmp_path, arrays(names=np.array(["frog", "newt", "toad"])))
    assert own_images("npz", path)[1]["names"] == ["frog", "newt", "toad"]
    assert class_counts("npz", path) == {"frog": 2, "newt": 2, "toad": 2}


class Trap:
    """Makes a folder when it is unpickled."""

    def __init__(self, folder: Path) -> None:
        self.folder = str(folder)

    def __reduce__(self):
        return os.mkdir, (self.folder,)


@pytest.mark.parametrize("name", ["x_train", "y_test", "names"])
def test_objects_are_refused_and_never_loaded(tmp_path, name):
    path = written(tmp_path, arrays(**{name: np.array([Trap(tmp_path / "sprung")] * 3, object)}))
    with pytest.raises(InputError, match=rf"mine\.npz: .*array {name} .*save numbers, or text by astype"):
        own_images("npz", path)
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"x_test": None}, "x_test and y_test go together"),
        ({"y_test": None}, "no test part with labels; set test_share"),
        ({"x_train": None}, "no array named x_train; the file holds y_train, x_test, y_test"),
        ({"y_train": None, "x_train": None}, "no array named y_train; the file holds x_test, y_test"),
        ({"x_train": np.zeros(6), "x_test": np.zeros(3)}, r"x_train has shape \(6,\); give \(n, h, w\)"),
        ({"x_train": np.zeros((6, 2, 2, 5)), "x_test": np.zeros((3, 2, 2, 5))}, "x_train has shape"),
        ({"x_train": np.zeros((6, 5))}, r"x_test has images of shape \(4,\), x_train of \(5,\)"),
        ({"x_test": np.zeros((3, 4), np.float32)}, "x_test has type float32, x_train float64; give one type"),
        ({"x_train": np.full((6, 4), np.nan)}, "x_train has 24 values that are not finite"),
        ({"x_train": np.full((6, 4), 1j), "x_test": np.full((3, 4), 1j)}, "x_train has type complex128"),
        ({"x_train": np.full((6, 2, 2), 1.5), "x_test": np.ones((3, 2, 2))}, r"outside \[0, 1\]; set value"),
        ({"x_train": np.full((6, 2, 2), -0.5), "x_test": np.ones((3, 2, 2))}, "x_train has values from -0.5"),
        ({"y_train": TRAIN[:5]}, r"y_train has shape \(5,\); give one label per image, \(6,\)"),
        ({"y_train": TRAIN[:, None]}, r"y_train has shape \(6, 1\); give one label per sample"),
        ({"y_train": TRAIN + 0.5}, "y_train has the label 0.5; give whole numbers or text"),
        ({"y_train": np.full(6, np.nan)}, "y_train has the label nan; give whole numbers or text"),
        ({"y_test": np.array([b"a", b"b", b"c"])}, r"y_test has type \|S1; give whole numbers or text"),
        ({"y_train": np.array(["a", "b", ""] * 2)}, "y_train has samples without a label"),
        ({"y_test": np.array([1, 0, 1])}, "the test part has no sample of the class 2"),
        ({"x_test": np.zeros((0, 4)), "y_test": np.zeros(0, int)}, "test part has no sample of the class 0"),
        ({"y_test": np.array([1, 0, 3])}, "the test part has labels that the training part lacks: 3; remove"),
        ({"y_train": TRAIN * 0, "y_test": TEST * 0}, "the training part has the class 0 only"),
        ({"y_train": np.arange(101)}, "the training part has 101 different labels; give at most 100 classes"),
        ({"names": np.array(["frog", "newt"])}, "has the labels 0, 1, 2; give 3 different names"),
        ({"names": np.array(["frog", "newt", "frog"])}, "give 3 different names"),
        ({"names": np.arange(3)}, r"names has shape \(3,\) and type int64; give texts"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_named_in_one_line(tmp_path, changed, says):
    with pytest.raises(InputError, match=rf"mine\.npz: .*{says}") as caught:
        own_images("npz", written(tmp_path, arrays(**changed)))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"PK\3\4", b"\x80\4}\x94.", b"a,b\n1,2\n", b"PAR1 PAR1"])
def test_what_is_no_npz_is_refused_with_the_remedy(tmp_path, content):
    (tmp_path / "mine.npz").write_bytes(content)
    with pytest.raises(
        InputError, match=r"mine\.npz: not a readable NPZ file; .*np\.savez, .* source: table"
    ):
        own_images("npz", tmp_path / "mine.npz")


def test_another_zip_file_is_told_by_what_it_holds(tmp_path):
    with zipfile.ZipFile(tmp_path / "mine.pt", "w") as archive:
        archive.writestr("archive/data.pkl", b"")
    with pytest.raises(
        InputError, match=r"mine\.pt: no array named y_train; the file holds archive/data\.pkl, and np\.savez"
    ):
        own_images("npz", tmp_path / "mine.pt")


def test_too_few_samples_of_a_class_are_counted(tmp_path):
    images, _ = own_images("npz", written(tmp_path, arrays()))
    with pytest.raises(InputError, match="class 0 has 2 training images and 3 were asked for"):
        binary_pair(images, 0, 1, 3)
