"""The examples of docs/own-network.md, run, and their numbers against an evaluation by hand."""

import json
import re
import subprocess
import sys

import numpy as np
import torch
import yaml
from safetensors.torch import load_file
from torch import nn

from conftest import ROOT
from pipeline.show import summary
from runs import end, succeed
from tilt.io import read_table


def nearest(model, image, label, steps=50):
    """L2 norm of a change of the class, by steps to the nearest linearised boundary of another one."""
    x = image.clone()
    for _ in range(steps):
        x.requires_grad_()
        scores = model(x[None])[0]
        if scores.argmax() != label:
            break
        gradients = [torch.autograd.grad(score, x, retain_graph=True)[0] for score in scores]
        ways = [
            ((scores[label] - scores[k] + 1e-4).detach(), gradients[k] - gradients[label])
            for k in range(len(scores))
            if k != label
        ]
        gap, way = min(ways, key=lambda each: float(each[0] / each[1].norm()))
        x = (x.detach() + 1.02 * gap * way / way.norm() ** 2).clamp(0, 1)
    return float((x.detach() - image).norm())


def test_the_examples_of_the_document(tmp_path):
    text = (ROOT / "docs" / "own-network.md").read_text()
    module, *program = re.findall(r"```python\n(.*?)```", text, flags=re.S)
    (config,) = re.findall(r"```yaml\n(.*?)```", text, flags=re.S)
    (tmp_path / "mine.py").write_text(module)
    (tmp_path / "make.py").write_text("\n".join(program))
    subprocess.run([sys.executable, "make.py"], cwd=tmp_path, check=True)
    study = yaml.safe_load(config)
    study["datasets"]["mine"]["attack"]["attacks"] = {"targeted_ascent": None}
    for network in study["datasets"]["mine"]["networks"].values():
        network["sought_classes"] = 1
    succeed(tmp_path, "mine_own", "results/mine/report/sections/own.json", config=study)
    page = json.loads((tmp_path / "results/mine/report/sections/own.json").read_text())
    assert {row[0] for row in page["tables"][1]["rows"]} == {"mine", "fitted", "line"}
    assert not any("no better than chance" in row[1] for row in page["tables"][0]["rows"])

    data = np.load(tmp_path / "digits.npz")
    x, y = torch.tensor(data["x_test"], dtype=torch.float32)[:, None], data["y_test"]
    mine = nn.Sequential(nn.Conv2d(1, 32, 3), nn.ReLU(), nn.Flatten(), nn.Linear(32 * 36, 10))
    mine.load_state_dict(load_file(tmp_path / "mine.safetensors"))
    arrays = np.load(tmp_path / "line.npz")
    line = nn.Sequential(nn.Flatten(), nn.Linear(64, 10))
    line[1].weight.data, line[1].bias.data = (
        torch.tensor(arrays[key].T, dtype=torch.float32) for key in ("w", "b")
    )
    for name, model in (("mine", mine), ("line", line)):
        folder = tmp_path / "results" / "mine" / "own" / name
        record = json.loads((folder / "record.json").read_text())
        with torch.no_grad():
            wrong = model(x).argmax(1).numpy() != y
        assert record["test_error"] == wrong.mean()
        table = read_table(folder / "images.csv")
        norms = [nearest(model, x[row], int(y[row])) for row in table["index"]]
        right = table["least_norm"] > 0
        assert abs(np.median(np.array(norms)[right]) / np.median(table["least_norm"][right]) - 1) < 0.1
        assert len(json.loads((folder / "images.json").read_text())["rows"]) == len(norms)
        assert not (folder / "pieces").exists()
        shown = summary(folder)
        assert f"{folder}: network trained elsewhere" in shown
        assert f"test_error: {record['test_error']:.5g}" in shown
        assert "not there" not in shown

    study["datasets"]["mine"]["networks"]["mine"]["weights"] = "none.safetensors"
    status, printed = end(tmp_path, "mine_own", config=study)
    assert status == 1
    assert "Traceback" not in printed
    assert "datasets.mine.networks.mine: none.safetensors: no such file; correct its name" in printed
