"""Settings of LeNets of two starts, one of which diverges, and where a panel has them."""

START = {"initial_weights": "improved_xavier", "pixel_scale": 0.1, "weight_scale": 1, "epochs": 4,
         "train_per_class": None, "seed": 0}  # fmt: skip
SMALL = START | {"initial_weights": "matconvnet", "pixel_scale": 1}
NETWORKS = {
    "low": START | {"weight_decay": 1e-4},
    "high": START | {"weight_decay": 0.1},
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
    return {
        "weight_decay": decay, "seed": seed, "initial_weights": "improved_xavier", "pixel_scale": 0.1,
        "weight_scale": 1, "train_per_class": None, "epochs": 5,
    } | more  # fmt: skip
