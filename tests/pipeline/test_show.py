"""Summaries of files and folders, on small ones whose content is known."""

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from conftest import MODULES, ROOT
from pipeline.__main__ import main
from pipeline.show import summary
from tilt.errors import InputError
from tilt.io import write_arrays, write_json, write_table

TABLE = {"name": ["a", "b"], "value": [0.5, np.nan], "count": [3, 4], "found": [True, False]}
ARRAYS = {"x": np.arange(6.0).reshape(2, 3), "none": np.zeros(0)}


def words(path: Path) -> list[str]:
    """The lines of a summary, runs of spaces as one."""
    return [" ".join(line.split()) for line in summary(path).splitlines()]


def test_a_table_tells_columns_ranges_and_first_rows(tmp_path):
    write_table(tmp_path / "t.csv", TABLE)
    assert words(tmp_path / "t.csv")[1:] == [
        "2 rows, 4 columns",
        "column range first rows",
        "name 2 different a, b",
        "value 0.5 to 0.5, 1 not finite 0.5, nan",
        "count 3 to 4 3, 4",
        "found 1 of 2 true True, False",
    ]


def test_an_archive_and_a_network_tell_names_shapes_types_and_ranges(tmp_path):
    write_arrays(tmp_path / "a.npz", ARRAYS)
    save_file(ARRAYS, tmp_path / "a.safetensors", {"metadata": '{"seed": 3, "rms": {"fc1": 0.25}}'})
    told = ["array shape type range", "none (0,) float64 empty", "x (2, 3) float64 0 to 5"]
    assert sorted(words(tmp_path / "a.npz")[1:]) == told
    metadata, rms, *arrays = words(tmp_path / "a.safetensors")[1:]
    assert (metadata, rms, sorted(arrays)) == ("metadata.seed: 3", "metadata.rms: fc1 0.25", told)


def test_a_record_tells_its_entries_by_dotted_names(tmp_path):
    write_json(
        tmp_path / "r.json", {"a": None, "b": {"c": [1, 2], "d": {"e": 0.5}}, "f": [{"g": 1}, {"g": 2}]}
    )
    assert words(tmp_path / "r.json")[1:] == ["a: None", "b.c: 1, 2", "b.d: e 0.5", "f: last of 2: g 2"]


def test_a_path_tells_its_optimum(tmp_path):
    lambdas = np.array([1.0, 10.0, 100.0])
    quantities = dict.fromkeys(("norm_w", "d_adv", "err_train", "n_support"), lambdas / 1000)
    told = {"theta": np.array([1.5, 0.75, 0.25]), "duality_gap": np.array([1e-9, 3e-8, 0])}
    table = {"lambda_article": lambdas, "lambda": 1e-5 * lambdas, **quantities, **told}
    write_table(tmp_path / "path.csv", {**table, "err_test": np.array([0.5, 0.125, 0.125])})
    assert "not there: weights.npz, plane.npz" in words(tmp_path)
    for name in ("weights.npz", "plane.npz"):
        write_arrays(tmp_path / name, ARRAYS)
    lines = words(tmp_path)
    assert lines[1] == "3 values of λ, λ_article from 1 to 100; largest relative duality gap 3.0e-08"
    assert lines[2].startswith("λ_optimal: λ_article 100, θ 0.2500 rad, d_adv 0.1, test error 12.50%")
    assert "100 0.1 0.25 0.1 0.1 0.125 0.1" in lines
    assert not any(line.startswith("not there") for line in lines)


def test_networks_that_diverged_are_left_out_of_the_means(tmp_path):
    table = {"weight_decay": [0.0, 0.0, 0.0, 0.1], "diverged": [False, False, True, False]}
    errors = {"test_error": [0.25, 0.75, 1.0, 0.5], "temperature": [2.0, np.nan, np.nan, np.nan]}
    write_table(tmp_path / "networks.csv", table | errors)
    lines = words(tmp_path)
    assert lines[1] == "4 networks; the means leave out 1 that diverged or stayed at chance"
    assert lines[3:5] == ["0 2 0.5 2", "0.1 1 0.5 nan"]


def test_the_comparison_with_the_article_is_told_by_quantity(tmp_path):
    cells = {"pair": ["0v1", "7v9", "7v9"], "quantity": ["theta", "theta", "err_test"]}
    counts = {"rows": [81, 81, 70], "within": [80, 81, 70]}
    sizes = {"median": [1e-4, 2e-4, 0.0], "largest": [0.5, 1e-3, 0.25]}
    write_table(tmp_path / "summary.csv", {**cells, **counts, **sizes})
    for name, pairs in (("tables", []), ("absent", ["0v3"]), ("arbitration", [])):
        write_table(tmp_path / f"{name}.csv", {"pair": pairs})
    lines = words(tmp_path)
    assert lines[1] == "2 pairs compared, 1 without a published table"
    assert lines[3:5] == ["err_test 70 70 0 0.25", "theta 162 161 0.0002 0.5"]
    pair = tmp_path / "7v9"
    write_table(pair / "deviations.csv", {"lambda_article": [1.0, 10.0], "theta_deviation": [-0.5, 0.25]})
    write_table(pair / "arbitration.csv", {"lambda_article": [1.0]})
    assert words(pair)[1:3] == [
        "2 values of λ compared, 1 deviations above the tolerance",
        "theta_deviation: median 0.375, largest 0.5",
    ]


