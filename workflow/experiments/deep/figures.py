"""The opening figure: photograph, perturbation, and both together, with what the network sees."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from experiments.training.figures import bare
from report.figures.style import figure, themed
from report.numerals import significant

SEARCHES = ("nearest", "targeted")
SEEN = 0.35  # of the range, the change of the most changed values in a hundred once magnified


def figures(*, found: Mapping[str, NDArray[Any]], pictures: Mapping[str, NDArray[Any]]) -> dict[str, Figure]:
    """The picture of all photographs."""
    return {"deep": opening(found, pictures)}


@themed
def opening(found: Mapping[str, NDArray[Any]], pictures: Mapping[str, NDArray[Any]]) -> Figure:
    """A row for each photograph and search: photograph, perturbation magnified around mid grey, their sum."""
    originals = pictures["originals"]
    fig, axes = figure(
        7.4, 2.75 * len(SEARCHES) * len(originals), len(SEARCHES) * len(originals), 3, squeeze=False
    )
    for row, (k, search) in enumerate((k, search) for k in range(len(originals)) for search in SEARCHES):
        at = SEARCHES.index(search) * len(originals) + k
        of = {name: column[at] for name, column in found.items()}
        change = (pictures[search][k].astype(np.float64) - originals[k]) / 255
        factor = SEEN / max(float(np.quantile(np.abs(change), 0.99)), 1e-9)
        shown = (
            (originals[k] / 255, f"{of['predicted']}, {100 * of['score']:.0f} %"),
            ((0.5 + factor * change).clip(0, 1), f"{significant(of['norm'])}, magnified {factor:.0f} times"),
            (pictures[search][k] / 255, f"{of['reached']}, {100 * of['reached_score']:.0f} %"),
        )
        for ax, (image, text) in zip(axes[row], shown, strict=True):
            ax.imshow(image)
            ax.set_xlabel(text)
            bare(ax)
        axes[row, 0].set_ylabel(
            f"{of['image']}, {search}\nlocal distance {significant(of['local_distance'])}"
        )
    for ax, title in zip(axes[0], ("photograph", "perturbation, L2 norm", "both together"), strict=True):
        ax.set_title(title)
    return fig
