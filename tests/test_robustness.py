"""Runs that are killed, meet a full or read-only disk, or run beside one another: make test-robustness."""

import copy
import json
import os
import random
import re
import shutil
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import yaml
from PIL import Image
from safetensors.numpy import load_file

from conftest import ROOT
from test_workflow import SNAKEMAKE, TINY
from tilt.io import read_arrays, read_table

pytestmark = pytest.mark.robustness

KILLS = 20
MAIN_ONLY = 5  # every so many kills leaves the jobs running, as when memory runs out
# What differs between runs: wall times, and the commit while one works on the code.
VARYING = {"history.csv": {"seconds"}, "manifest.json": {"git_commit", "git_changes"}}
READERS = {
    ".csv": read_table,
    ".json": lambda file: json.loads(file.read_text()),
    ".npz": read_arrays,
    ".safetensors": load_file,
    ".png": lambda file: np.asarray(Image.open(file)),
}
TABLES = (".csv", ".json", ".npz")

STUDY = copy.deepcopy(TINY)
STUDY["datasets"]["tiny"]["lenet"]["epochs"] = 6


def start(folder: Path, *arguments: str, config=STUDY) -> subprocess.Popen[bytes]:
    """Start Snakemake as the leader of a process group; what it prints goes to run.log in the folder."""
    (folder / "study.yaml").write_text(yaml.safe_dump(config))
    environment = {
        **os.environ,
        "XDG_CACHE_HOME": str(folder / ".cache"),
        "MPLCONFIGDIR": os.environ.get("MPLCONFIGDIR", str(ROOT / ".cache" / "matplotlib")),
    }
    with (folder / "run.log").open("w") as log:
        return subprocess.Popen(
            [SNAKEMAKE, *arguments, "--snakefile", ROOT / "Snakefile", "--directory", folder, "--cores", "2",
             "--configfile", folder / "study.yaml"],
            env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip


def finish(folder: Path, *arguments: str) -> tuple[int, str]:
    """Run Snakemake to its end: the exit status and what it printed."""
    status = start(folder, *arguments).wait()
    return status, (folder / "run.log").read_text()


def check_whole(folder: Path) -> int:
    """Read every file that has its final name; return their number."""
    files = [f for f in folder.joinpath("results").rglob("[!.]*") if f.suffix in READERS]
    for file in files:
        READERS[file.suffix](file)
    return len(files)


def hidden(folder: Path) -> list[str]:
    return [file.name for file in folder.joinpath("results").rglob(".*")]


def tables(folder: Path) -> dict[str, object]:
    """Every table, array file and record of a folder of results, without wall times."""
    found = {}
    for file in folder.rglob("[!.]*"):
        if file.suffix in TABLES:
            content = READERS[file.suffix](file)
            if varying := VARYING.get(file.name):
                content = {name: value for name, value in content.items() if name not in varying}
            found[str(file.relative_to(folder))] = content
    return found


def assert_same_tables(folder: Path, expected: Path) -> None:
    ours, theirs = tables(folder), tables(expected)
    assert ours.keys() == theirs.keys()
    for name in ours:
        np.testing.assert_equal(ours[name], theirs[name], err_msg=name)
    print(f"{len(ours)} tables, arrays and records are equal to those of the undisturbed run")


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("undisturbed")
    begin = time.perf_counter()
    status, printed = finish(folder, "tiny")
    assert status == 0, printed[-5000:]
    print(f"\nundisturbed run: {time.perf_counter() - begin:.0f} s, {check_whole(folder)} files")
    return folder


@pytest.fixture
def disk(tmp_path):
    """Gives the results of a folder a disk of their own; called again, it changes the disk's options."""
    results = tmp_path / "results"
    results.mkdir()

    def mount(options: str) -> None:
        change = "remount," if os.path.ismount(results) else ""
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", change + options, "tmpfs", results], capture_output=True, text=True
        )
        if done.returncode:
            pytest.skip(f"mounting a small disk needs root: {done.stderr.strip()}")

    yield mount
    if os.path.ismount(results):
        subprocess.run(["umount", results], check=True)


def durations(folder: Path) -> dict[str, float]:
    """Seconds from the start of a job to its last output, by rule, as Snakemake recorded them."""
    found: dict[str, float] = {}
    for file in folder.joinpath(".snakemake", "metadata").rglob("*"):
        record = json.loads(file.read_text())
        seconds = record["endtime"] - record["starttime"]
        found[record["rule"]] = max(seconds, found.get(record["rule"], 0))
    return found


def stages(rules) -> set[str]:
    return {rule.split("_")[0] for rule in rules}


