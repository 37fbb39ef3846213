"""Panels of the adversarial examples of any network: the images themselves, norms and accuracies."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
from bokeh.models import Range1d
from numpy.typing import NDArray

from experiments.attack.examples import Columns, Images, draw_examples
from experiments.attack.statistics import LEAST, attack_names, finite, found_norms, rows_of, searching
from experiments.attack.styles import ASCENT, Style, styles
from report.article import ATTACK_NORMS
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
HEIGHT = 320
Looks = Mapping[str, Style]


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
    `accuracy_table` hold, the temperatures, and the images: originals and, by attack, what those that search
    made of them, (n, h, w) or (n, h, w, 3) on the 0-255 scale, in the order of the table.

    It begins at the network `shown`; `published` adds the article's norms at its weight decays. All
    networks have the same attacked images and the same attacks with the same magnitudes.
    """
    start, decay, grid = network_controls(networks, shown)
    looks, graded = styles(searching(attacks[shown])), styles(attack_names(accuracies[shown]))
    published = published and ASCENT in looks
    classes, counts = np.unique(rows_of(attacks[shown], LEAST)["label"], return_counts=True)
    images_text = f"n = {counted(counts.sum(), 'test image')}, {span(counts, str)} of each class"
    coloured = images[shown]["originals"].ndim > 3
    examples = Panel(
        "panel-examples",
        "Adversarial examples of any network",
        [start, decay],
        "Of each class, ten at most, the first attacked test image, and what each attack made of it. "
        + (
            "The ascent pushes it towards the next class (the last one to the first). "
            if ASCENT in looks
            else ""
        )
        + "A norm in brackets did not get there; it is 0 where the image is misclassified as it is. "
        + ("Channels of a perturbation lie around mid grey, which is no change. " if coloured else "")
        + "The colours of each row of perturbations go as far as its greatest change: compare networks by "
        f"their norms. By class: medians and quartiles, dashed the medians over all ({images_text}; one "
        "network, of the seed named). "
        + ("Diamonds: the article’s norms, of one image of each class. " if published else "")
        + "The article has the targeted ascent only.",
    )
    tested = accuracies[shown]["images"]
    norms = Panel(
        "panel-norms",
        "Distances to adversarial examples, and accuracy under attacks of given magnitudes",
        [start, decay],
        f"{images_text}; one network, of the seed named. The share of the images with an example within a "
        "distance stays below 100 % by the attacks that failed. Against weight decay: the chosen recipe, its "
        "chosen network in a circle, and in grey the other recipes and seeds"
        + ("; diamonds are medians of the article’s ten norms. " if published else ". ")
        + (
            f"Accuracy is over {tested[0]:,} test images, with the 95 % interval for that number as a band; "
            "in grey the same recipe with the other weight decays. The article prints no such curves. "
            if len(tested)
            else ""
        )
        + "Networks that were not attacked have none.",
    )
    bank = _state(grid, attacks, temperatures, looks)
    pictures = draw_examples(examples, bank, grid, attacks, images, looks)
    _classes(examples, bank, grid, decay, attacks, classes, words, looks, published)
    _shares(norms, bank, grid, attacks, looks)
    _curves(norms, bank, grid, decay, attacks, looks, published)
    for panel in (examples, norms):
        panel.readout("Network", "attack", ("status", *STATE))
    examples.readout("Temperature", "attack", ("temperature", *STATE), 2)
    for attack, look in looks.items():
        name = look.label.capitalize()
        examples.readout(f"{name}, found", "attack", (f"reached_{attack}", *STATE))
        examples.readout(f"{name}, mean norm", "attack", (f"mean_{attack}", *STATE), 2)
        for panel in (examples, norms):
            panel.readout(f"{name}, median", "attack", (f"median_{attack}", *STATE), 2)
    for attack, look in graded.items():
        _accuracy(norms, bank, grid, decay, accuracies, attack, look)
    return section([examples, norms], {"attack": bank, **pictures})


def _statistic(grid: Grid, attacks: Mapping[str, Columns], attack: str, statistic: Any = np.median) -> Array:
    """A statistic of the norms that an attack found for each network, (recipes, decays)."""

    def value(name: str) -> list[float]:
        found = finite(found_norms(attacks[name], attack))
        return [statistic(found) if found.size else np.nan]

    return numbers(grid, value, 1)[..., 0]


