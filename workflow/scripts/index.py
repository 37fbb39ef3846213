"""Make the index of the data sets that have a report."""

from pathlib import Path

from pipeline.job import job
from report.index import render, row_of
from tilt.io import replacing


def main(input, output, params):
    rows = []
    for results in (Path(page).parents[1] for page in input.pages):
        name = results.name
        links = {
            "report": f"{name}/report/index.html",
            "files": f"{name}/",
            "manifest": f"{name}/manifest.json",
        }
        rows.append(row_of(results, links))
    with replacing(output.index) as temporary:
        temporary.write_text(render(rows, links={}, documents={}), encoding="utf-8")


job(main, snakemake)
