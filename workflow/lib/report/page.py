"""The page of one data set: one static HTML file made of the records of sections, pictures and panels."""

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from bokeh.resources import Resources
from PIL import Image, UnidentifiedImageError

from report.answers import NETWORKS
from report.claims import VERDICTS
from report.templates import template
from tilt.errors import InputError

PIXEL_DENSITY = 1.5  # pixels of a picture to one of the page


@dataclass(frozen=True)
class Picture:
    """A picture of a section as a data URI with its size on the page, and the record of its caption."""

    name: str
    uri: str
    width: int
    height: int
    caption: Mapping[str, Any]


def pictures(section: Mapping[str, Any], files: Iterable[str | Path]) -> list[Picture]:
    """The pictures of a section's record from PNG files, in the order of its captions.

    A file goes by its stem. Raises InputError when one is not a PNG.
    """
    by_stem = {Path(file).stem: Path(file) for file in files}
    made = []
    for stem, caption in section["figures"].items():
        content, (width, height) = _webp(by_stem[stem])
        made.append(
            Picture(
                name=f"{section['name']}-{stem}",
                uri="data:image/webp;base64," + base64.b64encode(content).decode(),
                width=round(width / PIXEL_DENSITY),
                height=round(height / PIXEL_DENSITY),
                caption=caption,
            )
        )
    return made


def _webp(path: Path) -> tuple[bytes, tuple[int, int]]:
    """The picture of a PNG file without loss in less than half the bytes, and its size."""
    buffer = BytesIO()
    try:
        with Image.open(path, formats=["PNG"]) as picture:
            picture.convert("RGB").save(buffer, "webp", lossless=True)
            return buffer.getvalue(), picture.size
    except (UnidentifiedImageError, OSError, SyntaxError) as error:
        raise InputError(f"{path}: not a PNG file; delete it and run again") from error


def render(
    *,
    dataset: str,
    sections: Sequence[Mapping[str, Any]],
    numbers: Mapping[str, int],
    pictures: Mapping[str, Sequence[Picture]],
    panels: Mapping[str, Mapping[str, Any]],
    shape: Sequence[int],
    data: str,
) -> str:
    """The page as HTML, from the records of its sections in order.

    `numbers`, `pictures` and `panels` go by the name of a section, `shape` is that of an image or vector,
    `data` says in words what the data set is.
    """
    everything = [panel for record in panels.values() for panel in record["panels"]]
    _check_shared_controls(everything)
    banks = {name: bank for record in panels.values() for name, bank in record["banks"].items()}
    front = [panel for panel in everything if panel["front"]]
    at_once = {name for panel in front for name in _at_start(panel)}
    answers = answers_of(sections)
    return template("page.html.j2").render(
        dataset=dataset,
        sections=sections,
        numbers=numbers,
        answers=answers,
        networks=any(answer["question"] == NETWORKS for answer in answers),
        first={
            "panels": front,
            "banks": {name: bank for name, bank in banks.items() if name in at_once},
        },
        others={
            "panels": [panel for panel in everything if not panel["front"]],
            "banks": {name: bank for name, bank in banks.items() if name not in at_once},
        },
        counts=counts(sections),
        tallies={section["name"]: counts([section]) for section in sections},
        pictures=pictures,
        panels={name: record["panels"] for name, record in panels.items()},
        bokeh=Resources(mode="inline", components=["bokeh"]).js_raw[0],
        script=(Path(__file__).parent / "page.js").read_text(encoding="utf-8"),
        shape=shape,
        data=data,
    )


def answers_of(sections: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The answers of sections in order, of each question the last."""
    found = {section["answer"]["question"]: section["answer"] for section in sections if section["answer"]}
    return list(found.values())


def counts(sections: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """How many claims have each verdict."""
    verdicts = [claim["verdict"] for section in sections for claim in section["claims"]]
    return {verdict: verdicts.count(verdict) for verdict in VERDICTS}


def summary(
    dataset: str, sections: Sequence[Mapping[str, Any]], numbers: Mapping[str, int]
) -> dict[str, Any]:
    """What pages of several data sets tell of one: its answers, counts of verdicts, and its sections."""
    return {
        "dataset": dataset,
        "answers": answers_of(sections),
        "verdicts": counts(sections),
        "sections": [
            {"name": section["name"], "title": section["title"], "number": numbers[section["name"]]}
            for section in sections
        ],
    }


def _at_start(panel: Mapping[str, Any]) -> set[str]:
    """The banks that a panel draws on where its controls start."""
    tokens = {control["name"]: control["tokens"][control["start"]] for control in panel["controls"]}
    return {each["bank"].format(**tokens) for each in [*panel["targets"], *panel["readouts"]]}


def _check_shared_controls(panels: Iterable[Mapping[str, Any]]) -> None:
    """Raise ValueError where two panels mean different things by one name."""
    controls: dict[str, Any] = {}
    for control in (each for panel in panels for each in panel["controls"]):
        if controls.setdefault(control["name"], control) != control:
            raise ValueError(f"two panels differ in the control {control['name']!r}")
