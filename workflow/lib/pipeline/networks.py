"""The networks of a data set by family: those named in the configuration, and those of its grids."""

from collections.abc import Mapping
from itertools import product
from typing import Any

from tilt.errors import InputError

Settings = dict[str, Any]

FAMILIES = ("lenet", "sweep", "map", "random_labels")


def families(dataset: str, settings: Mapping[str, Any]) -> dict[str, dict[str, Settings]]:
    """Settings of each network by family and name, of a resolved data set; a family left out is empty, and
    so are all where `lenet` is null.

    A network of a grid whose settings are those of a named one goes by that name, and is trained once.
    Raises InputError where one name would stand for two different networks.
    """
    lenet = settings["lenet"]
    if lenet is None:
        return {family: {} for family in FAMILIES}
    named = {name: _complete(network, lenet) for name, network in lenet["networks"].items()}
    names = {_key(network): name for name, network in named.items()}
    found: dict[str, dict[str, Settings]] = {"lenet": named, **{family: {} for family in FAMILIES[1:]}}
    known = dict(named)

    def add(family: str, name: str, start: Settings, decay: float, seed: int) -> None:
        network = _complete(start, lenet, weight_decay=decay, seed=seed)
        name = names.get(_key(network), name)
        if known.setdefault(name, network) != network:
            raise InputError(
                f"configuration: datasets.{dataset}.{family}: the name {name!r} would stand for two "
                "different networks; choose other names, or values that differ in their first six digits"
            )
        found[family][name] = network

    if grid := settings["sweep"]:
        for label, own in grid["starts"].items():
            start = dict(own)
            decays, seeds = (start.pop(key) or grid[key] for key in ("weight_decays", "seeds"))
            for decay, seed in product(decays, seeds):
                add("sweep", f"{label}_{decay:g}_{seed}", start, decay, seed)
    if grid := settings["map"]:
        for scale, decay in product(grid["weight_scales"], grid["weight_decays"]):
            scaled = grid["start"] | {"weight_scale": scale * grid["start"]["weight_scale"]}
            add("map", f"map_{scale:g}_{decay:g}", scaled, decay, grid["seed"])
    if grid := settings["random_labels"]:
        start = grid["start"] | {"random_labels": True}
        for decay, seed in product(grid["weight_decays"], grid["seeds"]):
            add("random_labels", f"random_{decay:g}_{seed}", start, decay, seed)
    return found


def _complete(network: Mapping[str, Any], lenet: Mapping[str, Any], **given: Any) -> Settings:
    inherited = {key: lenet[key] for key in ("epochs", "train_per_class") if network[key] is None}
    return {"random_labels": False, **network, **given, **inherited}


def _key(network: Settings) -> tuple[tuple[str, Any], ...]:
    return tuple(sorted(network.items()))