def _state(
    grid: Grid, attacks: Mapping[str, Columns], temperatures: Mapping[str, float | None], looks: Looks
) -> dict[str, Any]:
    """What the readouts tell."""

    def reached(name: str, attack: str) -> str:
        success = rows_of(attacks[name], attack)["success"]
        return f"{success.sum():,} of {len(success):,}"

    def temperature(name: str) -> list[float]:
        value = temperatures[name]
        return [np.nan if value is None else value]

    bank: dict[str, Any] = {
        "status": over(grid, lambda name: str(attacks[name]["status"][0]), ABSENT),
        "temperature": packed(numbers(grid, temperature, 1)[..., 0]),
    }
    for attack in looks:
        bank[f"reached_{attack}"] = over(grid, partial(reached, attack=attack), "–")
        bank[f"mean_{attack}"] = packed(_statistic(grid, attacks, attack, np.mean))
        bank[f"median_{attack}"] = packed(_statistic(grid, attacks, attack))
    return bank


def _classes(
    panel: Panel,
    bank: dict[str, Any],
    grid: Grid,
    decay: Control,
    attacks: Mapping[str, Columns],
    classes: NDArray[Any],
    words: Words,
    looks: Looks,
    published: bool,
) -> None:
    def quartiles(attack: str, share: float) -> Array:
        def by_class(name: str) -> list[float]:
            norms, label = found_norms(attacks[name], attack), rows_of(attacks[name], attack)["label"]
            of_classes = [finite(norms[label == c]) for c in classes]
            return [float(np.quantile(of, share)) if of.size else np.nan for of in of_classes]

        return numbers(grid, by_class, len(classes))

    found = {
        (attack, part): quartiles(attack, share)
        for attack in looks
        for part, share in (("low", 0.25), ("middle", 0.5), ("high", 0.75))
    }
    printed = max(map(max, ATTACK_NORMS.values())) if published else 0
    plot = axes(
        "class attacked", NORM, height=400, x_range=Range1d(-0.6, len(classes) - 0.4),
        y_range=Range1d(0, 1.05 * max(greatest(list(found.values())), printed)),
    )  # fmt: skip
    class_axis(plot.xaxis, classes, words)
    bank["ends"] = packed([-0.6, len(classes) - 0.4])
    shifts = 0.8 * ((np.arange(len(looks)) + 0.5) / len(looks) - 0.5)  # side by side at a class's place
    for (attack, look), shift in zip(looks.items(), shifts, strict=True):
        bank[f"place_{attack}"] = packed(np.arange(len(classes)) + shift)
        for part in ("low", "middle", "high"):
            bank[f"{part}_{attack}"] = packed(found[attack, part])
        parts = {part: (f"{part}_{attack}", *STATE) for part in ("low", "middle", "high")}
        source = panel.source("attack", x=(f"place_{attack}",), **parts)
        plot.vbar(
            "x", top="middle", width=0.76 / len(looks), source=source, color=look.colour, alpha=0.55,
            legend_label=look.label,
        )  # fmt: skip
        plot.segment("x", "low", "x", "high", source=source, line_width=1.5, color=look.colour)
        median = _statistic(grid, attacks, attack)
        bank[f"line_{attack}"] = packed(np.stack([median, median], axis=-1))
        line = panel.source("attack", x=("ends",), y=(f"line_{attack}", *STATE))
        plot.line("x", "y", source=line, color=look.colour, line_dash="dashed")
    if published:
        of = at_published(decay, ATTACK_NORMS)[:, : len(classes)]
        bank["article_norms"] = packed(of)
        bank["article_classes"] = packed(np.arange(of.shape[1]) + shifts[list(looks).index(ASCENT)])
        source = panel.source("attack", x=("article_classes",), y=("article_norms", "decay"))
        article_marks(plot, source, "article, ascent")
    panel.plot(plot, "Median norm of the perturbations by class, with quartiles")


def _shares(
    panel: Panel, bank: dict[str, Any], grid: Grid, attacks: Mapping[str, Columns], looks: Looks
) -> None:
    limit = 1.02 * greatest([found_norms(table, attack) for table in attacks.values() for attack in looks])
    plot = axes(NORM, "share of the images (%)", height=HEIGHT, x_range=Range1d(0, limit), y_range=(0, 102))
    n = len(rows_of(next(iter(attacks.values())), LEAST)["norm"])

    def corners(attack: str, axis: int) -> Array:
        """Coordinates of the corners of the steps."""

        def of(name: str) -> Array:
            at = np.sort(finite(found_norms(attacks[name], attack)))
            if not at.size:
                return at
            if axis == 0:
                return np.concatenate([[0], np.repeat(at, 2), [limit]])
            return np.repeat(100 * np.arange(len(at) + 1) / n, 2)

        return numbers(grid, of, 2 * n + 2)

    for attack, look in looks.items():
        parts = {coordinate: (f"share_{attack}_{coordinate}", *STATE) for coordinate in "xy"}
        for axis, (array, *_) in enumerate(parts.values()):
            bank[array] = packed(corners(attack, axis))
        source = panel.source("attack", **parts)
        plot.line(
            "x", "y", source=source, color=look.colour, line_width=2.5, line_dash=look.dash,
            legend_label=look.label,
        )  # fmt: skip
    panel.plot(plot, "Share of the images with an adversarial example within a distance")


