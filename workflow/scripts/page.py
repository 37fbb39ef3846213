"""Put the page of a data set together from the records of its sections, pictures and panels."""

from pipeline.job import job
from report.claims import claims_table
from report.page import pictures, render, summary
from report.words import described
from tilt.io import read_json, replacing, write_json, write_table


def main(input, output, params):
    record = read_json(input.record)
    sections = [read_json(input[f"{name}_section"]) for name in params.numbers]
    shown = {section["name"]: pictures(section, input[f"{section['name']}_pictures"]) for section in sections}
    panels = {
        name: read_json(input[f"{name}_panel"]) for name in params.numbers if input.get(f"{name}_panel")
    }
    text = render(
        dataset=params.dataset,
        sections=sections,
        numbers=params.numbers,
        pictures=shown,
        panels=panels,
        shape=record["train"]["shape"][1:],
        data=described(record),
    )
    write_table(output.claims, claims_table([claim for section in sections for claim in section["claims"]]))
    write_json(output.summary, summary(params.dataset, sections, params.numbers))
    with replacing(output.page) as temporary:
        temporary.write_text(text, encoding="utf-8")


job(main, snakemake)
