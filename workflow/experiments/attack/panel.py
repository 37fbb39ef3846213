"""Panels of the adversarial examples of any network: the images themselves, norms and accuracies."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from bokeh.models import Range1d
from numpy.typing import NDArray

from experiments.attack.examples import Columns, Images, draw_examples
from experiments.attack.statistics import found_norms
from report.article import ATTACK_NORMS
from report.figures.colours import CLASS_I
from report.networks import Settings
from report.numerals import counted, span
from report.panels.base import CURRENT, GREY, Control, Panel, axes, packed, section
from report.panels.grids import (
    ABSENT,
    STATE,
    Array,
    Grid,
    apart,
    at_published,
    numbers,
    over,
)
from report.panels.networks import network_controls
from report.panels.shared import article_marks, class_axis, decay_axes, greatest
from report.words import Words
from tilt.intervals import wilson_interval

NORM = "L2 norm (pixels in [0, 1])"
KINDS = {"norm": ("targeted ascent", CURRENT), "minimal_norm": ("nearest found", CLASS_I)}
SIDES = dict(zip(KINDS, (-0.2, 0.2), strict=True))  # of a class's place on the axis
HEIGHT = 320


def panel(
    *,
    attacks: Mapping[str, Columns],
    accuracies: Mapping[str, Columns],
    records: Mapping[str, Settings],
    images: Mapping[str, Images],
    words: Words,
    networks: Mapping[str, Settings],
    shown: str,
    published: bool,
) -> dict[str, Any]:
    """The panel of the networks named."""
    return attack_panels(
        networks,
        shown,
        {name: attacks[name] for name in networks},
        {name: accuracies[name] for name in networks},
        {name: records[name]["temperature"] for name in networks},
        {name: images[name] for name in networks},
        words,
        published=published,
    )


def attack_panels(
    networks: Mapping[str, Settings],
    shown: str,
    attacks: Mapping[str, Columns],
    accuracies: Mapping[str, Columns],
    temperatures: Mapping[str, float | None],
    images: Mapping[str, Images],
    words: Words,
    *,
    published: bool,
) -> dict[str, Any]:
    """The section from the settings of networks by name and, by name too, what `attack_table` and
    `accuracy_table` hold, the temperatures, and the images: originals, adversarial and minimal (n, h, w) on
    the 0-255 scale, in the order of the table.

    It begins at the network `shown`; `published` adds the article's norms at its weight decays. All
    networks have the same attacked images and the same magnitudes ε.
    """
    start, decay, grid = network_controls(networks, shown)
    classes, counts = np.unique(attacks[shown]["label"], return_counts=True)
    images_text = f"n = {counted(counts.sum(), 'test image')}, {span(counts, str)} of each class"
    examples = Panel(
        "panel-examples",
        "Adversarial examples of any network",
        [start, decay],
        "Of each class, ten at most, the first attacked test image. The ascent pushes it towards the next "
        "class (the last one to the first); a norm in brackets did not get there. The nearest example found "
        "may be of any other class and lies on the boundary; its norm is 0 where the image is misclassified "
        "as it is. The colours of each row of perturbations go as far as its greatest change: compare "
        f"networks by their norms. By class: medians and quartiles, dashed the medians over all "
        f"({images_text}; one network, of the seed named). "
        + ("Diamonds: the article’s norms, of one image of each class. " if published else "")
        + "The nearest examples are ours; the article has the ascent only.",
    )
    norms = Panel(
        "panel-norms",
        "Distances to adversarial examples, and accuracy under the linear attack",
        [start, decay],
        f"{images_text}; one network, of the seed named. The share of the images with an example within a "
        "distance stays below 100 % by the attacks that failed. Against weight decay: the chosen recipe, its "
        "chosen network in a circle, and in grey the other recipes and seeds"
        + ("; diamonds are medians of the article’s ten norms. " if published else ". ")
        + f"Accuracy is over {accuracies[shown]['images'][0]:,} test images, with the 95 % interval for that "
        "number as a band; in grey the same recipe with the other weight decays. The article prints no such "
        "curves. Networks that were not attacked have none.",
    )
    bank = _state(grid, attacks, temperatures)
    pictures = draw_examples(examples, bank, grid, attacks, images)
    _classes(examples, bank, grid, decay, attacks, classes, words, published)
    _shares(norms, bank, grid, attacks)
    _curves(norms, bank, grid, decay, attacks, published)
    _accuracy(norms, bank, grid, decay, accuracies)
    for panel in (examples, norms):
        panel.readout("Network", "attack", ("status", *STATE))
    examples.readout("Temperature", "attack", ("temperature", *STATE), 2)
    examples.readout("Reached the target", "attack", ("reached", *STATE))
    examples.readout("Norm of the ascent, mean", "attack", ("mean", *STATE), 2)
    for panel, text in ((examples, "median"), (norms, "Median norm, targeted ascent")):
        panel.readout(text, "attack", ("median_norm", *STATE), 2)
        panel.readout("Nearest found, median", "attack", ("median_minimal_norm", *STATE), 2)
    norms.readout("Accuracy at the greatest ε", "attack", ("accuracy_end", *STATE), 1, unit=" %")
    return section([examples, norms], {"attack": bank, **pictures})


def _statistic(
    grid: Grid, attacks: Mapping[str, Columns], quantity: str, statistic: Any = np.median
) -> Array:
    """A statistic of the norms found by each network's attack, (recipes, decays)."""

    def value(name: str) -> list[float]:
        norms = found_norms(attacks[name], quantity)
        found = norms[np.isfinite(norms)]
        return [statistic(found) if found.size else np.nan]

    return numbers(grid, value, 1)[..., 0]


