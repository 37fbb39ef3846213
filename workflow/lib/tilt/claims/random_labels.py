"""What the article claims of training on random labels, from a `random_labels.memorisation_table`."""

import numpy as np

from tilt.claims.base import Claim, interval_text, judged
from tilt.random_labels import Columns, half_of_chance, stopping_decays


def random_labels_claims(table: Columns, classes: int) -> list[Claim]:
    """The least and the greatest weight decay at which networks did not diverge; none with fewer than two."""
    decay = table["weight_decay"][~table["diverged"]]
    if len(np.unique(decay)) < 2:
        return []
    half = half_of_chance(classes)
    low, high = (
        {name: column[~table["diverged"]][decay == end] for name, column in table.items()}
        for end in (decay.min(), decay.max())
    )
    least = 100 * low["best_train_error"].max()
    zero = (
        f"no error in epoch {' and '.join(f'{epoch:.0f}' for epoch in low['zero_epoch'])}"
        if least == 0
        else f"least training error {least:.1f} %, in the worst seed,"
    )
    seeds = "one seed" if len(low["seed"]) == 1 else f"{len(low['seed'])} seeds"
    sample = f"{low['train_images'][0]:,} images"
    at_end = interval_text(100 * high["final_train_error"], ".1f")
    return [
        judged(
            "random_labels",
            "Without enough regularization a network fits randomly labelled images without an error",
            "in words",
            f"decay {low['weight_decay'][0]:g}: {zero} of {low['epochs'][0]} epochs; {sample}, {seeds}",
            "training error 0 in some epoch at the least decay; partly, at the end under half of chance; "
            "with every seed",
            least == 0,
            (low["final_train_error"] < half).all(),
        ),
        judged(
            "random_labels",
            "High weight decay prevents it",
            "implied",
            f"decay {high['weight_decay'][0]:g}: training error in % at the end {at_end}; "
            f"{stopping_text(table, classes)}; {sample}",
            f"training error at the end above half of chance ({100 * half:.0f} %) at the greatest decay; "
            "partly, never 0; with every seed",
            (high["final_train_error"] > half).all(),
            (high["best_train_error"] > 0).all(),
        ),
    ]


def stopping_text(table: Columns, classes: int) -> str:
    """Between which weight decays memorisation stops, in words."""
    last, beyond = stopping_decays(table, classes)
    if np.isnan(last):
        return "no network memorises"
    if np.isnan(beyond):
        return "memorisation does not stop"
    return f"memorisation stops between decay {last:g} and {beyond:g}"
