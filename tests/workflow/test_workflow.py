"""The workflow itself: a tiny real run in an empty folder, what reruns and what does not, and mistakes."""

import copy
import csv
import html
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from conftest import ROOT
from runs import SNAKEMAKE, TINY, check_documented, check_shown, end, plan, save_flat, succeed

SHOWN = {
    "toy": "toy problem", "tiny": "data set", "tiny/data": "images", "tiny/scaling": "scaled loss",
    "tiny/svm": "pairs of classes", "tiny/svm/7v9": "classifiers along λ",
    "tiny/logistic": "pairs of classes", "tiny/logistic/7v9": "classifiers along λ",
    "tiny/networks/xavier_low": "network", "tiny/attack/mlp": "attacked network",
    "tiny/sweep": "sweep of networks", "tiny/two_layer/7v9": "two-layer networks",
    "tiny/calibration": "calibration of networks", "tiny/random_labels": "networks", "tiny/report": "report",
}  # fmt: skip


def jobs(printed: str) -> dict[str, int]:
    """Rule and count of each job in the table that Snakemake prints."""
    lines = printed.splitlines()
    start = next((k for k, line in enumerate(lines) if line.startswith("job ")), None)
    if start is None:
        return {}
    counted = {}
    for line in lines[start + 2 :]:
        if not line.strip() or line.startswith("total"):
            break
        rule, count = line.split()
        counted[rule] = int(count)
    return counted


