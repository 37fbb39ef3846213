"""The networks of the map of initial weight scale and weight decay, a row for each."""

from collections.abc import Iterable, Mapping

import numpy as np

from experiments.sweep.tables import Columns, Settings, collected


def tables(
    *,
    histories: Mapping[str, Columns],
    attacks: Mapping[str, Columns],
    records: Mapping[str, Settings],
    record: Settings,
    settings: Mapping[str, Settings],
) -> dict[str, Columns]:
    """The table of the map's networks: that of the sweep, `steps` and `weights_left`."""
    per_class = record["train"]["images_per_class"].values()
    steps = {name: training_steps(network, per_class) for name, network in settings.items()}
    left = [weights_left(network, steps[name]) for name, network in settings.items()]
    table = collected(histories, attacks, records, record, settings)
    return {"networks": {**table, "steps": np.array(list(steps.values())), "weights_left": np.array(left)}}


def training_steps(network: Settings, images_per_class: Iterable[int]) -> int:
    """Steps of a whole training, from the images of each class that there are."""
    most = network["train_per_class"]
    images = sum(there if most is None else min(there, most) for there in images_per_class)
    return int(network["epochs"] * -(-images // network["batch_size"]))


def weights_left(network: Settings, steps: int) -> float:
    """The share of the initial weights that weight decay leaves where it alone is at work.

    With rate η, momentum μ and decay λ it is nearly exp(-steps η λ / (1 - μ)), as long as η λ is small.
    """
    rate = network["learning_rate"] * network["weight_decay"] / (1 - network["momentum"])
    return float(np.exp(-steps * rate))
