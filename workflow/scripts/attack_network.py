"""Attack one network: temperature, ascent and minimal norm on some test images, linear attack on all."""

import logging

import numpy as np
import torch

from experiments.attack.statistics import ATTACKED
from experiments.attack.tables import (
    accuracy_table,
    attack_table,
    cyclic_targets,
    select_images,
    summary_table,
    unattacked_table,
)
from pipeline.job import job
from tilt.attacks.ascent import targeted_ascent
from tilt.attacks.minimal import minimal_norm
from tilt.attacks.signed import signed_gradient_step
from tilt.calibration import fit_temperature
from tilt.data.images import load_images
from tilt.errors import InputError
from tilt.io import read_json, write_arrays, write_json, write_table
from tilt.networks import choose_device
from tilt.networks.model import input_images, load_network
from tilt.networks.scores import predict_scores


def main(input, output, params):
    images = load_images(input.images)
    device = choose_device(params.device)
    model = load_network(input.weights, params.model).to(device)
    x, y = input_images(model.architecture.name, images.x_test, images.bounds), images.y_test
    scores = predict_scores(model, x)
    rows = select_images(y, params.images_per_class)
    originals, labels, targets = x[rows], y[rows], cyclic_targets(y[rows], scores.shape[1])
    status, temperature = state(read_json(input.record)["diverged"], scores, params.median_top_score)
    if status == ATTACKED:
        start = torch.as_tensor(originals, device=device)
        ascent = targeted_ascent(
            model,
            start,
            targets,
            temperature,
            confidence=params.confidence,
            step=params.step,
            max_steps=params.max_steps,
        )
        minimal = minimal_norm(model, start, labels, steps=params.minimal_steps)
        signed = signed_gradient_step(model, x, y, params.epsilons, temperature, device=device)
        table = attack_table(rows, labels, targets, ascent, minimal, signed.of(rows))
        found = {"adversarial": ascent.images, "minimal": minimal.images}
        accuracy = signed.accuracy
    else:
        table = unattacked_table(rows, labels, targets, status)
        found = dict.fromkeys(("adversarial", "minimal"), np.full_like(originals, np.nan))
        accuracy = np.nan
    norms = table["norm"][table["success"]]
    write_table(output.attacks, table)
    write_table(output.summary, summary_table(table))
    write_table(output.accuracy, accuracy_table(params.epsilons, accuracy, len(y), status))
    write_arrays(output.images, {"originals": originals, **found}, compressed=True)
    record = {
        "status": status,
        "temperature": temperature,
        "test_error": float(np.mean(scores.argmax(axis=1) != y)) if np.isfinite(scores).all() else None,
        "images": len(rows),
        "successes": len(norms),
        "mean_norm": float(norms.mean()) if norms.size else None,
        "median_norm": float(np.median(norms)) if norms.size else None,
    }
    write_json(output.record, record)


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
