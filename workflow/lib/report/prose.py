"""The prose of an experiment: that of its section, and two paragraphs for each picture."""

from collections.abc import Iterable
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined
from latex2mathml import converter as latex2mathml

from report.contract import Section
from report.typeset import marked


def with_prose(name: str, title: str, section: Section, files: Iterable[str | Path]) -> dict[str, Any]:
    """The record of a section as JSON.

    `files` are the experiment's text.html.j2, which may name the `values`, and captions/TEXT.rst for
    each text of a caption, with two paragraphs: what is drawn, and what the article claims of it.
    """
    prose, captions = "", {}
    for file in map(Path, files):
        if file.suffix == ".rst":
            captions[file.stem] = file.read_text(encoding="utf-8").strip().split("\n\n")
        else:
            prose = file.read_text(encoding="utf-8")
    figures = {}
    for figure, caption in section.captions.items():
        drawn, claimed = captions[caption.text]
        figures[figure] = {
            "title": caption.title,
            "alt": caption.alt,
            "parts": {
                "Drawn": f"{drawn} {caption.sample}",
                "Claimed": claimed,
                "Published": f"{caption.published}.",
                "Measured": caption.measured,
            },
        }
    return {
        "name": name,
        "title": title,
        "text": _environment().from_string(prose).render(section.values),
        "answer": asdict(section.answer) if section.answer else None,
        "claims": [asdict(claim) for claim in section.claims],
        "figures": figures,
        "tables": [asdict(table) for table in section.tables],
    }


def _environment() -> Environment:
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["marked"] = marked
    environment.filters["tex"] = partial(latex2mathml.convert, display="block")
    return environment