def _curves(
    panel: Panel,
    bank: dict[str, Any],
    grid: Grid,
    decay: Control,
    attacks: Mapping[str, Columns],
    looks: Looks,
    published: bool,
) -> None:
    printed = {side: [float(np.median(norms))] for side, norms in ATTACK_NORMS.items()}
    top = max(
        greatest([_statistic(grid, attacks, attack) for attack in looks]),
        *(printed["high"] if published else [0]),
    )
    plot = decay_axes(decay.tokens, f"median {NORM}", height=HEIGHT, y_range=Range1d(0, 1.08 * top))
    places = np.arange(len(decay.tokens), dtype=float)
    bank["place"], bank["here"] = packed(places), packed(places[:, None])
    bank["places"] = packed(np.tile(apart(places), len(grid)))
    for attack, look in looks.items():
        bank[f"medians_{attack}"] = packed(apart(_statistic(grid, attacks, attack)))
        everything = panel.source("attack", x=("places",), y=(f"medians_{attack}",))
        plot.line("x", "y", source=everything, color=GREY, alpha=0.7)
        plot.scatter("x", "y", source=everything, color=GREY, alpha=0.7, size=4)
        own = panel.source("attack", x=("place",), y=(f"median_{attack}", "recipe"))
        plot.line("x", "y", source=own, color=look.colour, line_width=2, legend_label=look.label)
        plot.scatter("x", "y", source=own, color=look.colour, size=6)
        here = panel.source("attack", x=("here", "decay"), y=(f"median_{attack}", *STATE))
        plot.scatter("x", "y", source=here, size=14, color=look.colour, fill_alpha=0.4, line_width=2)
    if published:
        bank["article_median"] = packed(at_published(decay, printed)[:, 0])
        source = panel.source("attack", x=("place",), y=("article_median",))
        article_marks(plot, source, "article, ascent")
    panel.plot(plot, "Median norms of all networks against weight decay, the chosen one marked")


def _accuracy(
    panel: Panel,
    bank: dict[str, Any],
    grid: Grid,
    decay: Control,
    accuracies: Mapping[str, Columns],
    attack: str,
    look: Style,
) -> None:
    """Accuracy under an attack of given magnitudes, and what it is at the greatest."""
    tables = {name: rows_of(table, attack) for name, table in accuracies.items()}
    some = next(iter(tables.values()))
    order = np.argsort(some["magnitude"])
    magnitude = some["magnitude"][order]
    share = numbers(grid, lambda name: 100 * tables[name]["accuracy"][order], len(magnitude))
    low, high = wilson_interval(share / 100, some["images"][0])
    end = magnitude[-1] or 1.0
    plot = axes(
        look.magnitude, f"accuracy, {look.label} (%)", height=HEIGHT, y_range=(0, 102),
        x_range=Range1d(-0.02 * end, 1.02 * end),
    )  # fmt: skip
    bank |= {
        f"magnitude_{attack}": packed(magnitude),
        f"magnitudes_{attack}": packed(np.tile(apart(magnitude), len(decay.tokens))),
        f"accuracy_{attack}": packed(share),
        f"accuracies_{attack}": packed(apart(share)),
        f"accuracy_low_{attack}": packed(100 * low),
        f"accuracy_high_{attack}": packed(100 * high),
        f"accuracy_end_{attack}": packed(share[..., -1]),
    }
    others = panel.source("attack", x=(f"magnitudes_{attack}",), y=(f"accuracies_{attack}", "recipe"))
    plot.line("x", "y", source=others, color=GREY, alpha=0.7, legend_label="other decays")
    parts = {part: (f"accuracy_{part}_{attack}", *STATE) for part in ("low", "high")}
    at = (f"magnitude_{attack}",)
    source = panel.source("attack", x=at, y=(f"accuracy_{attack}", *STATE), **parts)
    plot.varea("x", "low", "high", source=source, color=CURRENT, alpha=0.3)
    plot.line("x", "y", source=source, color=CURRENT, line_width=2.5, legend_label="this network")
    plot.scatter("x", "y", source=source, color=CURRENT, size=6)
    panel.plot(plot, f"Accuracy under the {look.label} against its magnitude")
    end_label = f"Accuracy at the greatest {look.symbol}"
    panel.readout(end_label, "attack", (f"accuracy_end_{attack}", *STATE), 1, unit=" %")
