"""What the rivals answer on the first screen: does anything move adversarial examples farther?"""

import numpy as np

from experiments.rivals.tables import lines, reaches
from report.answers import RIVALS, UNDECIDED, factor, in_words, short, undecided
from report.claims import Columns
from report.contract import Answer

PANEL = "panel-rivals"


def rivals_answer(table: Columns, reach: Columns, weight_decay: float) -> Answer:
    """From the networks, their `reach_table` and the weight decay of the reference.

    The rival that is told of is the farthest on held-out images, so that its distance on test images is not
    the largest of many by chance.
    """
    far, held_out = reaches(reach), reaches(reach, "validation_norm_median")
    decay = far.pop("")
    both = {  # false where nan
        name: (np.array([decay, values, held_out[""], held_out[name]]) > 0).all(axis=0)
        for name, values in far.items()
    }
    most = max((int(seeds.sum()) for seeds in both.values()), default=0)
    rivals = {name: seeds for name, seeds in both.items() if seeds.sum() == most}
    if not most:
        return undecided(RIVALS, "None has a network that counts beside one of weight decay.", PANEL)
    over = {name: factor(far[name][seeds] / decay[seeds]) for name, seeds in rivals.items()}
    on_held_out = {
        name: factor(held_out[name][seeds] / held_out[""][seeds]) for name, seeds in rivals.items()
    }
    best = max(on_held_out, key=lambda name: on_held_out[name][0])
    seeds, label = rivals[best], lines(table, weight_decay)[best].label
    none = len(rivals) == len(far) and all(high < 1 for _, _, high in over.values())
    moved = factor(decay[seeds])
    count = len(rivals)
    which = f"of {count} rivals the farthest on held-out images" if count > 1 else "the one rival compared"
    return Answer(
        RIVALS,
        f"{label} reaches farther" if over[best][1] > 1 else "none reaches as far" if none else UNDECIDED,
        "At about the error of a network without a regulariser, with strengths that held-out images choose, "
        "weight decay moves adversarial examples to "
        f"{in_words(moved, most, 'seed')} times the distance without; {which}, {label}, moves them "
        f"{in_words(over[best], most, 'seed')} times as far as weight decay.",
        short(moved),
        PANEL,
    )
