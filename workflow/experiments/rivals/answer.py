"""What the rivals answer on the first screen: does anything move adversarial examples farther?"""

from experiments.rivals.tables import lines, reaches
from report.answers import RIVALS, UNDECIDED, factor, in_words, short, undecided
from report.claims import Columns
from report.contract import Answer

PANEL = "panel-rivals"


def rivals_answer(table: Columns, reach: Columns, weight_decay: float) -> Answer:
    """From the networks, their `reach_table` and the weight decay of the reference."""
    far = reaches(reach)
    decay = far.pop("")
    both = {name: (decay > 0) & (values > 0) for name, values in far.items()}  # false where nan
    most = max((int(seeds.sum()) for seeds in both.values()), default=0)
    rivals = {name: seeds for name, seeds in both.items() if seeds.sum() == most}
    if not most:
        return undecided(RIVALS, "None has a network that counts beside one of weight decay.", PANEL)
    over = {name: factor(far[name][seeds] / decay[seeds]) for name, seeds in rivals.items()}
    best = max(over, key=lambda name: over[name][0])
    seeds, label = rivals[best], lines(table, weight_decay)[best].label
    none = len(rivals) == len(far) and all(high < 1 for _, _, high in over.values())
    moved = factor(decay[seeds])
    which = f"the farthest of {len(rivals)} rivals" if len(rivals) > 1 else "the one rival compared"
    return Answer(
        RIVALS,
        f"{label} reaches farther" if over[best][1] > 1 else "none reaches as far" if none else UNDECIDED,
        "At no more test error than a network without a regulariser, weight decay changes the distance by a "
        f"factor of {in_words(moved, most, 'seed')}; {which}, {label}, by "
        f"{in_words(factor(far[best][seeds]), most, 'seed')}.",
        short(moved),
        PANEL,
    )
