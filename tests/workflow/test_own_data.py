"""The examples of docs/own-data.md, run."""

import re
import subprocess
import sys

import yaml

from conftest import ROOT
from runs import end, succeed
from tilt.data.own import class_counts


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
    status, printed = end(tmp_path, f"{name}_svm", config=study)
    assert status == 1
    assert "Traceback" not in printed
    assert f"datasets.{name}.svm.train_per_class: 100000 training samples" in printed
