"""A made-up study of depth, whose gains are known."""

import numpy as np

from experiments.calibration.tables import TRAINED
from tilt.io import table_of

LAYERS = {"softmax": 1, "mlp_1": 2, "mlp_3": 4, "mlp_7": 8}
DECAYS = (0.0, 0.01, 0.1)


def networks(gain, *, ratio=lambda layers: 1 / layers, seeds=(0, 1, 2), status=lambda label, decay: TRAINED):
    """A made-up table: distances 2 without decay, times 1 + (gain of the layers - 1) · decay / 0.1 with it, a
    little different for each seed."""
    draw = np.random.default_rng(0)
    rows = []
    for label, layers in LAYERS.items():
        for decay in DECAYS:
            for seed in seeds:
                distance = 2 * (1 + (gain(layers) - 1) * decay / 0.1) * np.exp(draw.normal(0, 0.01))
                rows.append(
                    {
                        "network": f"{label}_{decay:g}_{seed}", "label": label, "layers": layers,
                        "seed": seed, "weight_decay": decay, "minimal_norm_median": distance,
                        "test_error": 0.02 + decay / 10, "train_error": 0.01, "train_loss": 0.05 + decay,
                        "mean_margin": 5 - 10 * decay,
                        "gradient_norm_median": 2.0, "local_ratio": ratio(layers), "temperature": 2.0,
                        "decay_relabelled": decay * 2 ** (2 / layers), "seconds_per_epoch": 0.1,
                        "settled": decay < 0.1, "status": status(label, decay),
                    }
                )  # fmt: skip
    return table_of(rows)
