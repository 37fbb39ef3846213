"""The page of one data set: a single static HTML file with its pictures inside."""

import base64
import html
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from bokeh.resources import Resources
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from latex2mathml import converter as latex2mathml
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from tilt.attacks.statistics import ATTACKED, found_norms
from tilt.claims import VERDICTS, Claim, Columns, Settings
from tilt.claims.published import PUBLISHED_QUANTITIES
from tilt.errors import InputError
from tilt.report.captions import Captions
from tilt.starts import INITIAL_WEIGHTS

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


@dataclass(frozen=True)
class Table:
    """A table of text; the first column names the rows."""

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]


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
    config: str,
) -> str:
    """The page as HTML; sections without figures and tables are left out.

    `panels` holds the record of each section that has panels, `settings` what the text mentions of "svm",
    "lenet" and "attack", `source` says where the data come from, `shape` is that of an image or vector, and
    `config` is the configuration as text.
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
        script=(Path(__file__).parent / "page.js").read_text(),
        settings=settings,
        source=source,
        shape=shape,
        config=config,
    )


def marked(text: str) -> str:
    """Plain text as HTML: λ_optimal, d_adv, x_m, 10^2.5 and 4e-15 typeset, a number kept with its %."""
    text = re.sub(r"(?<!\w)(λ|d|x|w)_(\w+)", r"<i>\1</i><sub>\2</sub>", html.escape(text))
    text = re.sub(r"(\d)e([+-])0*(?=\d)", r"\1&nbsp;·&nbsp;10^\2", text).replace("10^+", "10^")
    text = re.sub(r"(?<![\d.])1&nbsp;·&nbsp;10\^", "10^", text).replace(" %", "&nbsp;%")
    return re.sub(r"10\^(-?)([\d.]*\d)", lambda m: f"10<sup>{'−' if m[1] else ''}{m[2]}</sup>", text)


def _check_shared_controls(panels: Iterable[Mapping[str, Any]]) -> None:
    """Raise ValueError where two panels mean different things by one name."""
    controls: dict[str, Any] = {}
    for control in (each for panel in panels for each in panel["controls"]):
        if controls.setdefault(control["name"], control) != control:
            raise ValueError(f"two panels differ in the control {control['name']!r}")


def embedded(record: Any) -> str:
    """JSON that may stand in a script element."""
    return json.dumps(record, separators=(",", ":"), allow_nan=False).replace("</", "<\\/")


def fits_table(fits: Columns) -> Table:
    """The four fits of the toy problem."""
    header = ("Classifier", "λ", "Tilt θ", "‖w‖", "Training error", "Noisy point p")
    return Table(
        "The four fits",
        header,
        [
            (
                f"{fits['classifier'][k]}, {fits['l2'][k]} L2",
                f"{fits['lambda'][k]:g}",
                f"{np.degrees(fits['theta'][k]):.2f}°",
                f"{fits['norm_w'][k]:.3g}",
                _percent(fits["err_train"][k]),
                "as labelled" if fits["noisy_point_correct"][k] else "ignored",
            )
            for k in range(len(fits["theta"]))
        ],
    )


def pairs_table(summary: Columns) -> Table:
    """The SVM of every pair at the smallest λ and at λ_optimal."""
    header = (
        "Pair",
        "λ_article at λ_optimal",
        "Least test error",
        "Training error there",
        "θ there",
        "d_adv there (pixels)",
        "Test error at smallest λ",
        "θ at smallest λ",
        "Test error at largest λ",
    )
    rows = []
    for k in range(len(summary["class_i"])):
        row = {name: column[k] for name, column in summary.items()}
        rows.append(
            (
                f"{row['class_i']:.0f}v{row['class_j']:.0f}",
                f"10^{np.log10(row['lambda_article_optimal']):.1f}",
                _percent(row["err_test_optimal"]),
                _percent(row["err_train_optimal"]),
                f"{np.degrees(row['theta_optimal']):.1f}°",
                f"{row['d_adv_optimal']:.3f}",
                _percent(row["err_test_smallest"]),
                f"{np.degrees(row['theta_smallest']):.1f}°",
                _percent(row["err_test_largest"]),
            )
        )
    return Table(f"Summary of the {len(rows)} pairs", header, rows)


def deviations_table(summary: Columns) -> Table:
    """The deviations from the article's tables, a row per quantity."""
    rows = []
    for quantity, (name, unit, _) in PUBLISHED_QUANTITIES.items():
        of = {column: values[summary["quantity"] == quantity] for column, values in summary.items()}
        if not of["rows"].sum():
            continue
        worst = np.nanargmax(of["largest"])
        rows.append(
            (
                f"{name} ({unit})",
                f"{of['rows'].sum():,.0f}",
                f"{of['within'].sum():,.0f}",
                f"{np.nanmedian(of['median']):.2g}",
                f"{of['largest'][worst]:.2g}",
                f"{of['pair'][worst]}, 10^{np.log10(of['lambda_article'][worst]):.1f}",
                f"{of['rows_not_unique'].sum():,.0f}",
            )
        )
    header = (
        "Quantity",
        "Cells",
        "Within tolerance",
        "Median",
        "Largest",
        "At",
        "Cells of a bias not unique",
    )
    return Table("Absolute deviations by quantity", header, rows)


