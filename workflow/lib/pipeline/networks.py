"""The networks of a data set by family: those named in the configuration, and those of its grids."""

from collections.abc import Mapping
from itertools import product
from typing import Any

from tilt.errors import InputError

Settings = dict[str, Any]
Key = tuple[tuple[str, Any], ...]

FAMILIES = ("lenet", "sweep", "map", "random_labels")


def families(dataset: str, settings: Mapping[str, Any]) -> dict[str, dict[str, Settings]]:
    """Settings of each network by family and name, of a resolved data set; a family left out is empty, and
    so are all where `lenet` is null.

    A network of a grid whose settings are those of a named one goes by that name, and is trained once.
    Raises InputError where one name would stand for two different networks, and where a family has one
    network under two keys, which would count as two seeds.
    """
    lenet = settings["lenet"]
    if lenet is None:
        return {family: {} for family in FAMILIES}
    named = {name: _complete(network, lenet) for name, network in lenet["networks"].items()}
    names: dict[Key, str] = {}
    for name, network in named.items():
        _check_new(dataset, names, network, name, "lenet.networks.")
    found: dict[str, dict[str, Settings]] = {"lenet": named, **{family: {} for family in FAMILIES[1:]}}
    known = dict(named)
    of_starts: dict[Key, str] = {}

    def add(family: str, name: str, network: Settings) -> None:
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
                network = _complete(start, lenet, weight_decay=decay, seed=seed)
                _check_new(dataset, of_starts, network, label, "sweep.starts.")
                add("sweep", f"{label}_{decay:g}_{seed}", network)
    if grid := settings["map"]:
        for scale, decay in product(grid["weight_scales"], grid["weight_decays"]):
            scaled = grid["start"] | {"weight_scale": scale * grid["start"]["weight_scale"]}
            network = _complete(scaled, lenet, weight_decay=decay, seed=grid["seed"])
            add("map", f"map_{scale:g}_{decay:g}", network)
    if grid := settings["random_labels"]:
        start = grid["start"] | {"random_labels": True}
        for decay, seed in product(grid["weight_decays"], grid["seeds"]):
            network = _complete(start, lenet, weight_decay=decay, seed=seed)
            add("random_labels", f"random_{decay:g}_{seed}", network)
    return found


def _complete(network: Mapping[str, Any], lenet: Mapping[str, Any], **given: Any) -> Settings:
    inherited = {key: lenet[key] for key in ("epochs", "train_per_class") if network[key] is None}
    return {"random_labels": False, **network, **given, **inherited}


def _check_new(dataset: str, owners: dict[Key, str], network: Settings, owner: str, under: str) -> None:
    """Enter the owner of a network, a key `under` another one. Raises InputError where it has one already."""
    first = owners.setdefault(_key(network), owner)
    if first != owner:
        raise InputError(
            f"configuration: datasets.{dataset}.{under}{first} and {under}{owner} have the same network, of "
            f"weight decay {network['weight_decay']:g} and seed {network['seed']}; change one or leave it out"
        )


def _key(network: Settings) -> Key:
    return tuple(sorted(network.items()))
