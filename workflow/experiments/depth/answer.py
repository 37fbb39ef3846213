"""What depth answers on the first screen: does weight decay stop helping?"""

import numpy as np

from experiments.depth.claims import layers_by_seed
from experiments.depth.tables import Columns, slopes
from report.answers import DEPTH, UNTOLD, of_factor, short_factor, untold, verdict
from report.contract import Answer
from report.numerals import counted
from tilt.intervals import mean_interval

PANEL = "panel-depth"


def depth_answer(networks: Columns, gains: Columns) -> Answer:
    """From the networks and the largest gain of each model."""
    known = np.flatnonzero(np.isfinite(gains["gain"]))
    if len(known) < 2:
        return untold(DEPTH, "Fewer than two models have a gain to compare.", PANEL)
    slope = mean_interval(slopes(networks, layers_by_seed(networks)))
    shallow, deep = (known[k(gains["layers"][known])] for k in (np.argmin, np.argmax))
    least, most = (
        f"{_gain(gains, k)} with {counted(int(gains['layers'][k]), 'layer')}" for k in (shallow, deep)
    )
    doubled = np.exp(slope)
    each = "what a doubling of the layers does cannot be told"
    if np.isfinite(doubled[1]):
        each = "each doubling of the layers multiplies that by {:.2f} ({:.2f} to {:.2f})".format(*doubled)
    return Answer(
        DEPTH,
        verdict(*doubled[1:], above="decay helps more", below="decay helps less"),
        f"With the best weight decay they are {least}, {most}; {each}. One machine.",
        f"{short_factor(*doubled)} a doubling" if np.isfinite(doubled[1]) else UNTOLD,
        PANEL,
    )


def _gain(gains: Columns, row: int) -> str:
    mean, low, high = (float(gains[name][row]) for name in ("gain", "gain_low", "gain_high"))
    return of_factor(mean, low, high, int(gains["n"][row]), "seed")
