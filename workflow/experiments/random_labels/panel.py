"""Panel of networks trained on random labels: training error along the epochs."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from bokeh.models import NumeralTickFormatter
from numpy.typing import NDArray

from experiments.random_labels.tables import half_of_chance
from report.numerals import counted
from report.panels.base import CURRENT, GREY, INK, Control, Panel, axes, packed, section
from report.panels.shared import decay_axes

Columns = Mapping[str, NDArray[Any]]

BANK = "random-labels"


def panel(*, networks: Columns, histories: Mapping[str, Columns], classes: int) -> dict[str, Any]:
    """The panel of random labels."""
    return random_labels_panels(networks, dict(histories), classes)


def random_labels_panels(table: Columns, histories: Mapping[str, Columns], classes: int) -> dict[str, Any]:
    """The section from a `memorisation_table`, every weight decay with every seed, and histories by name."""
    half = half_of_chance(classes)
    decays, place = np.unique(table["weight_decay"], return_inverse=True)
    seeds = np.unique(table["seed"])
    shape = (len(decays), len(seeds))
    tokens = [f"{value:g}" for value in decays]
    names = [str(seed) for seed in seeds]
    panel = Panel(
        "panel-random-labels",
        "Learning random labels",
        [
            Control("random_decay", "Weight decay", tokens, tokens),
            Control("random_seed", "Seed", names, names, slider=False),
        ],
        f"{counted(len(table['network']), 'network')} on "
        f"{counted(table['train_images'][0], 'training image')} with labels "
        f"drawn at random, anew for each seed ({', '.join(names)}); every network is a line and a dot, no "
        "interval. An epoch's error is taken over its minibatches, each before its own step. Guessing errs "
        f"in {200 * half:.3g} %; a network that ends at half of that or below counts as having memorised its "
        f"labels (our rule, as is this experiment; the article prints no number). {_diverged(table)}",
    )
    epochs = int(table["epochs"].max())
    errors = np.full((len(table["network"]), epochs), np.nan)
    for error, name in zip(errors, table["network"].tolist(), strict=True):
        values = histories[name]["train_error"]
        error[: len(values)] = values
    final = np.where(table["diverged"], np.nan, table["final_train_error"])
    outcome = np.where(final <= half, "memorised", np.where(np.isnan(final), "diverged", "not memorised"))
    bank = {
        "epoch": packed(np.arange(1, epochs + 1), 1),
        "error": packed(errors.reshape(*shape, epochs)),
        "place": packed(np.arange(len(tokens)), 1),
        "final": packed(final.reshape(shape)),
        "least": packed(table["best_train_error"].reshape(shape)),
        "first_zero": packed(table["zero_epoch"].reshape(shape)),
        "outcome": outcome.reshape(shape).tolist(),
    }

    y = "training error on random labels"
    along = axes("epoch", y, x_range=(0, epochs + 1), y_range=(-0.02, 1), height=320)
    along.multi_line(
        [np.arange(1, epochs + 1)] * len(errors), list(errors), color=GREY, alpha=0.5,
        legend_label="other networks",
    )  # fmt: skip
    state = ("random_decay", "random_seed")
    here = panel.source(BANK, x=("epoch",), y=("error", *state))
    along.line("x", "y", source=here, color=CURRENT, line_width=3, legend_label="this network")
    at_end = decay_axes(tokens, y + ", last epoch", y_range=(-0.02, 1), height=320)
    at_end.scatter(place, final, size=8, color=GREY)
    now = panel.source(BANK, x=("place", "random_decay"), y=("final", *state))
    at_end.scatter("x", "y", source=now, size=13, color=CURRENT)
    panel.cursor(at_end, BANK, ("place", "random_decay"))
    for plot, reach in ((along, (0, epochs + 1)), (at_end, (-0.5, len(tokens) - 0.5))):
        for level, dash, name in ((2 * half, "dotted", "guessing"), (half, "dashed", "half of it")):
            plot.line(reach, [level] * 2, line_dash=dash, legend_label=name).glyph.tags = [INK]
        plot.yaxis.formatter = NumeralTickFormatter(format="0 %")
    panel.plot(along, "Training error against the epoch, this network among the others", "large")
    panel.plot(at_end, "Training error at the end against weight decay; diverged networks are left out")
    panel.readout("training error at the end", BANK, ("final", *state), 2, 100, " %")
    panel.readout("least along the epochs", BANK, ("least", *state), 2, 100, " %")
    panel.readout("first epoch without an error", BANK, ("first_zero", *state), 0)
    panel.readout("labels", BANK, ("outcome", *state))
    return section([panel], {BANK: bank})


def _diverged(table: Columns) -> str:
    names = table["network"][table["diverged"]]
    return f"Diverged: {', '.join(names)}." if names.size else "None diverged."
