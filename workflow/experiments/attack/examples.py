"""The images of the adversarial examples: originals, what the attacks made of them, and the changes."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.attack.statistics import ATTACKED, first_images
from report.panels.base import Panel, packed
from report.panels.grids import ABSENT, STATE, Grid, banks, over
from report.panels.mosaics import LEVEL, lay, mosaic, sheet, write

Columns = Mapping[str, NDArray[Any]]
Images = Mapping[str, NDArray[np.floating[Any]]]

SHADES = 32  # of an image, as many as one tells apart
BAND, LINE = 14, 12  # heights of a title and of a line of norms, in pixels of an image
WIDEST = 760  # pixels of the screen
ROWS = ("original", "adversarial", "change", "minimal", "minimal_change")
CHANGES = {"adversarial": "change", "minimal": "minimal_change"}


def draw_examples(
    panel: Panel,
    bank: dict[str, Any],
    grid: Grid,
    attacks: Mapping[str, Columns],
    images: Mapping[str, Images],
) -> dict[str, Any]:
    """Draw one image of each class, ten at most, and what was made of it, in five rows.

    Adds what is written to the section's `bank`, called "attack"; returns the banks with the images, one
    for each network that was attacked.
    """
    some = next(iter(attacks))
    first = first_images(attacks[some])
    originals = images[some]["originals"][first]
    count, height, width = originals.shape
    tile = max(height, width)
    tops = BAND + np.arange(len(ROWS)) * (BAND + tile) + LINE * np.array([0, 0, 0, 1, 1])
    below = tops + tile + LINE / 2

    def shades(pictures: Any) -> dict[str, Any]:
        return packed(mosaic(pictures / 255, count), 1 / (SHADES - 1))

    def changes(name: str) -> dict[str, Any]:
        return {
            row: np.nan_to_num(images[name][kind][first] - originals) / 255 for kind, row in CHANGES.items()
        }

    def pictures(name: str) -> dict[str, Any] | None:
        if attacks[name]["status"][0] != ATTACKED:
            return None
        return {
            **{kind: shades(np.nan_to_num(images[name][kind][first])) for kind in CHANGES},
            **{
                row: packed(mosaic(change / (np.abs(change).max() or 1), count), LEVEL)
                for row, change in changes(name).items()
            },
        }

    def titles(name: str) -> list[str]:
        if attacks[name]["status"][0] != ATTACKED:
            return ["original", str(attacks[name]["status"][0]), "", "", ""]
        ascent, minimal = (np.abs(change).max() for change in changes(name).values())
        return [
            "original",
            "adversarial example of the targeted ascent",
            f"its perturbation, colours ± {ascent:.2f}, and norm",
            "nearest adversarial example found",
            f"its perturbation, colours ± {minimal:.2f}, and norm",
        ]

    def norms(name: str) -> list[str]:
        table = {key: column[first] for key, column in attacks[name].items()}
        if table["status"][0] != ATTACKED:
            return nothing
        reached = zip(table["norm"], table["success"], strict=True)
        return [
            *(f"{norm:.2f}" if success else f"({norm:.2f})" for norm, success in reached),
            *(f"{norm:.2f}" if np.isfinite(norm) else "none" for norm in table["minimal_norm"]),
        ]

    nothing = [""] * (len(CHANGES) * count)
    plot = sheet(max(count, 10) * tile, tops[-1] + tile + LINE, WIDEST)
    for row, top in zip(ROWS, tops, strict=True):
        template = "attack" if row == "original" else "attack/{recipe}/{decay}"
        source = panel.image(template, (height, count * width), (row,))
        lay(plot, source, top, tile, (1, count), signed=row in CHANGES.values())
    bank |= {
        "original": shades(originals),
        "titles": over(grid, titles, ["original", ABSENT, "", "", ""]),
        "titles_x": packed(np.zeros(len(ROWS))),
        "titles_y": packed(tops - BAND / 2),
        "norms": over(grid, norms, nothing),
        "norms_x": packed(np.tile((np.arange(count) + 0.5) * tile, len(CHANGES))),
        "norms_y": packed(np.repeat([below[ROWS.index(row)] for row in CHANGES.values()], count)),
    }
    for texts, align in (("titles", "left"), ("norms", "center")):
        source = panel.source("attack", x=(f"{texts}_x",), y=(f"{texts}_y",), text=(texts, *STATE))
        write(plot, source, align)
    panel.plot(plot, "Originals, adversarial examples and perturbations, one for each class", "large")
    return banks("attack", panel.controls, grid, pictures)
