"""What the rivals answer on the first screen: does anything move adversarial examples farther?"""

import numpy as np

from experiments.rivals.tables import lines, reaches
from report.answers import RIVALS, factor, of_factor, short_factor, untold, verdict
from report.claims import Columns
from report.contract import Answer
from report.numerals import counted

PANEL = "panel-rivals"


def rivals_answer(table: Columns, reach: Columns, weight_decay: float) -> Answer:
    """From the networks, their `reach_table` and the weight decay of the reference."""
    far = {name: values[np.isfinite(values) & (values > 0)] for name, values in reaches(reach).items()}
    decay = far.pop("")
    rivals = {name: values for name, values in far.items() if len(values)}
    if not len(decay) or not rivals:
        return untold(RIVALS, "No rival could be compared with weight decay at equal test error.", PANEL)
    best = max(rivals, key=lambda name: factor(rivals[name])[0])
    label = lines(table, weight_decay)[best].label
    ratios = reaches(reach)[best] / reaches(reach)[""]
    moved, farther = factor(decay), factor(ratios[np.isfinite(ratios)])
    return Answer(
        RIVALS,
        verdict(*farther[1:], above=f"{label} is better", below="none is better"),
        "At no more test error than without any, adversarial examples are with weight decay "
        f"{of_factor(*moved, len(decay), 'seed')}, with the best of {counted(len(rivals), 'rival')}, "
        f"{label}, {of_factor(*factor(rivals[best]), len(rivals[best]), 'seed')}. One machine.",
        short_factor(*moved),
        PANEL,
    )
