"""Labels of one's own data become classes; names, and test parts that are drawn."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from samples import folder, npz, refused, table
from tilt.data.own import class_counts, own_images, part_counts
from tilt.data.table import table_labels

HUGE = 2**63  # beyond int64


@pytest.mark.parametrize(
    ("given", "names", "says"),
    [
        ([1, 0, 1], [], None),
        ([1.0, 0.0, 1.0], [], None),
        ([True, False, True], [], None),
        (["1", "0", "1.0"], [], None),
        ([2, 1, 2], ["1", "2"], "the labels 1, 2 are the classes 0 to 1"),
        ([1, -1, 1], ["-1", "1"], "the labels -1, 1 are the classes 0 to 1"),
        (["10", "9", "10"], ["9", "10"], "the labels 9, 10 are the classes 0 to 1"),
        (["toad", " newt", "toad "], ["newt", "toad"], "the labels newt, toad are the classes 0 to 1"),
        (np.uint64([HUGE, 3, HUGE]), ["3", str(HUGE)], f"the labels 3, {HUGE} are the classes 0 to 1"),
        ([1.5, 0, 1.5], None, None),
    ],
)  # fmt: skip
def test_labels_become_classes_in_their_order(tmp_path, given, names, says):
    path = npz(tmp_path, given, given[:2])
    if names is None:
        return refused("give whole numbers", own_images, "npz", path)
    images, record = own_images("npz", path)
    np.testing.assert_array_equal(images.y_train, [1, 0, 1])
    np.testing.assert_array_equal(images.y_test, [1, 0])
    assert (record["names"], record["labels"]) == (names, says)
    assert list(class_counts("npz", path).items()) == list(zip(names or ["0", "1"], [1, 2], strict=True))
    return None


def test_names_set_the_order_of_labels_that_are_text(tmp_path):
    path = npz(tmp_path, ["b", "a", "b"], ["a", "b"], names=np.array(["b", "a"]))
    images, record = own_images("npz", path)
    np.testing.assert_array_equal(images.y_train, [0, 1, 0])
    assert record["names"] == ["b", "a"]
    assert list(class_counts("npz", path).items()) == [("b", 2), ("a", 1)]
    path = npz(tmp_path, ["b", "a", "b"], ["a", "b"], names=np.array(["bat", "ant"]))
    refused("has the labels a, b; give the same texts as names", own_images, "npz", path)


LABELS = np.array([0] * 10 + [1] * 5 + [2] * 2)


def one_part(folder: Path, y=LABELS) -> Path:
    np.savez(folder / "own.npz", x_train=np.arange(2.0 * len(y)).reshape(-1, 2), y_train=y)
    return folder / "own.npz"


def test_a_share_of_each_class_is_drawn(tmp_path):
    path = one_part(tmp_path)
    images, record = own_images("npz", path, test_share=0.3)
    np.testing.assert_array_equal(np.bincount(images.y_test), [3, 2, 1])
    rows = np.concatenate([images.x_train, images.x_test])[:, 0] / 2
    np.testing.assert_array_equal(np.sort(rows), np.arange(17))
    np.testing.assert_array_equal(np.concatenate([images.y_train, images.y_test]), LABELS[rows.astype(int)])
    assert (np.diff(images.x_train[:, 0]) > 0).all(), "file order"
    assert "share of 0.3, drawn with seed 0" in record["split"]
    again, other = (own_images("npz", path, test_share=0.3, split_seed=seed)[0] for seed in (0, 1))
    np.testing.assert_array_equal(images.x_test, again.x_test)
    assert (images.x_test != other.x_test).any()
    assert part_counts("npz", path, label="", test_share=0.3, split_seed=0) == (
        {"0": 7, "1": 3, "2": 1}, {"0": 3, "1": 2, "2": 1},
    )  # fmt: skip


@pytest.mark.parametrize(("share", "tested"), [(0.01, [1, 1, 1]), (0.99, [9, 4, 1])])
def test_each_class_trains_and_tests(tmp_path, share, tested):
    images, _ = own_images("npz", one_part(tmp_path), test_share=share)
    np.testing.assert_array_equal(np.bincount(images.y_test), tested)


def test_parts_that_cannot_be_drawn(tmp_path):
    refused(
        "one sample of the class 1; give two",
        own_images,
        "npz",
        one_part(tmp_path, [0, 0, 1]),
        test_share=0.5,
    )
    refused(
        "there is a test part; leave test_share null",
        own_images,
        "npz",
        npz(tmp_path, [0, 1], [0, 1]),
        test_share=0.5,
    )
    np.savez(tmp_path / "own.npz", x_train=np.zeros((3, 2)), y_train=[0, 0, 1, 1])
    refused("3 samples and 4 labels", own_images, "npz", tmp_path / "own.npz", test_share=0.5)


def test_labels_are_counted_without_heavy_packages(tmp_path):
    code = (
        "import sys; from tilt.data.own import class_counts;"
        f"class_counts('npz', {str(npz(tmp_path, [0, 1], [0, 1]))!r});"
        f"class_counts('table', {str(table(tmp_path))!r}, label='species', test_share=0.5);"
        f"class_counts('folder', {str(folder(tmp_path / 'f'))!r}, test_share=0.5);"
        "assert not {'torch', 'sklearn', 'pandas', 'PIL', 'scipy'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", f"import sys; sys.path[:] = {sys.path!r}; {code}"], check=True)


@pytest.mark.parametrize(
    ("y", "names", "expected"),
    [
        (["2"] * 8 + ["10"] * 4, ["10", "2"], {"2": 8, "10": 4}),
        ([2] * 8 + [10] * 4, ["10", "2"], {"2": 8, "10": 4}),
        (["2.0"] * 8 + ["10.0"] * 4, ["10.0", "2.0"], {"2": 8, "10": 4}),
        ([0, 0, 1], ["1", "0"], {"0": 2, "1": 1}),
        ([0, 0, 1], [" newt", "0.5"], {"newt": 2, "0.5": 1}),
        (["b", "b", "a"], ["b", "a"], {"b": 2, "a": 1}),
    ],
)
def test_names_that_are_the_labels_name_them(tmp_path, y, names, expected):
    path = npz(tmp_path, y, y, names=np.array(names))
    assert list(class_counts("npz", path).items()) == list(expected.items())


@pytest.mark.parametrize("blank", ["", " "])
def test_blank_names_are_refused(tmp_path, blank):
    refused(
        "a class whose name is blank",
        class_counts,
        "npz",
        npz(tmp_path, [0, 1], [0, 1], names=np.array(["a", blank])),
    )


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (["1.000000000000000000e+00", "0.000000000000000000e+00"], ["1", "0"]),
        (["+1", "-1"], ["1", "-1"]),
        (["-0.0", "0", "01", "1", "1e0"], ["0", "0", "1", "1", "1"]),
        (["9223372036854775806", "1000000000000000000", "999999999999999999"], None),
        (["1", "1_0"], ["1", "1_0"]),
        (["01", "x"], ["01", "x"]),
    ],
)
def test_labels_that_all_read_as_numbers_are_numbers(tmp_path, labels, expected):
    path = tmp_path / "own.csv"
    path.write_text("label,a\n" + "".join(f"{label},1\n" for label in labels))
    assert table_labels(path, "label").train.tolist() == (expected or labels)


def test_classes_of_long_numbers_rise(tmp_path):
    labels = ["1000000000000000000", "999999999999999999"] * 2
    path = npz(tmp_path, labels, labels)
    assert list(class_counts("npz", path)) == ["999999999999999999", "1000000000000000000"]


@pytest.mark.parametrize("labels", [["0.5", "1.5"], ["1", "nan"], ["1e-1", "1"]])
def test_labels_that_are_fractions_are_refused_as_text_too(tmp_path, labels):
    (tmp_path / "own.csv").write_text("label,a\n" + "".join(f"{label},1\n" for label in labels))
    refused("give whole numbers or text", table_labels, tmp_path / "own.csv", "label")
