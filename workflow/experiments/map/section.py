"""The map of initial weights and weight decay: captions."""

from functools import partial

import numpy as np

from experiments.attack.styles import ASCENT
from experiments.map.claims import map_claims
from experiments.sweep.section import diverged
from experiments.sweep.tables import grid
from report.claims import NOT_MEASURED, Columns
from report.contract import NO_NUMBER, Caption, Captions, Section, join
from report.networks import inner_layer
from report.numerals import plain, span


def section(*, networks: Columns) -> Section:
    """The section of the map, from its table of networks."""
    return Section(claims=map_claims(networks), captions=captions(networks))


def captions(table: Columns) -> Captions:
    """Of the map: its table."""
    parts, inner = [], inner_layer(table)
    for quantity, name, factor, digits in (
        ("test_error", "test error (%)", 100, ".2f"),
        (f"rms_{inner}", f"RMS of {inner}", 1, ".2g"),
        (f"{ASCENT}_median", "median norm", 1, ".2f"),
    ):
        cells = factor * grid(table, quantity)[2]
        known = cells[np.isfinite(cells)]
        ends = span(known, partial(plain, digits=digits)) if known.size else NOT_MEASURED
        parts.append(f"{name} {ends}")
    return {
        "maps": Caption(
            "maps",
            "Initial weights against weight decay",
            "Three maps over initial weight scale and weight decay: test error, "
            f"RMS of {inner}, median norm.",
            f"{len(table['seed'])} networks, one a cell; seed {join(np.unique(table['seed']))}, so no "
            f"interval. {diverged(table)}",
            NO_NUMBER,
            f"Over the map: {join(parts)}.",
        )
    }
