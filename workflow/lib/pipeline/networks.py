"""The networks of a data set by family: those named in the configuration, and those of its grids."""

from collections.abc import Mapping
from itertools import product
from typing import Any

Settings = dict[str, Any]

FAMILIES = ("lenet", "sweep", "map", "random_labels")


def families(dataset: Mapping[str, Any]) -> dict[str, dict[str, Settings]]:
    """Settings of each network by family and name, of a resolved data set; a family left out is empty, and
    so are all where `lenet` is null.

    A network of a grid whose settings are those of a named one goes by that name, and is trained once.
    """
    lenet = dataset["lenet"]
    if lenet is None:
        return {family: {} for family in FAMILIES}
    named = {name: _complete(network, lenet) for name, network in lenet["networks"].items()}
    grids: dict[str, dict[str, Settings]] = {family: {} for family in FAMILIES[1:]}
    if grid := dataset["sweep"]:
        for label, start in grid["starts"].items():
            for decay, seed in product(grid["weight_decays"], grid["seeds"]):
                network = _complete(start, lenet, weight_decay=decay, seed=seed)
                grids["sweep"][f"{label}_{decay:g}_{seed}"] = network
    if grid := dataset["map"]:
        for scale, decay in product(grid["weight_scales"], grid["weight_decays"]):
            scaled = grid["start"] | {"weight_scale": scale * grid["start"]["weight_scale"]}
            network = _complete(scaled, lenet, weight_decay=decay, seed=grid["seed"])
            grids["map"][f"map_{scale:g}_{decay:g}"] = network
    if grid := dataset["random_labels"]:
        for decay in grid["weight_decays"]:
            network = _complete(grid["start"], lenet, weight_decay=decay, seed=grid["seed"])
            grids["random_labels"][f"random_{decay:g}"] = network | {"random_labels": True}
    names = {_key(network): name for name, network in named.items()}
    return {"lenet": named} | {
        family: {names.get(_key(network), name): network for name, network in grid.items()}
        for family, grid in grids.items()
    }


def _complete(network: Mapping[str, Any], lenet: Mapping[str, Any], **given: Any) -> Settings:
    inherited = {key: lenet[key] for key in ("epochs", "train_per_class") if network[key] is None}
    return {"random_labels": False, **network, **given, **inherited}


def _key(network: Settings) -> tuple[tuple[str, Any], ...]:
    return tuple(sorted(network.items()))
