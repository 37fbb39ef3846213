"""Panel of networks that were trained elsewhere: one of them and one of its images, among the others."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from bokeh.models import Range1d
from bokeh.palettes import Greys256
from numpy.typing import NDArray

from experiments.attack.statistics import accuracy_within, first_images
from report.numerals import counted
from report.panels.base import CURRENT, GREY, INK, Control, Panel, axes, packed, picture, section
from report.panels.mosaics import LEVEL, SIGNED, around_grey, enlarged
from report.panels.shared import greatest
from report.words import Words
from tilt.intervals import wilson_interval

Columns = Mapping[str, NDArray[Any]]
Images = Mapping[str, NDArray[np.floating[Any]]]

BANK = "own"
STATE = ("own_network", "own_image")
PLACES = 200  # of the axis of radii
WIDEST = 128  # pixels of an image's side, at most


def panel(
    *,
    attacks: Mapping[str, Columns],
    tables: Mapping[str, Columns],
    records: Mapping[str, Mapping[str, Any]],
    pictures: Mapping[str, Images],
    words: Words,
    networks: Mapping[str, Any],
) -> dict[str, Any]:
    """The section of the networks, given by name in the order of the configuration."""
    names = list(networks)
    first = first_images(attacks[names[0]])
    labels = tables[names[0]]["label"][first]
    images = [f"{words.class_name(label)}, image {tables[names[0]]['index'][k]}"
              for label, k in zip(labels, first, strict=True)]  # fmt: skip
    n = len(tables[names[0]]["index"])
    made = Panel(
        "panel-own",
        "Your networks",
        [
            Control("own_network", "Network", names, names, slider=False),
            Control("own_image", "Image", [str(k) for k in first], images),
        ],
        "The first attacked test image of each class, ten at most, the nearest example that was found, and "
        "their difference, whose colours go as far as its greatest change. Accuracy: the share of "
        f"{counted(n, 'attacked test image')} with no example within the radius, the chosen network with its "
        "95 % interval over images (Wilson), the others in grey. Distances: a dot for each of these images; "
        "on the line the boundary is where the gradient at the image foretells it, and the chosen image is "
        "circled.",
    )
    limit = 1.05 * greatest([tables[name]["least_norm"] for name in names])
    radius = np.linspace(0, limit, PLACES)
    accuracy = np.array([accuracy_within(attacks[name], radius) for name in names])
    low, high = wilson_interval(accuracy, np.full(accuracy.shape, n))
    found = np.array([tables[name]["least_norm"] for name in names])
    local = np.array([tables[name]["local_distance"] for name in names])
    compared = np.stack([found, np.where(np.isfinite(found), local, np.nan)], axis=1)
    far = np.array([1.05 * greatest(of_network) for of_network in compared])
    bank: dict[str, Any] = {
        "radius": packed(radius),
        "accuracy": packed(100 * accuracy),
        "low": packed(100 * low),
        "high": packed(100 * high),
        "far": packed(far),
        "line": packed(np.stack([0 * far, far], axis=1)),
        "found": packed(found),
        "local": packed(local),
        "found_here": packed(found[:, first]),
        "local_here": packed(local[:, first]),
        "margin_here": packed(np.array([tables[name]["margin"][first] for name in names])),
        "seen": [[_seen(tables[name], k, words) for k in first] for name in names],
        "test_error": packed(np.array([100 * records[name]["test_error"] for name in names])),
        "doubts": [_doubts(records[name]) for name in names],
    }
    banks = _pictures(made, {name: pictures[name] for name in names})
    kept = axes(
        "L2 radius (pixels in [0, 1])", "accuracy (%)", x_range=(0, limit), y_range=(0, 102), height=320
    )
    kept.multi_line(
        [radius] * len(names), list(100 * accuracy), color=GREY, alpha=0.6, legend_label="other networks"
    )
    source = made.source(
        BANK, x=("radius",), y=("accuracy", STATE[0]), low=("low", STATE[0]), high=("high", STATE[0])
    )
    kept.varea("x", "low", "high", source=source, color=CURRENT, alpha=0.3)
    kept.line("x", "y", source=source, color=CURRENT, line_width=3, legend_label="this network")
    made.plot(kept, "Accuracy against L2 radius, the chosen network among the others")
    both = axes(
        "least norm found (pixels in [0, 1])", "local distance s / ‖∇s‖", x_range=Range1d(0, 1),
        y_range=Range1d(0, 1), height=320,
    )  # fmt: skip
    for window in (both.x_range, both.y_range):
        made.follow(window, BANK, end=("far", STATE[0]))
    equal = made.source(BANK, x=("line", STATE[0]), y=("line", STATE[0]))
    both.line("x", "y", source=equal, line_dash="dashed", legend_label="equal").glyph.tags = [INK]
    dots = made.source(BANK, x=("found", STATE[0]), y=("local", STATE[0]))
    both.scatter("x", "y", source=dots, size=6, color=CURRENT, alpha=0.6, legend_label="this network")
    here = made.source(BANK, x=("found_here", *STATE), y=("local_here", *STATE))
    both.scatter(
        "x", "y", source=here, size=16, fill_alpha=0, line_width=2, legend_label="this image"
    ).glyph.tags = [INK]
    made.plot(both, "Local distance against the distance found, the chosen image circled")
    made.readout("Test error", BANK, ("test_error", STATE[0]), 2, unit=" %")
    made.readout("Seen as", BANK, ("seen", *STATE))
    made.readout("Least norm found", BANK, ("found_here", *STATE), 3, significant=True)
    made.readout("Local distance", BANK, ("local_here", *STATE), 3, significant=True)
    made.readout("Margin s", BANK, ("margin_here", *STATE), 3, significant=True)
    made.readout("Doubts", BANK, ("doubts", STATE[0]))
    return section([made], {BANK: bank, **banks})


def _pictures(made: Panel, pictures: Mapping[str, Images]) -> dict[str, dict[str, Any]]:
    """Draw the chosen image, its example and their difference; the banks of the networks."""
    banks = {}
    for name, of in pictures.items():
        height, width = (min(side, WIDEST) for side in of["originals"].shape[1:3])
        original, changed = (
            enlarged(np.nan_to_num(of[key]) / 255, (height, width)) for key in ("originals", "nearest")
        )
        change = changed - original
        axis = tuple(range(1, change.ndim))
        change = change / np.maximum(np.abs(change).max(axis=axis, keepdims=True), 1e-9)
        coloured = original.ndim > 3
        banks[f"{BANK}/{name}"] = {
            "original": packed(original, LEVEL),
            "changed": packed(changed, LEVEL),
            "change": packed(around_grey(change) if coloured else change, LEVEL),
        }
    shape = original.shape[1:]
    for array, title, palette, low in (
        ("original", "image", Greys256, 0),
        ("changed", "nearest example", Greys256, 0),
        ("change", "difference, magnified", SIGNED, -1),
    ):
        source = made.image(f"{BANK}/{{{STATE[0]}}}", shape, (array, STATE[1]))
        made.plot(picture(source, shape, title, palette, low), title, "small")
    return banks


def _seen(table: Columns, row: int, words: Words) -> str:
    seen = words.class_name(table["predicted"][row])
    least = table["least_norm"][row]
    if least == 0:
        return f"{seen}, wrongly as it is"
    return f"{seen}, then {words.class_name(table['least_class'][row])}" if np.isfinite(least) else seen


def _doubts(record: Mapping[str, Any]) -> str:
    return counted(len(record["doubts"]), "doubt") + ", in the table" if record["doubts"] else "none"
