"""Networks trained on labels drawn at random: what they memorise, and from which weight decay on they do not.

The article's general case names this as a mark of networks that are not regularised enough.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from report.networks import layers_of, record_columns
from tilt.io import table_of

Columns = Mapping[str, NDArray[Any]]


def tables(
    *,
    histories: Mapping[str, Columns],
    records: Mapping[str, Mapping[str, Any]],
    settings: Mapping[str, Mapping[str, Any]],
) -> dict[str, Columns]:
    """What the networks in `settings` made of random labels."""
    along = {name: histories[name] for name in settings}
    train_images = records[next(iter(settings))]["train_images"]
    return {"networks": memorisation_table(settings, along, train_images)}


def memorisation_table(
    networks: Mapping[str, Mapping[str, Any]], histories: Mapping[str, Columns], train_images: int
) -> dict[str, NDArray[Any]]:
    """A row per network, from their settings and histories by name, by weight decay and seed.

    Columns: the record of the network, train_images, epochs, final_train_error and best_train_error
    (fractions, over the minibatches of an epoch, each before its own step), zero_epoch (the first one without
    an error, nan where there is none), rms_LAYER of each layer, diverged.
    """
    rows, records = [], record_columns(networks)
    for name, _ in sorted(networks.items(), key=_decay_and_seed):
        history = histories[name]
        error = history["train_error"]
        zero = np.flatnonzero(error == 0)
        rows.append(
            {
                **records[name],
                "train_images": train_images,
                "epochs": len(error),
                "final_train_error": error[-1],
                "best_train_error": error.min(),
                "zero_epoch": history["epoch"][zero[0]] if zero.size else np.nan,
                **{f"rms_{layer}": history[f"rms_{layer}"][-1] for layer in layers_of(history)},
                "diverged": bool(history["diverged"][-1]),
            }
        )
    return table_of(rows)


def half_of_chance(classes: int) -> float:
    """Half of the error that guessing gives, above which a network counts as not memorising its labels."""
    return 0.5 * (1 - 1 / classes)


def stopping_decays(table: Columns, classes: int) -> tuple[float, float]:
    """The two weight decays between which memorisation stops, of a `memorisation_table`.

    The first is the greatest at which a network of any seed ends with a training error of at most
    `half_of_chance`, nan where none does; the second is the next greater one, nan where there is none.
    Networks that diverged do not count.
    """
    trained = ~table["diverged"]
    decays = table["weight_decay"][trained]
    memorised = decays[table["final_train_error"][trained] <= half_of_chance(classes)]
    last = memorised.max() if memorised.size else np.nan
    beyond = decays[decays > last] if memorised.size else decays
    return float(last), float(beyond.min()) if beyond.size else np.nan


def _decay_and_seed(network: tuple[str, Mapping[str, Any]]) -> tuple[float, int]:
    _, settings = network
    return settings["weight_decay"], settings["seed"]
