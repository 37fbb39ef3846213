"""Formatters, linters, types, and what the project's files must agree on."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from conftest import ROOT
from pipeline.code import ROOTS, imported_files

BIN = Path(sys.executable).parent
CODE = ["workflow", "tests"]  # but not what a user keeps beside them
RULES = ["Snakefile", *map(str, sorted((ROOT / "workflow" / "rules").glob("*.smk")))]


@pytest.mark.parametrize(
    "command",
    [
        ["ruff", "check", *CODE],
        ["ruff", "format", "--check", *CODE],
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
    texts = [(ROOT / "envs" / f"{name}.txt").read_text() for name in ("requirements", "deep")]
    for line in "".join(texts).splitlines():
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
    for package in conda_packages(packages):
        name, version = package.split("=")
        assert locked[{"pytorch": "torch"}.get(name, name)] == version, name


def conda_packages(dependencies):
    """NAME=VERSION of each package, those that pip installs included."""
    for package in dependencies:
        if isinstance(package, dict):
            yield from (line.replace("==", "=") for line in package["pip"])
        elif package != "pip":
            yield package


def test_conda_environments_hold_what_their_scripts_import():
    distributions = {
        "sklearn": "scikit-learn", "torch": "pytorch", "PIL": "pillow", "yaml": "pyyaml",
        "markdown_it": "markdown-it-py",
    }  # fmt: skip
    workflow = ROOT / "workflow"
    checked = 0
    for rules in [*(workflow / "rules").glob("*.smk"), *(workflow / "experiments").glob("*/rules.smk")]:
        for rule in re.split(r"\n(?:use )?rule ", rules.read_text())[1:]:
            named = re.search(r"code=code\(\s*([^)]*)\)", rule)
            if not named:
                continue
            script, *modules = re.findall(r'"([\w.]+)"', named[1])
            files = [workflow / "scripts" / script]
            files += [workflow.joinpath("experiments", *m.split(".")).with_suffix(".py") for m in modules]
            environment = "torch" if "torch.yaml" in rule else "numeric"
            described = yaml.safe_load((ROOT / "envs" / f"{environment}.yaml").read_text())
            packages = {line.split("=")[0] for line in conda_packages(described["dependencies"])}
            of_ours = {imported for file in files for imported in imported_files(file)}
            text = "\n".join(file.read_text() for file in [*files, *of_ours])
            imports = re.findall(r"^\s*(?:import (\w+)|from (\w+)[\w.]* import)", text, flags=re.M)
            imported = {plain or source for plain, source in imports} - set(sys.stdlib_module_names)
            known = {distributions.get(name, name) for name in imported} - {*FLOORS, "mpl_toolkits"}
            needed = {name.replace("_", "-") for name in known}
            assert needed <= packages, f"{files[-1].name}: {environment}.yaml"
            checked += 1
    assert checked > 50


# What each part of the code may import of ours.
FLOORS = {
    "tilt": {"tilt"},
    "report": {"report", "tilt"},
    "pipeline": {"pipeline", "tilt"},
    "experiments": {"experiments", "report", "pipeline", "tilt"},
}
BUILDS_ON = {  # experiments on experiments
    "attack": {"training"},
    "logistic": {"svm"},
    "adversarial_linear": {"svm"},
    "published": {"svm"},
    "sweep": {"attack", "training"},
    "map": {"attack", "training", "sweep"},
    "random_labels": {"training"},
    "rivals": {"attack", "calibration", "training"},
    "depth": {"attack", "calibration", "training"},
    "own": {"attack", "calibration", "training"},
    "deep": {"training"},
}


def test_imports_run_one_way():
    seen = {}
    for floor, allowed in FLOORS.items():
        folder = ROOT / "workflow" / ("experiments" if floor == "experiments" else f"lib/{floor}")
        for file in folder.rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text())):
                if isinstance(node, ast.ImportFrom) and node.module:
                    modules = [node.module]
                elif isinstance(node, ast.Import):
                    modules = [alias.name for alias in node.names]
                else:
                    continue
                for module in modules:
                    first, *rest = module.split(".")
                    assert first not in FLOORS or first in allowed, f"{file}: {module}"
                    if floor == first == "experiments" and rest:
                        seen.setdefault(file.relative_to(folder).parts[0], set()).add(rest[0])
    across = {name: others - {name} for name, others in seen.items() if others - {name}}
    assert across == BUILDS_ON


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


@pytest.mark.parametrize(
    ("module", "heavy"),
    [("report.claims", "scipy"), ("report.figures.style", "pandas"), ("experiments.attack.figures", "scipy")],
)
def test_jobs_of_the_report_load_no_heavy_package_in_vain(module, heavy):
    check = f"import sys, {module}; sys.exit({heavy!r} in sys.modules)"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, ROOTS))}
    assert subprocess.run([sys.executable, "-c", check], env=environment).returncode == 0