def arbitration_table(arbitration: Columns) -> Table:
    """What libsvm finds in each cell beyond the tolerance."""
    rows = []
    for k in range(len(arbitration["pair"])):
        row = {name: column[k] for name, column in arbitration.items()}
        name, unit, _ = PUBLISHED_QUANTITIES[row["quantity"]]
        factor, unit = (100, "%") if unit == "points" else (1, unit)
        values = [f"{factor * row[who]:.4f}" for who in ("ours", "published", "libsvm")]
        power = f"10^{np.log10(row['lambda_article']):.1f}"
        rows.append((row["pair"], power, f"{name} ({unit})", *values, row["agrees_with"]))
    header = ("Pair", "λ_article", "Quantity", "Ours", "Published", "libsvm", "libsvm agrees with")
    return Table(f"The {len(rows)} cells beyond the tolerance", header, rows)


def networks_table(networks: Mapping[str, Settings], histories: Mapping[str, Columns]) -> Table:
    """Settings and outcome of each network."""
    rows = []
    for name, network in networks.items():
        history = histories[name]
        best = history["test_error"].argmin()
        rows.append(
            (
                name,
                INITIAL_WEIGHTS[network["initial_weights"]],
                f"{network['pixel_scale']:g}",
                f"{network['weight_decay']:g}",
                str(network["seed"]),
                f"{len(history['epoch'])}" + (", diverged" if str(history["diverged"][-1]) == "True" else ""),
                _percent(history["train_error"][-1]),
                _percent(history["test_error"][-1]),
                f"{_percent(history['test_error'][best])}, epoch {history['epoch'][best]:.0f}",
                *(f"{history[f'rms_{layer}'][-1]:.2g}" for layer in ("conv1", "conv2", "fc1", "fc2")),
                f"{history['seconds'].sum() / 60:.1f} min",
            )
        )
    header = (
        *("Network", "Initial weights", "Pixel scale", "Weight decay", "Seed", "Epochs", "Training error"),
        *("Test error", "Least test error", "RMS Conv1", "Conv2", "FC1", "FC2", "Time"),
    )
    return Table("The networks at the end of their training", header, rows)


def attacks_table(attacks: Mapping[str, Columns], temperatures: Mapping[str, float | None]) -> Table:
    """Outcome of the targeted ascent on each network."""
    rows = []
    for name, table in attacks.items():
        norms = found_norms(table, "norm")
        statistics = _statistics(norms, np.mean, np.median, np.min, np.max)
        temperature, status = temperatures[name], table["status"][0]
        rows.append(
            (
                name,
                status if temperature is None else f"{temperature:.3g}",
                f"{np.isfinite(norms).sum()} of {len(norms)}",
                *statistics,
                f"{np.median(table['steps']):.0f}" if status == ATTACKED else "–",
            )
        )
    header = (
        "Network",
        "Temperature",
        "Targets reached",
        "Mean norm",
        "Median",
        "Least",
        "Greatest",
        "Median steps",
    )
    return Table("Targeted ascent; norms of the attacks that reached their target", header, rows)