def test_a_network_in_training_and_benchmarks_are_told_by_their_files(tmp_path):
    (tmp_path / "net").mkdir()
    save_file(
        ARRAYS, tmp_path / "net" / "checkpoint.safetensors", {"history": '[{"epoch": 1}, {"epoch": 2}]'}
    )
    assert "history: last of 2: epoch 2" in words(tmp_path / "net")
    write_table(tmp_path / "bench" / "solvers.csv", TABLE)
    lines = words(tmp_path / "bench")
    assert "2 rows, 4 columns" in lines
    assert lines[-1] == "not there: scaling.csv, training.csv, training_floor.json, libsvm.csv"


def test_folders_of_one_kind_share_a_row_with_their_size(tmp_path):
    for k in range(10):
        (tmp_path / f"{k}v9").mkdir()
        (tmp_path / f"{k}v9" / "record.json").write_text("{}")
        (tmp_path / f"{k}v9" / "fits.csv").write_text("n\n" + "1\n" * 98)
    lines = words(tmp_path)
    assert lines[0] == f"{tmp_path}: folder, 2 kB"
    assert lines[-1] == "0v9/ … 9v9/ (10) 2 kB solvers timed"


DAMAGED = {
    "absent.csv": (None, "no such file or folder"),
    "picture.png": (b"", "cannot be shown"),
    "ragged.csv": (b"a,b\n1\n", "not a readable CSV table"),
    "empty.csv": (b"", "not a readable CSV table"),
    "blank.csv": (b"\n", "not a readable CSV table"),
    "cut.npz": (b"PK\3\4 cut", "not a readable NPZ file"),
    "cut.safetensors": (b"\xff", "not a readable safetensors file"),
    "cut.json": (b'{"a": ', "not a readable JSON record"),
    "list.json": (b"[1]", "holds no record"),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_what_cannot_be_shown_is_told_in_one_line(tmp_path, name):
    content, message = DAMAGED[name]
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=message) as raised:
        summary(tmp_path / name)
    assert str(raised.value).startswith(str(tmp_path / name))


def test_pickles_are_refused(tmp_path):
    np.savez(tmp_path / "p.npz", x=np.array([{}], object))
    with pytest.raises(InputError, match="not a readable NPZ"):
        summary(tmp_path / "p.npz")


@pytest.mark.parametrize(
    ("table", "message"),
    [({"seed": [0]}, "status"), ({"diverged": ["x"]}, "ufunc 'invert'")],
)
def test_a_folder_with_a_damaged_table_is_told_in_one_line(tmp_path, table, message):
    write_table(tmp_path / "networks.csv", table)
    with pytest.raises(InputError, match=rf"a table is damaged .*{message}"):
        summary(tmp_path)


@pytest.mark.parametrize(
    ("files", "title"),
    [
        (("networks", "summary", "gains"), "networks of growing depth"),
        (("networks", "summary", "reach", "curve", "linear", "controls"), "rivals of weight decay"),
        (("path", "robust", "check"), "adversarially trained linear models"),
    ],
)
def test_kinds_are_told_by_their_files(tmp_path, files, title):
    for name in files:
        write_table(tmp_path / f"{name}.csv", {"status": ["trained"]})
    if "check" in files:
        write_arrays(tmp_path / "planes.npz", ARRAYS)
    lines = words(tmp_path)
    assert lines[0].startswith(f"{tmp_path}: {title}, ")
    assert not any(line.startswith("not there") for line in lines)


def test_the_command_prints_a_summary_or_one_line_of_error(tmp_path, capsys):
    write_table(tmp_path / "t.csv", TABLE)
    assert main(["show", str(tmp_path / "t.csv")]) == 0
    assert capsys.readouterr() == (summary(tmp_path / "t.csv") + "\n", "")
    assert main(["show", str(tmp_path / "none")]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("tilt: ")
    assert printed.err.count("\n") == 1
    with pytest.raises(SystemExit, match="2"):
        main(["shew", str(tmp_path)])


def test_a_reader_that_closes_the_pipe_and_a_locale_without_lambda_are_no_errors(tmp_path):
    write_table(tmp_path / "t.csv", {"λ": [1.0, 2.0]})
    environment = {**os.environ, "PYTHONPATH": MODULES, "LC_ALL": "C",
                   "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}  # fmt: skip
    command = [sys.executable, "-m", "pipeline", "show", tmp_path / "t.csv"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert "\\u03bb" in done.stdout
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(command, env=environment, stdout=writing, stderr=subprocess.PIPE, text=True)
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_line_of_the_readme_works_from_the_root_of_the_checkout(tmp_path):
    line = re.search(r"^python -m pipeline show .*", (ROOT / "README.md").read_text(), flags=re.M)[0]
    write_table(tmp_path / "t.csv", TABLE)
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    done = subprocess.run(
        line.replace("results/digits/svm/7v9", str(tmp_path / "t.csv")),
        shell=True, cwd=ROOT, env=environment, capture_output=True, text=True,
    )  # fmt: skip
    assert done.stdout == summary(tmp_path / "t.csv") + "\n", done.stderr
