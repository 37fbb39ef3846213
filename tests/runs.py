"""Whole runs of the workflow: Snakemake on a tiny study in a folder of the test, and what it left there."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from PIL import Image
from safetensors.numpy import load_file

import forked
from conftest import ROOT
from pipeline.show import summary
from pipeline.show.files import FILES
from tilt.io import read_arrays, read_table

SNAKEMAKE = Path(sys.executable).parent / "snakemake"

# Two data sets and every stage.
TINY = {
    "toy": {"points_per_class": 5, "angles": 7, "lambda_count": 5},
    "datasets": {
        "tiny": {
            "source": "digits",
            "train_per_class": 30,
            "scaling": {"pair": "0v1"},
            "svm": {
                "train_per_class": 20,
                "pairs": ["0v1", "7v9"],
                "shown_pairs": ["7v9"],
                "lambda_article": {"step": 1},
            },
            "training": {"epochs": 6, "batch_size": 100},
            "networks": {
                "xavier_low": {"weight_decay": 1e-4, "initial_weights": "matconvnet"},
                "xavier_high": {"weight_decay": 1e-1, "initial_weights": "matconvnet"},
                "mlp": {
                    "model": "mlp",
                    "options": {"hidden_layers": 2, "width": 9},
                    "regulariser": "l1",
                    "strength": 1e-3,
                    "weight_decay": 1e-4,
                    "initial_weights": "pytorch",
                    "pixel_scale": 0.02,
                },
            },
            "attack": {
                "images_per_class": 1,
                "attacks": {
                    "targeted_ascent": {"step": 50, "max_steps": 20},
                    "minimal_norm": {"steps": 5},
                },
            },
            "sweep": {  # the networks above
                "recipes": {"small": {"initial_weights": "matconvnet"}},
                "weight_decays": [1e-4, 1e-1],
                "seeds": [0],
            },
            "two_layer": {"pairs": ["7v9"], "weight_decays": [0, 0.01, 0.1], "hidden": 5, "epochs": 5},
            "random_labels": {
                "recipe": {"initial_weights": "matconvnet", "train_per_class": 5, "epochs": 1},
                "weight_decays": [1e-4, 1e-1],
                "seeds": [0],
            },
        },
        "flat": {
            "source": "npz",
            "path": "flat.npz",
            "classes": 13,
            "scaling": {"pair": "3v12"},
            "svm": {
                "train_per_class": 6,
                "pairs": ["3v12"],
                "shown_pairs": ["3v12"],
                "lambda_article": {"step": 2},
            },
        },
    },
}  # fmt: skip

READERS = {
    ".csv": read_table,
    ".json": lambda file: json.loads(file.read_text()),
    ".npz": read_arrays,
    ".safetensors": load_file,
    ".png": lambda file: np.asarray(Image.open(file)),
}
# What differs between runs: wall times, the day, and the commit while one works on the code.
VARYING = {
    "history.csv": {"seconds"},
    "manifest.json": {"date", "git_commit", "git_changes"},
    "run.json": {"tables"},  # which name the day and the commit
    "training.json": {"tables"},  # which tell the minutes
}


def save_flat(path: Path) -> None:
    """An NPZ of 13 classes of vectors, six samples of each in either part."""
    y = np.repeat(np.arange(13), 6)
    x = np.random.default_rng(0).random((2, y.size, 15)) / 2
    x[:, np.arange(y.size), y] += 0.4
    np.savez(path, x_train=x[0], y_train=y, x_test=x[1], y_test=y, names=np.array(list("abcdefghijklm")))


def _arguments(
    folder: Path, arguments: tuple[str | Path, ...], config: dict[str, Any] | None, checkout: Path
) -> list[str]:
    if config is not None:
        (folder / "study.yaml").write_text(yaml.safe_dump(config))
        arguments = (*arguments, "--configfile", folder / "study.yaml")
    return [str(each) for each in (*arguments, "--snakefile", checkout / "Snakefile", "--directory", folder)]


def start(
    folder: Path,
    *arguments: str | Path,
    config: dict[str, Any] | None = TINY,
    checkout: Path = ROOT,
    profile: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Start Snakemake, on two cores or as the profile says, as the leader of a process group.

    The configuration is written to study.yaml in the folder, and what Snakemake prints to a new run.log, into
    which the jobs of an earlier run that was killed do not write. The locale is not UTF-8 and, but for a
    profile, the home directory cannot be written.
    """
    environment = {
        **{name: value for name, value in os.environ.items() if name != "XDG_CACHE_HOME"},
        **({"XDG_CACHE_HOME": str(folder / ".cache")} if profile else {"HOME": os.devnull}),
        **{"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        "MPLCONFIGDIR": os.environ.get("MPLCONFIGDIR", str(ROOT / ".cache" / "matplotlib")),
    }
    place = ["--workflow-profile", profile] if profile else ["--cores", "2"]
    (folder / "run.log").unlink(missing_ok=True)
    with (folder / "run.log").open("w") as log:
        return subprocess.Popen(
            [SNAKEMAKE, *_arguments(folder, arguments, config, checkout), *place],
            env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip


def finish(folder: Path, *arguments: str | Path, **options: Any) -> tuple[int, str]:
    """Run Snakemake to its end: the exit status and what it printed."""
    run = start(folder, *arguments, **options)
    try:
        status = run.wait(timeout=1800)
    except BaseException:
        os.killpg(run.pid, signal.SIGKILL)
        raise
    return status, (folder / "run.log").read_text()


def succeed(folder: Path, *arguments: str | Path, **options: Any) -> str:
    """What a run prints that must not fail."""
    status, printed = finish(folder, *arguments, **options)
    assert status == 0, printed[-5000:]
    return printed


def end(
    folder: Path, *arguments: str | Path, config: dict[str, Any] | None = TINY, checkout: Path = ROOT
) -> tuple[int | None, str]:
    """As `finish`, for a dry run or one that ends before its first job: without the time of a start."""
    log = folder / "plan.log"
    status = forked.run([*_arguments(folder, arguments, config, checkout), "--cores", "2"], log)
    return status, log.read_text()


def plan(folder: Path, *arguments: str | Path, **options: Any) -> str:
    """What a dry run prints that must not fail."""
    status, printed = end(folder, *arguments, "--dry-run", **options)
    assert status == 0, printed[-5000:]
    return printed


def results(folder: Path) -> dict[str, Any]:
    """Every table, record, array file and picture of final name, read whole; wall times are left out."""
    found = {}
    for file in sorted(folder.rglob("[!.]*")):
        if file.suffix in READERS:
            content = READERS[file.suffix](file)
            if varying := VARYING.get(file.name):
                content = {name: value for name, value in content.items() if name not in varying}
            found[str(file.relative_to(folder))] = content
    return found


def assert_same_results(folder: Path, expected: Path) -> None:
    """Compare all that `results` reads, value by value."""
    ours, theirs = results(folder), results(expected)
    assert ours
    assert ours.keys() == theirs.keys()
    for name in ours:
        np.testing.assert_equal(ours[name], theirs[name], err_msg=name)
    print(f"{len(ours)} tables, records, arrays and pictures are equal")


def check_documented(results: Path) -> None:
    """Fail where the list of results lacks a file of a folder; logs and benchmarks it tells together."""
    documented = (ROOT / "results" / "README.md").read_text()
    for file in results.rglob("*"):
        if file.is_file() and "figures" not in file.parts:
            assert file.name in documented or file.suffix in (".log", ".tsv"), file


def check_shown(results: Path, kinds: Mapping[str, str]) -> None:
    """Fail where a folder or file of results cannot be shown, or a folder is not whole and of its kind.

    Of a data set not every experiment need be there.
    """
    for path in results.rglob("*"):
        if path.is_dir() or path.suffix in FILES:
            assert summary(path).startswith(f"{path}: ")
    for folder, kind in kinds.items():
        first, *lines = summary(results / folder).splitlines()
        assert f": {kind}, " in first
        assert kind == "data set" or not lines[-1].startswith("not there"), lines[-1]
