"""The documents: links, commands, examples and the generated reference hold."""

import re
import shutil
import sys
from functools import cache

import pytest
import yaml
from snakemake.utils import update_config

import experiments
from conftest import ROOT
from pipeline.__main__ import main
from pipeline.code import imported_files
from pipeline.config import resolve
from pipeline.networks import families
from pipeline.reference import reference
from pipeline.schema import schema as whole_schema
from report.prose import with_prose
from runs import plan
from tilt.data.sources import embedded_digits

DOCUMENTS = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "results/README.md")),
    *sorted((ROOT / "docs").glob("*.md")),
]
CODE = r"```(\w+)\n(.*?)```"


@cache
def anchors(path):
    """Of a document's headings, as GitHub makes them."""
    prose = re.sub(CODE, "", path.read_text(), flags=re.S)
    titles = re.findall(r"^#+ (.*)", prose, flags=re.M)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_resolves(path):
    prose = re.sub(CODE, "", path.read_text(), flags=re.S)
    for target in re.findall(r"\]\(([^)]+)\)", prose):
        if not target.startswith("https://"):
            file, _, anchor = target.partition("#")
            found = path.parent / file if file else path
            assert found.exists(), target
            assert not anchor or anchor in anchors(found), target


def test_the_readme_is_a_front_door():
    text = (ROOT / "README.md").read_text()
    assert len(text.splitlines()) <= 120
    assert re.search(r"```sh\nmake +#.*\nmake test +#.*\n```", text)
    linked = {ROOT / target for target in re.findall(r"\]\(([^)#]+\.md)\)", text)}
    assert linked == set(DOCUMENTS) - {ROOT / "README.md"}


def test_commands_are_targets():
    makefile, datasets = (ROOT / "Makefile").read_text(), yaml.safe_load((ROOT / "config.yaml").read_text())
    stages = {rules.parent.name for rules in (ROOT / "workflow" / "experiments").glob("*/rules.smk")}
    known = {f"{name}_{stage}" for name in datasets["datasets"] for stage in stages | {"libsvm", "report"}}
    known |= {path.stem for path in (ROOT / "examples").glob("*.yaml")}
    known |= {"mnist_maxout_rivals", "digits_brightness"}  # of an example, and the experiment of a recipe
    made = named = 0
    for path in DOCUMENTS:
        text = path.read_text()
        for target in re.findall(r"(?:`|^)make ([a-z-]+)", text, flags=re.M):
            assert re.search(rf"^{target}:", makefile, flags=re.M), f"{path}: make {target}"
            made += 1
        for target in re.findall(r"\b(?:digits|mnist|kmnist)_[a-z_]+\b", text):
            assert target in known, f"{path}: {target}"
            named += 1
    assert made > 10
    assert named > 10


@pytest.mark.parametrize("name", ["README.md", "docs/solver.md"])
def test_the_solver_in_a_few_lines(name, capsys):
    scope = {}
    for kind, code in re.findall(CODE, (ROOT / name).read_text(), flags=re.S):
        if kind == "python":
            exec(code, scope)
            assert capsys.readouterr().out
    assert scope["path"].certified.all()
    assert "model" not in scope or scope["model"][-1].duality_gap_.max() < 1e-6


def test_examples_of_the_configuration_resolve():
    """Merged over config.yaml; files of the reader's that are not there are said, no key is refused."""
    found = []
    for path in [*DOCUMENTS, *(ROOT / "examples").glob("*.yaml")]:
        written = path.read_text()
        for kind, text in [("yaml", written)] if path.suffix == ".yaml" else re.findall(CODE, written, re.S):
            given = yaml.safe_load(text) if kind == "yaml" else None
            if not isinstance(given, dict) or not given.keys() & {"datasets", "networks"}:
                continue
            given = given if "datasets" in given else {"datasets": {"digits": given}}
            config = yaml.safe_load((ROOT / "config.yaml").read_text())
            update_config(config, given)
            unreadable: dict[str, str] = {}
            resolved = resolve(config, unreadable)
            assert all("no such file" in line for line in unreadable.values()), unreadable
            for name in given["datasets"].keys() - unreadable:
                families(name, resolved["datasets"][name])
            found.append(path.name)
    assert {"README.md", "own-data.md", "extending.md"} <= set(found)