def _state(
    grid: Grid, attacks: Mapping[str, Columns], temperatures: Mapping[str, float | None]
) -> dict[str, Any]:
    """What the readouts tell."""

    def reached(name: str) -> str:
        success = attacks[name]["success"]
        return f"{success.sum():,} of {len(success):,}"

    def temperature(name: str) -> list[float]:
        value = temperatures[name]
        return [np.nan if value is None else value]

    return {
        "status": over(grid, lambda name: str(attacks[name]["status"][0]), ABSENT),
        "reached": over(grid, reached, "–"),
        "temperature": packed(numbers(grid, temperature, 1)[..., 0]),
        "mean": packed(_statistic(grid, attacks, "norm", np.mean)),
        **{f"median_{quantity}": packed(_statistic(grid, attacks, quantity)) for quantity in KINDS},
    }


def _classes(
    panel: Panel,
    bank: dict[str, Any],
    grid: Grid,
    decay: Control,
    attacks: Mapping[str, Columns],
    classes: NDArray[Any],
    words: Words,
    published: bool,
) -> None:
    def quartiles(quantity: str, share: float) -> Array:
        def by_class(name: str) -> list[float]:
            norms, label = found_norms(attacks[name], quantity), attacks[name]["label"]
            of_classes = [norms[(label == c) & np.isfinite(norms)] for c in classes]
            return [float(np.quantile(of, share)) if of.size else np.nan for of in of_classes]

        return numbers(grid, by_class, len(classes))

    found = {
        (quantity, part): quartiles(quantity, share)
        for quantity in KINDS
        for part, share in (("low", 0.25), ("middle", 0.5), ("high", 0.75))
    }
    printed = max(map(max, ATTACK_NORMS.values())) if published else 0
    plot = axes(
        "class attacked", NORM, height=400, x_range=Range1d(-0.6, len(classes) - 0.4),
        y_range=Range1d(0, 1.05 * max(greatest(list(found.values())), printed)),
    )  # fmt: skip
    class_axis(plot.xaxis, classes, words)
    bank["ends"] = packed([-0.6, len(classes) - 0.4])
    for quantity, (label, colour) in KINDS.items():
        bank[f"place_{quantity}"] = packed(np.arange(len(classes)) + SIDES[quantity])
        for part in ("low", "middle", "high"):
            bank[f"{part}_{quantity}"] = packed(found[quantity, part])
        parts = {part: (f"{part}_{quantity}", *STATE) for part in ("low", "middle", "high")}
        source = panel.source("attack", x=(f"place_{quantity}",), **parts)
        plot.vbar("x", top="middle", width=0.38, source=source, color=colour, alpha=0.55, legend_label=label)
        plot.segment("x", "low", "x", "high", source=source, line_width=1.5, color=colour)
        median = _statistic(grid, attacks, quantity)
        bank[f"line_{quantity}"] = packed(np.stack([median, median], axis=-1))
        line = panel.source("attack", x=("ends",), y=(f"line_{quantity}", *STATE))
        plot.line("x", "y", source=line, color=colour, line_dash="dashed")
    if published:
        of = at_published(decay, ATTACK_NORMS)[:, : len(classes)]
        bank["article_norms"] = packed(of)
        bank["article_classes"] = packed(np.arange(of.shape[1]) + SIDES["norm"])
        source = panel.source("attack", x=("article_classes",), y=("article_norms", "decay"))
        article_marks(plot, source, "article, ascent")
    panel.plot(plot, "Median norm of the perturbations by class, with quartiles")


