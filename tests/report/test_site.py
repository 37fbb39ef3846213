"""The index and the site: links and anchors of every page hold, and nothing is loaded from elsewhere."""

import re

import pytest

from conftest import ROOT
from links import Page, broken
from pipeline.documents import documents
from report.claims import VERDICTS
from report.documents import document
from report.index import compared, row_of
from report.site import write_site
from tilt.errors import InputError
from tilt.io import json_text, write_json, write_table

SUMMARY = {
    "answers": [
        {
            "question": "Linear classifiers",
            "short": "yes",
            "text": "The tilt falls.",
            "value": "× 1.90 (1.72 to 2.10)",
            "panel": "svm-pair",
        }
    ],
    "verdicts": dict.fromkeys(VERDICTS, 0) | {"reproduced": 1},
    "sections": [{"name": "svm", "title": "SVM", "number": 3}],
}
CLAIM = {
    "section": "svm",
    "statement": "Tilt falls",
    "published": "a drawing",
    "measured": "by 1.2",
    "rule": "any",
    "verdict": "reproduced",
}
MANIFEST = {"date": "2026-11-27", "git_commit": "0123456789abcdef", "git_changes": False}
DATA = {
    "title": "Data",
    "text": "<p>From a test.</p>",
    "tables": [{"title": "The data set", "header": ["", "Training"], "rows": [["Images", "12"]]}],
}


@pytest.fixture
def results(tmp_path):
    """Made-up results of two data sets and of the toy problem."""
    folder = tmp_path / "results"
    for name in ("a", "b-2"):
        write_json(folder / name / "manifest.json", MANIFEST)
        write_json(folder / name / "report" / "summary.json", {"dataset": name, **SUMMARY})
        write_json(folder / name / "report" / "sections" / "data.json", DATA)
        write_table(folder / name / "report" / "claims.csv", {key: [text] for key, text in CLAIM.items()})
        write_table(folder / name / "svm" / "0v1" / "path.csv", {"theta": [1.0]})
        for file in ("config.yaml", "svm/0v1/weights.npz", "logs/svm.json", "panels/svm.json"):
            (folder / name / file).parent.mkdir(exist_ok=True)
            (folder / name / file).write_text("a: b")
        (folder / name / "report" / "index.html").write_text(
            '<p id="svm-pair"><a href="#claims">Claims</a></p><p id="claims"></p>'
        )
    for figure in (folder / "a" / "figures" / "svm" / "0v1_curves", folder / "toy" / "figures" / "tilt"):
        figure.parent.mkdir(parents=True)
        for suffix in (".png", ".svg"):
            figure.with_suffix(suffix).write_text("drawn")
    write_table(folder / "toy" / "four_fits.csv", {"l2": ["with"]})
    return folder


@pytest.fixture
def site(results, tmp_path):
    """The site of the made-up results with the documents of this repository."""
    folder = tmp_path / "site"
    folder.mkdir()
    write_site(folder, datasets=[results / "a", results / "b-2"], documents=documents(ROOT))
    return folder


def files(site):
    return {str(file.relative_to(site)) for file in site.rglob("*") if file.is_file()}


def test_every_link_of_the_site_holds_and_nothing_is_loaded_from_elsewhere(site):
    assert broken(site) == []
    assert {f"docs/{file.stem}.html" for file in (ROOT / "docs").glob("*.md")} <= files(site)
    assert {"docs/report.png", "LICENSE", "index.html", "results/README.html"} <= files(site)


@pytest.mark.parametrize(
    ("page", "old", "new"),
    [
        ("docs/solver.html", "<h1", '<a href="nowhere.html">x</a><h1'),
        ("index.html", "a/index.html#svm-pair", "a/index.html#gone"),
        ("README.html", 'src="docs/report.png"', 'src="https://example.org/report.png"'),
        ("README.html", 'src="docs/report.png"', 'srcset="docs/none.png 2x"'),
        ("CHANGELOG.html", "<style>", "<style>@import url(https://example.org/a.css);"),
        ("a/index.html", "<p ", '<script src="//example.org/a.js"></script><p '),
        ("a/data.html", "../toy/tables/", "../toy/"),
        ("docs/weight-decay.html", 'id="how-it-was-run', 'id="so-it-was-run'),
    ],
)
def test_a_broken_link_is_found(site, page, old, new):
    text = (site / page).read_text()
    assert old in text
    (site / page).write_text(text.replace(old, new))
    assert broken(site)


def test_the_site_has_what_is_for_readers_and_nothing_else(site):
    of_datasets = {file for file in files(site) if file.startswith(("a/", "b-2/", "toy/"))}
    assert of_datasets == {
        "toy/tables/four_fits.csv",
        *("toy/figures/tilt.png", "toy/figures/tilt.svg"),
        *("a/figures/svm/0v1_curves.png", "a/figures/svm/0v1_curves.svg"),
        *(
            f"{name}/{file}"
            for name in ("a", "b-2")
            for file in (
                "index.html", "data.html", "config.yaml", "manifest.json", "tables/svm/0v1/path.csv",
                "tables/report/claims.csv", "tables/report/summary.json",
            )
        ),
    }  # fmt: skip
    page = Page((site / "a" / "data.html").read_text())
    listed = {address for address in page.links if "/tables/" in address or "/figures/" in address}
    assert {
        f"../{file}" for file in of_datasets if file.split("/")[0] != "b-2" and file.count("/") > 1
    } == listed
    assert "12" in (site / "a" / "data.html").read_text()


