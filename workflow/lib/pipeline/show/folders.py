"""Summaries of folders: their kind, what the kind has to say, sizes, and which files are not there.

A folder is of the kind (`KINDS`) whose files it holds most of; where it lies does not matter.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.show.files import FILES, file_lines, read_record
from pipeline.show.text import Lines, aligned, record_lines, size, table_lines, text, value_range
from tilt.errors import InputError
from tilt.io import read_table
from tilt.linear.tables import optimal_row

MOST_FILES = 5  # that are shown one by one where the kind has no summary of its own
MOST_FOLDERS = 6  # of one kind that are listed one by one
EPOCHS = (1, 2, 3, 5, 10, 20, 50)
MEASURED = (
    "err_train", "err_test", "train_error", "test_error", "final_train_error", "zero_epoch",
    "gradient_norm_median", "distance_median", "found_median", "temperature", "ece_before", "ece_after",
)  # fmt: skip


def folder_lines(folder: Path) -> Lines:
    """What a folder is and says, its files and folders with their sizes, and what is not there.

    Raises InputError when a file is damaged.
    """
    kind, absent = _kind(folder)
    yield f"{folder}: {kind.title}, {size(folder)}"
    children = [child for child in sorted(folder.iterdir()) if not child.name.startswith(".")]
    files = [child for child in children if child.is_file()]
    readable = [file for file in files if file.suffix in FILES]
    if kind.lines and not absent:
        try:
            yield from kind.lines(folder)
        except InputError:
            raise
        except (IndexError, KeyError, TypeError, ValueError) as error:
            raise InputError(f"{folder}: a table is damaged ({error!r}); make the files again") from error
    elif len(readable) <= MOST_FILES:
        for file in readable:
            yield from ("", *file_lines(file))
    yield ""
    yield from aligned([(file.name, size(file)) for file in files] + [*_groups(children)])
    if absent:
        yield f"not there: {', '.join(absent)}"


def _groups(children: Sequence[Path]) -> Iterator[tuple[str, ...]]:
    """Name, size, kind and lack of folders; many of one kind with the same lack share a row."""
    groups: dict[tuple[str, ...], list[Path]] = {}
    for child in filter(Path.is_dir, children):
        kind, absent = _kind(child)
        lack = f"lacks {', '.join(absent)}" if absent else ""
        groups.setdefault((kind.title, lack), []).append(child)
    for told, group in groups.items():
        if len(group) > MOST_FOLDERS and told[0] != FOLDER.title:
            yield f"{group[0].name}/ … {group[-1].name}/ ({len(group)})", size(*group), *told
        else:
            yield from ((f"{child.name}/", size(child), *told) for child in group)


def _path(folder: Path) -> Lines:
    table = read_table(folder / "path.csv")
    article, best = table["lambda_article"], optimal_row(table)
    yield (
        f"{len(article)} values of λ, λ_article from {article[0]:.4g} to {article[-1]:.4g}; "
        f"largest relative duality gap {table['duality_gap'].max():.1e}"
    )
    yield (
        f"λ_optimal: λ_article {article[best]:.4g}, θ {table['theta'][best]:.4f} rad, "
        f"d_adv {table['d_adv'][best]:.4g}, test error {table['err_test'][best]:.2%}, "
        f"training error {table['err_train'][best]:.2%}"
    )
    if "err_validation" in table:
        chosen = optimal_row(table, "validation")
        yield f"λ_validation: λ_article {article[chosen]:.4g}, test error {table['err_test'][chosen]:.2%}"
    few = np.linspace(0, len(article) - 1, 9).round().astype(int)
    columns = ("lambda_article", "norm_w", "theta", "d_adv", "err_train", "err_test", "n_support")
    yield from table_lines(table, columns, np.union1d(few, best))


def _pairs(folder: Path) -> Lines:
    table = read_table(folder / "summary.csv")
    error, article = table["err_test_optimal"], table["lambda_article_optimal"]
    worst = f"{table['class_i'][error.argmax()]}v{table['class_j'][error.argmax()]}"
    yield f"{len(error)} pairs, largest relative duality gap {table['largest_duality_gap'].max():.1e}"
    yield f"least test error over λ: mean {error.mean():.3%}, worst {error.max():.2%} ({worst})"
    yield f"λ_optimal: λ_article {value_range(article)}, median {np.median(article):.4g}"
    quantities = ("theta", "d_adv", "err_train", "err_test")
    ranges = [
        (place, *(value_range(table[f"{quantity}_{place}"]) for quantity in quantities))
        for place in ("smallest", "optimal", "validation", "largest")
        if f"theta_{place}" in table
    ]
    yield from aligned([("λ", *quantities), *ranges])


def _network(folder: Path) -> Lines:
    yield from record_lines(read_record(folder / "record.json"))
    history = read_table(folder / "history.csv")
    epoch = history["epoch"]
    columns = ("epoch", "train_error", "test_error", "train_loss", "test_loss")
    yield from table_lines(history, columns, np.isin(epoch, (*EPOCHS, epoch[-1])))


def _attack(folder: Path) -> Lines:
    yield from record_lines(read_record(folder / "record.json"))
    norms = read_table(folder / "summary.csv")
    columns = ("attack", "images", "found", "mean", "lower_quartile", "median", "upper_quartile")
    yield from table_lines(norms, columns, norms["label"] == "all")
    yield from table_lines(read_table(folder / "accuracy.csv"), ("attack", "magnitude", "accuracy", "images"))


def _networks(folder: Path) -> Lines:
    table = read_table(folder / "networks.csv")
    trained = ~table["diverged"] if "diverged" in table else table["status"] == "trained"
    yield f"{len(trained)} networks; the means leave out {np.sum(~trained)} that diverged or stayed at chance"
    settings = [name for name in ("recipe", "weight_scale", "weight_decay") if name in table]
    attacked = [name.replace("_success", "_median") for name in table if name.endswith("_success")]
    measured = [name for name in (*MEASURED, *attacked) if name in table]
    groups: dict[tuple[Any, ...], list[Any]] = {}
    for row in np.flatnonzero(trained):
        groups.setdefault(tuple(table[name][row] for name in settings), []).append(row)
    means = [
        (*map(text, group), str(len(rows)), *(_mean(table[name][rows]) for name in measured))
        for group, rows in groups.items()
    ]
    yield from aligned([(*settings, "networks", *measured), *means])


def _mean(values: Any) -> str:
    finite = values[np.isfinite(values)]
    return text(finite.mean()) if finite.size else "nan"


def _published(folder: Path) -> Lines:
    table = read_table(folder / "summary.csv")
    absent = len(read_table(folder / "absent.csv")["pair"])
    yield f"{len(np.unique(table['pair']))} pairs compared, {absent} without a published table"
    totals = []
    for quantity in np.unique(table["quantity"]):
        rows = table["quantity"] == quantity
        counts = (str(table[name][rows].sum()) for name in ("rows", "within"))
        totals.append((quantity, *counts, *(text(table[name][rows].max()) for name in ("median", "largest"))))
    yield from aligned([("quantity", "rows", "within tolerance", "largest median", "largest"), *totals])


def _deviations(folder: Path) -> Lines:
    table = read_table(folder / "deviations.csv")
    arbitrated = len(read_table(folder / "arbitration.csv")["lambda_article"])
    yield f"{len(table['lambda_article'])} values of λ compared, {arbitrated} deviations above the tolerance"
    for name in table:
        if name.endswith("_deviation"):
            deviation = np.abs(table[name])
            yield f"{name}: median {text(np.median(deviation))}, largest {text(deviation.max())}"


def _claims(folder: Path) -> Lines:
    table = read_table(folder / "claims.csv")
    counts = zip(*np.unique(table["verdict"], return_counts=True), strict=True)
    yield f"{len(table['verdict'])} claims: {', '.join(f'{count} {verdict}' for verdict, count in counts)}"
    yield from table_lines(table, ("verdict", "section", "statement"))


@dataclass(frozen=True)
class Kind:
    """A kind of folder: the files (patterns) of a complete one, and what it says beside their list."""

    title: str
    files: tuple[str, ...]
    lines: Callable[[Path], Lines] | None = None


KINDS = (
    Kind(
        "data set",
        (
            "config.yaml",
            "manifest.json",
            "data/images.npz",
            "scaling/risk.csv",
            "svm/summary.csv",
            "logistic/summary.csv",
            "adversarial_linear/*/path.csv",
            "published/summary.csv",
            "two_layer/*/networks.csv",
            "networks/*/history.csv",
            "attack/*/attacks.csv",
            "attack/linear.csv",
            "sweep/networks.csv",
            "map/networks.csv",
            "calibration/networks.csv",
            "rivals/networks.csv",
            "depth/networks.csv",
            "random_labels/networks.csv",
            "own/*/record.json",
            "bench/solvers.csv",
            "report/index.html",
        ),
    ),
    Kind("images", ("images.npz", "record.json")),
    Kind("toy problem", ("mirror_distance.csv", "training_set.csv", "noisy_point.csv", "four_fits.csv")),
    Kind("scaled loss", ("classifier.json", "margins.csv", "histograms.csv", "risk.csv")),
    Kind("classifiers along λ", ("path.csv", "weights.npz", "plane.npz"), _path),
    Kind("adversarially trained linear models", ("path.csv", "robust.csv", "check.csv", "planes.npz")),
    Kind("pairs of classes", ("summary.csv",), _pairs),
    Kind("network", ("history.csv", "weights.safetensors", "filters.npz", "record.json"), _network),
    Kind("network in training", ("checkpoint.safetensors",)),
    Kind(
        "attacked network",
        ("attacks.csv", "summary.csv", "accuracy.csv", "images.npz", "record.json"),
        _attack,
    ),
    Kind(
        "network trained elsewhere",
        (
            "attacks.csv",
            "summary.csv",
            "accuracy.csv",
            "images.csv",
            "images.json",
            "pictures.npz",
            "record.json",
        ),
        _attack,
    ),
    Kind("two-layer networks", ("networks.csv", "images.csv", "local.npz", "weights.npz"), _networks),
    Kind("sweep of networks", ("networks.csv", "summary.csv", "search.csv"), _networks),
    Kind("calibration of networks", ("networks.csv", "reliability.csv", "summary.csv"), _networks),
    Kind("rivals of weight decay", ("networks.csv", "summary.csv", "reach.csv", "curve.csv"), _networks),
    Kind("networks of growing depth", ("networks.csv", "summary.csv", "gains.csv"), _networks),
    Kind("networks", ("networks.csv",), _networks),
    Kind("the article's tables", ("tables.csv", "absent.csv", "summary.csv", "arbitration.csv"), _published),
    Kind("deviations from the article's table", ("deviations.csv", "arbitration.csv"), _deviations),
    Kind("benchmarks", ("solvers.csv", "scaling.csv", "training.csv", "training_floor.json", "libsvm.csv")),
    Kind("solvers timed", ("fits.csv", "record.json")),
    Kind("report", ("index.html", "claims.csv"), _claims),
)
FOLDER = Kind("folder", ())


def _kind(folder: Path) -> tuple[Kind, list[str]]:
    """The kind of a folder, and those of its files that are not there."""
    lacking = {kind: [file for file in kind.files if not any(folder.glob(file))] for kind in KINDS}
    kind = max(KINDS, key=lambda kind: (len(kind.files) - len(lacking[kind]), -len(kind.files)))
    return (kind, lacking[kind]) if len(lacking[kind]) < len(kind.files) else (FOLDER, [])
