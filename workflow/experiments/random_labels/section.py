"""Training on random labels: captions."""

import numpy as np

from experiments.random_labels.claims import random_labels_claims, stopping_text
from experiments.random_labels.tables import half_of_chance
from report.claims import NOT_MEASURED, Columns
from report.contract import NO_NUMBER, Caption, Captions, Section, join
from report.numerals import counted


def section(*, networks: Columns, classes: int) -> Section:
    """The section of random labels."""
    return Section(claims=random_labels_claims(networks, classes), captions=captions(networks, classes))


def captions(table: Columns, classes: int) -> Captions:
    """Of a `random_labels.memorisation_table` of images in so many classes."""
    diverged = table["network"][table["diverged"]]
    trained = ~table["diverged"]
    ends = []
    for decay in np.unique(table["weight_decay"][trained]):
        errors = 100 * table["final_train_error"][trained & (table["weight_decay"] == decay)]
        spread = f" ({errors.min():.1f} to {errors.max():.1f})" if len(errors) > 1 else ""
        ends.append(f"{decay:g}: {errors.mean():.1f} %{spread}")
    return {
        "memorisation": Caption(
            "memorisation",
            "Learning random labels",
            "Training error against the epoch by weight decay, and at the end against weight decay.",
            f"{counted(len(table['network']), 'network')}, n = {table['train_images'][0]:,} training images, "
            f"{counted(table['epochs'].max(), 'epoch')}; seed {join(np.unique(table['seed']))}, each "
            "with labels of its own; a line and a dot for each network, no interval. "
            + (f"Diverged: {join(diverged)}." if diverged.size else "No network diverged."),
            NO_NUMBER,
            "Training error at the end by weight decay, mean and range over the seeds: "
            f"{'; '.join(ends) or NOT_MEASURED}. "
            f"Where half of chance ({100 * half_of_chance(classes):.0f} %) is the limit, "
            f"{stopping_text(table, classes)}.",
        )
    }
