"""Names of where networks start: their settings but for weight decay and seed."""

from collections.abc import Mapping
from typing import Any

INITIAL_WEIGHTS = {
    "matconvnet": "N(0, 0.01²)",
    "improved_xavier": "improved Xavier",
    "pytorch": "PyTorch’s default",
}


def start_labels(networks: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Label of the start of each network, from their settings by name.

    A start is the initial weights, their scale, the pixel scale, the number of training images a class and of
    epochs; of the last three only those are named in which the networks differ.
    """
    settings = list(networks.values())
    differing = {
        key
        for key in ("weight_scale", "train_per_class", "epochs")
        if len({network[key] for network in settings}) > 1
    }

    def label(network: Mapping[str, Any]) -> str:
        images = network["train_per_class"]
        texts = {
            "weight_scale": f"weights × {network['weight_scale']:g}",
            "train_per_class": "all images" if images is None else f"{images:,} images a class",
            "epochs": f"{network['epochs']} epochs",
        }
        own = [text for key, text in texts.items() if key in differing]
        return ", ".join(
            [INITIAL_WEIGHTS[network["initial_weights"]], f"pixels × {network['pixel_scale']:g}", *own]
        )

    return {name: label(network) for name, network in networks.items()}
