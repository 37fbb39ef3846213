"""The index: a row for each data set that has a report, and the same claims over all of them."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from report.claims import VERDICTS, Claim
from report.templates import template
from tilt.errors import InputError
from tilt.io import read_json

SUMMARY = {
    "dataset": str,
    "answers": [dict.fromkeys(("question", "short", "value", "panel"), str)],
    "verdicts": dict.fromkeys(VERDICTS, int),
    "sections": [{"name": str, "title": str, "number": int}],
}
MANIFEST = {"date": str, "git_commit": str | None, "git_changes": bool}


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

    Raises InputError where the report is not finished, or a file of it is damaged or of another version.
    """
    files = [folder / name for name in ("report/summary.json", "report/claims.csv", "manifest.json")]
    if not all(file.is_file() for file in (*files, folder / "config.yaml")):
        raise InputError(
            f"{folder / 'report' / 'index.html'}: not finished; run `snakemake {folder.name}` first"
        )
    return Row(
        summary=record_of(folder, "report/summary.json", SUMMARY),
        claims=_claims(folder),
        manifest=record_of(folder, "manifest.json", MANIFEST),
        size=sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()),
        links=links,
    )


def record_of(folder: Path, name: str, form: Any) -> Any:
    """A JSON record of a folder of results, which has a form (see `_fits`).

    Raises InputError, with the remedy, where it is missing, damaged or of another form.
    """
    try:
        record = read_json(folder / name)
    except InputError as error:
        raise InputError(f"{error}; {_remedy(folder, name)}") from error
    if not _fits(record, form):
        raise InputError(f"{folder / name}: not as this version writes it; {_remedy(folder, name)}")
    return record


def _fits(record: Any, form: Any) -> bool:
    """Whether a record has a form: a type, a list of one form, or a mapping with at least these keys."""
    if isinstance(form, list):
        return isinstance(record, list) and all(_fits(each, form[0]) for each in record)
    if isinstance(form, dict):
        return isinstance(record, dict) and all(
            key in record and _fits(record[key], of_key) for key, of_key in form.items()
        )
    return isinstance(record, form)


def _claims(folder: Path) -> list[dict[str, str]]:
    """The claims of a report as text, of which `tilt.io.read_table` would make numbers where it can."""
    name = "report/claims.csv"
    try:
        with (folder / name).open(encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file, strict=True)
            claims = [dict(zip(header, row, strict=True)) for row in rows]
    except (ValueError, csv.Error):
        header, claims = [], []
    if header != [field.name for field in fields(Claim)] or any(c["verdict"] not in VERDICTS for c in claims):
        raise InputError(f"{folder / name}: not a table of claims; {_remedy(folder, name)}")
    return claims


def _remedy(folder: Path, name: str) -> str:
    """What makes a file of a report anew: a run makes no section anew whose page is there."""
    gone = folder / "report" if name.startswith("report/") else folder / name
    return f"delete {gone} and run `snakemake {folder.name}` again"


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
