"""What the keys of rivals demand of one another and of others."""

from collections.abc import Iterator, Mapping
from typing import Any

from experiments.training.checks import of_family, of_recipe
from pipeline.pair import no_such_pairs


def of_dataset(at: str, dataset: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with the keys of a data set, in readable sentences."""
    rivals = dataset["rivals"]
    if rivals is None:
        return
    yield from of_family(at, "rivals", dataset)
    if rivals["recipe"]["regulariser"] is not None:
        yield f"{at}.rivals.recipe.regulariser: regularisers has them; leave it null"
    if rivals["weight_decay"] not in rivals["weight_decays"]:
        yield (
            f"{at}.rivals.weight_decays: {rivals['weight_decay']:g} is missing, the weight_decay of the "
            "reference; add it"
        )
    for name, strengths in rivals["regularisers"].items():
        for strength in strengths:
            recipe = {"regulariser": name, "strength": strength}
            yield from of_recipe(f"{at}.rivals.regularisers.{name}", recipe)
    if not (rivals["recipe"]["train_per_class"] or dataset["training"]["train_per_class"]):
        yield (
            f"{at}.rivals.recipe.train_per_class: all images train, and validation_per_class of each class "
            "have to be left; give a number"
        )
    if rivals["linear"]:
        yield from no_such_pairs(f"{at}.rivals.linear.pair", [rivals["linear"]["pair"]], dataset["classes"])
    if dataset["attack"]["attacks"]["minimal_norm"] is None:
        yield f"{at}.rivals: it needs attack.attacks.minimal_norm, which is null; give both or none"
