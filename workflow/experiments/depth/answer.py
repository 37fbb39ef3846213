"""What depth answers on the first screen: does weight decay stop helping?"""

import numpy as np

from experiments.depth.claims import layers_by_seed
from experiments.depth.tables import Columns, slopes
from report.answers import DEPTH, UNDECIDED, Factor, in_words, short, undecided, verdict
from report.contract import Answer
from report.numerals import counted, significant
from tilt.intervals import mean_interval

PANEL = "panel-depth"


def depth_answer(networks: Columns, gains: Columns) -> Answer:
    """From the networks and the largest gain of each model."""
    known = np.flatnonzero(np.isfinite(gains["gain"]))
    if len(set(gains["layers"][known].tolist())) < 2:
        return undecided(DEPTH, "No two models of different depth have a gain to compare.", PANEL)
    shallow, deep = (known[k(gains["layers"][known])] for k in (np.argmin, np.argmax))
    told = [
        in_words(_gain(gains, k), int(gains["n"][k]), "seed")
        + f" with {counted(int(gains['layers'][k]), 'layer')} ({gains['label'][k]})"
        for k in (shallow, deep)
    ]
    mean, low, high = (
        float(end) for end in np.exp(mean_interval(slopes(networks, layers_by_seed(networks))))
    )
    trend, each = "No trend can be told", UNDECIDED
    if np.isfinite(low):
        ends = f"{significant(low)} to {significant(high)}"
        trend = f"Each doubling of the layers multiplies that factor by {significant(mean)} ({ends})"
        each = f"{short((mean, low, high))} a doubling"
    return Answer(
        DEPTH,
        verdict((mean, low, high), above="weight decay helps more", below="weight decay helps less"),
        "Compared with none, the best weight decay changes the distance by a factor of "
        f"{told[0]}, of {told[1]}. {trend}.",
        each,
        PANEL,
    )


def _gain(gains: Columns, row: int) -> Factor:
    mean, low, high = (float(gains[name][row]) for name in ("gain", "gain_low", "gain_high"))
    return mean, low, high