def test_only_what_fits_paths_depends_on_the_solver():
    """An edit of the solver would rerun every rule where `tilt` itself imported it."""
    workflow = ROOT / "workflow"
    solver = workflow / "lib" / "tilt" / "linear" / "path.py"
    assert solver not in imported_files(workflow / "scripts" / "images.py")
    assert solver in imported_files(workflow / "experiments" / "svm" / "tables.py")


def test_the_reference_of_the_configuration_is_that_of_the_schema(capsys):
    assert main(["configuration"]) == 0
    assert (ROOT / "docs" / "configuration.md").read_text() == capsys.readouterr().out, (
        "run `python -m pipeline configuration > docs/configuration.md`"
    )


def test_every_key_of_the_schema_is_in_the_reference_and_says_what_it_is():
    schema = whole_schema()
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \| (.*) \|$", reference(schema), flags=re.M)
    keys, nodes = [], [schema]
    while nodes:
        node = nodes.pop()
        stray = [key for key, part in node.items() if part is None and key != "default"]
        assert not stray, "a comma in a description without quotes"
        keys += node.get("properties", {})
        nodes += [part for part in node.values() if isinstance(part, dict)]
    assert {key for key, _, _ in rows} == set(keys)
    assert all(meaning for _, _, meaning in rows)


def test_a_reference_in_small():
    part = {"properties": {"a": {"default": [1, None], "description": "what a is"}}}
    of_users = {"additionalProperties": {"$ref": "#/$defs/part"}, "description": "parts"}
    schema = {
        "properties": {
            "one": {"$ref": "#/$defs/part", "default": {}, "description": "a part"},
            "more": of_users,
            "size": {"$ref": "#/$defs/size", "default": 1.0e-6, "description": "how much"},
            "kind": {"enum": ["x", "y"], "description": "which"},
        },
        "required": ["more", "kind"],
        "$defs": {"part": part, "size": {"description": "a number above 0"}},
    }
    assert re.findall(r"^\| `.*", reference(schema), flags=re.M) == [
        "| `one` |  | a part; see [`one`](#one) |",
        "| `more` | required | parts; see [`one`](#one) |",
        "| `size` | `1.0e-06` | how much; a number above 0 |",
        "| `kind` | required | which; one of `x`, `y` |",
        "| `a` | `[1, null]` | what a is |",
    ]


def recipe(folder):
    """Write the experiment of docs/extending.md into a folder for experiments."""
    text = (ROOT / "docs" / "extending.md").read_text().split("\n## A claim")[0]
    names = (
        *("tables.py", "figures.py", "section.py", "claims.py", "text.html.j2", "captions/bars.rst"),
        "rules.smk",
    )
    (folder / "brightness" / "captions").mkdir(parents=True)
    (folder / "brightness" / "__init__.py").touch()
    for name, (_, content) in zip(names, re.findall(CODE, text, flags=re.S), strict=True):
        (folder / "brightness" / name).write_text(content)
    return folder / "brightness"


def test_the_experiment_of_the_recipe(tmp_path, monkeypatch):
    folder = recipe(tmp_path)
    monkeypatch.setattr(experiments, "__path__", [*experiments.__path__, str(tmp_path)])
    from experiments.brightness import figures, section, tables

    made = tables.tables(data=embedded_digits())
    assert list(figures.figures(**made)) == ["bars"]
    files = [folder / "text.html.j2", folder / "captions" / "bars.rst"]
    record = with_prose("brightness", "Brightness", section.section(**made), files)
    assert record["claims"][0]["verdict"] == "reproduced"
    assert record["figures"]["bars"]["parts"]["Measured"] == "From 0.30 to 0.33."
    for name in [name for name in sys.modules if name.startswith("experiments.brightness")]:
        del sys.modules[name]


def test_the_recipe_is_one_folder_and_one_line(tmp_path):
    checkout = tmp_path / "checkout"
    for name in ("workflow", "envs", "profiles"):
        shutil.copytree(ROOT / name, checkout / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("Snakefile", "config.yaml"):
        shutil.copy(ROOT / name, checkout)
    recipe(checkout / "workflow" / "experiments")
    snakefile = checkout / "Snakefile"
    line = 'include: "workflow/experiments/run/rules.smk"\n'
    snakefile.write_text(snakefile.read_text().replace(line, line + line.replace("run", "brightness")))
    printed = plan(tmp_path, "digits_brightness", "digits", checkout=checkout, config=None)
    assert "results/digits/brightness/brightness.csv" in printed
    assert "report/sections/brightness.json" in printed
