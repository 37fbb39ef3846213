"""What the article claims of training on random labels, from a `random_labels.memorisation_table`."""

import numpy as np

from tilt.claims.base import Claim, judged
from tilt.random_labels import Columns, half_of_chance, stopping_decay


def random_labels_claims(table: Columns, classes: int) -> list[Claim]:
    """The least and the greatest weight decay at which networks did not diverge; none with fewer than two."""
    trained = {name: column[~table["diverged"]] for name, column in table.items()}
    decay = trained["weight_decay"]
    if len(np.unique(decay)) < 2:
        return []
    half = half_of_chance(classes)
    low, high = (
        {name: column[row] for name, column in trained.items()} for row in (decay.argmin(), decay.argmax())
    )
    zero = (
        f"no error in epoch {low['zero_epoch']:.0f}"
        if np.isfinite(low["zero_epoch"])
        else f"least training error {100 * low['best_train_error']:.1f} %"
    )
    stops = stopping_decay(table, classes)
    beyond = f"memorisation stops at decay {stops:g}" if np.isfinite(stops) else "memorisation does not stop"
    sample = f"{low['train_images']:,} images; one seed, no interval"
    return [
        judged(
            "random_labels",
            "Without enough regularization a network fits randomly labelled images without an error",
            "in words",
            f"decay {low['weight_decay']:g}: {zero}, of {low['epochs']} epochs; {sample}",
            "training error 0 in some epoch at the least decay; partly, at the end under half of chance",
            low["best_train_error"] == 0,
            low["final_train_error"] < half,
        ),
        judged(
            "random_labels",
            "High weight decay prevents it",
            "implied",
            f"decay {high['weight_decay']:g}: training error {100 * high['final_train_error']:.1f} % at the "
            f"end; {beyond}; {sample}",
            f"training error at the end above half of chance ({100 * half:.0f} %) at the greatest decay; "
            "partly, never 0",
            high["final_train_error"] > half,
            high["best_train_error"] > 0,
        ),
    ]
