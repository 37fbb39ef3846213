"""Attack one network: those that search on some test images, those of given magnitudes on all."""

import logging

import numpy as np
import torch

from experiments.attack.statistics import ATTACKED, attack_names, finite, found_norms
from experiments.attack.tables import (
    accuracy_table,
    attack_table,
    select_images,
    summary_table,
    unattacked_table,
)
from pipeline.job import job
from tilt.attacks.registry import ATTACKS
from tilt.calibration import fit_temperature
from tilt.data.images import load_images
from tilt.errors import InputError
from tilt.io import read_json, write_arrays, write_json, write_table
from tilt.networks.device import choose_device
from tilt.networks.model import input_images, load_network
from tilt.networks.scores import predict_scores


def main(input, output, params):
    images = load_images(input.images)
    device = choose_device(params.device)
    model = load_network(input.weights, params.model).to(device)
    x, y = input_images(model.architecture.name, images.x_test, images.bounds), images.y_test
    scores = predict_scores(model, x)
    rows = select_images(y, params.images_per_class)
    status, temperature = state(read_json(input.record)["diverged"], scores, params.median_top_score)
    asked = {name: settings for name, settings in params.attacks.items() if settings is not None}
    graded = {name: ATTACKS[name].magnitudes for name in asked}
    pictures = {"originals": x[rows]}
    if status == ATTACKED:
        everything = torch.as_tensor(x, device=device)
        found, accuracies = {}, {}
        for name, settings in asked.items():
            attack, given = ATTACKS[name], {**settings, "temperature": temperature}
            if graded[name]:
                whole = attack(model, everything, y, **given)
                accuracies[name] = whole.magnitudes, whole.accuracy
                found[name] = whole.of(rows)
            else:
                found[name] = attack(model, everything[rows], y[rows], **given)
                pictures[name] = found[name].images
        table = attack_table(rows, y[rows], scores[rows].argmax(axis=1), found)
    else:
        table = unattacked_table(rows, y[rows], {name: bool(key) for name, key in graded.items()}, status)
        accuracies = {name: (asked[name][key], np.nan) for name, key in graded.items() if key}
        pictures |= {name: np.full_like(x[rows], np.nan) for name, key in graded.items() if not key}
    write_table(output.attacks, table)
    write_table(output.summary, summary_table(table))
    write_table(output.accuracy, accuracy_table(accuracies, len(y), status))
    write_arrays(output.images, pictures, compressed=True)
    record = {
        "status": status,
        "temperature": temperature,
        "test_error": float(np.mean(scores.argmax(axis=1) != y)) if np.isfinite(scores).all() else None,
        "images": len(rows),
        "input_shape": list(x.shape[1:]),
        "attacks": {name: outcome(finite(found_norms(table, name))) for name in attack_names(table)},
    }
    write_json(output.record, record)


def outcome(norms):
    """How often an attack succeeded, with which norms."""
    return {
        "successes": len(norms),
        "mean_norm": float(norms.mean()) if norms.size else None,
        "median_norm": float(np.median(norms)) if norms.size else None,
    }


def state(diverged, scores, median_top_score):
    """Whether a network can be attacked, or why not, and its temperature."""
    if diverged:
        return "diverged", None
    try:
        return ATTACKED, fit_temperature(scores, median_top_score)
    except InputError as error:
        logging.warning("not attacked: %s", error)
        return "no temperature", None


job(main, snakemake)
