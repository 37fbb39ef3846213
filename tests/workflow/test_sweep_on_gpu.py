"""The tool that trains and attacks a grid of networks without Snakemake, on the CPU."""

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import yaml

import sweep_on_gpu
from conftest import ROOT
from sweep_on_gpu import plan
from tilt.io import json_text, read_table

TOOL = ROOT / "tests" / "sweep_on_gpu.py"
LEFT = {
    "out": {
        *(f"networks/xavier_low/{name}" for name in ("history.csv", "filters.npz", "record.json")),
        *(f"attack/xavier_low/{name}.csv" for name in ("attacks", "summary", "accuracy")),
        "attack/xavier_low/record.json",
    },
    "heavy": {"networks/xavier_low/weights.safetensors", "attack/xavier_low/images.npz"},
}


def test_a_plan_holds_the_networks_of_all_recipes_seed_by_seed():
    planned = plan("mnist", "sweep")
    networks = planned["networks"]
    assert len(networks) == 225
    assert [network["seed"] for network in networks.values()] == np.repeat(range(5), 45).tolist()
    assert networks["xavier_high"]["weight_decay"] == 0.1
    assert planned["settings"]["attack"]["attacks"]["targeted_ascent"]["max_steps"] == 10000


def test_a_plan_takes_files_of_configuration():
    planned = plan("mnist", "map", [ROOT / "examples" / "mnist_map_long.yaml"])
    assert len(planned["networks"]) == 5 * 2
    assert {network["epochs"] for network in planned["networks"].values()} == {50}


def test_a_plan_leaves_out_attacks_that_its_networks_are_not_measured_by():
    attacks = plan("mnist", "depth")["settings"]["attack"]["attacks"]
    assert [name for name, settings in attacks.items() if settings] == ["minimal_norm"]


PLAN = {"settings": {**dict.fromkeys(sweep_on_gpu.IMAGES), "attack": {}}, "networks": {}}
OWN = {"source": "npz", "path": "a.npz", "classes": 2, "svm": {"train_per_class": 1, "pairs": ["0v1"]}}
MISTAKES = [
    (["plan", "mnst", "sweep", "plan.json"], None, "no data set named 'mnst'; name one of: digits, mnist"),
    (["plan", "mnist", "depht", "plan.json"], None, "with networks named 'depht'; name one of: training"),
    (["plan", "own", "sweep", "plan.json"], yaml.safe_dump({"datasets": {"own": OWN}}), "no data of your"),
    (["plan", "mnist", "sweep", "plan.json"], "datasets: {mnist: {swep: null}}", "unknown key 'swep'"),
    (["plan", "mnist", "sweep", "plan.json"], "a: [1", "file: not a readable configuration"),
    (["plan", "mnist", "sweep", "plan.json"], "[1]", "file: no keys at its top level"),
    (["plan", "mnist", "sweep", "plan.json", "--configfile", "gone"], None, "gone: not a readable config"),
    (["run", "gone"], None, "gone: no such file; make it anew with"),
    *(
        (["run", "file"], text, "file: not a .*; make it anew with `python tests/sweep_on_gpu.py plan`")
        for text in (
            *("", '{"settings": ', "7", "[]", "{}", json_text({**PLAN, "networks": ["a"]})),
            json_text({**PLAN, "networks": {"a": {"seed": 0}}}),
            json_text({**PLAN, "settings": {"attack": {}}}),
        )
    ),
    *(
        (["run", "file"], json_text({**PLAN, "settings": PLAN["settings"] | of}), message + r" \(see .*log\)")
        for of, message in (
            ({"source": "digits", "train_per_class": 9999}, "train_per_class is 9999; ask for 1 to .*"),
            ({"source": "mnist", "retries": 1, "timeout_s": 1}, "train-images-idx3-ubyte.gz.*"),
        )
    ),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "text", "message"), MISTAKES)
def test_a_mistake_is_told_in_one_line(tmp_path, monkeypatch, capsys, arguments, text, message):
    monkeypatch.chdir(tmp_path)
    Path("a.npz").touch()
    if arguments[0] == "run":
        arguments = [*arguments, "--mnist", ".", "--out", "out", "--heavy", "heavy"]
    if text is not None:
        Path("file").write_text(text)
        arguments = [*arguments, *(["--configfile", "file"] if arguments[0] == "plan" else [])]
    monkeypatch.setattr(sys, "argv", [str(TOOL), *arguments])
    assert sweep_on_gpu.main() == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert re.search(message, line), line
    assert not Path("plan.json").exists()


def test_a_run_leaves_the_files_of_the_workflow_and_does_nothing_twice(tmp_path):
    planned = plan("digits", "sweep")
    network = planned["networks"]["xavier_low"] | {"epochs": 2, "train_per_class": 5}
    planned["networks"] = {"xavier_low": network}
    planned["settings"]["attack"] |= {
        "images_per_class": 1,
        "attacks": {
            "targeted_ascent": {"max_steps": 2},
            "minimal_norm": {"steps": 2},
            "signed_gradient_step": {"epsilons": [0.1]},
        },
    }
    (tmp_path / "plan.json").write_text(json.dumps(planned))
    folders = {name: tmp_path / name for name in LEFT}

    def run():
        command = [
            sys.executable,
            TOOL,
            "run",
            "plan.json",
            "--mnist",
            ".",
            "--out",
            "out",
            "--heavy",
            "heavy",
        ]
        command += ["--processes", "1", "--attackers", "1", "--device", "cpu", "--attack-device", "cpu"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    assert "1 of 1 networks are there" in run()
    for name, expected in LEFT.items():
        found = {str(file.relative_to(folders[name])) for file in files(folders[name])}
        assert {file for file in found if file.startswith(("networks/", "attack/"))} == expected
    assert read_table(tmp_path / "out/networks/xavier_low/history.csv")["epoch"].tolist() == [1, 2]
    record = json.loads((tmp_path / "out/networks/xavier_low/record.json").read_text())
    assert record["train_images"] == 50
    assert record | network == record
    times = [file.stat().st_mtime_ns for file in files(tmp_path)]
    assert "1 of 1 networks are there" in run()
    assert [file.stat().st_mtime_ns for file in files(tmp_path)] == times


def files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.rglob("*") if file.is_file())
