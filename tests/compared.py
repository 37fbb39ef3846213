"""Settings of networks of two recipes, one of which diverges, and where a panel has them."""

from made import RECIPE

IMPROVED = RECIPE | {"initial_weights": "improved_xavier", "pixel_scale": 0.1, "epochs": 4, "seed": 0}
SMALL = IMPROVED | {"initial_weights": "matconvnet", "pixel_scale": 1}
NETWORKS = {
    "low": IMPROVED | {"weight_decay": 1e-4},
    "high": IMPROVED | {"weight_decay": 0.1},
    "none": SMALL | {"weight_decay": 0.0},
    "wild": SMALL | {"weight_decay": 0.1},  # diverges
}


def at(record):
    """Where the grid has each network, by what the controls say."""
    start, decay = record["panels"][0]["controls"]
    places = {}
    for name, network in NETWORKS.items():
        text = {"matconvnet": "N(0, 0.01²)", "improved_xavier": "Xavier"}[network["initial_weights"]]
        (row,) = (k for k, label in enumerate(start["texts"]) if text in label)
        places[name] = row, decay["tokens"].index(f"{network['weight_decay']:g}")
    assert (start["start"], decay["start"]) == places["high"]
    return places


def settings(decay, seed=0, **more):
    return IMPROVED | {"weight_decay": decay, "seed": seed} | more
