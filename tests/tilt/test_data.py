"""Images: checks, files, subsets, pairs of classes; the embedded digits."""

import gzip
import hashlib
import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from samples import refused
from tilt.data.images import (
    Images,
    binary_pair,
    check_images,
    describe,
    first_per_class,
    load_images,
    save_images,
    with_validation,
)
from tilt.data.sources import embedded_digits, standard_counts
from tilt.errors import InputError
from tilt.io import read_arrays, write_arrays

FIELDS = ("x_train", "y_train", "x_test", "y_test")
TRAIN_LABELS = [2, 0, 1, 0, 2, 0, 1]
TEST_LABELS = [1, 0, 2, 2]


def numbered_images(*, channels: int = 0) -> Images:
    """Images of 2x3 pixels from 0 to 20; all pixels of training image k are k, of test image k 10 + k."""
    tail = (2, 3, channels) if channels else (2, 3)

    def filled(first: int, n: int) -> np.ndarray:
        values = np.arange(first, first + n, dtype=np.uint8)
        return np.broadcast_to(values.reshape(-1, *[1] * len(tail)), (n, *tail)).copy()

    return Images(
        x_train=filled(0, len(TRAIN_LABELS)),
        y_train=np.array(TRAIN_LABELS, dtype=np.int64),
        x_test=filled(10, len(TEST_LABELS)),
        y_test=np.array(TEST_LABELS, dtype=np.int64),
        bounds=(0, 20),
    )


def with_pixel(value: float) -> np.ndarray:
    x = numbered_images().x_test.astype(np.float64)
    x[1, 0, 0] = value
    x[2, 1, 2] = value
    return x


@pytest.mark.parametrize("channels", [0, 3])
@pytest.mark.parametrize("pixel_type", [np.uint8, np.float32, np.float64])
def test_usable_images_pass(channels, pixel_type):
    images = numbered_images(channels=channels)
    check_images(
        replace(images, x_train=images.x_train.astype(pixel_type), x_test=images.x_test.astype(pixel_type)),
        "mine",
    )


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"y_train": np.array([0, 1])}, r"y_train has shape \(2,\).*\(7,\)"),
        ({"y_test": np.zeros((4, 1), int)}, r"y_test has shape \(4, 1\)"),
        ({"x_train": np.zeros(7, np.uint8)}, r"x_train has shape \(7,\)"),
        ({"x_train": np.zeros((7, 2, 3, 4), np.uint8)}, r"x_train has shape \(7, 2, 3, 4\)"),
        (
            {"x_test": np.zeros((4, 3, 3), np.uint8)},
            r"x_test has images of shape \(3, 3\), x_train of \(2, 3\)",
        ),
        ({"x_test": np.zeros((0, 2, 3), np.uint8), "y_test": np.zeros(0, int)}, "x_test is empty"),
        ({"x_train": np.zeros((7, 0, 3), np.uint8)}, "x_train is empty"),
        ({"x_test": with_pixel(np.nan)}, "x_test has 2 values that are not finite"),
        ({"x_test": with_pixel(-np.inf)}, "x_test has 2 values that are not finite"),
        ({"x_test": with_pixel(20.5)}, r"x_test has values from 10 to 20\.5, outside \[0, 20\]"),
        ({"x_test": with_pixel(-1)}, r"x_test has values from -1 to 13, outside"),
        ({"bounds": (0, 1)}, r"x_train has values from 0 to 6, outside \[0, 1\]"),
        (
            {"bounds": (2, 20)},
            r"x_train has values from 0 to 6, outside \[2, 20\]; set value_min and value_max",
        ),
        ({"bounds": (0, 0)}, "value_min is 0 and value_max 0; give"),
        ({"bounds": (0, float("nan"))}, "value_max nan"),
        ({"bounds": None}, "x_train are images without bounds; set value_min and value_max"),
        ({"x_test": np.full((4, 2, 3), "a")}, "x_test has type <U1"),
        ({"y_train": np.array(TRAIN_LABELS, float)}, "y_train has type float64; give integer labels"),
        ({"y_test": np.array(TEST_LABELS, str)}, "y_test has type <U1"),
        ({"y_train": np.full(7, 2), "y_test": np.full(4, 2)}, "y_train has the class 2 only"),
        ({"y_test": np.array([0, 8, 1, 9])}, "y_test has classes that y_train lacks: 8, 9"),
    ],
)
def test_unusable_images_are_refused_in_one_line(changes, says):
    with pytest.raises(InputError, match=rf"^mine: .*{says}") as caught:
        check_images(replace(numbered_images(), **changes), "mine")
    assert "\n" not in str(caught.value)