def strike(
    folder: Path, run: subprocess.Popen, chance: random.Random, seconds, hit, group: bool
) -> list[str]:
    """Kill a run at a random moment of a job; return the rules it hit.

    The job is the first of a rule not hit before, or any after one has ended. A training is
    hit once its first checkpoint is there. Without `group` the jobs live on, but for trainings.
    """
    while run.poll() is None:
        running, ended = rules_running(folder)
        new = [rule for rule in running if rule not in hit]
        if running and (new or ended):
            rule = min(new, key=seconds.get) if new else chance.choice(running)
            moment = time.monotonic() + chance.triangular(0, 0.9, 0.7) * seconds[rule]
            waiting = rule == "lenet_network"
            while run.poll() is None and (time.monotonic() < moment or waiting):
                waiting = waiting and not list(folder.glob("results/*/lenet/*/checkpoint.safetensors"))
                waiting = waiting and rule in rules_running(folder)[0]
                time.sleep(0.01)
            break
        time.sleep(0.01)
    if run.poll() is not None:
        return []
    os.kill(-run.pid if group or rule == "lenet_network" else run.pid, signal.SIGKILL)
    run.wait()
    return rules_running(folder)[0]


def rules_running(folder: Path) -> tuple[list[str], int]:
    """The rules with outputs whose jobs run, and the number of jobs ended, by what Snakemake has printed."""
    printed = (folder / "run.log").read_text()
    begun = Counter(re.findall(r"^(?:local)?rule (\w+):\n    input: .*\n    output: ", printed, flags=re.M))
    ended = Counter(re.findall(r"^Finished jobid: \d+ \(Rule: (\w+)\)$", printed, flags=re.M))
    return sorted(begun - ended), ended.total()


def test_a_run_survives_kills(undisturbed, tmp_path):
    chance, seconds = random.Random(0), durations(undisturbed)
    hit: Counter[str] = Counter()
    kills = resumed = leftovers = files = 0
    begin = time.perf_counter()
    while True:
        run = start(tmp_path, "tiny")
        wanted = kills < KILLS or not stages(seconds) <= stages(hit)
        if wanted:
            hit.update(strike(tmp_path, run, chance, seconds, hit, group=(kills + 1) % MAIN_ONLY != 0))
        status, printed = run.wait(), (tmp_path / "run.log").read_text()
        resumed += len(re.findall("training continues after epoch", printed))
        if status == 0 and wanted:  # it came to its end too soon
            shutil.rmtree(tmp_path / "results")
            continue
        if status != -signal.SIGKILL:
            break
        kills += 1
        leftovers += len(hidden(tmp_path))
        files += check_whole(tmp_path)
        unlocked = finish(tmp_path, "--unlock")
        assert unlocked[0] == 0, unlocked[1]
    print(f"\n{kills} kills in {time.perf_counter() - begin:.0f} s, {resumed} trainings continued")
    print(f"{files} files read after the kills, all whole; {leftovers} temporary files met")
    print("kills by rule:", ", ".join(f"{rule} {count}" for rule, count in sorted(hit.items())))
    assert status == 0, printed[-5000:]
    assert kills >= KILLS
    assert resumed >= 1
    assert stages(hit) == stages(seconds)
    assert not hidden(tmp_path)
    assert not list(tmp_path.rglob("checkpoint*"))
    assert_same_tables(tmp_path / "results", undisturbed / "results")
    assert "Nothing to be done" in finish(tmp_path, "tiny")[1]


def test_a_full_and_a_read_only_disk(undisturbed, disk, tmp_path):
    full = r"error: results/\S+: cannot be written \(No space left on device\); free some space and run again"
    closed = r"^results: the folder cannot be written; make it writable and run again"
    begin = time.perf_counter()
    for options, message in (("size=64k", full), ("size=4m", full), ("ro", closed), ("size=10m,rw", full)):
        disk(options)
        before = check_whole(tmp_path)
        status, printed = finish(tmp_path, "tiny")
        said = re.search(rf".*{message}.*", printed, flags=re.M)
        assert status != 0
        assert said, printed[-5000:]
        assert "Traceback" not in printed
        assert not hidden(tmp_path)
        assert check_whole(tmp_path) >= before
        print(f"\n{options}: {check_whole(tmp_path)} files, all whole; {said[0]}")
    disk("size=64m")
    status, printed = finish(tmp_path, "tiny")
    assert status == 0, printed[-5000:]
    assert_same_tables(tmp_path / "results", undisturbed / "results")
    print(f"five runs: {time.perf_counter() - begin:.0f} s")


def test_runs_beside_one_another(undisturbed, tmp_path):
    one, other = tmp_path / "one", tmp_path / "other"
    one.mkdir()
    other.mkdir()
    begin = time.perf_counter()
    renamed = {**STUDY, "datasets": {"other": STUDY["datasets"]["tiny"]}}
    runs = [start(one, "tiny_svm"), start(other, "other_svm", config=renamed)]
    while not rules_running(one)[0]:
        assert runs[0].poll() is None, (one / "run.log").read_text()
        time.sleep(0.05)
    (one / "run.log").rename(one / "first.log")
    status, printed = finish(one, "tiny_svm")
    assert runs[0].poll() is None, "the first run ended before the second was refused"
    assert status != 0
    assert "Directory cannot be locked" in printed
    assert "Traceback" not in printed
    assert [run.wait() for run in runs] == [0, 0], (one / "first.log").read_text()[-5000:]
    for folder, name in ((one, "tiny"), (other, "other")):
        found = tables(folder / "results" / name / "svm")
        expected = tables(undisturbed / "results" / "tiny" / "svm")
        np.testing.assert_equal(found, expected)
    print(f"\nthe second run was refused, both data sets are whole: {time.perf_counter() - begin:.0f} s")
