"""Where networks start, their settings but for weight decay and seed, and which of them are compared."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from report.article import LENET_DECAYS
from report.numerals import exact

Settings = Mapping[str, Any]

VARIED = ("weight_decay", "seed")
INITIAL_WEIGHTS = {
    "matconvnet": "N(0, 0.01²)",
    "improved_xavier": "improved Xavier",
    "pytorch": "PyTorch’s default",
}
TEXTS: Mapping[str, Callable[[Any], str]] = {
    "initial_weights": lambda name: INITIAL_WEIGHTS[name],
    "pixel_scale": lambda scale: f"pixels × {exact(scale)}",
    "weight_scale": lambda scale: f"weights × {exact(scale)}",
    "train_per_class": lambda images: "all images" if images is None else f"{images:,} images a class",
    "epochs": lambda epochs: f"{epochs} epochs",
    "random_labels": lambda drawn: "random labels" if drawn else "",
}
NAMED = ("initial_weights", "pixel_scale", "random_labels")  # even where all networks agree


def differing(networks: Mapping[str, Settings]) -> list[str]:
    """The settings of a start in which the networks, given by name, are not all alike."""
    keys = dict.fromkeys([*TEXTS, *(key for network in networks.values() for key in network)])
    return [
        key
        for key in keys
        if key not in VARIED and len({network.get(key) for network in networks.values()}) > 1
    ]


def start_labels(networks: Mapping[str, Settings]) -> dict[str, str]:
    """Label of the start of each network, from their settings by name; equal where the starts are equal.

    A start is everything that is set about a network but its weight decay and its seed. Its label has the
    initial weights, the pixel scale and, if so, that labels are random; and all else in which the networks
    differ.
    """
    own = differing(networks)
    keys = [key for key in dict.fromkeys([*TEXTS, *own]) if key in NAMED or key in own]

    def text(network: Settings, key: str) -> str:
        value = network.get(key)
        return TEXTS[key](value) if key in TEXTS else f"{key.replace('_', ' ')} {value}"

    return {
        name: ", ".join(filter(None, (text(network, key) for key in keys)))
        for name, network in networks.items()
    }


def by_start(networks: Mapping[str, Settings]) -> dict[str, dict[float, list[str]]]:
    """Names of networks by the label of their start, then by weight decay: each with all its seeds."""
    groups: dict[str, dict[float, list[str]]] = {}
    for name, label in start_labels(networks).items():
        groups.setdefault(label, {}).setdefault(networks[name]["weight_decay"], []).append(name)
    return groups


def low_and_high(decays: Iterable[float]) -> tuple[float, float]:
    """The article's two weight decays where both are among these, else the least and the greatest."""
    known = [float(decay) for decay in decays]
    low, high = LENET_DECAYS.values()
    return (low, high) if {low, high} <= set(known) else (min(known), max(known))


def sides(networks: Mapping[str, Settings]) -> dict[str, dict[str, list[str]]]:
    """Networks to compare: label of their start -> "low" and "high" weight decay -> names, with all seeds.

    Left out are networks with random labels, which say nothing about generalisation, and starts with a
    single weight decay.
    """
    found = {}
    for label, decays in by_start(networks).items():
        names = [name for of_decay in decays.values() for name in of_decay]
        if len(decays) > 1 and not any(networks[name].get("random_labels") for name in names):
            low, high = low_and_high(decays)
            found[label] = {"low": decays[low], "high": decays[high]}
    return found
