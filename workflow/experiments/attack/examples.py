"""The images of the adversarial examples: originals, what the attacks made of them, and the changes."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.attack.statistics import ATTACKED, first_images, rows_of
from experiments.attack.styles import Style
from report.panels.base import Panel, packed
from report.panels.grids import ABSENT, STATE, Grid, banks, over
from report.panels.mosaics import LEVEL, around_grey, enlarged, lay, mosaic, sheet, write

Columns = Mapping[str, NDArray[Any]]
Images = Mapping[str, NDArray[np.floating[Any]]]

SHADES = 32  # of an image, as many as one tells apart
BAND, LINE = 14, 12  # heights of a title and of a line of norms, in pixels of an image
WIDEST = 760  # pixels of the screen


def draw_examples(
    panel: Panel,
    bank: dict[str, Any],
    grid: Grid,
    attacks: Mapping[str, Columns],
    images: Mapping[str, Images],
    looks: Mapping[str, Style],
) -> dict[str, Any]:
    """Draw one image of each class, ten at most, and a row of what each attack made of it and of the changes.

    Networks may take images of different sizes; all are drawn in the finest.

    Adds what is written to the section's `bank`, called "attack"; returns the banks with the images, one
    for each network that was attacked.
    """
    first = first_images(next(iter(attacks.values())))
    originals = {name: of_network["originals"][first] for name, of_network in images.items()}
    finest = max(originals.values(), key=lambda pictures: pictures[0].size)
    count, height, width, *channels = finest.shape
    changed = {attack: f"{attack}_change" for attack in looks}
    rows = ["original", *(row for pair in changed.items() for row in pair)]
    lines = np.maximum(np.arange(len(rows)) - 1, 0) // 2  # of norms, above each row
    tops = BAND + np.arange(len(rows)) * (BAND + height) + LINE * lines
    below = tops + height + LINE / 2
    blank = [""] * (len(rows) - 2)

    def shades(pictures: Any) -> dict[str, Any]:
        return packed(mosaic(enlarged(pictures / 255, (height, width)), count), 1 / (SHADES - 1))

    def signed(change: Any) -> dict[str, Any]:
        scaled = mosaic(enlarged(change / (np.abs(change).max() or 1), (height, width)), count)
        return packed(around_grey(scaled), LEVEL) if channels else packed(scaled, LEVEL)

    def change(name: str, attack: str) -> Any:
        return np.nan_to_num(images[name][attack][first] - originals[name]) / 255

    def pictures(name: str) -> dict[str, Any] | None:
        if attacks[name]["status"][0] != ATTACKED:
            return None
        return {
            **{attack: shades(np.nan_to_num(images[name][attack][first])) for attack in looks},
            **{row: signed(change(name, attack)) for attack, row in changed.items()},
        }

    def titles(name: str) -> list[str]:
        if attacks[name]["status"][0] != ATTACKED:
            return ["original", str(attacks[name]["status"][0]), *blank]
        told = ["original"]
        for attack, look in looks.items():
            limit = np.abs(change(name, attack)).max()
            told += [
                f"adversarial example of the {look.label}",
                f"its perturbation, colours ± {limit:.2f}, and norm",
            ]
        return told

    def norms(name: str) -> list[str]:
        if attacks[name]["status"][0] != ATTACKED:
            return nothing
        told = []
        for attack in looks:
            table = rows_of(attacks[name], attack)
            for norm, success in zip(table["norm"][first], table["success"][first], strict=True):
                told.append(f"{norm:.2f}" if success else f"({norm:.2f})" if np.isfinite(norm) else "none")
        return told

    nothing = [""] * (len(looks) * count)
    plot = sheet(max(count, 10) * width, tops[-1] + height + LINE, WIDEST)
    for row, top in zip(rows, tops, strict=True):
        template = "attack" if row == "original" else "attack/{recipe}/{decay}"
        source = panel.image(template, (height, count * width, *channels), (row,))
        lay(
            plot, source, top, (height, width), (1, count),
            signed=row in changed.values(), coloured=bool(channels),
        )  # fmt: skip
    bank |= {
        "original": shades(finest),
        "titles": over(grid, titles, ["original", ABSENT, *blank]),
        "titles_x": packed(np.zeros(len(rows))),
        "titles_y": packed(tops - BAND / 2),
        "norms": over(grid, norms, nothing),
        "norms_x": packed(np.tile((np.arange(count) + 0.5) * width, len(looks))),
        "norms_y": packed(np.repeat([below[rows.index(row)] for row in changed.values()], count)),
    }
    for texts, align in (("titles", "left"), ("norms", "center")):
        source = panel.source("attack", x=(f"{texts}_x",), y=(f"{texts}_y",), text=(texts, *STATE))
        write(plot, source, align)
    panel.plot(plot, "Originals, adversarial examples and perturbations, one for each class", "large")
    return banks("attack", panel.controls, grid, pictures)
