"""What depth answers on the first screen: does weight decay stop helping?"""

import numpy as np

from experiments.depth.claims import layers_by_seed
from experiments.depth.tables import Columns, slopes
from report.answers import DEPTH, UNDECIDED, Factor, in_words, short, undecided, verdict
from report.contract import Answer
from report.numerals import counted
from tilt.intervals import mean_interval

PANEL = "panel-depth"


def depth_answer(networks: Columns, gains: Columns) -> Answer:
    """From the networks and the largest gain of each model."""
    known = np.flatnonzero(np.isfinite(gains["gain"]))
    if len(known) < 2:
        return undecided(DEPTH, "Fewer than two models have a gain to compare.", PANEL)
    shallow, deep = (known[k(gains["layers"][known])] for k in (np.argmin, np.argmax))
    told = [
        in_words(_gain(gains, k), int(gains["n"][k]), "seed")
        + f" with {counted(int(gains['layers'][k]), 'layer')}"
        for k in (shallow, deep)
    ]
    mean, low, high = (
        float(end) for end in np.exp(mean_interval(slopes(networks, layers_by_seed(networks))))
    )
    trend, each = "No trend can be told", UNDECIDED
    if np.isfinite(low):
        trend = f"Each doubling of the layers multiplies that by {mean:.2f} ({low:.2f} to {high:.2f})"
        each = f"{short((mean, low, high))} a doubling"
    return Answer(
        DEPTH,
        verdict((mean, low, high), above="weight decay helps more", below="weight decay helps less"),
        "Compared with none, the best weight decay enlarges the distance by a factor of "
        f"{told[0]} of weights, of {told[1]}. {trend}.",
        each,
        PANEL,
    )


def _gain(gains: Columns, row: int) -> Factor:
    mean, low, high = (float(gains[name][row]) for name in ("gain", "gain_low", "gain_high"))
    return mean, low, high
