"""Is it the decay, or the initial weights? Claims of the map."""

import numpy as np

from experiments.attack.styles import ASCENT
from experiments.sweep.tables import complete_rows, grid, variance_shares
from report.article import ATTACK_RATIO
from report.claims import NOT_MEASURED, Claim, Columns, judged
from report.networks import low_and_high
from report.numerals import counted


def map_claims(table: Columns) -> list[Claim]:
    """Whether weight decay or the scale of the initial weights moves adversarial examples, from the map."""
    scales, decays, norms = grid(table, f"{ASCENT}_median")
    diverged = int(table["diverged"].sum())
    remark = f"; seed {table['seed'][0]} alone, no interval" + (f"; {diverged} diverged" if diverged else "")
    kept, across = complete_rows(norms)
    of_scale, of_decay, rest = variance_shares(np.log(norms[np.ix_(kept, across)]))
    pair = low_and_high(decays)
    left = table["weights_left"][table["weight_decay"] == pair[1]][0]
    remark += (
        f"; by itself weight decay {pair[1]:g} leaves about {100 * left:.2g} % of the initial weights after "
        f"{counted(int(table['steps'][0]), 'step')}"
    )
    low, high = (norms[:, int(np.flatnonzero(decays == decay)[0])] for decay in pair)
    ratios = high / low
    known = np.isfinite(ratios)
    measured, answered = NOT_MEASURED, [False]
    if np.isfinite(of_decay):
        answer = (
            "mostly the decay" if of_decay > 0.5 else "mostly the initial scale" if of_scale > 0.5 else "both"
        )
        measured = (
            f"{answer}: {100 * of_decay:.0f} % of the variance of the logarithm of the median norm goes with "
            f"weight decay, {100 * of_scale:.0f} % with the initial scale, {100 * rest:.0f} % with both "
            f"together ({len(kept)} scales × {len(across)} decays)"
        )
        answered = [of_decay > 0.5, of_decay > of_scale]
    times = [f"{ratio:.2f} at × {scale:g}" for scale, ratio in zip(scales[known], ratios[known], strict=True)]
    return [
        judged(
            "map",
            "How far adversarial examples are is a matter of weight decay rather than of the initial weights",
            "in words; weight decay alone is varied",
            measured + remark,
            "weight decay goes with more than half of the variance; partly, with more than the initial scale",
            *answered,
        ),
        judged(
            "map",
            f"From weight decay {pair[0]:g} to {pair[1]:g} adversarial examples move away, "
            "whatever the initial scale",
            f"{ATTACK_RATIO:.1f} times, from one recipe",
            (f"times as far: {', '.join(times)}" if times else NOT_MEASURED) + remark,
            "median norm at least 1.5 times as far at every initial scale; partly, at some",
            *(ratios[known] >= 1.5 if known.any() else [False]),
        ),
    ]
