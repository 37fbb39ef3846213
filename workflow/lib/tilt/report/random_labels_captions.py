"""What the report says under the figure of training on random labels."""

import numpy as np

from tilt.random_labels import Columns, half_of_chance, stopping_decay
from tilt.report.captions import NO_NUMBER, Caption, Captions


def random_labels(table: Columns, classes: int) -> Captions:
    """Of a `random_labels.memorisation_table` of images in so many classes."""
    stops = stopping_decay(table, classes)
    diverged = table["network"][table["diverged"]]
    ends = [
        f"{decay:g}: {100 * error:.1f} %"
        for decay, error in zip(
            table["weight_decay"][~table["diverged"]],
            table["final_train_error"][~table["diverged"]],
            strict=True,
        )
    ]
    return {
        "memorisation": Caption(
            "random_labels_memorisation",
            "Learning random labels",
            "Training error against the epoch by weight decay, and at the end against weight decay.",
            f"{len(table['network'])} networks, n = {table['train_images'][0]:,} training images, "
            f"{table['epochs'].max()} epochs; seed {', '.join(map(str, np.unique(table['seed'])))}, no "
            "interval. " + (f"Diverged: {', '.join(diverged)}." if diverged.size else "No network diverged."),
            NO_NUMBER,
            f"Training error at the end by weight decay: {'; '.join(ends)}. "
            + (
                f"From {stops:g} on it is above half of chance, {100 * half_of_chance(classes):.0f} %."
                if np.isfinite(stops)
                else "At the greatest it is not above half of chance."
            ),
        )
    }
