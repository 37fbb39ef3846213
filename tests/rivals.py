"""Made-up tables of weight decay and its rivals."""

import numpy as np

from experiments.calibration.tables import TRAINED
from experiments.rivals.tables import MEASURED, SIGNS, curve_table, reach_table, summary_table
from made import RECIPE, attacked
from tilt.io import table_of


def network(regulariser, strength, decay, seed, error, distance, **changed):
    """A row of the table of networks: strength, weight decay, seed, test error and median distance."""
    return {
        "network": f"{regulariser or 'decay'}_{strength:g}_{decay:g}_{seed}", "model": "lenet",
        "recipe": "small", "regulariser": regulariser, "strength": float(strength),
        "weight_decay": float(decay), "seed": seed,
        **dict.fromkeys(MEASURED, 0.5), **dict.fromkeys(SIGNS, 0.0), "masked": False, "status": TRAINED,
        "test_error": error, "minimal_norm_median": distance,
        "validation_error": error, "validation_norm_median": distance, **changed,
    }  # fmt: skip


def left_out(regulariser, strength, decay, seed, status="diverged"):
    nothing = dict.fromkeys(MEASURED, np.nan)
    return (
        network(regulariser, strength, decay, seed, **nothing, error=0, distance=0)
        | nothing
        | {"status": status}
    )


def study(adversarial=1.6, decay=1.5, seeds=(0, 1, 2)):
    """Networks of which the reference is at distance 1 and error 2 %, each seed a little apart."""
    rows = []
    for seed in seeds:
        shift = 1 + 0.01 * seed
        rows += [
            network("", 0, 0, seed, 0.02, shift),
            network("", 0, 0.1, seed, 0.02, decay * shift),
            network("adversarial_l2", 1, 0, seed, 0.02, adversarial * shift * (1 + 0.01 * seed)),
        ]
    return table_of(rows)


def reach(networks):
    """How far its rivals reach, with 10,000 held-out images."""
    return reach_table(networks, 0, 10_000)


def tables(networks):
    """Summary and curve of such a table."""
    found = {name: attacked(np.linspace(1, 3, 20)) for name in networks["network"].tolist()}
    return summary_table(networks), curve_table(networks, found)


def settings(networks, **changed):
    """Settings of its networks by name."""
    return {name: RECIPE | {"pixel_scale": 0.1} | changed for name in networks["network"].tolist()}
