"""What the adversarial examples of networks answer on the first screen: does weight decay move them away?"""

from collections.abc import Mapping, Sequence

from experiments.attack.claims import LINEAR, NEAREST, shared_norms
from experiments.attack.statistics import ATTACKED, rows_of
from report.answers import NETWORKS, factor, in_words, of_decay, short, undecided
from report.claims import SIDES, Columns, Settings
from report.contract import Answer
from report.networks import TEXTS, sides

PANEL = "panel-norms"


def attack_answer(
    networks: Mapping[str, Settings], attacks: Mapping[str, Columns], accuracies: Mapping[str, Columns]
) -> Answer:
    """Of the first recipe whose networks of low and of high weight decay were attacked on the same images."""
    recipes = sides(networks)
    for recipe in recipes:
        attacked = {
            side: [name for name in recipes[recipe][side] if attacks[name]["status"][0] == ATTACKED][:1]
            for side in SIDES
        }
        norms = shared_norms({side: [attacks[name] for name in attacked[side]] for side in SIDES}, NEAREST)
        norms = norms[(norms > 0).all(axis=1)]
        if len(norms) > 1:
            break
    else:
        return undecided(
            NETWORKS,
            "No two images have an adversarial example both of a network of low and of one of high decay.",
            PANEL,
        )
    of = {side: attacked[side][0] for side in SIDES}
    moved = factor(norms[:, 1] / norms[:, 0])
    pair = [networks[of[side]] for side in SIDES]
    low, high = (network["weight_decay"] for network in pair)
    first, second = (network["seed"] for network in pair)
    seeds = "" if first == second else f", of seeds {first} and {second}"
    model, regulariser = (TEXTS[key](pair[0]) for key in ("model", "regulariser"))
    trained = f"recipe: {recipe.removeprefix(f'{model}, ')}" if len(recipes) > 1 else regulariser
    which = f"{model} ({trained})" if trained else model
    errors = _errors([accuracies[of[side]] for side in SIDES])
    return Answer(
        NETWORKS,
        of_decay(moved),
        f"{which} with weight decay {high:g} has the nearest adversarial examples found at "
        f"{in_words(moved, len(norms), 'image')} times the distance of one with {low:g}. One network of "
        f"each{seeds}: other seeds may differ.{errors}",
        short(moved),
        PANEL,
    )


def _errors(tables: Sequence[Columns]) -> str:
    """The test errors of low and high, where they were taken without a perturbation."""
    found = [rows_of(table, LINEAR) for table in tables]
    clean = [table["accuracy"][table["magnitude"] == 0] for table in found]
    if not all(map(len, clean)):
        return ""
    low, high = (100 * (1 - float(accuracy[0])) for accuracy in clean)
    return f" Test error {high:.2f} % against {low:.2f} % ({int(found[0]['images'][0]):,} images)."