def test_saved_images_load_unchanged(tmp_path):
    images = numbered_images()
    save_images(tmp_path / "images.npz", images)
    loaded = load_images(tmp_path / "images.npz")
    for field in FIELDS:
        expected, found = getattr(images, field), getattr(loaded, field)
        assert found.dtype == expected.dtype
        np.testing.assert_array_equal(found, expected)
    assert loaded.bounds == (0, 20)
    assert [p.name for p in tmp_path.iterdir()] == ["images.npz"]


def test_labels_of_another_integer_type_load_as_int64(tmp_path):
    images = numbered_images()
    save_images(tmp_path / "images.npz", replace(images, y_train=images.y_train.astype(np.uint8)))
    assert load_images(tmp_path / "images.npz").y_train.dtype == np.int64


def test_damaged_files_are_named(tmp_path):
    path = tmp_path / "images.npz"
    with pytest.raises(InputError, match=r"images\.npz: no such file"):
        load_images(path)

    images = numbered_images()
    save_images(path, images)
    arrays = read_arrays(path)
    pixels = images.x_train.tobytes()
    path.write_bytes(path.read_bytes().replace(pixels, bytes(len(pixels))))
    with pytest.raises(InputError, match=r"images\.npz: not a readable NPZ"):
        load_images(path)

    for field in arrays:
        write_arrays(path, {name: array for name, array in arrays.items() if name != field})
        with pytest.raises(InputError, match=rf"images\.npz: .*{field}"):
            load_images(path)

    write_arrays(path, arrays | {"value_max": np.array([1.0, 2.0])})
    with pytest.raises(InputError, match=r"images\.npz: value_min or value_max is no number"):
        load_images(path)

    write_arrays(path, arrays | {"y_test": np.array([0, 1, 2, 9])})
    with pytest.raises(InputError, match=r"images\.npz: y_test .* 9"):
        load_images(path)


def test_description_is_json_of_what_is_there():
    images = numbered_images()
    record = json.loads(json.dumps(describe(images), allow_nan=False))
    assert record == {
        "value_min": 0,
        "value_max": 20,
        "colour": False,
        "train": {
            "shape": [7, 2, 3],
            "dtype": "uint8",
            "value_range": [0, 6],
            "images_per_class": {"0": 3, "1": 2, "2": 2},
            "sha256_x": hashlib.sha256(images.x_train.tobytes()).hexdigest(),
            "sha256_y": hashlib.sha256(images.y_train.tobytes()).hexdigest(),
        },
        "test": {
            "shape": [4, 2, 3],
            "dtype": "uint8",
            "value_range": [10, 13],
            "images_per_class": {"0": 1, "1": 1, "2": 2},
            "sha256_x": hashlib.sha256(images.x_test.tobytes()).hexdigest(),
            "sha256_y": hashlib.sha256(images.y_test.tobytes()).hexdigest(),
        },
    }


def test_description_does_not_depend_on_memory_layout():
    images = numbered_images()
    strided = replace(images, x_train=np.asfortranarray(images.x_train), x_test=images.x_test[::-1][::-1])
    assert describe(strided) == describe(images)


