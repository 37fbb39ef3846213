"""Networks in words and in tables: the recipe of each, its columns, and which of them are compared.

A *recipe* is all that is set about a network but its weight decay and its seed. Networks of one recipe and
one weight decay are seeds of one another; no others are ever averaged.
"""

from collections.abc import Callable, Iterable, Mapping
from itertools import chain
from typing import Any

from report.article import LENET_DECAYS
from report.numerals import exact
from tilt.settings import settings_key

Settings = Mapping[str, Any]

VARIED = ("weight_decay", "seed")
OF_SEEDS = ("model", "recipe", "regulariser", "strength", "weight_decay")  # equal in seeds of one another
INITIAL_WEIGHTS = {
    "matconvnet": "N(0, 0.01²)",
    "improved_xavier": "improved Xavier",
    "pytorch": "PyTorch’s default",
}
REGULARISERS = {
    "l2": "L2",
    "l1": "L1",
    "l1_first": "L1 of the first layer",
    "adversarial_signed": "adversarial training (signed step)",
    "adversarial_l2": "adversarial training (L2 ball)",
    "input_gradient": "gradient penalty",
    "jacobian": "Jacobian penalty",
    "effective_margin": "effective margin regularisation",
    "dropout": "dropout",
    "label_smoothing": "label smoothing",
    "temperature": "temperature",
    "gaussian_noise": "Gaussian noise",
}
MODELS = {"lenet": "LeNet", "mlp": "MLP", "maxout": "maxout", "cnn": "CNN", "resnet": "residual network"}
TEXTS: Mapping[str, Callable[[Settings], str]] = {
    "model": lambda network: MODELS.get(network["model"], str(network["model"])),
    "options": lambda network: ", ".join(
        f"{_words(k)} {_option(value)}" for k, value in network["options"].items()
    ),
    "initial_weights": lambda network: INITIAL_WEIGHTS[network["initial_weights"]],
    "pixel_scale": lambda network: f"pixels × {exact(network['pixel_scale'])}",
    "weight_scale": lambda network: f"weights × {exact(network['weight_scale'])}",
    "train_per_class": lambda network: _images(network["train_per_class"]),
    "epochs": lambda network: f"{network['epochs']} epochs",
    "random_labels": lambda network: "random labels" if network["random_labels"] else "",
    "regulariser": lambda network: _regulariser(network["regulariser"], network["strength"]),
    "strength": lambda network: "",
}
NAMED = ("initial_weights", "pixel_scale")  # even where all networks agree
USUAL = {"model": "lenet", "options": {}, "random_labels": False, "regulariser": None, "strength": 0}


def told(networks: Mapping[str, Settings]) -> list[str]:
    """The settings that a label of a recipe names: those of NAMED, those in which the networks, given by
    name, are not all alike, and those that are not USUAL."""
    keys = dict.fromkeys([*TEXTS, *(key for network in networks.values() for key in network)])
    first = next(iter(networks.values()), {})
    usual = {key: USUAL.get(key, first.get(key)) for key in keys}
    return [
        key
        for key in keys
        if key not in VARIED
        and (key in NAMED or any(network.get(key) != usual[key] for network in networks.values()))
    ]


def recipe_labels(networks: Mapping[str, Settings]) -> dict[str, str]:
    """Label of the recipe of each network, from their settings by name; equal where the recipes are equal.

    Different recipes that read alike, as with an option 1 and an option "1", are numbered.
    """
    keys = told(networks)
    alike: dict[str, list[str]] = {}

    def text(network: Settings, key: str) -> str:
        return TEXTS[key](network) if key in TEXTS else f"{_words(key)} {network.get(key)}"

    found = {}
    for name, network in networks.items():
        label = ", ".join(filter(None, (text(network, key) for key in keys)))
        recipe = settings_key({key: value for key, value in network.items() if key not in VARIED})
        of_label = alike.setdefault(label, [])
        if recipe not in of_label:
            of_label.append(recipe)
        number = of_label.index(recipe)
        found[name] = f"{label} ({number + 1})" if number else label
    return found


def record_columns(networks: Mapping[str, Settings]) -> dict[str, dict[str, Any]]:
    """The columns that say what a network is, in every table of networks, by name.

    `network` (its name), `model`, `recipe` in words, `regulariser` ("" for none) and its `strength`,
    `weight_decay`, `seed`.
    """
    return {
        name: {
            "network": name,
            "model": networks[name]["model"],
            "recipe": label,
            "regulariser": networks[name]["regulariser"] or "",
            "strength": float(networks[name]["strength"]),
            "weight_decay": float(networks[name]["weight_decay"]),
            "seed": networks[name]["seed"],
        }
        for name, label in recipe_labels(networks).items()
    }


def is_of_article(network: Settings) -> bool:
    """Whether it is a network of the article's kind: LeNet, without a regulariser, on true labels."""
    return network["model"] == "lenet" and network["regulariser"] is None and not network["random_labels"]


def layers_of(*tables: Mapping[str, Any]) -> list[str]:
    """The layers of which tables, histories and the like, have a column `rms_LAYER`; each once."""
    return [name[4:] for name in dict.fromkeys(chain(*tables)) if name.startswith("rms_")]


def inner_layer(table: Mapping[str, Any]) -> str:
    """The layer whose weights stand for the others in captions and maps: the second, or the only one."""
    return layers_of(table)[:2][-1]


def by_recipe(networks: Mapping[str, Settings]) -> dict[str, dict[float, list[str]]]:
    """Names of networks by the label of their recipe, then by weight decay: each with all its seeds."""
    groups: dict[str, dict[float, list[str]]] = {}
    for name, label in recipe_labels(networks).items():
        groups.setdefault(label, {}).setdefault(networks[name]["weight_decay"], []).append(name)
    return groups


def low_and_high(decays: Iterable[float]) -> tuple[float, float]:
    """The article's two weight decays where both are among these, else the least and the greatest."""
    known = [float(decay) for decay in decays]
    low, high = LENET_DECAYS.values()
    return (low, high) if {low, high} <= set(known) else (min(known), max(known))


def sides(networks: Mapping[str, Settings]) -> dict[str, dict[str, list[str]]]:
    """Networks to compare: label of their recipe -> "low" and "high" weight decay -> names, with all seeds.

    Left out are networks with random labels, which say nothing about generalisation, and recipes with a
    single weight decay.
    """
    found = {}
    for label, decays in by_recipe(networks).items():
        names = [name for of_decay in decays.values() for name in of_decay]
        if len(decays) > 1 and not any(networks[name]["random_labels"] for name in names):
            low, high = low_and_high(decays)
            found[label] = {"low": decays[low], "high": decays[high]}
    return found


def _option(value: Any) -> str:
    return exact(value) if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


def _images(per_class: int | None) -> str:
    return "all images" if per_class is None else f"{per_class:,} images a class"


def _regulariser(name: str | None, strength: float) -> str:
    return "" if name is None else f"{REGULARISERS.get(name, _words(name))} of strength {exact(strength)}"


def _words(key: str) -> str:
    return key.replace("_", " ")
