"""Sweeps and maps whose numbers are known."""

import numpy as np

from attacked import attack_rows
from experiments.sweep.tables import (
    networks_table,
)
from made import RECIPE
from report import article

IMPROVED = RECIPE | {"initial_weights": "improved_xavier", "pixel_scale": 0.1}
CHANCE = 0.9
NEAREST = {"norm": np.append(np.repeat([0.0, 1.0], 5), np.nan)}


def history(test=2.0, train=1.0, side=None, epochs=50, diverged=False, factor=1.0):
    """Errors in %; those of the article, times a factor, where a side is named."""
    columns = {"epoch": np.arange(1, epochs + 1), "diverged": np.array([False] * (epochs - 1) + [diverged])}
    for name, value in (("test_error", test), ("train_error", train)):
        columns[name] = np.full(epochs, value / 100)
        for epoch, published in article.LENET_CURVES[side, name].items() if side else ():
            columns[name][epoch - 1] = factor * published / 100
    for layer, value in article.LENET_RMS[side or "low"].items():
        columns[f"rms_{layer}"] = np.full(epochs, factor * value)
    return columns


def attack(mean=2.0, **more):
    """Ten images with this mean norm, and one that did not reach its target."""
    norms = np.append(mean + np.linspace(-0.5, 0.5, 10), 99)
    ascent = {"norm": norms, "success": np.arange(11) < 10}
    return attack_rows(np.zeros(11, int), {"targeted_ascent": ascent, **more})


def tables(cells, temperature=2.0):
    """A networks table of cells (settings, weight decay, seed, history, attack), and its histories."""
    networks = {
        f"n{k}": {**recipe, "weight_decay": decay, "seed": seed}
        for k, (recipe, decay, seed, *_) in enumerate(cells)
    }
    histories, attacks = ([cell[k] for cell in cells] for k in (3, 4))
    table = networks_table(networks, histories, attacks, [temperature] * len(cells), chance=CHANCE)
    return table, dict(zip(networks, histories, strict=True)), networks


def swept(errors, norms=None, recipe=IMPROVED):
    """A sweep of one recipe: weight decay -> final test errors in % and mean norms, a seed each."""
    norms = norms or {decay: [2.0] * len(values) for decay, values in errors.items()}
    return [
        (recipe, decay, seed, history(test=error), attack(norm))
        for decay, values in errors.items()
        for seed, (error, norm) in enumerate(zip(values, norms[decay], strict=True))
    ]


def example():
    """Two recipes, three weight decays and three seeds; one network of the second recipe diverged."""
    noise = np.array([-0.1, 0, 0.1])
    cells = swept(
        {1e-4: 1.6 + noise, 1e-2: 1.0 + noise, 1e-1: 1.2 + noise},
        {1e-4: 1.8 + noise, 1e-2: 3 + noise, 1e-1: 5.7 + noise},
    )
    cells += swept({0.0: 1.1 + noise, 1e-4: 1.1 + noise, 1e-1: [1.3, 1.4, 90.0]}, recipe=RECIPE)
    return tables(cells)


def mapped(norm):
    """A map of three scales and three decays, with norms of a function of both."""
    cells = [
        (IMPROVED | {"weight_scale": scale}, decay, 0, history(), attack(norm(scale, decay)))
        for scale in (0.25, 0.5, 1)
        for decay in (1e-4, 1e-2, 1e-1)
    ]
    table = tables(cells)[0]
    return table | {"steps": np.full(9, 680), "weights_left": np.exp(-3.4 * table["weight_decay"])}


def verdict(judged, text):
    (found,) = (claim.verdict for claim in judged if text in claim.statement)
    return found