@pytest.mark.parametrize("channels", [0, 3])
def test_pair_takes_the_first_training_images_in_file_order(channels):
    images = numbered_images(channels=channels)
    pair = binary_pair(images, 0, 2, train_per_class=2)
    np.testing.assert_array_equal(pair.y_train, [-1, -1, 1, 1])
    np.testing.assert_allclose(pair.x_train[:, 0] * 20, [1, 3, 0, 4])
    np.testing.assert_array_equal(pair.y_test, [-1, 1, 1])
    np.testing.assert_allclose(pair.x_test[:, 0] * 20, [11, 12, 13])
    assert (pair.class_i, pair.class_j, pair.shape) == (0, 2, images.x_train.shape[1:])
    assert pair.x_train.shape == (4, 6 * (channels or 1))
    assert {getattr(pair, field).dtype for field in FIELDS} == {np.dtype(np.float64)}


def test_the_validation_part_is_the_next_of_each_class_in_file_order():
    images = numbered_images()
    pair = binary_pair(images, 0, 2, train_per_class=1)
    assert pair.x_validation is pair.y_validation is None
    validated = with_validation(pair, images, 1, 1)
    np.testing.assert_allclose(validated.x_train[:, 0] * 20, [1, 0])
    np.testing.assert_allclose(validated.x_validation[:, 0] * 20, [3, 4])
    np.testing.assert_array_equal(validated.y_validation, [-1, 1])
    for train, asked, says in ((1, 2, "1 .* the first 1 and 2 .* 1 to 1"), (2, 1, "0 .* none, or for fewer")):
        with pytest.raises(InputError, match=f"class 2 has {says}"):
            with_validation(pair, images, train, asked)


def test_pair_keeps_pixels_in_row_order_and_divides_in_double_precision():
    x = np.arange(6, dtype=np.float32).reshape(1, 2, 3).repeat(2, axis=0)
    images = Images(x, np.array([0, 1]), x, np.array([0, 1]), bounds=(0, 7))
    pair = binary_pair(images, 0, 1, train_per_class=1)
    np.testing.assert_allclose(pair.x_train[0], np.arange(6) / 7, rtol=1e-15)
    np.testing.assert_array_equal(pair.x_test.reshape(-1, *pair.shape), x / np.float64(7))


def test_bounds_become_0_and_1_and_vectors_without_bounds_stay():
    x = np.array([[-3, -1], [1, 5]], dtype=np.int8)
    images = Images(x, np.array([0, 1]), x, np.array([0, 1]), bounds=(-3, 5))
    np.testing.assert_array_equal(binary_pair(images, 0, 1, 1).x_train, [[0, 0.25], [0.5, 1]])
    np.testing.assert_array_equal(images.scaled(x, 255), [[0, 63.75], [127.5, 255]])
    given = replace(images, bounds=None)
    check_images(given, "mine")
    np.testing.assert_array_equal(binary_pair(given, 0, 1, 1).x_test, x)


def test_vectors_without_bounds_are_saved_as_such(tmp_path):
    x = np.array([[-3.5, 1e3], [1, 5]])
    save_images(tmp_path / "images.npz", Images(x, np.array([0, 1]), x, np.array([0, 1]), bounds=None))
    loaded = load_images(tmp_path / "images.npz")
    assert loaded.bounds is None
    assert (record := describe(loaded))["value_min"] is record["value_max"] is None
    assert not record["colour"]
    np.testing.assert_array_equal(loaded.x_train, x)


def test_class_i_is_the_one_named_first():
    pair = binary_pair(numbered_images(), 2, 0, train_per_class=1)
    np.testing.assert_allclose(pair.x_train[:, 0] * 20, [0, 1])
    np.testing.assert_array_equal(pair.y_train, [-1, 1])
    np.testing.assert_array_equal(pair.y_test, [1, -1, -1])


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((0, 0, 1), "class 0 cannot be paired with itself"),
        ((0, 7, 1), "class 7 does not exist; choose among 0, 1, 2"),
        ((0, 1, 3), "class 1 has 2 training images and 3 were asked for"),
        ((0, 1, 0), "class 0 has 3 training images and 0 were asked for"),
        ((0, 1, -1), "class 0 has 3 training images and -1 were asked for"),
    ],
)
def test_impossible_pairs_are_refused(arguments, says):
    with pytest.raises(InputError, match=says):
        binary_pair(numbered_images(), *arguments)


