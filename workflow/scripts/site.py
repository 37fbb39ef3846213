"""Make the site: reports, tables and figures of the data sets, and the documents."""

from pathlib import Path

from pipeline.job import job
from report.site import write_site
from tilt.io import replacing


def main(input, output, params):
    with replacing(output.site) as folder:
        folder.mkdir()
        write_site(
            folder,
            datasets=[Path(page).parents[1] for page in input.pages],
            documents=dict(zip(params.documents, map(Path, input.documents), strict=True)),
        )


job(main, snakemake)
