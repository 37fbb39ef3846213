"""Data of one's own, of every kind: labels, drawn test parts, counts of the classes, tables and folders."""

import gzip
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import yaml
from PIL import Image

from conftest import ROOT
from pipeline.config import resolve
from pipeline.counts import check_counts
from runs import finish, succeed
from tilt.data.own import class_counts, input_files, own_images, part_counts
from tilt.data.sources import embedded_digits, standard_counts
from tilt.errors import InputError

HUGE = 2**63  # beyond int64


def refused(says: str, read, *arguments, **options) -> None:
    with pytest.raises(InputError, match=says) as caught:
        read(*arguments, **options)
    assert "\n" not in str(caught.value)


# Labels


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


# Drawn test parts

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


# Tables

TABLE = "a,species,b\n1,newt,0.5\n-2,toad,1e3\n3,newt,0\n4,toad,7\n"


def table(folder: Path, text: str = TABLE, name: str = "own.csv") -> Path:
    path = folder / name
    with (gzip.open if name.endswith(".gz") else open)(path, "wt", encoding="utf-8", newline="") as file:
        file.write(text)
    return path


SPECIES = {"label": "species", "test_share": 0.5}


@pytest.mark.parametrize("at", range(4))
@pytest.mark.parametrize("quote", ["", '"'])
def test_the_labels_may_stand_in_any_column(tmp_path, at, quote):
    rows = [
        ["label", "a", "b", "c"],
        *([f"{quote}{text}{quote}", "1", "2", "3"] for text in ("x", "y", "x", "y")),
    ]
    rows = [[*row[1 : at + 1], row[0], *row[at + 1 :]] for row in rows]
    path = table(tmp_path, "".join(",".join(row) + "\n" for row in rows))
    images, record = own_images("table", path, test_share=0.5)
    assert record["names"] == list(class_counts("table", path, test_share=0.5)) == ["x", "y"]
    np.testing.assert_array_equal(images.x_train, [[1, 2, 3]] * 2)


@pytest.mark.parametrize("name", ["own.csv", "own.CSV", "own.csv.gz", "own.tsv", "own.tsv.gz"])
def test_tables_are_read(tmp_path, name):
    path = table(tmp_path, TABLE.replace(",", "\t") if ".tsv" in name else TABLE, name)
    images, record = own_images("table", path, **SPECIES)
    assert record["names"] == ["newt", "toad"]
    assert images.bounds is None
    x = np.concatenate([images.x_train, images.x_test])
    np.testing.assert_array_equal(np.sort(x, axis=0), [[-2, 0], [1, 0.5], [3, 7], [4, 1000]])
    assert class_counts("table", path, **SPECIES) == {"newt": 1, "toad": 1}


def test_bounds_of_a_table(tmp_path):
    images, _ = own_images("table", table(tmp_path), value_min=-2, value_max=1000, **SPECIES)
    assert images.bounds == (-2, 1000)


@pytest.mark.parametrize(
    "text",
    [
        'a,label\n1,"x, y"\n2,NA\n3,"x, y"\n4,NA\n',
        'a,label\r\n1,"x, y"\r\n\r\n2,NA\r\n3,"x, y"\r\n4,NA',
        '\ufeff"a",label\n"1",NA\n2,"x, y"\n"3",NA\n"4","x, y"\n\n',
    ],
)
def test_quotes_blank_lines_and_marks_of_excel(tmp_path, text):
    path = table(tmp_path, text)
    images, record = own_images("table", path, test_share=0.5)
    assert record["names"] == ["NA", "x, y"]
    assert class_counts("table", path, test_share=0.5) == {"NA": 1, "x, y": 1}
    assert sorted([*images.x_train.ravel(), *images.x_test.ravel()]) == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no column is named species; set label to one of $"),
        ("a,b\n1,2\n", "no column is named species; set label to one of a, b"),
        ("species\nx\ny\nx\ny\n", "no column beside species"),
        (TABLE.replace("7", "x"), "the column b holds 'x', no number; encode the column"),
        (TABLE.replace("7", ""), "the column b has 1 missing values; fill them in"),
        (TABLE.replace("7", "inf"), "x_t.* has 1 values that are not finite"),
        (TABLE.replace("toad", "", 1), "the column species has samples without a label"),
        (TABLE.replace("0.5", "0.5,6"), "row 1 has 4 fields and the header 3"),
        (TABLE.replace(",7", ""), "row 4 has 2 fields and the header 3"),
        (TABLE.replace("a,", ",", 1), "a column has no name .*index=False"),
        (TABLE.replace("a,", "b,", 1), "2 columns are named b; give each"),
        (TABLE.replace("toad", "newt"), "has the class newt only"),
    ],
)  # fmt: skip
def test_tables_that_cannot_be_used(tmp_path, text, says):
    refused(rf"own\.csv: .*{says}", own_images, "table", table(tmp_path, text), **SPECIES)