def _shares(panel: Panel, bank: dict[str, Any], grid: Grid, attacks: Mapping[str, Columns]) -> None:
    limit = 1.02 * greatest([found_norms(table, kind) for table in attacks.values() for kind in KINDS])
    plot = axes(NORM, "share of the images (%)", height=HEIGHT, x_range=Range1d(0, limit), y_range=(0, 102))
    n = len(next(iter(attacks.values()))["norm"])

    def corners(quantity: str, axis: int) -> Array:
        """Coordinates of the corners of the steps."""

        def of(name: str) -> Array:
            norms = found_norms(attacks[name], quantity)
            at = np.sort(norms[np.isfinite(norms)])
            if not at.size:
                return at
            if axis == 0:
                return np.concatenate([[0], np.repeat(at, 2), [limit]])
            return np.repeat(100 * np.arange(len(at) + 1) / n, 2)

        return numbers(grid, of, 2 * n + 2)

    for quantity, (label, colour) in KINDS.items():
        parts = {coordinate: (f"share_{quantity}_{coordinate}", *STATE) for coordinate in "xy"}
        for axis, (array, *_) in enumerate(parts.values()):
            bank[array] = packed(corners(quantity, axis))
        source = panel.source("attack", **parts)
        dash = "dashed" if quantity == "norm" else "solid"
        plot.line("x", "y", source=source, color=colour, line_width=2.5, line_dash=dash, legend_label=label)
    panel.plot(plot, "Share of the images with an adversarial example within a distance")


def _curves(
    panel: Panel,
    bank: dict[str, Any],
    grid: Grid,
    decay: Control,
    attacks: Mapping[str, Columns],
    published: bool,
) -> None:
    printed = {side: [float(np.median(norms))] for side, norms in ATTACK_NORMS.items()}
    top = max(
        greatest([_statistic(grid, attacks, quantity) for quantity in KINDS]),
        *(printed["high"] if published else [0]),
    )
    plot = decay_axes(decay.tokens, f"median {NORM}", height=HEIGHT, y_range=Range1d(0, 1.08 * top))
    places = np.arange(len(decay.tokens), dtype=float)
    bank["place"], bank["here"] = packed(places), packed(places[:, None])
    bank["places"] = packed(np.tile(apart(places), len(grid)))
    for quantity, (label, colour) in KINDS.items():
        bank[f"medians_{quantity}"] = packed(apart(_statistic(grid, attacks, quantity)))
        everything = panel.source("attack", x=("places",), y=(f"medians_{quantity}",))
        plot.line("x", "y", source=everything, color=GREY, alpha=0.7)
        plot.scatter("x", "y", source=everything, color=GREY, alpha=0.7, size=4)
        own = panel.source("attack", x=("place",), y=(f"median_{quantity}", "recipe"))
        plot.line("x", "y", source=own, color=colour, line_width=2, legend_label=label)
        plot.scatter("x", "y", source=own, color=colour, size=6)
        here = panel.source("attack", x=("here", "decay"), y=(f"median_{quantity}", *STATE))
        plot.scatter("x", "y", source=here, size=14, color=colour, fill_alpha=0.4, line_width=2)
    if published:
        bank["article_median"] = packed(at_published(decay, printed)[:, 0])
        source = panel.source("attack", x=("place",), y=("article_median",))
        article_marks(plot, source, "article, ascent")
    panel.plot(plot, "Median norms of all networks against weight decay, the chosen one marked")


def _accuracy(
    panel: Panel, bank: dict[str, Any], grid: Grid, decay: Control, accuracies: Mapping[str, Columns]
) -> None:
    some = next(iter(accuracies.values()))
    order = np.argsort(some["epsilon"])
    epsilon = some["epsilon"][order]
    share = numbers(grid, lambda name: 100 * accuracies[name]["accuracy"][order], len(epsilon))
    low, high = wilson_interval(share / 100, some["images"][0])
    plot = axes(
        "change ε of every pixel (pixels in [0, 1])", "test accuracy (%)", height=HEIGHT, y_range=(0, 102),
        x_range=Range1d(-0.02 * epsilon[-1], 1.02 * epsilon[-1]),
    )  # fmt: skip
    bank |= {
        "epsilon": packed(epsilon),
        "epsilons": packed(np.tile(apart(epsilon), len(decay.tokens))),
        "accuracy": packed(share),
        "accuracies": packed(apart(share)),
        "accuracy_low": packed(100 * low),
        "accuracy_high": packed(100 * high),
        "accuracy_end": packed(share[..., -1]),
    }
    others = panel.source("attack", x=("epsilons",), y=("accuracies", "recipe"))
    plot.line("x", "y", source=others, color=GREY, alpha=0.7, legend_label="other decays")
    parts = {part: (f"accuracy_{part}", *STATE) for part in ("low", "high")}
    source = panel.source("attack", x=("epsilon",), y=("accuracy", *STATE), **parts)
    plot.varea("x", "low", "high", source=source, color=CURRENT, alpha=0.3)
    plot.line("x", "y", source=source, color=CURRENT, line_width=2.5, legend_label="this network")
    plot.scatter("x", "y", source=source, color=CURRENT, size=6)
    panel.plot(plot, "Accuracy under the linear attack against its magnitude")
