"""Attack one network: temperature, then targeted cyclic ascent on the first test images of each class."""

import numpy as np
import torch

from pipeline.job import job
from tilt.attacks import ascent_table, cyclic_targets, select_images, targeted_ascent
from tilt.calibration import fit_temperature
from tilt.data.images import load_images
from tilt.io import write_arrays, write_json, write_table
from tilt.networks import choose_device
from tilt.networks.lenet import load_network, predict_scores, resize_to_28


def main(input, output, params):
    images = load_images(input.images)
    x, y = resize_to_28(images.x_test, images.value_max), images.y_test
    device = choose_device(params.device)
    model = load_network(input.weights).to(device)
    scores = predict_scores(model, x)
    temperature = fit_temperature(scores, params.median_top_score)
    rows = select_images(y, params.images_per_class)
    targets = cyclic_targets(y[rows], scores.shape[1])
    ascent = targeted_ascent(
        model,
        torch.as_tensor(x[rows], device=device),
        targets,
        temperature,
        confidence=params.confidence,
        step=params.step,
        max_steps=params.max_steps,
    )
    write_table(output.attacks, ascent_table(rows, y[rows], targets, ascent))
    write_arrays(output.images, {"originals": x[rows], "adversarial": ascent.images})
    norms = ascent.norm[ascent.success]
    record = {
        "temperature": temperature,
        "test_error": float(np.mean(scores.argmax(axis=1) != y)),
        "images": len(rows),
        "successes": int(ascent.success.sum()),
        "mean_norm": float(norms.mean()) if norms.size else None,
        "median_norm": float(np.median(norms)) if norms.size else None,
    }
    write_json(output.record, record)


job(main, snakemake)