def test_a_pair_needs_test_images_of_both_classes():
    images = replace(numbered_images(), y_test=np.array([1, 0, 1, 0]))
    with pytest.raises(InputError, match="class 2 has no test images; choose among 0, 1"):
        binary_pair(images, 0, 2, train_per_class=1)


def test_first_per_class_keeps_file_order_and_the_test_part():
    images = numbered_images()
    subset = first_per_class(images, 2)
    np.testing.assert_array_equal(subset.y_train, [2, 0, 1, 0, 2, 1])
    np.testing.assert_array_equal(subset.x_train[:, 0, 0], [0, 1, 2, 3, 4, 6])
    np.testing.assert_array_equal(subset.x_test, images.x_test)
    np.testing.assert_array_equal(subset.y_test, images.y_test)
    with pytest.raises(InputError, match="class 1 has 2 training images and 3 were asked for"):
        first_per_class(images, 3)


def test_embedded_digits():
    from sklearn.datasets import load_digits

    images = embedded_digits(100)
    check_images(images, "digits")
    assert images.x_train.shape == (1000, 8, 8)
    assert images.x_test.shape == (797, 8, 8)
    assert images.x_train.dtype == images.x_test.dtype == np.uint8
    assert images.y_train.dtype == images.y_test.dtype == np.int64
    assert images.bounds == (0, images.x_train.max()) == (0, 16)
    np.testing.assert_array_equal(np.bincount(images.y_train), 100)

    digits = load_digits()
    for digit in range(10):
        together = np.concatenate(
            [images.x_train[images.y_train == digit], images.x_test[images.y_test == digit]]
        )
        np.testing.assert_array_equal(together, digits.images[digits.target == digit])
    np.testing.assert_array_equal(images.y_train[:10], np.arange(10))


@pytest.mark.parametrize("asked", [0, 174, 1000])
def test_too_few_embedded_digits(asked):
    with pytest.raises(InputError, match=f"train_per_class is {asked}; ask for 1 to 173"):
        embedded_digits(asked)


def test_every_digit_keeps_a_test_image():
    assert set(embedded_digits(173).y_test) == set(range(10))


def test_digits_need_no_torch():
    code = (
        "import sys, tilt.data.sources; heavy = {'torch', 'torchvision', 'sklearn', 'matplotlib', 'pandas'};"
        "assert not heavy & set(sys.modules); tilt.data.sources.embedded_digits();"
        "assert not {'torch', 'torchvision'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", f"import sys; sys.path[:] = {sys.path!r}; {code}"], check=True)


def vectors(x, bounds) -> Images:
    return Images(np.array(x), np.array([0, 1]), np.array(x), np.array([0, 1]), bounds)


@pytest.mark.parametrize(
    ("x", "bounds", "says"),
    [
        ([[0.0], [16.0]], (-1e308, 1e308), "value_min is -1e[+]308"),
        ([[0.0], [16.0]], (-1e300, 1e300), "becomes a single value between value_min"),
        ([[2**62], [2**62 + 1]], None, r"integers beyond 2\^53"),
        ([[0], [2**53 + 1]], (0, 2**54), r"integers beyond 2\^53"),
        (np.array([[-(2**63)], [0]]), None, r"integers beyond 2\^53"),
    ],
)
def test_values_that_double_precision_makes_one_are_refused(x, bounds, says):
    refused(f"^mine: .*{says}", check_images, vectors(x, bounds), "mine")


def test_integers_of_double_precision_pass():
    check_images(vectors([[2**53], [-(2**53)]], None), "mine")
    check_images(vectors([[3], [3]], (0, 255)), "mine")


def test_the_counts_of_standard_data(reference):
    digits = embedded_digits(150)
    train, test = standard_counts("digits", 150)
    assert [*train.values()] == np.bincount(digits.y_train).tolist()
    assert [*test.values()] == np.bincount(digits.y_test).tolist()
    for counts, name in zip(standard_counts("mnist", None), ("train", "t10k"), strict=True):
        with gzip.open(reference / "mnist" / f"{name}-labels-idx1-ubyte.gz") as file:
            labels = np.frombuffer(file.read(), np.uint8, offset=8)
        assert [*counts.values()] == np.bincount(labels).tolist()
