"""The index: a row for each data set that has a report, and the same claims over all of them."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from report.templates import template
from tilt.errors import InputError
from tilt.io import read_json


@dataclass(frozen=True)
class Row:
    """A data set of the index: the summary and the claims of its report, its manifest, the bytes that its
    results take, and addresses by name, of the "report" and of what else there is."""

    summary: Mapping[str, Any]
    claims: Sequence[Mapping[str, str]]
    manifest: Mapping[str, Any]
    size: int
    links: Mapping[str, str]


@dataclass(frozen=True)
class Compared:
    """The claims of a section: by statement, of each data set the claim or None."""

    name: str
    title: str
    claims: Mapping[str, Sequence[Mapping[str, str] | None]]


def row_of(folder: Path, links: Mapping[str, str]) -> Row:
    """The row of a data set from its folder of results, with addresses on the index's page.

    Raises InputError where the report is not finished, or of an older version.
    """
    files = [folder / "report" / "summary.json", folder / "report" / "claims.csv", folder / "manifest.json"]
    if not all(file.is_file() for file in files) or "date" not in (manifest := read_json(files[2])):
        raise InputError(
            f"{folder / 'report' / 'index.html'}: not finished, or of an older version; run `snakemake "
            f"{folder.name}` first"
        )
    with files[1].open(encoding="utf-8", newline="") as file:
        claims = list(csv.DictReader(file))
    return Row(
        summary=read_json(files[0]),
        claims=claims,
        manifest=manifest,
        size=sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()),
        links=links,
    )


def compared(rows: Sequence[Row]) -> list[Compared]:
    """The claims of all data sets by section, in the order of the reports."""
    sections = {section["number"]: section for row in rows for section in row.summary["sections"]}
    found = []
    for _, section in sorted(sections.items()):
        of_rows = [
            {claim["statement"]: claim for claim in row.claims if claim["section"] == section["name"]}
            for row in rows
        ]
        statements = dict.fromkeys(statement for claims in of_rows for statement in claims)
        claims = {each: [claims.get(each) for claims in of_rows] for each in statements}
        if claims:
            found.append(Compared(section["name"], section["title"], claims))
    return found


def render(rows: Sequence[Row], *, links: Mapping[str, str], documents: Mapping[str, str]) -> str:
    """The index as HTML; `links` stand on top, `documents` are titles by address."""
    questions = dict.fromkeys(answer["question"] for row in rows for answer in row.summary["answers"])
    return template("index.html.j2").render(
        title="A New Angle on L2 Regularization, measured again",
        rows=rows,
        questions=list(questions),
        compared=compared(rows),
        links=links,
        documents=documents,
    )
