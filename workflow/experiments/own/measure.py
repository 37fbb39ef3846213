"""One network of the user's on the test images: scores, doubts, attacks in pieces that outlive a kill."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from experiments.attack.statistics import (
    ATTACKED,
    LEAST,
    NEAREST,
    first_images,
    found_norms,
    rows_of,
    searching,
)
from experiments.attack.tables import accuracy_table, attack_table, select_images
from experiments.calibration.tables import calibrate, halves
from tilt.attacks.models import Found, Graded, Targeted
from tilt.attacks.registry import ATTACKS
from tilt.data.images import Images, rescaled
from tilt.errors import InputError
from tilt.io import read_arrays, write_arrays
from tilt.networks.given.network import class_numbers
from tilt.networks.given.sanity import doubts
from tilt.networks.margin import margin_gradient_norms

Settings = Mapping[str, Any]
Array = NDArray[np.float64]

VALUES = 2_000_000  # of pixels in a batch, of which usual networks make a GB or two
MOST = 250  # images in a batch
PIECE = 10  # images that are attacked before what was found is written


class Pieces:
    """What was computed in pieces, in files of a folder; pieces of another `key` are computed again."""

    def __init__(self, folder: Path, key: str) -> None:
        self.folder, self.key = folder, key
        folder.mkdir(parents=True, exist_ok=True)

    def __call__(self, name: str, compute: Callable[[], Mapping[str, NDArray[Any]]]) -> dict[str, Any]:
        """The arrays of a piece, from its file or computed."""
        path = self.folder / f"{name}.npz"
        try:
            there = read_arrays(path)
            if str(there.pop("key")) == self.key:
                return there
        except (InputError, KeyError):
            pass
        made = dict(compute())
        write_arrays(path, {**made, "key": np.array(self.key)})
        return made

    def clear(self) -> None:
        """Remove the files and the folder."""
        for path in self.folder.glob("*.npz"):
            path.unlink()
        self.folder.rmdir()


def measure(
    model: nn.Module,
    images: Images,
    pieces: Pieces,
    *,
    device: torch.device,
    attack: Settings,
    calibration: Settings,
    stated_error: float | None,
    outputs: Sequence[int] | None = None,
    sought_classes: int = 0,
) -> dict[str, Any]:
    """Tables, pictures and record of a network that maps a data set's images on the 0-255 scale to scores.

    `outputs` are those of `Given`; an output that is no class's has the number of `class_numbers`.
    `sought_classes` are the `classes` of `minimal_norm`.
    """
    y, shape = images.y_test, images.x_test.shape[1:]
    batch = max(1, min(MOST, VALUES // int(np.prod(shape))))

    def pixels(rows: NDArray[np.integer[Any]]) -> Tensor:
        return torch.as_tensor(rescaled(images.x_test[rows], images.bounds), device=device)

    def batches(rows: NDArray[np.integer[Any]], size: int) -> Iterator[NDArray[np.integer[Any]]]:
        for start in range(0, len(rows), size):
            yield rows[start : start + size]

    everything = np.arange(len(y))
    with torch.no_grad():
        scores = np.concatenate([model(pixels(rows)).cpu().numpy() for rows in batches(everything, batch)])
    drawn = halves(len(y), calibration["seed"])[1][: calibration["gradient_images"]]
    gradients = np.concatenate([margin_gradient_norms(model, pixels(rows)) for rows in batches(drawn, batch)])
    row, _ = calibrate(
        False, scores, y, gradients, seed=calibration["seed"], bins=calibration["bins"],
        median_top=attack["median_top_score"],
    )  # fmt: skip
    first = everything[:batch]
    warned = list(doubts(model, pixels(first), y, scores, gradients, stated_error=stated_error))
    rows = select_images(y, attack["images_per_class"])
    record = {**row, "classes": int(scores.shape[1]), "images": len(rows), "doubts": warned}
    made: dict[str, Any] = {"record": record, "pictures": {}}
    if not np.isfinite(scores).all():
        return made
    temperature = row["median_temperature"]
    if not np.isfinite(temperature):
        temperature = 1.0
        warned.append("it classifies no better than chance; its distances say little")
    found, accuracies = {}, {}
    for name, settings in attack["attacks"].items():
        if settings is None:
            continue
        if name == NEAREST:
            settings = {**settings, "classes": sought_classes}
        run = partial(ATTACKS[name], model, temperature=temperature, **settings)
        found[name] = joined(
            [
                pieces(f"{name}_{k}", partial(_found, run, pixels, of, y[of]))
                for k, of in enumerate(batches(rows, min(PIECE, batch)))
            ]
        )
        if graded := ATTACKS[name].magnitudes:
            hits = [
                pieces(f"{name}_all_{k}", partial(_hits, run, pixels, of, y[of]))["hits"]
                for k, of in enumerate(batches(everything, batch))
            ]
            accuracies[name] = settings[graded], 1 - np.sum(hits, axis=0) / len(y)
    table = attack_table(rows, y[rows], scores[rows].argmax(axis=1), found)
    numbers = class_numbers(outputs, scores.shape[1])
    for column in ("predicted", "found"):
        table[column] = numbers[table[column]]
    table["target"] = np.where(table["target"] < 0, table["target"], numbers[table["target"]])
    steep = np.concatenate([margin_gradient_norms(model, pixels(of)) for of in batches(rows, batch)])
    best = np.sort(scores[rows].astype(np.float64), axis=1)
    shown = first_images(table)
    return made | {
        "attacks": table,
        "accuracy": accuracy_table(accuracies, len(y), ATTACKED),
        "images": image_table(table, best[:, -1] - best[:, -2], steep),
        "pictures": {
            "originals": pixels(rows[shown]).cpu().numpy(),
            "nearest": found[NEAREST].images[shown],
        },
    }


def _found(run: Callable[..., Found], pixels: Any, rows: Any, labels: Any) -> dict[str, Any]:
    return vars(run(pixels(rows), labels))


def _hits(run: Callable[..., Any], pixels: Any, rows: Any, labels: Any) -> dict[str, Any]:
    return {"hits": run(pixels(rows), labels).successes.sum(axis=1)}


def joined(parts: list[dict[str, Any]]) -> Found:
    """The parts of what an attack found as one, of the kind that has their fields."""
    names = set(parts[0])
    kind = next(each for each in (Graded, Targeted, Found) if {f.name for f in fields(each)} == names)
    along = {"magnitudes": None, "successes": 1}
    return kind(
        **{
            name: parts[0][name]
            if along.get(name, 0) is None
            else np.concatenate([part[name] for part in parts], axis=along.get(name, 0))
            for name in names
        }
    )


def image_table(table: Mapping[str, NDArray[Any]], margin: Array, steep: Array) -> dict[str, NDArray[Any]]:
    """A row for each attacked image, from an `attack_table`, its margins and ‖∇s‖ (n,).

    Columns: index, label, predicted; margin, gradient_norm and local_distance, the margin over ‖∇s‖; of each
    attack that searches norm_NAME and success_NAME; least_norm (0 where the image is misclassified as it is,
    nan where nothing was found) and least_class, that of the nearest example.
    """
    least = rows_of(table, LEAST)
    columns = {name: least[name] for name in ("index", "label", "predicted")}
    columns |= {"margin": margin, "gradient_norm": steep}
    with np.errstate(divide="ignore", invalid="ignore"):
        columns["local_distance"] = margin / steep
    for name in searching(table):
        rows = rows_of(table, name)
        columns |= {f"norm_{name}": found_norms(table, name), f"success_{name}": rows["success"]}
    return columns | {"least_norm": found_norms(table, LEAST), "least_class": least["found"]}


def records(table: Mapping[str, NDArray[Any]]) -> list[dict[str, Any]]:
    """The rows of a table as records."""
    columns = {name: column.tolist() for name, column in table.items()}
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