def minimal_norms_table(attacks: Mapping[str, Columns]) -> Table:
    """The nearest adversarial examples of each network."""
    rows = []
    for name, table in attacks.items():
        norms = found_norms(table, "minimal_norm")
        rows.append(
            (
                name,
                f"{np.isfinite(norms).sum()} of {len(norms)}",
                str(np.sum(norms == 0)),
                *_statistics(norms, np.median, _quartile(0.25), _quartile(0.75), np.mean),
                *_statistics(found_norms(table, "least_norm"), np.median),
            )
        )
    header = (
        *("Network", "Misclassified", "Of these as they are", "Median norm", "Lower quartile"),
        *("Upper quartile", "Mean", "Median of the least of all attacks"),
    )
    return Table(
        "Nearest adversarial examples; L2 norms, 0 for images misclassified as they are", header, rows
    )


def accuracies_table(accuracies: Mapping[str, Columns]) -> Table:
    """Accuracy of each network under the linear attack."""
    rows = [
        (name, *("–" if np.isnan(value) else _percent(value) for value in table["accuracy"]))
        for name, table in accuracies.items()
    ]
    first = next(iter(accuracies.values()))
    header = ("Network", *(f"ε = {epsilon:g}" for epsilon in first["epsilon"]))
    return Table(f"Accuracy under the linear attack, {first['images'][0]:,} test images", header, rows)


def linear_models_table(linear: Columns) -> Table:
    """The minimal-norm attack against exact distances, on the SVM of the shown pairs."""
    rows = []
    for k, pair in enumerate(linear["pair"]):
        row = {name: column[k] for name, column in linear.items()}
        rows.append(
            (
                pair,
                f"{row['found']} of {row['images'] - row['misclassified']}",
                _percent(row["box_active"]),
                *(f"{row[name]:.4f}" for name in ("ratio_median", "ratio_max")),
                _percent(row["ratio_within_1_percent"]),
                *(f"{row[name]:.4f}" for name in ("box_ratio_median", "box_ratio_max")),
                _percent(row["box_ratio_within_1_percent"]),
            )
        )
    header = (
        *("Pair", "Found", "Pixel range active", "Norm ÷ distance, median", "Greatest", "Within 1 %"),
        *("Norm ÷ distance within the range, median", "Greatest", "Within 1 %"),
    )
    return Table("The same attack on the SVM, whose exact distances are known", header, rows)


def data_table(record: Mapping[str, Any]) -> Table:
    """What the data set holds, with checksums."""
    names = dict(enumerate(record["names"]))
    parts = [record["train"], record["test"]]
    lines = {
        "Images": [f"{part['shape'][0]:,}" for part in parts],
        "Shape": [" × ".join(map(str, part["shape"][1:])) for part in parts],
        "Pixels": ["{} to {}".format(*part["value_range"]) + f", {part['dtype']}" for part in parts],
        "Pixel value that counts as 1": [f"{record['value_max']:g}"] * 2,
        "Images per class": [
            ", ".join(
                f"{label} {names.get(int(label), '')}".rstrip() + f": {count:,}"
                for label, count in part["images_per_class"].items()
            )
            for part in parts
        ],
        "SHA-256 of the images": [part["sha256_x"] for part in parts],
        "SHA-256 of the labels": [part["sha256_y"] for part in parts],
    }
    return Table("The data set", ("", "Training", "Test"), [(name, *cells) for name, cells in lines.items()])


def manifest_table(manifest: Mapping[str, Any]) -> Table:
    """Software, machine, commit and seeds."""
    rows = []
    for name, value in manifest.items():
        if isinstance(value, Mapping):
            value = ", ".join(f"{key} {part}" for key, part in value.items())
        elif isinstance(value, bool) or value is None:
            value = {True: "yes", False: "no", None: "unknown"}[value]
        rows.append((name.replace("_", " ").capitalize(), str(value)))
    return Table("Software and machine", ("", ""), rows)


def _statistics(norms: NDArray[np.float64], *functions: Callable[[NDArray[np.float64]], Any]) -> list[str]:
    """Statistics of the norms that are finite, as text."""
    found = norms[np.isfinite(norms)]
    return [f"{function(found):.2f}" if found.size else "–" for function in functions]


def _quartile(share: float) -> Callable[[NDArray[np.float64]], Any]:
    return lambda norms: np.quantile(norms, share)


def _percent(fraction: float) -> str:
    return f"{100 * fraction:.2f} %"
