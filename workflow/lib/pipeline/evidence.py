"""The small tables of a run, to keep beside a text: what came out, what made it, what it took."""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pipeline.costs import Cost, at_least, costs
from tilt.errors import InputError
from tilt.io import read_json, replacing, table_of, write_table

LEFT_OUT = "published"  # made of the article's tables


def write_evidence(results: Path, folder: Path) -> None:
    """Write the evidence of a data set's results into a new folder.

    Tables of whole experiments that are on the page, claims and answers are copied, those of single pairs and
    networks are not; README.md lists them beside manifest and costs. Raises InputError where the folder is
    there or the run is not whole.
    """
    if folder.exists():
        raise InputError(f"{folder}: is there already; name a new folder, or move it away")
    made = read_json(results / "manifest.json")
    took = costs(results)
    claims, answers = (results / "report" / name for name in ("claims.csv", "summary.json"))
    for file in (claims, answers):
        if not file.is_file():
            raise InputError(f"{file}: no such file; make the report first")
    try:
        shown = {section["name"] for section in read_json(answers)["sections"]} - {LEFT_OUT}
    except (KeyError, TypeError) as error:
        raise InputError(f"{answers}: not a summary of a report; make the report again") from error
    tables = [
        file for file in sorted(results.glob("[!.]*/[!.]*.csv")) if file.parent.name in {*shown, "report"}
    ]
    for file in tables:
        if file.stat().st_mtime > answers.stat().st_mtime and file != claims:
            raise InputError(f"{file}: newer than the report; make that anew, so that all is of one run")
    paths = [file.relative_to(results).as_posix() for file in [*tables, answers]]
    try:
        text = _readme(folder.name, made, took, paths)
    except (AttributeError, KeyError, TypeError) as error:
        raise InputError(f"{results}/manifest.json: not a manifest ({error}); make it again") from error
    with replacing(folder) as temporary:
        for file in [*tables, answers, results / "manifest.json"]:
            copy = temporary / file.relative_to(results)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, copy)
        write_table(temporary / "costs.csv", table_of(took))
        (temporary / "README.md").write_text(text, encoding="utf-8")


def _readme(title: str, made: Mapping[str, Any], took: Sequence[Cost], paths: Sequence[str]) -> str:
    packages = ", ".join(f"{name} {version}" for name, version in made["packages"].items() if version)
    commit = f"commit {made['git_commit']}" if made["git_commit"] else "no commit"
    changes = ", with changes that are in no commit" if made["git_changes"] else ""
    rows = [
        f"| {each['stage']} | {each['jobs']} | {each['cpu_seconds']:.0f} s | "
        f"{each['memory_megabytes'] / 1000:.2f} GB |"
        for each in took
    ]
    hours = at_least(sum(each["cpu_seconds"] for each in took) / 3600)
    links = [f"* [{path}]({path})" for path in ("costs.csv", "manifest.json", *paths)]
    return f"""# {title}

Tables of a run that ended on {made["date"]}, at {commit}{changes}, copied by `python -m pipeline evidence`.
{made["processor"] or "Unknown processor"}, {made["cores"]} cores; Python {made["python"]}, {packages}.

Its jobs took at least {hours} hours of CPU time: Snakemake's samples miss up to 30 s at the end of each,
and of a training that was resumed all but the last part.

| stage | jobs | CPU time | largest memory |
|---|---|---|---|
{chr(10).join(rows)}

Their columns are told by `results/README.md`.

{chr(10).join(links)}
"""
