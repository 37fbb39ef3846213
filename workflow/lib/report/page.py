"""The page of one data set: a single static HTML file with its pictures inside."""

import base64
import html
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

from bokeh.resources import Resources
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from latex2mathml import converter as latex2mathml
from PIL import Image, UnidentifiedImageError

from report.claims import VERDICTS, Claim, Settings
from tilt.errors import InputError
from report.contract import Captions, Table
from report.words import Words

SECTIONS = {
    "toy": "Toy problem",
    "scaling": "Scaling the loss",
    "svm": "Support vector machine",
    "logistic": "Logistic regression",
    "published": "Published tables",
    "two_layer": "Two-layer network",
    "lenet": "LeNet",
    "attack": "Adversarial examples",
    "sweep": "Sweep over weight decay",
    "map": "Initial weights and weight decay",
    "calibration": "Calibration",
    "random_labels": "Random labels",
    "data": "Data",
    "run": "How it was run",
}
MARKS = dict(zip(VERDICTS, "✓◐✗–", strict=True))
PIXEL_DENSITY = 1.5  # pixels of a picture to one of the page


@dataclass(frozen=True)
class Figure:
    """A picture as a data URI with its size on the page, and the parts of its caption."""

    name: str
    picture: str
    width: int
    height: int
    title: str
    alt: str
    parts: Mapping[str, str]


def figures(
    section: str, pictures: Iterable[str | Path], captions: Captions, texts: Mapping[str, str]
) -> list[Figure]:
    """The figures of a section from their PNG files.

    `captions` go by the stem of the file; `texts` hold two paragraphs by name: what is drawn, and what the
    article claims. Raises InputError when a file is not a PNG.
    """
    made = []
    for path in map(Path, pictures):
        content, (width, height) = _webp(path)
        caption = captions[path.stem]
        drawn, claimed = texts[caption.text].strip().split("\n\n")
        made.append(
            Figure(
                name=f"{section}-{path.stem}",
                picture="data:image/webp;base64," + base64.b64encode(content).decode(),
                width=round(width / PIXEL_DENSITY),
                height=round(height / PIXEL_DENSITY),
                title=caption.title,
                alt=caption.alt,
                parts={
                    "Drawn": f"{drawn} {caption.sample}",
                    "Claimed": claimed,
                    "Published": f"{caption.published}.",
                    "Measured": caption.measured,
                },
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
    claims: Sequence[Claim],
    figures: Mapping[str, Sequence[Figure]],
    tables: Mapping[str, Sequence[Table]],
    panels: Mapping[str, Mapping[str, Any]],
    settings: Mapping[str, Settings],
    source: str,
    shape: Sequence[int],
    words: Words,
    config: str,
) -> str:
    """The page as HTML; sections without figures and tables are left out.

    `panels` holds the record of each section that has panels, `settings` what the text mentions of "svm",
    "lenet" and "attack", `source` says where the data come from, `shape` is that of an image or vector,
    `words` are those of the data set, and `config` is the configuration as text.
    """
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["marked"] = marked
    environment.filters["embedded"] = embedded
    environment.filters["tex"] = partial(latex2mathml.convert, display="block")
    _check_shared_controls([panel for record in panels.values() for panel in record["panels"]])
    shown = {key: title for key, title in SECTIONS.items() if figures.get(key) or tables.get(key)}
    return environment.get_template("page.html.j2").render(
        dataset=dataset,
        sections=shown,
        claims={key: [claim for claim in claims if claim.section == key] for key in shown},
        counts={verdict: sum(claim.verdict == verdict for claim in claims) for verdict in VERDICTS},
        marks=MARKS,
        figures=figures,
        tables=tables,
        panels={key: record["panels"] for key, record in panels.items()},
        banks=[bank for record in panels.values() for bank in record["banks"].items()],
        bokeh=Resources(mode="inline", components=["bokeh"]).js_raw[0],
        script=(Path(__file__).parent / "page.js").read_text(encoding="utf-8"),
        settings=settings,
        source=source,
        shape=shape,
        words=words,
        config=config,
    )


def marked(text: str) -> str:
    """Plain text as HTML: λ_optimal, d_adv, x_m, 10^2.5, 4e-15 and -1 typeset, a number kept with its %."""
    text = re.sub(r"(?<!\w)(λ|d|x|w)_(\w+)", r"<i>\1</i><sub>\2</sub>", html.escape(text))
    text = re.sub(r"(\d)e([+-])0*(?=\d)", r"\1&nbsp;·&nbsp;10^\2", text).replace("10^+", "10^")
    text = re.sub(r"(?<![\d.])1&nbsp;·&nbsp;10\^", "10^", text).replace(" %", "&nbsp;%")
    text = re.sub(r"10\^(-?)([\d.]*\d)", r"10<sup>\1\2</sup>", text)
    return re.sub(r"(?<![\w.)-])-(?=[\d.])", "−", text)


def _check_shared_controls(panels: Iterable[Mapping[str, Any]]) -> None:
    """Raise ValueError where two panels mean different things by one name."""
    controls: dict[str, Any] = {}
    for control in (each for panel in panels for each in panel["controls"]):
        if controls.setdefault(control["name"], control) != control:
            raise ValueError(f"two panels differ in the control {control['name']!r}")


def embedded(record: Any) -> str:
    """JSON that may stand in a script element."""
    return json.dumps(record, separators=(",", ":"), allow_nan=False).replace("</", "<\\/")