@pytest.fixture(scope="module")
def checkout(tmp_path_factory) -> Path:
    """A copy of the sources, free to be edited."""
    copy = tmp_path_factory.mktemp("checkout")
    for name in ("Snakefile", "config.yaml"):
        shutil.copy(ROOT / name, copy)
    for name in ("workflow", "envs", "profiles"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    return copy


@pytest.fixture(scope="module")
def finished(checkout, tmp_path_factory) -> Path:
    """A folder in which the tiny data sets were built from nothing."""
    folder = tmp_path_factory.mktemp("run")
    save_flat(folder / "flat.npz")
    succeed(folder, "tiny", "flat", checkout=checkout)
    return folder


def test_every_stage_left_its_files(finished):
    results = finished / "results"
    for pair in ("0v1", "7v9"):
        with (results / "tiny" / "svm" / pair / "path.csv").open() as file:
            rows = list(csv.DictReader(file))
        assert len(rows) == 9
        assert {"lambda_article", "lambda", "C", "norm_w", "bias", "theta", "d_adv", "d_err", "err_train",
                "err_test", "objective", "duality_gap", "n_support", "n_margin"} <= set(rows[0])  # fmt: skip
        assert all(-1e-12 <= float(row["duality_gap"]) <= 1e-6 for row in rows)
        weights = np.load(results / "tiny" / "svm" / pair / "weights.npz")
        half = np.linalg.norm(weights["centroid_j"] - weights["centroid_i"]) / 2
        for row in rows:
            assert float(row["d_adv"]) == pytest.approx(half * np.cos(float(row["theta"])), rel=1e-10)
    for path in (
        "toy/four_fits.csv", "tiny/scaling/risk.csv", "tiny/svm/summary.csv", "tiny/logistic/summary.csv",
        "tiny/networks/xavier_low/history.csv", "tiny/attack/xavier_high/attacks.csv",
        "tiny/sweep/search.csv", "tiny/calibration/summary.csv",
        "tiny/two_layer/7v9/networks.csv", "tiny/figures/two_layer/7v9_found.svg",
        "tiny/random_labels/networks.csv", "tiny/report/claims.csv", "tiny/report/index.html",
        "tiny/config.yaml", "tiny/manifest.json", "tiny/data/record.json",
    ):  # fmt: skip
        assert (results / path).stat().st_size > 0, path
    mlp = json.loads((results / "tiny" / "networks" / "mlp" / "record.json").read_text())
    assert (mlp["model"], mlp["regulariser"], mlp["input_shape"]) == ("mlp", "l1", [8, 8])
    assert list(mlp["rms"]) == ["fc1", "fc2", "fc3"]
    assert not list(results.rglob(".*")), "temporary files were left behind"
    assert not list(results.rglob("checkpoint*"))
    assert json.loads((results / "tiny" / "manifest.json").read_text())["seeds"] == {
        name: [0] for name in ("toy", "training", "sweep", "random_labels", "two_layer", "calibration")
    }


def test_vectors_of_ones_own_get_all_but_networks(finished):
    results = finished / "results" / "flat"
    assert {part.name for part in results.iterdir() if part.is_dir()} == {
        "data", "scaling", "svm", "logistic", "figures", "report", "logs", "panels", "benchmarks",
    }  # fmt: skip
    assert (results / "figures" / "svm" / "3v12_mirrors.png").stat().st_size > 0
    record = json.loads((results / "data" / "record.json").read_text())
    assert (record["value_max"], record["names"][12], record["train"]["shape"]) == (None, "m", [78, 15])
    assert json.loads((results / "manifest.json").read_text())["seeds"] == {"toy": [0]}
    page = (results / "report" / "index.html").read_text()
    assert "vectors of 15 features" in page
    assert "class 12 (m): 6" in page
    assert "d v m: mirror images" in page
    assert "LeNet" not in page


def test_every_file_is_documented(finished):
    check_documented(finished / "results")


def test_every_folder_and_table_can_be_shown(finished):
    check_shown(finished / "results", SHOWN)


def test_a_second_run_has_nothing_to_do(checkout, finished):
    assert "Nothing to be done" in succeed(finished, "tiny", checkout=checkout)


def test_the_report_of_snakemake_carries_the_figures(checkout, finished):
    succeed(finished, "tiny", "--report", "report.zip", checkout=checkout)
    with zipfile.ZipFile(finished / "report.zip") as archive:
        page = archive.read("report/report.html").decode()
        inside = {Path(name).name for name in archive.namelist()}
    carried, categories = (
        json.JSONDecoder().raw_decode(page, page.index(f"var {name} = {{") + len(f"var {name} = "))[0]
        for name in ("results", "categories")
    )
    results = finished / "results"
    drawn = [file for name in ("toy", "tiny") for file in (results / name / "figures").rglob("*.png")]
    assert {str(file.relative_to(finished)) for file in drawn} | {
        "results/tiny/report/index.html"
    } <= carried.keys()
    assert {file.name for file in drawn} | {"index.html"} <= inside
    rows = Counter(
        (category, tuple((carried[name]["labels"] or {}).items()))
        for category, parts in categories.items()
        for names in parts.values()
        for name in names
    )
    assert sum(rows.values()) == len(carried)
    assert max(rows.values()) == 1  # of equal ones only the last is shown
    assert all(each["caption"] for each in carried.values())


EDITED = [  # file -> rules that it reruns; those of one plan do not depend on each other
    {"lib/tilt/data/sources.py": {"images"}},
    {
        "lib/tilt/networks/training.py": {"train_network"},
        "lib/tilt/linear/newton.py": {"svm_path", "logistic_path", "toy_tables"},
    },
    {
        "lib/tilt/attacks/signed.py": {"attack_network"},
        "lib/tilt/attacks/models.py": {"attack_network", "attack_linear"},
    },
    {
        "experiments/svm/drawings.py": {"svm_figures", "svm_pair_figures"},
        "experiments/attack/figures.py": {"attack_figures"},
        "experiments/attack/claims.py": {"attack_section"},
        "experiments/attack/captions/norms.rst": {"attack_section"},
        "experiments/attack/text.html.j2": {"attack_section"},
    },
    {"lib/report/page.py": {"page"}},
]


@contextmanager
def edited(*files: Path) -> Iterator[None]:
    before = [file.read_bytes() for file in files]
    try:
        for file, content in zip(files, before, strict=True):
            file.write_bytes(content + b"\n# edited\n")
        yield
    finally:
        for file, content in zip(files, before, strict=True):
            file.write_bytes(content)


@pytest.mark.parametrize("expected", EDITED, ids=" ".join)
def test_an_edit_reruns_what_depends_on_the_file(checkout, finished, expected):
    with edited(*(checkout / "workflow" / file for file in expected)):
        printed = plan(finished, "tiny", checkout=checkout)
    found = dict[str, set[str]]()
    for line in printed.splitlines():
        if job := re.match(r" *(?:local)?rule (\w+):", line):
            rule = job[1]
        elif reason := re.match(r" *reason: .*?Updated input files: ([^;]*)", line):
            for file in reason[1].split(", "):
                found.setdefault(file.rpartition("/workflow/")[2], set()).add(rule)
    assert found == expected


def test_an_edit_of_what_is_told_reruns_the_section_and_the_page(checkout, finished):
    files = ("claims.py", "captions/norms.rst", "text.html.j2")
    with edited(*(checkout / "workflow" / "experiments" / "attack" / file for file in files)):
        planned = jobs(plan(finished, "tiny", checkout=checkout))
    assert planned.keys() - {"tiny", "total"} == {"attack_section", "page"}


def test_an_edit_of_ones_own_data_reruns_what_depends_on_them(checkout, finished):
    before = (finished / "flat.npz").read_bytes()
    try:
        save_flat(finished / "flat.npz")
        with (finished / "flat.npz").open("ab") as file:
            file.write(b"\0")
        planned = jobs(plan(finished, "flat", checkout=checkout))
        assert planned["images"] == planned["svm_path"] == 1
    finally:
        (finished / "flat.npz").write_bytes(before)


def test_another_name_of_the_file_reruns_what_is_read_from_it(checkout, finished):
    shutil.copy(finished / "flat.npz", finished / "renamed.npz")
    config = copy.deepcopy(TINY)
    config["datasets"]["flat"]["path"] = "renamed.npz"
    assert jobs(plan(finished, "flat", checkout=checkout, config=config))["images"] == 1


def test_a_missing_file_stops_a_run_at_its_start_though_results_are_there(checkout, finished):
    results = finished / "results" / "flat"
    (finished / "flat.npz").rename(finished / "away.npz")
    try:
        status, printed = end(finished, "results/flat/svm/summary.csv", checkout=checkout)
    finally:
        (finished / "away.npz").rename(finished / "flat.npz")
    assert status != 0
    assert (
        "configuration: datasets.flat: flat.npz: no such file or folder; correct path" in printed.splitlines()
    )
    assert "Traceback" not in printed
    assert (results / "data" / "images.npz").exists()
    assert "Nothing to be done" in plan(finished, "flat", checkout=checkout)


def test_the_command_on_the_page_repeats_the_run(checkout, finished):
    page = (finished / "results" / "tiny" / "report" / "index.html").read_text(encoding="utf-8")
    program, *arguments = shlex.split(
        html.unescape(re.search(r"<code>(snakemake .*?)</code>", page, re.S)[1])
    )
    assert program == "snakemake"
    printed = subprocess.run(
        [SNAKEMAKE, *arguments, "--dry-run", "--snakefile", checkout / "Snakefile"],
        cwd=finished, capture_output=True, text=True,
    )  # fmt: skip
    assert "Nothing to be done" in printed.stdout + printed.stderr


RULE = """
rule angles:
    default_target: True
    input:
        rules.tilt_toy_tables.output.mirror_distance,
    output:
        "angles.csv",
    shell:
        "cp {input} {output}"
"""


def test_another_workflow_takes_the_rules_as_a_module(checkout, tmp_path):
    shutil.copytree(checkout, tmp_path / "tilt")
    text = (ROOT / "docs" / "own-data.md").read_text()
    module = re.search(r"```python\n(module .*?)```", text, flags=re.S)[1]
    module = re.sub("config: .*", 'config: config["tilt"]', module)
    (tmp_path / "Snakefile").write_text(module + RULE)
    save_flat(tmp_path / "flat.npz")
    config = {"tilt": TINY}
    succeed(tmp_path, checkout=tmp_path, config=config)
    assert (tmp_path / "angles.csv").read_text() == (
        tmp_path / "study" / "results" / "toy" / "mirror_distance.csv"
    ).read_text()
    printed = plan(tmp_path, "tilt_tiny", "tilt_flat", checkout=tmp_path, config=config)
    planned = jobs(printed)
    assert (planned["tilt_page"], planned["tilt_train_network"], planned["tilt_images"]) == (2, 5, 2)
    written = {
        file for line in re.findall(r"(?:output|log|benchmark): (.*)", printed) for file in line.split(", ")
    }
    assert written
    assert all(file.startswith("study/results/") for file in written)


def test_an_environment_in_a_folder_whose_name_has_a_space_and_a_quote(checkout, tmp_path):
    bin_folder = tmp_path / "a b'c" / "bin"
    bin_folder.mkdir(parents=True)
    (tmp_path / "a").mkdir()
    (bin_folder / "python").symlink_to(sys.executable)
    environment = {**os.environ, "PYTHONPATH": sysconfig.get_path("purelib")}
    done = subprocess.run(
        [bin_folder / "python", "-m", "snakemake", "--cores", "1", "--snakefile", checkout / "Snakefile",
         "--directory", tmp_path, "results/toy/four_fits.csv"],
        env=environment, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_a_touch_and_an_unrelated_setting_rerun_nothing_and_a_related_one_its_rules(checkout, finished):
    for file in (checkout / "workflow" / "lib").rglob("*.py"):
        file.touch()
    config = copy.deepcopy(TINY)
    config["datasets"]["mnist"] = {"svm": {"tolerance": 1e-5}}
    assert "Nothing to be done" in plan(finished, "tiny", checkout=checkout, config=config)
    config["datasets"]["tiny"]["attack"]["attacks"]["targeted_ascent"]["max_steps"] = 21
    planned = jobs(plan(finished, "tiny", checkout=checkout, config=config))
    assert planned["attack_network"] == 3
    assert not {"svm_path", "train_network", "images"} & set(planned)
    config = copy.deepcopy(TINY)
    config["datasets"]["tiny"] |= {"mirrors": ["file:///elsewhere"], "retries": 7, "timeout_s": 31}
    planned = jobs(plan(finished, "tiny", checkout=checkout, config=config | {"data_dir": "elsewhere"}))
    assert set(planned) == {"record", "run_section", "page", "tiny"}


def test_the_full_study_is_planned(tmp_path):
    planned = jobs(plan(tmp_path, "mnist", "digits"))
    assert planned["svm_path"] == 90
    assert planned["attack_network"] == 4 + 4 + 3 + 4, "of the digits those named, map, rivals and depth"
    assert planned["train_network"] == 4 + 6 + 3 + 4, "of the digits random labels too"
    assert planned["calibration_networks"] == planned["random_labels_tables"] == 1
    assert planned["published_pair"] == 45
    assert planned["page"] == 2
    assert planned["toy_tables"] == 1


def test_a_plain_run_is_the_main_job(tmp_path):
    planned = jobs(plan(tmp_path, config={**TINY, "main": "tiny"}))
    assert (planned["all"], planned["page"], planned["svm_path"]) == (1, 1, 2)


def test_the_index_and_the_site_take_the_reports_that_are_there_and_compute_no_other(tmp_path):
    assert {"images", "page", "index", "site"} <= set(jobs(plan(tmp_path, "index", "site", config=None)))
    page = tmp_path / "results" / "flat" / "report" / "index.html"
    page.parent.mkdir(parents=True)
    claims = page.with_name("claims.csv")
    for file in (page, claims):
        file.touch()
    printed = plan(tmp_path, "index", "site")
    assert jobs(printed) == {"index": 1, "site": 1}
    assert str(page) in printed
    assert str(claims) in printed, "a change of the inputs when it is deleted"
    claims.unlink()
    assert jobs(printed := plan(tmp_path, "index", "site")) == {"index": 1, "site": 1}
    assert str(claims) not in printed


def test_every_data_set_and_its_stages_are_targets(tmp_path):
    status, text = end(tmp_path, "--list", config=None)
    assert status == 0
    stages = ("data", "svm", "scaling", "published", "training", "attack", "sweep", "map", "calibration",
              "rivals", "random_labels", "two_layer", "depth", "adversarial_linear")  # fmt: skip
    targets = {
        "toy",
        "digits",
        "digits_svm",
        "fashion_mnist",
        "mnist",
        *(f"mnist_{stage}" for stage in stages),
    }
    assert targets | {"kmnist_svm"} <= set(text.split())


MISTAKES = [
    ({"datasets": {"tiny": {"svm": {"tolerense": 1}}}}, "unknown key 'tolerense' (did you mean"),
    ({"datasets": {"tiny": {"svm": {"pairs": ["3v3"]}}}}, "there is no pair '3v3'"),
    ({"datasets": {"tiny": {"svm": {"train_per_class": 5000}}}}, "class 0"),
    ({"datasets": {"tiny": {"train_per_class": 1000}}}, "train_per_class is 1000; ask for 1 to"),
    ({"datasets": {"svm_path": TINY["datasets"]["tiny"]}}, "svm_path has the name of a rule"),
    ({"datasets": {"tiny_svm": TINY["datasets"]["tiny"]}}, "tiny_svm has the name of a rule"),
    ({"datasets": {"all": TINY["datasets"]["tiny"]}}, "datasets.all: its target all has the name of a rule"),
    ({"datasets": {"tiny": {"classes": 4, "svm": {"pairs": ["0v1"], "shown_pairs": ["0v1"]},
                            "two_layer": None}}}, "tiny.classes: 4 are asked for, and the data have 10"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "message"), MISTAKES, ids=[message for _, message in MISTAKES])
def test_a_mistake_ends_the_run_with_one_line(tmp_path, change, message):
    def merged(base, update):
        both = {**base, **update}
        return {
            key: merged(base[key], value) if isinstance(value, dict) and key in base else value
            for key, value in both.items()
        }

    status, printed = end(tmp_path, "tiny_svm", config=merged(TINY, change))
    assert status != 0
    assert any(message in line for line in printed.splitlines()), printed
    assert "Traceback" not in printed
    results = tmp_path / "results"
    left = [file for file in results.rglob("*") if file.is_file() and file.suffix not in (".log", ".tsv")]
    assert all(file.name in ("images.npz", "record.json") for file in left)