def test_files_that_are_no_tables(tmp_path):
    refused(
        r"own\.xlsx: not a table by its name; give one of \.csv, ",
        own_images,
        "table",
        table(tmp_path, name="own.xlsx"),
    )
    refused(r"none\.csv: no such file", own_images, "table", tmp_path / "none.csv")
    (tmp_path / "own.csv").write_bytes(TABLE.encode("utf-16"))
    refused(r"own\.csv: not a readable table .*UTF-8", own_images, "table", tmp_path / "own.csv")
    (tmp_path / "own.csv.gz").write_bytes(TABLE.encode())
    refused(r"own\.csv\.gz: not a readable table", own_images, "table", tmp_path / "own.csv.gz")


def test_parquet(tmp_path):
    pytest.importorskip("pyarrow")
    import pandas as pd

    frame = pd.DataFrame({"a": [1, 2, 3, 4], "species": ["x", "y", "x", "y"], "b": [True, False, True, True]})
    path = tmp_path / "own.parquet"
    frame.to_parquet(path)
    images, record = own_images("table", path, **SPECIES)
    assert record["names"] == ["x", "y"]
    assert sorted(np.concatenate([images.x_train, images.x_test])[:, 0]) == [1, 2, 3, 4]
    assert class_counts("table", path, **SPECIES) == {"x": 1, "y": 1}
    refused(
        r"own\.parquet: no column is named label; set label to one of a, species", own_images, "table", path
    )
    frame.assign(species=["x", None, "x", "y"]).to_parquet(path)
    refused(r"own\.parquet: row 2 has no species", own_images, "table", path, **SPECIES)
    frame.set_index("species").to_parquet(path)
    assert own_images("table", path, **SPECIES)[0].x_train.shape == (2, 2)
    path.write_bytes(b"PAR1")
    refused(r"own\.parquet: not a readable table", own_images, "table", path, **SPECIES)


