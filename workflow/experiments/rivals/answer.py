"""What the rivals answer on the first screen: does anything move adversarial examples farther?"""

import numpy as np

from experiments.rivals.tables import lines, reaches
from report.answers import RIVALS, factor, in_words, short, undecided, verdict
from report.claims import Columns
from report.contract import Answer

PANEL = "panel-rivals"


def rivals_answer(table: Columns, reach: Columns, weight_decay: float) -> Answer:
    """From the networks, their `reach_table` and the weight decay of the reference."""
    of = reaches(reach)
    far = {name: values[np.isfinite(values) & (values > 0)] for name, values in of.items()}
    decay = far.pop("")
    rivals = {name: values for name, values in far.items() if len(values)}
    if not len(decay) or not rivals:
        return undecided(RIVALS, "None could be compared with weight decay at equal test error.", PANEL)
    best = max(rivals, key=lambda name: factor(rivals[name])[0])
    label = lines(table, weight_decay)[best].label
    ratios = of[best] / of[""]
    ratios = ratios[np.isfinite(ratios) & (ratios > 0)]
    moved = factor(decay)
    which = f"the farthest of {len(rivals)} rivals" if len(rivals) > 1 else "the one rival tried"
    return Answer(
        RIVALS,
        verdict(factor(ratios), above=f"{label} reaches farther", below="none reaches as far"),
        "At no more test error than a network without a regulariser, weight decay enlarges the distance by a "
        f"factor of {in_words(moved, len(decay), 'seed')}; {which}, {label}, by "
        f"{in_words(factor(rivals[best]), len(rivals[best]), 'seed')}.",
        short(moved),
        PANEL,
    )
