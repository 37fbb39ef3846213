"""The networks of a data set by family, the experiment whose networks they are."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import Any

from tilt.errors import InputError
from tilt.settings import settings_key

Settings = dict[str, Any]

FAMILIES = ("training", "sweep", "rivals", "depth", "map", "random_labels")
INHERITED = (
    "model",
    "epochs",
    "train_per_class",
    "batch_size",
    "learning_rate",
    "momentum",
)  # from `training`, where they are null
SPARED = {
    "rivals": {"targeted_ascent"},
    "depth": {"targeted_ascent", "signed_gradient_step", "projected_gradient"},
}  # attacks that a family does without


def families(dataset: str, settings: Mapping[str, Any]) -> dict[str, dict[str, Settings]]:
    """Settings of each network by family and name, of a resolved data set.

    Those named in the configuration are the family "training", the others those of a grid. A family left out
    is empty, and so are all where `networks` is null.

    A network of a grid whose settings are those of a named one goes by that name, and is trained once.
    Raises InputError where one name would stand for two different networks, and where a family has one
    network under two keys, which would count as two seeds.
    """
    found: dict[str, dict[str, Settings]] = {family: {} for family in FAMILIES}
    if settings["networks"] is None:
        return found
    training = settings["training"]
    names: dict[str, str] = {}
    for name, own in settings["networks"].items():
        found["training"][name] = network = _complete(own, training)
        _check_new(dataset, names, network, name, "networks.")
    known = dict(found["training"])
    of_recipes: dict[str, str] = {}

    def add(family: str, name: str, recipe: Settings, decay: float, seed: int, **own: Any) -> Settings:
        network = _complete(recipe, training, weight_decay=decay, seed=seed, **own)
        name = names.get(settings_key(network), name)
        if settings_key(known.setdefault(name, network)) != settings_key(network):
            raise InputError(
                f"configuration: datasets.{dataset}.{family}: the name {name!r} would stand for two "
                "different networks; choose other names, or values that differ in their first six digits"
            )
        found[family][name] = network
        return network

    if grid := settings["sweep"]:
        for label, own in grid["recipes"].items():
            recipe = dict(own)
            decays, seeds = (recipe.pop(key) or grid[key] for key in ("weight_decays", "seeds"))
            for decay, seed in product(decays, seeds):
                network = add("sweep", f"{label}_{decay:g}_{seed}", recipe, decay, seed)
                _check_new(dataset, of_recipes, network, label, "sweep.recipes.")
    if grid := settings["rivals"]:
        rivals = [(None, 0, decay) for decay in sorted(grid["weight_decays"])] + [
            (regulariser, strength, grid["weight_decay"])
            for regulariser, strengths in grid["regularisers"].items()
            for strength in sorted(strengths)
        ]
        for (regulariser, strength, decay), seed in product(rivals, grid["seeds"]):
            name = f"{regulariser}_{strength:g}" if regulariser else f"decay_{decay:g}"
            recipe = grid["recipe"] | {"regulariser": regulariser, "strength": strength}
            add("rivals", f"rivals_{name}_{seed}", recipe, decay, seed)
    if grid := settings["depth"]:
        for (label, own), decay, seed in product(
            grid["models"].items(), sorted(grid["weight_decays"]), grid["seeds"]
        ):
            add("depth", f"depth_{label}_{decay:g}_{seed}", grid["recipe"] | own, decay, seed)
    if grid := settings["map"]:
        recipe = grid["recipe"]
        for scale, decay in product(grid["weight_scales"], grid["weight_decays"]):
            scaled = recipe | {"weight_scale": scale * recipe["weight_scale"]}
            add("map", f"map_{scale:g}_{decay:g}", scaled, decay, grid["seed"])
    if grid := settings["random_labels"]:
        for decay, seed in product(grid["weight_decays"], grid["seeds"]):
            add("random_labels", f"random_{decay:g}_{seed}", grid["recipe"], decay, seed, random_labels=True)
    return found


def attacks_of(families: Iterable[str], attacks: Mapping[str, Any]) -> dict[str, Any]:
    """Settings of the attacks by which a network of some families is measured; None for those spared."""
    spared = set.intersection(*(SPARED.get(family, set()) for family in families))
    return {name: None if name in spared else settings for name, settings in attacks.items()}


def recipes(settings: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Key and settings of each recipe of a resolved data set, and of each named network."""
    for name, network in (settings["networks"] or {}).items():
        yield f"networks.{name}", network
    for name, recipe in (settings["sweep"] or {"recipes": {}})["recipes"].items():
        yield f"sweep.recipes.{name}", recipe
    for family in ("rivals", "depth", "map", "random_labels"):
        if settings[family]:
            yield f"{family}.recipe", settings[family]["recipe"]


def own_model(network: Mapping[str, Any]) -> str | None:
    """The file of the user's that builds a network, None for a model of ours."""
    path, colon, _ = network["model"].rpartition(":")
    return path if colon else None


def check_model(dataset: str, name: str, network: Mapping[str, Any]) -> None:
    """Raise InputError where the file of a network's model, one of the user's, is not there."""
    file = own_model(network)
    if file and not Path(file).is_file():
        raise InputError(
            f"configuration: datasets.{dataset}: the model of the network {name!r}: {file}: no such file; "
            "correct its name"
        )


def given_files(network: Mapping[str, Any]) -> list[str]:
    """The user's files of a network that was trained elsewhere: its model's, and its weights'."""
    return [own_model(network) or network["model"], *filter(None, [network["weights"]])]


def check_given(dataset: str, name: str, network: Mapping[str, Any]) -> None:
    """Raise InputError where a file of a network that was trained elsewhere is not there."""
    for file in given_files(network):
        if not Path(file).is_file():
            raise InputError(
                f"configuration: datasets.{dataset}.networks.{name}: {file}: no such file; correct its name"
            )


def _complete(recipe: Mapping[str, Any], training: Mapping[str, Any], **given: Any) -> Settings:
    """All settings of a network, with what `training` says where its recipe is silent."""
    inherited = {key: training[key] for key in INHERITED if recipe[key] is None}
    network = {"random_labels": False, **recipe, **given, **inherited}
    if network["options"] is None:
        network["options"] = training["options"] if network["model"] == training["model"] else {}
    return network


def _check_new(dataset: str, owners: dict[str, str], network: Settings, owner: str, under: str) -> None:
    """Enter the owner of a network, a key `under` another one. Raises InputError where it has one already."""
    first = owners.setdefault(settings_key(network), owner)
    if first != owner:
        raise InputError(
            f"configuration: datasets.{dataset}.{under}{first} and {under}{owner} have the same network, of "
            f"weight decay {network['weight_decay']:g} and seed {network['seed']}; change one or leave it out"
        )