def test_headings_have_the_anchors_of_github():
    text = document(
        "# A `b` & C-d\n\n## É, e_f: (g)?\n\n## Two\n\n## Two\n\n[x](y.md#two) [z](https://a.b/c.md)", "a.md"
    ).text
    assert re.findall(r'id="(.*?)"', text) == ["a-b--c-d", "é-e_f-g", "two", "two-1"]
    assert re.findall(r'href="(.*?)"', text) == ["y.html#two", "https://a.b/c.md"]


@pytest.mark.parametrize("markdown", ["", "Only text.", "#\n\nText."])
def test_a_document_without_a_heading_has_the_name_of_its_file_as_title(results, tmp_path, markdown):
    (tmp_path / "notes.md").write_text(markdown)
    site = tmp_path / "site"
    site.mkdir()
    write_site(site, datasets=[results / "a"], documents={"docs/notes.md": tmp_path / "notes.md"})
    assert '<a href="docs/notes.html">notes.md</a>' in (site / "index.html").read_text()


def test_claims_of_all_data_sets_are_set_side_by_side(results):
    other = CLAIM | {"statement": "Errors rise", "published": "1.10", "verdict": "not reproduced"}
    toy = CLAIM | {"section": "toy", "statement": "Tilt falls"}
    table = {key: [each[key] for each in (other, CLAIM, toy)] for key in CLAIM}
    write_table(results / "b-2" / "report" / "claims.csv", table)
    sections = [{"name": "toy", "title": "Toy", "number": 1}, *SUMMARY["sections"]]
    write_json(
        results / "b-2" / "report" / "summary.json", {"dataset": "b-2", **SUMMARY, "sections": sections}
    )
    rows = [row_of(results / name, {"report": ""}) for name in ("a", "b-2")]
    assert [(each.name, each.title, dict(each.claims)) for each in compared(rows)] == [
        ("toy", "Toy", {"Tilt falls": [None, toy]}),
        ("svm", "SVM", {"Tilt falls": [CLAIM, CLAIM], "Errors rise": [None, other]}),
    ]
    assert rows[0].size == sum(file.stat().st_size for file in (results / "a").rglob("*") if file.is_file())


def test_the_row_of_a_data_set(site):
    page = (site / "index.html").read_text()
    (row,) = re.findall(
        r'<tr role="row">\s*(<th scope="row" role="rowheader"><a href="a/.*?)</tr>', page, re.S
    )
    assert re.findall(r'href="(.*?)"', row) == [
        "a/index.html", "a/index.html#svm-pair", "a/index.html#claims",
        "a/index.html", "a/data.html", "a/manifest.json",
    ]  # fmt: skip
    text = " ".join(re.sub(r"<.*?>|&nbsp;", " ", row).split())
    assert text.startswith("a yes × 1.90 (1.72 to 2.10) ✓ reproduced 1 2026-11-27 at commit 0123456 , ")


@pytest.mark.parametrize("file", ["report/summary.json", "report/claims.csv", "manifest.json", "config.yaml"])
def test_half_a_report_is_named(results, tmp_path, file):
    (results / "a" / file).unlink()
    with pytest.raises(InputError, match=r"a/report/index\.html: not finished; run `snakemake a` first"):
        write_site(tmp_path / "site", datasets=[results / "a"], documents={})


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("report/summary.json", '{"dataset": "a", "answ'),
        ("report/summary.json", "7"),
        ("report/summary.json", json_text({**SUMMARY, "dataset": 7})),
        ("report/summary.json", json_text({"dataset": "a", **SUMMARY, "answers": ["yes"]})),
        ("report/summary.json", json_text({"dataset": "a", **SUMMARY, "verdicts": {}})),
        ("report/claims.csv", ""),
        ("report/claims.csv", "section,statement\nsvm,Tilt falls\n"),
        ("report/claims.csv", ",".join(CLAIM) + "\nsvm,Tilt falls\n"),
        ("report/claims.csv", ",".join(CLAIM) + "\nsvm,Tilt falls,a drawing,by 1.2,any,prov"),
        ("report/claims.csv", "\0\x80"),
        ("report/sections/data.json", '{"title": "Data"}'),
        ("manifest.json", "null"),
        ("manifest.json", json_text({"git_commit": None, "git_changes": False})),
    ],
)
def test_a_damaged_file_of_a_report_is_named_with_the_remedy(results, tmp_path, file, text):
    (results / "a" / file).write_text(text, encoding="latin-1")
    gone = "report" if "report" in file else file
    with pytest.raises(
        InputError, match=rf"a/{file}: not .*; delete \S*/a/{gone} and run `snakemake a` again"
    ):
        write_site(tmp_path / "site", datasets=[results / "a"], documents={})
