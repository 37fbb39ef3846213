"""Estimates and claims in the documents are in the tables of the runs that they name: docs/evidence."""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from conftest import ROOT
from tilt.intervals import mean_interval
from tilt.io import read_json, read_table

NUMBER = r"[-−]?\d+(?:\.\d+)?"
ESTIMATE = re.compile(rf"({NUMBER})[^()|\d.,;:]{{0,16}} \((?:95 % interval )?({NUMBER}) to ({NUMBER})")
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
SETTINGS = ("weight_decay", "strength", "weight_scale")
CLAIMS = re.compile(r"^\| claim \| published \| measured \| verdict \|\n\|[-|]+\|\n((?:\|.*\n)+)", re.M)
COLUMNS = ("statement", "published", "measured", "verdict")  # of a claims.csv


def runs(document: Path) -> set[Path]:
    """The folders of evidence to which a document links, the README by way of its documents."""
    found = set()
    for target in re.findall(r"\]\(([^)#]+\.md)", document.read_text()):
        linked = (document.parent / target).resolve()
        if linked.name == "README.md" and linked.parents[1] == ROOT / "docs" / "evidence":
            found.add(linked.parent)
        elif document.name == "README.md" and linked.parent == ROOT / "docs":
            found |= runs(linked)
    return found


def estimates(folder: Path) -> Iterator[tuple[float, float, float]]:
    """Means and intervals: in columns, over the seeds of a table, in the text of claims and answers."""
    texts = [answer["text"] for file in folder.rglob("summary.json") for answer in read_json(file)["answers"]]
    for file in folder.rglob("*.csv"):
        table = read_table(file)
        for name in table:
            if f"{name.removesuffix('_mean')}_low" in table:
                ends = (table[f"{name.removesuffix('_mean')}_{end}"] for end in ("low", "high"))
                yield from zip(table[name], *ends, strict=True)
        if "seed" in table:
            yield from over_seeds(table)
        texts += table.get("measured", np.array([])).tolist()
    for found in re.findall(ESTIMATE, "\n".join(texts)):
        yield tuple(map(number, found))


def over_seeds(table) -> Iterator[tuple[float, float, float]]:
    """Means and 95 % intervals over the rows that differ in their seed, of the columns that are measured."""
    measured = [name for name in table if table[name].dtype.kind == "f" and name not in SETTINGS]
    others = [name for name in table if name not in (*measured, "seed", "network")]
    groups: dict[tuple, list[int]] = {}
    for row in range(len(table["seed"])):
        groups.setdefault(tuple(table[name][row] for name in others), []).append(row)
    for rows in groups.values():
        for name in measured:
            values = table[name][rows]
            if len(rows) > 1 and np.isfinite(values).all():
                yield mean_interval(values)


def told_claims(text: str) -> list[tuple[str, ...]]:
    """The rows of a document's tables of CLAIMS."""
    rows = "".join(re.findall(CLAIMS, text)).splitlines()
    cells = [re.split(r"(?<!\\)\|", row)[1:-1] for row in rows]
    return [tuple(cell.strip().replace(r"\|", "|") for cell in row) for row in cells]


def number(text: str) -> float:
    return float(text.replace("−", "-"))


def agree(estimate: tuple[str, str, str], found: np.ndarray) -> np.ndarray:
    """Which rows are the estimate to its printed digits: as it is, in per cent, or what a whole leaves."""
    ours = np.array([number(text) for text in estimate])
    within = np.array([0.5 * 10.0 ** -len(text.partition(".")[2]) for text in estimate]) * (1 + 1e-6)
    ways = (found, 100 * found, 100 * (1 - found[:, [0, 2, 1]]))
    return sum(np.all(np.abs(way - ours) <= within, axis=1) for way in ways) > 0


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_estimates_are_in_a_table_of_a_run_that_the_document_names(path):
    told = re.findall(ESTIMATE, path.read_text())
    found = np.array([row for folder in sorted(runs(path)) for row in estimates(folder)]).reshape(-1, 3)
    absent = ["{} ({} to {})".format(*estimate) for estimate in told if not agree(estimate, found).any()]
    assert not absent


def test_claims_stand_as_they_are_in_a_run_that_the_document_names():
    told = {path: told_claims(path.read_text()) for path in DOCUMENTS}
    for path, rows in told.items():
        tables = [read_table(file) for folder in runs(path) for file in folder.rglob("claims.csv")]
        known = {row for table in tables for row in zip(*(table[key] for key in COLUMNS), strict=True)}
        assert set(rows) <= known, path
    assert len(told[ROOT / "docs" / "results-mnist.md"]) > 10


def test_a_claim_is_read_from_a_table():
    head = "| claim | published | measured | verdict |\n|---|---|---|---|\n"
    text = f"{head}| a | b | 2\\|x\\| | c |\n\n| d | e | f | g |\n"
    assert told_claims(text) == [("a", "b", "2|x|", "c")]


def test_an_estimate_is_found_by_its_digits(tmp_path):
    tmp_path.joinpath("table.csv").write_text("x_mean,x_low,x_high\n0.0252,0.0151,0.0353\n")
    tmp_path.joinpath("seeds.csv").write_text("label,seed,y\na,0,1.0\na,1,3.0\n")
    tmp_path.joinpath("claims.csv").write_text("measured\n3.1 times (95 % interval 2.9 to 3.3)\n")
    found = np.array(list(estimates(tmp_path)))
    for held in (
        ("2.5", "1.5", "3.5"),
        ("0.025", "0.015", "0.035"),
        ("2.0", "−10.7", "14.7"),
        ("3.1", "2.9", "3.3"),
        ("97.5", "96.5", "98.5"),
    ):
        assert agree(held, found).sum() == 1, held
    for other in (("2.5", "1.5", "3.6"), ("2.6", "1.5", "3.5"), ("25", "15", "35"), ("3.1", "2.9", "3.2")):
        assert not agree(other, found).any(), other
