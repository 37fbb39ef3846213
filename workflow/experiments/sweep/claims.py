"""Claims judged over many networks: weight decay with several seeds, recipes searched.

Tables are those of `sweep.tables`. The article's networks have one seed each, so what it claims of the two
is judged here over seeds, for each recipe.
"""

import numpy as np

from experiments.attack.styles import ASCENT
from experiments.sweep.tables import by_seed
from report.article import ATTACK_RATIO, LENET_TEST_ERROR
from report.claims import NOT_MEASURED, Claim, Columns, if_comparable, interval_text, judged
from report.networks import low_and_high
from tilt.intervals import mean_interval

OVER_SEEDS = "95 % interval over seeds (paired, Student's t)"


def sweep_claims(table: Columns, summary: Columns, search: Columns, *, numbers: bool) -> list[Claim]:
    """Low and high weight decay and the best one, from each recipe; which recipe is nearest to the article.

    A recipe with one weight decay has none. `numbers` says whether the article's numbers can be compared (see
    `claims.comparable`).
    """
    claims = []
    for recipe in dict.fromkeys(summary["recipe"].tolist()):
        rows = {name: column[summary["recipe"] == recipe] for name, column in summary.items()}
        pair = low_and_high(rows["weight_decay"])
        if pair[0] == pair[1]:
            continue
        claims += [
            _generalises(table, recipe, pair, _diverged(rows, pair)),
            *([_intermediate(table, recipe, rows)] if len(rows["weight_decay"]) > 2 else ()),
            _farther(table, recipe, pair, _diverged(rows, pair)),
        ]
    return [*claims, *if_comparable(numbers, _nearest(search))]


def _generalises(table: Columns, recipe: str, pair: tuple[float, float], remark: str) -> Claim:
    errors = 100 * by_seed(table, recipe, pair, "test_error")
    lower = errors[:, 0] - errors[:, 1]
    mean, least, _ = mean_interval(lower)
    measured = NOT_MEASURED
    if len(errors):
        of_low, of_high = errors.mean(axis=0)
        measured = f"{of_high:.2f} % against {of_low:.2f} %; low less high {interval_text(lower)} points"
    return judged(
        "sweep",
        f"Weight decay {pair[1]:g} generalises better than {pair[0]:g} ({recipe})",
        "{high:g} % against {low:g} % test error, one network each".format(**LENET_TEST_ERROR),
        measured + remark,
        f"final test error, low less high: {OVER_SEEDS} above 0; partly, mean above 0",
        least > 0,
        mean > 0,
    )


def _intermediate(table: Columns, recipe: str, rows: Columns) -> Claim:
    """The best weight decay is better than both ends, where an end without a trained network is worse."""
    decays, errors = rows["weight_decay"], rows["test_error_mean"]
    measured, inside, sure = NOT_MEASURED, False, False
    if np.isfinite(errors).any():
        best = int(np.nanargmin(errors))
        inside = 0 < best < len(decays) - 1
        parts, beaten = [], []
        for end in (0, len(decays) - 1):
            if end == best:
                continue
            if not rows["n"][end]:
                parts.append(f"at {decays[end]:g} every network diverged")
                beaten.append(True)
                continue
            more = 100 * by_seed(table, recipe, (decays[best], decays[end]), "test_error")
            difference = more[:, 1] - more[:, 0]
            parts.append(f"at {decays[end]:g} more by {interval_text(difference)} points")
            beaten.append(bool(mean_interval(difference)[1] > 0))
        sure = inside and all(beaten)
        measured = f"least at {decays[best]:g}: {100 * errors[best]:.2f} %; {', '.join(parts)}"
    return judged(
        "sweep",
        f"The test error is least at an intermediate weight decay ({recipe})",
        "in words, of λ of the SVM",
        measured,
        f"not at an end of the sweep, less than at both ends: {OVER_SEEDS} above 0; partly, not at an end",
        sure,
        inside,
    )


def _farther(table: Columns, recipe: str, pair: tuple[float, float], remark: str) -> Claim:
    norms = by_seed(table, recipe, pair, f"{ASCENT}_mean")
    mean, least, most = mean_interval(np.log(norms[:, 1] / norms[:, 0]))
    measured = NOT_MEASURED
    if len(norms):
        low, high = norms.mean(axis=0)
        seeds = "one seed, no interval"
        if len(norms) > 1:
            seeds = f"95 % interval {np.exp(least):.2f} to {np.exp(most):.2f}, n = {len(norms)} seeds"
        measured = f"{np.exp(mean):.2f} times as far ({seeds}); mean norms {low:.2f} and {high:.2f}"
    return judged(
        "sweep",
        f"With weight decay {pair[1]:g} adversarial examples lie farther than with {pair[0]:g} ({recipe})",
        f"{ATTACK_RATIO:.1f} times, 10 images of one network each",
        measured + remark,
        f"ratio of mean norms of the targeted ascent: {OVER_SEEDS} above 1; partly, geometric mean above 1",
        least > 0,
        mean > 0,
    )


def _nearest(search: Columns) -> list[Claim]:
    """The recipe that comes nearest to all published figures of LeNet, if any has both weight decays."""
    if not len(search["recipe"]):
        return []
    distance = float(search["distance"][0])
    measured = NOT_MEASURED
    if np.isfinite(distance):
        sides = ", ".join(
            f"{side} alone: {search['recipe'][np.nanargmin(search[side])]} ({np.nanmin(search[side]):.1f})"
            for side in ("low", "high")
        )
        measured = (
            f"nearest of {len(search['recipe'])}: {search['recipe'][0]}, {distance:.1f} tolerances; {sides}"
        )
    return [
        judged(
            "sweep",
            "One recipe gives all figures that the article prints of LeNet, with both weight decays",
            "errors along the epochs, RMS of the weights, adversarial norms",
            measured,
            "root mean square over the groups of figures at most 1 tolerance; partly, 2",
            distance <= 1,
            distance <= 2,
        )
    ]


def _diverged(rows: Columns, pair: tuple[float, float]) -> str:
    """A remark on the networks of two weight decays that diverged."""
    parts = [
        f"; {n} of {n + counted} diverged at {decay:g}"
        for decay, n, counted in zip(rows["weight_decay"], rows["n_left_out"], rows["n"], strict=True)
        if n and decay in pair
    ]
    return "".join(parts)
