"""What the sweep answers on the first screen: what several seeds say of weight decay."""

from experiments.sweep.tables import by_seed
from report.answers import NETWORKS, factor, in_words, of_decay, short
from report.claims import Columns
from report.contract import Answer
from report.networks import TEXTS, low_and_high
from tilt.intervals import mean_interval

PANEL, NORM = "panel-sweep", "minimal_norm_median"


def sweep_answer(table: Columns, shown: str) -> Answer | None:
    """Of the recipe shown, or else of the first, with two seeds or more at two weight decays; None leaves the
    answer to one seed."""
    if NORM not in table:
        return None
    answers = (_of_recipe(table, recipe) for recipe in dict.fromkeys([shown, *table["recipe"].tolist()]))
    return next((answer for answer in answers if answer), None)


def _of_recipe(table: Columns, recipe: str) -> Answer | None:
    low, high = low_and_high(table["weight_decay"][table["recipe"] == recipe].tolist())
    if low == high:
        return None
    norms = by_seed(table, recipe, (low, high), NORM)
    errors = 100 * by_seed(table, recipe, (low, high), "test_error")
    norms = norms[(norms > 0).all(axis=1)]
    if len(norms) < 2:
        return None
    moved = factor(norms[:, 1] / norms[:, 0])
    model = TEXTS["model"]({"model": str(table["model"][table["recipe"] == recipe][0])})
    more, least, most = mean_interval(errors[:, 1] - errors[:, 0])
    return Answer(
        NETWORKS,
        of_decay(moved),
        f"With weight decay {high:g} the nearest adversarial examples found are at "
        f"{in_words(moved, len(norms), 'seed')} times the distance with {low:g}. The test error changes by "
        f"{more:+.2f} points ({least:+.2f} to {most:+.2f}). "
        f"{model}, recipe: {recipe.removeprefix(f'{model}, ')}.",
        short(moved),
        PANEL,
    )
