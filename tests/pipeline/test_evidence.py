"""The evidence of a run: its small tables, its manifest, what its jobs took."""

import json
import os

import pytest
import yaml

from conftest import ROOT
from pipeline.__main__ import main
from pipeline.config import resolve
from pipeline.costs import at_least, costs
from tilt.errors import InputError
from tilt.io import read_table, write_json, write_table

HEADER = "s\th:m:s\tmax_rss\tmax_vms\tmax_uss\tmax_pss\tio_in\tio_out\tmean_load\tcpu_time\n"


def benchmark(results, name, seconds, cpu, memory):
    file = results / "benchmarks" / f"{name}.tsv"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"{HEADER}{seconds}\t0:00:01\t{memory}\t1\t1\t1\t1\t1\t1\t{cpu}\n")


@pytest.fixture
def results(tmp_path):
    results = tmp_path / "toyset"
    benchmark(results, "svm/0v1", 2.5, 2.0, 100.0)
    benchmark(results, "svm/0v2", 0.25, "NA", 300.0)
    benchmark(results, "training/low", 60, 7200, 900.5)
    benchmark(results, "rivals_networks", 1, 1, 50)
    write_table(results / "svm" / "summary.csv", {"class_i": [0]})
    write_table(results / "svm" / ".summary.123.csv", {"half": [0]})
    write_table(results / "svm" / "0v1" / "path.csv", {"theta": [0.5]})
    write_table(results / "published" / "tables.csv", {"theirs": [1]})
    write_table(results / "report" / "claims.csv", {"verdict": ["reproduced"]})
    sections = [{"name": name} for name in ("svm", "published", "rivals")]
    write_json(results / "report" / "summary.json", {"answers": [], "sections": sections})
    write_table(results / "bench" / "libsvm.csv", {"of_no_section": [1]})
    os.utime(results / "bench" / "libsvm.csv", (9e9, 9e9))
    made = {"date": "2026-11-27", "python": "3.11.7", "packages": {"numpy": "2.4.6", "torch": None},
            "processor": "AMD EPYC", "cores": 2, "git_commit": "abc", "git_changes": False}  # fmt: skip
    write_json(results / "manifest.json", made)
    return results


def test_costs_are_summed_by_stage(results):
    assert costs(results) == [
        {"stage": "rivals networks", "jobs": 1, "cpu_seconds": 1, "wall_seconds": 1, "memory_megabytes": 50},
        {"stage": "svm", "jobs": 2, "cpu_seconds": 2, "wall_seconds": 2.8, "memory_megabytes": 300},
        {"stage": "training", "jobs": 1, "cpu_seconds": 7200, "wall_seconds": 60, "memory_megabytes": 900.5},
    ]


def test_networks_count_by_family(tmp_path):
    config = resolve(yaml.safe_load((ROOT / "config.yaml").read_text()))
    (tmp_path / "digits").mkdir()
    config["datasets"] = {"digits": config["datasets"]["digits"] | {"map": None, "sweep": None}}
    config["datasets"]["digits"]["depth"]["models"]["left_out"] = None  # as `with_left_out` records it
    (tmp_path / "digits" / "config.yaml").write_text(yaml.safe_dump(config))
    stale = "depth_softmax_0.5_0"
    for name in ("depth_softmax_0_0", "depth_softmax_0.03_0", "random_3_0", "xavier_low", stale):
        benchmark(tmp_path / "digits", f"training/{name}", 1, 1, 1)
    told = [(row["stage"], row["jobs"]) for row in costs(tmp_path / "digits")]
    assert told == [("training", 1), ("training of depth", 2), ("training of random labels", 1)]


def test_what_is_at_least_so_much_is_rounded_down():
    assert [at_least(each) for each in (3.26, 0.0329, 2.0, 12.99, 0)] == ["3.2", "0.032", "2", "12", "0"]


def test_evidence_is_what_whole_experiments_found(results, tmp_path):
    folder = tmp_path / "docs" / "run"
    assert main(["evidence", str(results), str(folder)]) == 0
    kept = {file.relative_to(folder).as_posix() for file in folder.rglob("*.*")}
    assert kept == {
        *("README.md", "costs.csv", "manifest.json", "report/claims.csv", "report/summary.json"),
        "svm/summary.csv",
    }
    text = (folder / "README.md").read_text()
    assert "2026-11-27, at commit abc" in text
    assert "numpy 2.4.6." in text
    assert "2 hours of CPU time" in text
    assert "| training | 1 | 7200 s | 0.90 GB |" in text
    assert all(f"]({name})" in text for name in kept - {"README.md"})
    assert read_table(folder / "costs.csv")["jobs"].tolist() == [1, 2, 1]
    assert json.loads((folder / "manifest.json").read_text())["git_commit"] == "abc"


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda results: (results / "manifest.json").unlink(), "manifest.json: no such file"),
        (lambda results: (results / "manifest.json").write_text("{"), "manifest.json: not a readable JSON"),
        (lambda results: (results / "manifest.json").write_text("{}"), "manifest.json: not a manifest"),
        (lambda results: (results / "config.yaml").write_text("{}"), "config.yaml: not the configuration"),
        (
            lambda results: (results / "config.yaml").write_bytes(b"\xff"),
            "config.yaml: not the configuration",
        ),
        (lambda results: (results / "report" / "summary.json").unlink(), "summary.json: no such file"),
        (
            lambda results: (results / "report" / "summary.json").write_text("{}"),
            "summary.json: not a summary",
        ),
        (lambda results: (results / "report" / "claims.csv").unlink(), "claims.csv: no such file"),
        (
            lambda results: os.utime(results / "svm/summary.csv", (9e9, 9e9)),
            "summary.csv: newer than the rep",
        ),
        (lambda results: (results / "benchmarks/svm/0v1.tsv").write_text(HEADER), "0v1.tsv: not a benchmark"),
        (
            lambda results: (results / "benchmarks/svm/0v1.tsv").write_bytes(b"\xff"),
            "0v1.tsv: not a benchmark",
        ),
        (lambda results: results.rename(results.with_name("gone")), "manifest.json: no such file"),
        (lambda results: results.with_name("run").mkdir(), "run: is there already"),
    ],
)
def test_a_run_that_is_not_whole_leaves_nothing(results, tmp_path, capsys, spoil, message):
    spoil(results)
    there = sorted(tmp_path.iterdir())
    assert main(["evidence", str(results), str(tmp_path / "run")]) == 1
    assert message in (error := capsys.readouterr().err)
    assert error.count("\n") == 1
    assert sorted(tmp_path.iterdir()) == there


def test_without_benchmarks(tmp_path):
    with pytest.raises(InputError, match="holds no benchmarks"):
        costs(tmp_path)