def test_parquet_needs_a_package(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    refused("needs the package pyarrow; install it", own_images, "table", tmp_path / "own.parquet")


# Folders


def picture(path: Path, mode: str = "L", size=(3, 2), value=200) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    shade = value if mode in ("L", "1", "P", "I;16") else (value,) * len(mode)
    Image.new(mode, size, shade).save(path)


def folder(root: Path, mode: str = "L") -> Path:
    for name, value in (("newt/a", 10), ("newt/b", 20), ("toad/a", 130), ("toad/b", 255)):
        picture(root / f"{name}.png", mode, value=value)
    return root


@pytest.mark.parametrize(("mode", "shape"), [("L", (2, 3)), ("RGB", (2, 3, 3)), ("1", (2, 3))])
def test_folders_of_images_by_class(tmp_path, mode, shape):
    folder(tmp_path / "own" / "train", mode)
    folder(tmp_path / "own" / "test", mode)
    (tmp_path / "own" / "README.txt").touch()
    (tmp_path / "own" / "train" / "newt" / ".DS_Store").touch()
    images, record = own_images("folder", tmp_path / "own")
    assert (record["names"], images.bounds) == (["newt", "toad"], (0, 255))
    assert images.x_train.shape == (4, *shape)
    assert images.x_train.dtype == np.uint8
    np.testing.assert_array_equal(images.y_test, [0, 0, 1, 1])
    np.testing.assert_array_equal(images.x_test, images.x_train)
    if mode != "1":
        np.testing.assert_array_equal(images.x_train[:, 0, 0].reshape(4, -1)[:, 0], [10, 20, 130, 255])
    assert class_counts("folder", tmp_path / "own") == {"newt": 2, "toad": 2}


def test_a_folder_without_a_test_part(tmp_path):
    images, _ = own_images("folder", folder(tmp_path), test_share=0.5)
    np.testing.assert_array_equal(images.y_train, [0, 1])
    assert class_counts("folder", tmp_path, test_share=0.5) == {"newt": 1, "toad": 1}


def test_a_change_of_an_image_changes_the_inputs(tmp_path):
    folder(tmp_path)
    for k, file in enumerate(sorted(tmp_path.glob("*/*"))):
        os.utime(file, (1000 + k, 1000 + k))
    assert input_files("folder", tmp_path) == [
        tmp_path / "newt",
        tmp_path / "toad",
        tmp_path / "toad" / "b.png",
    ]
    os.utime(tmp_path / "newt" / "a.png", (2000, 2000))
    assert input_files("folder", tmp_path)[2] == tmp_path / "newt" / "a.png"


@pytest.mark.parametrize(
    ("file", "spoil", "says"),
    [
        ("newt/b.png", lambda file: picture(file, size=(3, 3)), "3 × 3 pixels, grey, but .*png 3 × 2 pixels"),
        ("newt/b.png", lambda file: picture(file, "RGB"), "3 × 2 pixels, colour, but .*png 3 × 2 pixels"),
        ("toad/b.png", lambda file: picture(file, "RGBA"), "its mode is RGBA; convert it to L"),
        ("toad/b.png", lambda file: picture(file, "P"), "its mode is P; convert it"),
        ("toad/b.png", lambda file: picture(file, "I;16"), "its mode is I;16; convert it"),
        ("newt/b.png", lambda file: file.write_bytes(b"PNG"), "not a readable image"),
        ("newt/b.png", lambda file: file.write_bytes(file.read_bytes()[:45]), "not a readable image"),
        ("newt/c.txt", Path.touch, r"not an image \(\.png, .*; convert or remove it"),
        ("olm", Path.mkdir, "no image in it"),
        ("train", Path.mkdir, "without train and test beside each other"),
    ],
)  # fmt: skip
def test_folders_that_cannot_be_used(tmp_path, file, spoil, says):
    spoil(folder(tmp_path) / file)
    refused(rf"{file}: {says}", own_images, "folder", tmp_path, test_share=0.5)


def test_what_is_no_folder(tmp_path):
    refused("none: no such folder", own_images, "folder", tmp_path / "none")
    refused(
        r"own\.csv: a file, not a folder; set source: npz or table", own_images, "folder", table(tmp_path)
    )
    refused("no folders of classes", own_images, "folder", tmp_path)
    for source in ("npz", "table"):
        refused("a folder, not a file; set source: folder", own_images, source, tmp_path)
    refused(r"none\.npz: no such file", own_images, "npz", tmp_path / "none.npz")


# Too few samples


def study(**changed) -> dict:
    dataset = {"source": "digits", "train_per_class": 100, "svm": {"train_per_class": 100}} | changed
    return resolve({"main": "mine", "datasets": {"mine": dataset}})["datasets"]["mine"]


LENET = {"epochs": 1, "networks": {
    "xavier_low": {"weight_decay": 0, "initial_weights": "pytorch"},
    "xavier_high": {"weight_decay": 1, "initial_weights": "pytorch"},
}}  # fmt: skip
START = {"initial_weights": "pytorch", "train_per_class": 101}
RANDOM = {"start": START, "weight_decays": [0, 1], "seeds": [0]}
MAP = {"start": START, "weight_scales": [1, 2], "weight_decays": [0, 1]}
SWEEP = {"starts": {"a": START}, "weight_decays": [0, 1], "seeds": [0]}


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"svm": {"train_per_class": 101}}, r"svm\.train_per_class: 101 training .* 0 has 100; ask for"),
        ({"lenet": LENET, "attack": {"images_per_class": 75}}, r"attack\.images_per_class: 75 test .* 8 has"),
        ({"lenet": LENET | {"train_per_class": 101}}, r"lenet\.train_per_class: 101 training"),
        ({"lenet": LENET, "map": MAP}, r"map\.start\.train_per_class: 101 training"),
        ({"lenet": LENET, "random_labels": RANDOM}, r"random_labels\.start\.train_per_class: 101 training"),
        ({"lenet": LENET, "sweep": SWEEP}, r"sweep\.starts\.a\.train_per_class: 101 training"),
    ],
)  # fmt: skip
def test_too_few_samples_are_said_before_anything_is_trained(changed, says):
    refused(rf"^datasets\.mine\.{says}", check_counts, "mine", study(**changed))


