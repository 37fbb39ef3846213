"""Formatters, linters, types, and what the project's files must agree on."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from conftest import ROOT

BIN = Path(sys.executable).parent
RULES = ["Snakefile", *map(str, sorted((ROOT / "workflow" / "rules").glob("*.smk")))]


@pytest.mark.parametrize(
    "command",
    [
        ["ruff", "check"],
        ["ruff", "format", "--check"],
        ["mypy"],
        ["snakefmt", "--check", *RULES],
        ["snakemake", "--lint"],
    ],
    ids=lambda command: " ".join(command[:2]),
)
def test_the_checks_pass(command):
    environment = {**os.environ, "XDG_CACHE_HOME": str(ROOT / ".cache")}
    done = subprocess.run(
        [BIN / command[0], *command[1:]], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


def pins() -> dict[str, str]:
    """Package and version of each requirement as Python 3.11 installs it."""
    found = {}
    for line in (ROOT / "envs" / "requirements.txt").read_text().splitlines():
        match = re.match(r"([a-z0-9-]+)==([^ ;]+)(?: ; (.*?))? *\\?$", line)
        if match and not re.search(r"python_full_version >= '3\.1[2-9]", match[3] or ""):
            found[match[1]] = match[2]
    return found


@pytest.mark.parametrize("environment", ["numeric", "torch"])
def test_conda_environments_agree_with_the_pins(environment):
    described = yaml.safe_load((ROOT / "envs" / f"{environment}.yaml").read_text())
    python, *packages = described["dependencies"]
    assert python == "python=3.11"
    assert described["channels"] == ["conda-forge", "nodefaults"]
    locked = pins()
    for package in packages:
        name, version = package.split("=")
        assert locked[{"pytorch": "torch"}.get(name, name)] == version, name


def test_conda_environments_hold_what_their_scripts_import():
    distributions = {"sklearn": "scikit-learn", "torch": "pytorch", "PIL": "pillow", "yaml": "pyyaml"}
    sys.path.insert(0, str(ROOT / "workflow" / "lib"))
    from pipeline.code import imported_files

    for rules in (ROOT / "workflow" / "rules").glob("*.smk"):
        for rule in re.split(r"\nrule ", rules.read_text())[1:]:
            if "script:" not in rule:
                continue
            script = ROOT / "workflow" / "scripts" / re.search(r"scripts/(\w+\.py)", rule)[1]
            environment = ROOT / "envs" / re.search(r"envs/(\w+\.yaml)", rule)[1]
            packages = {
                line.split("=")[0] for line in yaml.safe_load(environment.read_text())["dependencies"]
            }
            text = "\n".join(file.read_text() for file in [script, *imported_files(script)])
            imports = re.findall(r"^\s*(?:import (\w+)|from (\w+)[\w.]* import)", text, flags=re.M)
            imported = {plain or source for plain, source in imports}
            needed = {distributions.get(name, name) for name in imported - set(sys.stdlib_module_names)}
            assert needed - {"tilt", "pipeline", "mpl_toolkits"} <= packages, (
                f"{script.name}: {environment.name}"
            )


def test_requirements_name_no_index():
    text = (ROOT / "envs" / "requirements.txt").read_text()
    assert "http" not in text
    assert all("--hash=sha256:" in block for block in text.split("\n# ")[0].split("\n\n") if "==" in block)


def test_results_are_ignored_but_for_their_documentation():
    listed = subprocess.run(
        ["git", "check-ignore", "results/digits/svm/summary.csv", "data/MNIST", "results/README.md"],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert listed.stdout.split() == ["results/digits/svm/summary.csv", "data/MNIST"]
