"""The site: a folder for any static host, with the reports, their results and the documents."""

import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from report.documents import document
from report.index import record_of, render, row_of
from report.templates import template

LEFT_OUT = ("benchmarks", "logs", "panels", "report/sections", "manifest.json")
LINKS = {"report": "index.html", "data and files": "data.html", "manifest": "manifest.json"}
SECTION = {"title": str, "text": str, "tables": [{"title": str, "header": [str], "rows": [[str]]}]}


@dataclass(frozen=True)
class Download:
    """A file to download: its name and address on the page that lists it, and its size in bytes."""

    name: str
    address: str
    size: int


Downloads = dict[str, list[Download]]  # by group


def write_site(folder: Path, *, datasets: Sequence[Path], documents: Mapping[str, Path]) -> None:
    """Write the site into an empty folder.

    `datasets` are the folders of results of data sets that have a report, beside that of the toy problem.
    `documents` are files by their path in the site: Markdown becomes HTML; others, to which it links, are
    copied. Raises InputError where a report is not finished, or a file of it is damaged.
    """
    rows = [
        row_of(results, {text: f"{results.name}/{to}" for text, to in LINKS.items()}) for results in datasets
    ]
    titles = {}
    for path, file in documents.items():
        if file.suffix == ".md":
            made = document(file.read_text(encoding="utf-8"), file.name)
            page = str(PurePosixPath(path).with_suffix(".html"))
            _write(folder, page, "document.html.j2", title=made.title, text=made.text)
            titles[page] = made.title
        else:
            _copy(file, folder / path)
    toy = _downloads(datasets[0].with_name("toy"), folder)
    for results in datasets:
        name = results.name
        for file in (results / "config.yaml", results / "manifest.json", results / "report" / "index.html"):
            _copy(file, folder / name / file.name)
        tables, figures = _downloads(results, folder)
        _write(
            folder,
            f"{name}/data.html",
            "data.html.j2",
            title=f"{name}: data, tables and figures",
            section=record_of(results, "report/sections/data.json", SECTION),
            tables=tables | toy[0],
            figures=figures | toy[1],
        )
    index = render(rows, links=_links(""), documents=titles)
    (folder / "index.html").write_text(index, encoding="utf-8")


def _downloads(results: Path, site: Path) -> tuple[Downloads, Downloads]:
    """Copy the tables and the figures of a folder of results into the site, and list them."""
    tables = [
        file
        for file in sorted(results.rglob("[!.]*"))
        if file.suffix in (".csv", ".json")
        and not any(file.is_relative_to(results / each) for each in LEFT_OUT)
    ]
    drawn = results / "figures"
    figures = [file for file in sorted(drawn.rglob("[!.]*")) if file.suffix in (".png", ".svg")]
    to = site / results.name
    return _copied(tables, results, to / "tables"), _copied(figures, drawn, to / "figures")


def _copied(files: Iterable[Path], base: Path, to: Path) -> Downloads:
    """Copy files below a folder to another one, and list them by the first folder on their way."""
    found: Downloads = {}
    for file in files:
        path = file.relative_to(base)
        _copy(file, to / path)
        address = f"../{to.parent.name}/{to.name}/{path.as_posix()}"
        group = path.parts[0] if len(path.parts) > 1 else to.parent.name
        found.setdefault(group, []).append(Download(path.as_posix(), address, file.stat().st_size))
    return found


def _copy(file: Path, to: Path) -> None:
    to.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, to)


def _write(site: Path, path: str, name: str, **values: Any) -> None:
    """Write a page of the site from its template."""
    root = "../" * path.count("/")
    text = template(name).render(root=root, links=_links(root), **values)
    (site / path).parent.mkdir(parents=True, exist_ok=True)
    (site / path).write_text(text, encoding="utf-8")


def _links(root: str) -> dict[str, str]:
    """What stands on top of each page, from where the site's root is."""
    return {"Data sets": f"{root}index.html", "About tilt": f"{root}README.html"}