def test_enough_samples_pass():
    check_counts("mine", study(lenet=LENET, attack={"images_per_class": 74}))
    check_counts("mine", study(attack={"images_per_class": 75}))
    pair = {"train_per_class": 6000, "pairs": ["1v7"], "shown_pairs": ["1v7"]}
    mnist = {
        "source": "mnist",
        "train_per_class": None,
        "scaling": {"pair": "1v7"},
        "logistic": {"pairs": ["1v7"]},
    }
    check_counts("mine", study(**mnist, svm=pair))
    refused("class 7 has 6265", check_counts, "mine", study(**mnist, svm=pair | {"train_per_class": 6266}))


def test_the_counts_of_standard_data(reference):
    digits = embedded_digits(150)
    train, test = standard_counts("digits", 150)
    assert [*train.values()] == np.bincount(digits.y_train).tolist()
    assert [*test.values()] == np.bincount(digits.y_test).tolist()
    for counts, name in zip(standard_counts("mnist", None), ("train", "t10k"), strict=True):
        with gzip.open(reference / "mnist" / f"{name}-labels-idx1-ubyte.gz") as file:
            labels = np.frombuffer(file.read(), np.uint8, offset=8)
        assert [*counts.values()] == np.bincount(labels).tolist()


# The documents and the workflow


def test_the_examples_of_the_document(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = (ROOT / "docs" / "own-data.md").read_text()
    program, _ = re.findall(r"```python\n(.*?)```", text, flags=re.S)
    (config,) = re.findall(r"```yaml\n(.*?)```", text, flags=re.S)
    subprocess.run([sys.executable, "-c", program], check=True)
    study = yaml.safe_load(config)
    assert {dataset["source"] for dataset in study["datasets"].values()} == {"npz", "table", "folder"}
    succeed(tmp_path, *(f"{name}_data" for name in study["datasets"]), config=study)
    for name, dataset in study["datasets"].items():
        keys = ("source", "path", "label", "test_share", "split_seed")
        counts = class_counts(**{key: dataset[key] for key in keys if key in dataset})
        record = yaml.safe_load((tmp_path / "results" / name / "data" / "record.json").read_text())
        assert record["train"]["images_per_class"] == dict(
            zip(map(str, range(len(counts))), counts.values(), strict=True)
        )
    name, dataset = next(iter(study["datasets"].items()))
    dataset["svm"] = {"train_per_class": 100000}
    status, printed = finish(tmp_path, f"{name}_svm", config=study)
    assert status == 1
    assert "Traceback" not in printed
    assert f"datasets.{name}.svm.train_per_class: 100000 training samples" in printed


def test_labels_are_counted_without_heavy_packages(tmp_path):
    code = (
        "import sys; from tilt.data.own import class_counts;"
        f"class_counts('npz', {str(npz(tmp_path, [0, 1], [0, 1]))!r});"
        f"class_counts('table', {str(table(tmp_path))!r}, label='species', test_share=0.5);"
        f"class_counts('folder', {str(folder(tmp_path / 'f'))!r}, test_share=0.5);"
        "assert not {'torch', 'sklearn', 'pandas', 'PIL', 'scipy'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", f"import sys; sys.path[:] = {sys.path!r}; {code}"], check=True)
