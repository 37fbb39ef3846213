"""Intermediates: what is written reads back equal, what is damaged is named, nothing is half-written."""

import errno
import os
import subprocess
import sys

import numpy as np
import pytest

from tilt.errors import InputError
from tilt.io import read_arrays, read_json, read_table, replacing, write_arrays, write_json, write_table


def test_a_table_reads_back_equal(tmp_path):
    table = {
        "text": np.array(["0v1", "a, b"]),
        "whole": np.array([1, -2]),
        "number": np.array([0.1 + 0.2, 1e-300]),
        "extreme": np.array([np.inf, np.nan]),
        "truth": np.array([True, False]),
    }
    write_table(tmp_path / "table.csv", table)
    read = read_table(tmp_path / "table.csv")
    assert list(read) == list(table)
    for name, column in table.items():
        np.testing.assert_array_equal(read[name], column)
        assert read[name].dtype.kind == column.dtype.kind


def test_whole_numbers_beyond_64_bits_are_read_as_floats(tmp_path):
    (tmp_path / "table.csv").write_text(f"a\n{10**20}\n1\n")
    np.testing.assert_array_equal(read_table(tmp_path / "table.csv")["a"], [1e20, 1])


def test_an_empty_table_keeps_its_columns(tmp_path):
    write_table(tmp_path / "table.csv", {"a": [], "b": []})
    assert {name: len(column) for name, column in read_table(tmp_path / "table.csv").items()} == {
        "a": 0,
        "b": 0,
    }


def test_columns_of_unequal_length_are_refused_and_leave_nothing(tmp_path):
    with pytest.raises(ValueError, match="shorter"):
        write_table(tmp_path / "table.csv", {"a": [1, 2], "b": [1]})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["", "a,b\n1\n", "a,b\n1,2,3\n"])
def test_a_damaged_table_is_named(tmp_path, text):
    (tmp_path / "table.csv").write_text(text)
    with pytest.raises(InputError, match=r"table\.csv: not a readable CSV table"):
        read_table(tmp_path / "table.csv")


def test_arrays_read_back_equal(tmp_path):
    arrays = {"x": np.arange(6.0).reshape(2, 3), "y": np.array([1, 2], dtype=np.int8)}
    write_arrays(tmp_path / "arrays.npz", arrays)
    read = read_arrays(tmp_path / "arrays.npz")
    assert read.keys() == arrays.keys()
    for name, array in arrays.items():
        np.testing.assert_array_equal(read[name], array)
        assert read[name].dtype == array.dtype
    assert read_arrays(tmp_path / "arrays.npz", "y").keys() == {"y"}


def test_damaged_arrays_are_named(tmp_path):
    path = tmp_path / "arrays.npz"
    with pytest.raises(InputError, match=r"arrays\.npz: no such file"):
        read_arrays(path)
    write_arrays(path, {"x": np.arange(1000.0)})
    with pytest.raises(InputError, match=r"arrays\.npz: no array named w, z"):
        read_arrays(path, "x", "z", "w")
    path.write_bytes(path.read_bytes()[:500])
    with pytest.raises(InputError, match=r"arrays\.npz: not a readable NPZ file"):
        read_arrays(path)


def test_pickled_arrays_are_refused_both_ways(tmp_path):
    path = tmp_path / "arrays.npz"
    with pytest.raises(ValueError, match="allow_pickle"):
        write_arrays(path, {"x": np.array([{}], dtype=object)})
    assert not path.exists()
    np.savez(path, x=np.array([{}], dtype=object))
    with pytest.raises(InputError, match="not a readable NPZ file"):
        read_arrays(path)


def test_a_record_reads_back_equal_but_for_what_is_not_finite(tmp_path):
    record = {"name": "7v9", "values": [1, 0.5, None], "rms": {"fc1": np.nan, "fc2": np.float64(-np.inf)}}
    write_json(tmp_path / "record.json", record)
    assert read_json(tmp_path / "record.json") == record | {"rms": {"fc1": None, "fc2": None}}


def test_a_failed_write_leaves_the_old_file(tmp_path):
    path = tmp_path / "file.txt"
    path.write_text("old")

    def fail_half_way() -> None:
        with replacing(path) as temporary:
            temporary.write_text("half of the new")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_half_way()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_appears_whole_or_not_at_all(tmp_path):
    def write(*, fails: bool) -> None:
        with replacing(tmp_path / "site") as folder:
            folder.mkdir()
            (folder / "index.html").touch()
            if fails:
                raise RuntimeError

    with pytest.raises(RuntimeError):
        write(fails=True)
    assert list(tmp_path.iterdir()) == []
    killed = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True)
    (tmp_path / f".site.{int(killed.stdout)}" / "docs").mkdir(parents=True)
    write(fails=False)
    assert [str(file.relative_to(tmp_path)) for file in tmp_path.rglob("*")] == ["site", "site/index.html"]


def test_leftovers_of_killed_processes_go_with_the_next_write(tmp_path):
    path = tmp_path / "table.csv"
    killed = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True)
    leftover = tmp_path / f".table.{int(killed.stdout)}.csv"
    others = [tmp_path / f".table.{os.getppid()}.csv", tmp_path / ".table.2.1.csv", tmp_path / ".other.1.csv"]
    for file in (leftover, *others):
        file.touch()
    write_table(path, {"a": [1]})
    assert sorted(tmp_path.iterdir()) == sorted([path, *others])


@pytest.mark.parametrize(
    ("number", "message"),
    [
        (errno.ENOSPC, r"table\.csv: cannot be written \(No space left on device\); free some space"),
        (errno.EROFS, r"table\.csv: cannot be written \(Read-only file system\); make the folder writable"),
    ],
)
def test_a_full_or_read_only_disk_is_named_and_leaves_the_old_file(tmp_path, number, message):
    path = tmp_path / "table.csv"
    path.write_text("old")

    def fail() -> None:
        with replacing(path) as temporary:
            temporary.write_text("half of the new")
            raise OSError(number, os.strerror(number))

    with pytest.raises(InputError, match=message):
        fail()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_where_a_folder_should_be_is_named(tmp_path):
    (tmp_path / "data").touch()
    for path in ("data/table.csv", "data/raw/table.csv"):
        with pytest.raises(InputError, match=r"/data: a file where a folder should be; move it away"):
            write_table(tmp_path / path, {"a": [1]})
    (tmp_path / "table.csv").mkdir()
    with pytest.raises(
        InputError, match=r"table\.csv: cannot be written .*; move away the folder that has its name"
    ):
        write_table(tmp_path / "table.csv", {"a": [1]})


def test_other_failures_of_the_system_pass_through(tmp_path):
    def fail() -> None:
        with replacing(tmp_path / "archive.gz"):
            raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        fail()
