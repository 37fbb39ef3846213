"""The networks of the rivals, measured on the test images: errors, distances, calibration, masking."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from experiments.attack.statistics import ATTACKED, LEAST, found_norms, median_norm, rows_of
from experiments.attack.tables import select_images
from experiments.calibration.measure import loaded
from experiments.calibration.tables import TRAINED, calibrate, halves
from experiments.rivals.tables import (
    MEASURED,
    MINIMAL,
    SIGNED,
    SIGNS,
    Columns,
    Settings,
    attacked_row,
    curve_table,
    is_masked,
    nearer_share,
    reach_table,
    summary_table,
    vanishing_share,
)
from report.networks import record_columns
from tilt.attacks.models import Model, margin_gradient, misclassified, norms, perturbation_norm, top_class
from tilt.attacks.registry import ATTACKS
from tilt.data.images import Images, first_per_class
from tilt.io import table_of
from tilt.networks.device import choose_device
from tilt.networks.margin import margin_gradient_norms
from tilt.networks.model import input_images
from tilt.networks.scores import predict_scores

Pixels = NDArray[np.float32]

SCALES = (1.0, 1.5, 2.0)  # of the reference's adversarial perturbations, which are tried on the others
BATCH = 500


def tables(
    *,
    data: Images,
    weights: Mapping[str, Path],
    histories: Mapping[str, Columns],
    records: Mapping[str, Settings],
    attacks: Mapping[str, Columns],
    attack_accuracies: Mapping[str, Columns],
    images: Mapping[str, Mapping[str, NDArray[Any]]],
    device: str,
    networks: Mapping[str, Settings],
    weight_decay: float,
    validation_per_class: int,
    calibration: Settings,
    attack_settings: Settings,
) -> dict[str, Columns]:
    """A row a network, means over seeds, how far each rival reaches, and curves of accuracy."""
    place = choose_device(device)
    y = data.y_test
    recipe = next(iter(networks.values()))
    held_out = first_per_class(data, validation_per_class, recipe["train_per_class"])
    chosen = select_images(held_out.y_train, min(validation_per_class, attack_settings["images_per_class"]))
    drawn = torch.as_tensor(
        halves(len(y), calibration["seed"])[1][: calibration["gradient_images"]], device=place
    )
    references = {
        network["seed"]: name
        for name, network in networks.items()
        if network["regulariser"] is None and network["weight_decay"] == weight_decay
    }
    columns = record_columns(networks)
    rows = []
    for name, network in networks.items():
        model, x = loaded(weights[name], network, data, place)
        calibrated, _ = calibrate(
            records[name]["diverged"],
            predict_scores(model, x),
            y,
            margin_gradient_norms(model, x[drawn]),
            seed=calibration["seed"],
            bins=calibration["bins"],
            median_top=attack_settings["median_top_score"],
        )
        attack, status = attacks[name], calibrated["status"]
        if status == TRAINED and attack["status"][0] != ATTACKED:
            status = str(attack["status"][0])
        history = histories[name]
        found: dict[str, float] = {
            **dict.fromkeys(MEASURED, np.nan),
            "train_error": float(history["train_error"][-1]),
            "test_error": calibrated["test_error"],
            "seconds_per_epoch": float(np.median(history["seconds"])),
        }
        if status == TRAINED:
            found |= attacked_row(attack, attack_accuracies[name])
            found |= {
                "gradient_norm_median": calibrated["gradient_norm_median"],
                "temperature": calibrated["temperature"],
                "ece": calibrated["ece_before"],
            }
            x_held_out = input_images(model.architecture.name, held_out.x_train, data.bounds)
            found |= held_out_row(
                model,
                torch.as_tensor(x_held_out, device=place),
                held_out.y_train,
                chosen,
                attack_settings["attacks"][MINIMAL],
            )
            examples = images[references[network["seed"]]][MINIMAL]
            originals = images[name]["originals"]
            pictures = (torch.as_tensor(part, device=place) for part in (originals, examples))
            found |= signs(model, *pictures, attack=attack)
        rows.append({**columns[name], **found, "masked": is_masked(found), "status": status})
    table = table_of(rows)
    return {
        "networks": table,
        "summary": summary_table(table),
        "reach": reach_table(table, weight_decay, len(held_out.y_train)),
        "curve": curve_table(table, attacks),
    }


def held_out_row(
    model: nn.Module, x: Tensor, y: NDArray[np.int64], attacked: NDArray[np.intp], settings: Settings
) -> dict[str, float]:
    """Error on held-out images x (n, ...) with labels y (n,), and the median norm of those rows attacked."""
    minimal = ATTACKS[MINIMAL](model, x[attacked], y[attacked], **settings)
    return {
        "validation_error": float(np.mean(predict_scores(model, x).argmax(axis=1) != y)),
        "validation_norm_median": median_norm(minimal.norm),
    }


def signs(model: Model, originals: Tensor, examples: Tensor, *, attack: Columns) -> dict[str, float]:
    """The `right_images` of one network, those of the n attacked that it classifies correctly, and the SIGNS
    of masking, each a share of them, nan where there is none.

    `originals` (n, ...) on the 0-255 scale are the images of the `attack_table`, `examples` (n, ...) the
    adversarial ones of another network, nan where that was not attacked.
    """
    own = found_norms(attack, MINIMAL)
    labels = torch.as_tensor(rows_of(attack, LEAST)["label"], device=originals.device)
    right = torch.as_tensor(own != 0, device=originals.device)
    margins, gradients = [], []
    for x in torch.split(originals[right], BATCH):
        with torch.no_grad():
            predicted = top_class(model(x))
        margin, gradient = margin_gradient(model, x, predicted)
        margins.append(margin.double().cpu().numpy())
        gradients.append(255 * norms(gradient.double()).cpu().numpy())
    pixels = originals[0].numel()
    signed = found_norms(attack, SIGNED)
    transferred = transferred_norms(model, originals, examples, labels)
    shares = (
        vanishing_share(np.concatenate(margins), np.concatenate(gradients), pixels) if margins else np.nan,
        nearer_share(signed, own) if signed.size else np.nan,
        nearer_share(transferred, own) if bool(examples.isfinite().all()) else np.nan,
    )
    return {"right_images": int(right.sum()), **dict(zip(SIGNS, shares, strict=True))}


def transferred_norms(
    model: Model, originals: Tensor, examples: Tensor, labels: Tensor
) -> NDArray[np.float64]:
    """The least norm (n,), pixels in [0, 1], at which another network's examples fool this one too.

    Each is tried at its own distance from the original and at 1.5 and 2 times that, within the box of
    pixels; nan where none has another class than its label.
    """
    found = torch.full((len(originals),), torch.nan, dtype=torch.float64, device=originals.device)
    for scale in SCALES:
        moved = originals.lerp(examples, scale).clamp(0, 255)
        fooled = misclassified(model, moved, labels) & found.isnan()
        found = perturbation_norm(moved, originals).where(fooled, found)
    return np.asarray(found.cpu().numpy(), np.float64)
