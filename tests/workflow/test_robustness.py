"""Runs that are killed, meet a full or read-only disk, or run beside one another: make test-robustness."""

import contextlib
import json
import os
import random
import re
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path

import pytest

from runs import TINY, assert_same_results, finish, results, start, succeed

pytestmark = pytest.mark.robustness

KILLS = 20
MAX_RUNS = 10 * KILLS
MAIN_ONLY = 5  # every so many kills leaves the jobs running, as when memory runs out


def hidden(folder: Path) -> list[str]:
    return [file.name for file in folder.joinpath("results").rglob(".*")]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("undisturbed")
    begin = time.perf_counter()
    succeed(folder, "tiny")
    print(f"\nundisturbed run: {time.perf_counter() - begin:.0f} s, {len(results(folder / 'results'))} files")
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


def checkpoints(folder: Path) -> set[tuple[Path, int]]:
    """The checkpoints that are there, each with the time of its writing."""
    found = set()
    for file in folder.glob("results/*/networks/*/checkpoint.safetensors"):
        with contextlib.suppress(FileNotFoundError):  # its training has ended
            found.add((file, file.stat().st_mtime_ns))
    return found


def stages(rules) -> set[str]:
    return {rule.split("_")[0] for rule in rules}


def strike(
    folder: Path, run: subprocess.Popen, chance: random.Random, seconds, missing, anywhere: bool, group: bool
) -> list[str]:
    """Kill a run at a random moment of a job; return the rules it hit.

    The job is of a missing rule or, `anywhere`, any after one has ended. A training is hit once this run has
    written a checkpoint, so that each goes on. Without `group` the jobs live on, but for trainings.
    """
    before = checkpoints(folder)
    while run.poll() is None:
        time.sleep(0.01)
        running, ended = rules_running(folder)
        if new := [rule for rule in running if rule in missing]:
            rule = min(new, key=seconds.get)
        elif running and ended and anywhere:
            rule = chance.choice(running)
        else:
            continue
        moment = time.monotonic() + chance.triangular(0, 0.9, 0.7) * seconds[rule]
        training = rule == "train_network"
        while run.poll() is None and rule in rules_running(folder)[0]:
            if time.monotonic() > moment and (not training or checkpoints(folder) - before):
                os.kill(-run.pid if group or training else run.pid, signal.SIGKILL)
                run.wait()
                return rules_running(folder)[0]
            time.sleep(0.01)
        seconds[rule] /= 2  # it ended before
    return []


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
    forced: set[str] = set()
    owed: set[str] = set()  # rules that a killed run was forced to begin
    for _ in range(MAX_RUNS):
        run = start(tmp_path, "tiny", *(["--forcerun", *sorted(forced)] if forced else []))
        missing = [rule for rule in seconds if not stages([rule]) <= stages(hit)]
        missing += ["train_network"] * (not resumed and "train_network" not in missing)
        struck: list[str] = []
        if wanted := kills < KILLS or bool(missing):
            group = (kills + 1) % MAIN_ONLY != 0
            struck = strike(tmp_path, run, chance, seconds, missing, kills < KILLS, group)
            hit.update(struck)
        status, printed = run.wait(timeout=1800), (tmp_path / "run.log").read_text()
        resumed += len(re.findall("training continues after epoch", printed))
        if status == 0 and wanted:  # it came to its end too soon
            forced, owed = set(missing or seconds), set()
            continue
        if status != -signal.SIGKILL:
            break
        if forced:  # what it had begun is gone, and needed by nothing that is not there
            owed |= set(struck)
        forced = set(owed)
        kills += 1
        leftovers += len(hidden(tmp_path))
        files += len(results(tmp_path / "results"))
        succeed(tmp_path, "--unlock")
    print(f"\n{kills} kills in {time.perf_counter() - begin:.0f} s, {resumed} trainings continued")
    print(f"{files} files read after the kills, all whole; {leftovers} temporary files met")
    print("kills by rule:", ", ".join(f"{rule} {count}" for rule, count in sorted(hit.items())))
    assert status == 0, printed[-5000:]
    assert kills >= KILLS
    assert resumed >= 1
    assert stages(hit) == stages(seconds)
    assert not hidden(tmp_path)
    assert not list(tmp_path.rglob("checkpoint*"))
    assert_same_results(tmp_path / "results", undisturbed / "results")
    assert "Nothing to be done" in succeed(tmp_path, "tiny")


def test_a_full_and_a_read_only_disk(undisturbed, disk, tmp_path):
    full = r"error: results/\S+: cannot be written \(No space left on device\); free some space and run again"
    closed = r"^results: the folder cannot be written; make it writable and run again"
    needed = sum(-(-file.stat().st_size // 4096) * 4 for file in (undisturbed / "results").rglob("*"))
    begin = time.perf_counter()
    found = 0
    for share, access, message in (
        (0.005, "rw", full),
        (0.3, "rw", full),
        (0.3, "ro", closed),
        (0.85, "rw", full),
    ):
        disk(f"size={share * needed:.0f}k,{access}")
        status, printed = finish(tmp_path, "tiny")
        said = re.search(message, printed, flags=re.M)
        assert status != 0
        assert said, printed[-5000:]
        assert "Traceback" not in printed
        assert not hidden(tmp_path)
        before, found = found, len(results(tmp_path / "results"))
        assert found >= before
        print(f"\n{share:.1%} of the disk needed, {access}: {found} files, all whole; {said[0]}")
    disk(f"size={2 * needed}k")
    succeed(tmp_path, "tiny")
    assert_same_results(tmp_path / "results", undisturbed / "results")
    print(f"five runs: {time.perf_counter() - begin:.0f} s")


def test_runs_beside_one_another(undisturbed, tmp_path):
    one, other = tmp_path / "one", tmp_path / "other"
    one.mkdir()
    other.mkdir()
    begin = time.perf_counter()
    renamed = {**TINY, "datasets": {"other": TINY["datasets"]["tiny"]}}
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
        assert_same_results(folder / "results" / name / "svm", undisturbed / "results" / "tiny" / "svm")
    print(f"\nthe second run was refused, both data sets are whole: {time.perf_counter() - begin:.0f} s")
