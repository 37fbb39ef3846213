"""Weight decay and its rivals: a row for each network, what hides behind its gradient, lines of trade-offs.

Networks that diverged, stayed at chance or could not be attacked are listed and left out of every mean.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.attack.statistics import LEAST, accuracy_within, found_norms, median_norm, rows_of
from experiments.calibration.tables import TRAINED
from report.networks import REGULARISERS
from report.numerals import exact
from report.seeds import over_seeds
from tilt.intervals import wilson_interval
from tilt.io import table_of

Array = NDArray[np.float64]
Columns = Mapping[str, NDArray[Any]]
Settings = Mapping[str, Any]

MINIMAL, SIGNED = "minimal_norm", "signed_gradient_step"
RADII = (0.3, 0.5, 1.0, 1.5)  # L2, pixels in [0, 1]: those at which others print accuracies on MNIST
EPSILON = 0.1  # of the signed step, as in the other experiments
POINTS = 61  # of a curve of accuracy

# Signs of a gradient that hides what it should show, each a share of the attacked images that are classified
# correctly. A median is moved little by one image in twenty. No attack finds the nearest example of every
# image, so that one among few is no sign yet: the share has to be surely greater.
SIGNS = {
    "vanishing": "no gradient",
    "signed_nearer": "signed step nearer",
    "transfer_nearer": "transferred example nearer",
}
MASKED_SHARE = 0.05
NEARER = 0.01  # share by which a norm has to be less; bisecting the segment leaves 6e-5 of it

MEASURED = (
    *("train_error", "validation_error", "test_error"),
    *("validation_norm_median", "minimal_norm_median"),
    *(f"accuracy_l2_{radius}" for radius in RADII),
    f"accuracy_signed_{EPSILON}",
    *("gradient_norm_median", "temperature", "ece", "seconds_per_epoch"),
    *("right_images", *SIGNS),
)
AT_REACH = ("validation_norm_median", "test_error", "minimal_norm_median")
REACH = ("strength_low", "strength_high", *AT_REACH, "reach")
OF_RIVAL = ("regulariser", "weight_decay", "strength")


def attacked_row(attack: Columns, accuracy: Columns) -> dict[str, float]:
    """What the attacks say of one network: the columns of MEASURED with norms and accuracies.

    `attack` is an `attack_table`, `accuracy` the `accuracy_table` of all test images. The median is that of
    the minimal-norm attack; accuracies are shares of the images whose least norm exceeds the radius, so that
    one misclassified as it is counts 0.
    """
    signed = rows_of(accuracy, SIGNED)
    at = np.isclose(signed["magnitude"], EPSILON)
    return {
        "minimal_norm_median": median_norm(found_norms(attack, MINIMAL)),
        **{f"accuracy_l2_{radius}": float(accuracy_within(attack, [radius])[0]) for radius in RADII},
        f"accuracy_signed_{EPSILON}": float(signed["accuracy"][at][0]) if at.any() else np.nan,
    }


def vanishing_share(margins: Array, gradient_norms: Array, pixels: int) -> float:
    """Share of n images whose margin exceeds ‖∇s‖ times the diagonal of the box of so many pixels in [0, 1].

    There the boundary that the gradient foretells lies outside every image, so that it foretells nothing.
    """
    return _share(margins > gradient_norms * np.sqrt(pixels))


def nearer_share(norms: Array, own: Array) -> float:
    """Share of images at which another attack found a norm (n,) below that of the network's own search.

    Nan where one found nothing; images that are misclassified, with norm 0, do not count.
    """
    attacked = own != 0
    nearer = np.nan_to_num(norms, nan=np.inf) < (1 - NEARER) * np.nan_to_num(own, nan=np.inf)
    return _share(nearer[attacked])


def is_masked(shares: Mapping[str, float]) -> bool:
    """Whether one of the SIGNS, of `right_images`, is on more than MASKED_SHARE of them; nan is no sign.

    That is, the lower end of Wilson's 95 % interval of the share lies above it.
    """
    low, _ = wilson_interval(np.array([shares[sign] for sign in SIGNS]), np.array(shares["right_images"]))
    return bool((low > MASKED_SHARE).any())


def summary_table(table: Columns) -> dict[str, NDArray[Any]]:
    """Means over seeds with their 95 % intervals, a row per regulariser, weight decay and strength.

    See `over_seeds`; the quantities are MEASURED. Networks that are not TRAINED do not count, and `n_masked`
    is how many of those that do are masked.
    """
    found = over_seeds(table, OF_RIVAL, MEASURED, table["status"] == TRAINED)
    masked = [
        int((rows_alike(table, found, k) & (table["status"] == TRAINED) & table["masked"]).sum())
        for k in range(len(found["n"]))
    ]
    return {**found, "n_masked": np.array(masked)}


def curve_table(table: Columns, attacks: Mapping[str, Columns]) -> dict[str, NDArray[Any]]:
    """Accuracy against POINTS L2 radii, means over seeds as in `summary_table`, from attack tables."""
    trained = table["status"] == TRAINED
    known = [found_norms(attacks[name], LEAST) for name in table["network"][trained]]
    finite = np.concatenate([norms[np.isfinite(norms)] for norms in known] or [np.zeros(0)])
    radii = np.linspace(0, np.ceil(2 * max(finite.max(initial=0), 0.5)) / 2, POINTS)
    values = [
        accuracy_within(attacks[name], radii) if counts else np.full(POINTS, np.nan)
        for name, counts in zip(table["network"].tolist(), trained, strict=True)
    ]
    long = {name: np.repeat(table[name], POINTS) for name in OF_RIVAL}
    long |= {"radius": np.tile(radii, len(values)), "accuracy": np.concatenate(values)}
    return over_seeds(long, (*OF_RIVAL, "radius"), ("accuracy",), np.repeat(trained, POINTS))


@dataclass(frozen=True)
class Line:
    """A rival: its label, and the rows of a table by growing strength, the reference first.

    `amounts` are its strengths, or the weight decays; `reference` says which row has no regulariser and the
    weight decay of the others.
    """

    label: str
    rows: NDArray[np.intp]
    amounts: Array
    reference: NDArray[np.bool_]

    def texts(self) -> list[str]:
        """The strengths as text, and of the reference of a regulariser what it is."""
        decay = self.label == DECAY
        return [
            "none" if of_reference and not decay else exact(amount)
            for amount, of_reference in zip(self.amounts.tolist(), self.reference, strict=True)
        ]


DECAY = "weight decay"


def lines(table: Columns, weight_decay: float) -> dict[str, Line]:
    """The rivals of a table by the name of the regulariser, weight decay ("") first.

    `table` has a row for each regulariser, weight decay and strength, and perhaps seed: a `summary_table`, or
    the networks of one seed. `weight_decay` is that of the reference, with which the line of each regulariser
    begins, as with strength 0.
    """
    alone = table["regulariser"] == ""
    reference = alone & (table["weight_decay"] == weight_decay)
    found = {}
    for name in dict.fromkeys(["", *table["regulariser"].tolist()]):
        rows = np.flatnonzero(alone if not name else (table["regulariser"] == name) | reference)
        amounts = table["strength" if name else "weight_decay"][rows].astype(np.float64)
        order = np.argsort(amounts, kind="stable")
        label = REGULARISERS.get(name, name.replace("_", " ")) if name else DECAY
        found[name] = Line(label, rows[order], amounts[order], reference[rows][order])
    return found


def of_seeds(table: Columns) -> dict[int, dict[str, NDArray[Any]]]:
    """The networks of each seed that count in claims: TRAINED, not masked, their norms measured."""
    norms = table["minimal_norm_median"] + table["validation_norm_median"]
    counts = (table["status"] == TRAINED) & ~table["masked"] & np.isfinite(norms)
    return {
        int(seed): {name: column[counts & (table["seed"] == seed)] for name, column in table.items()}
        for seed in np.unique(table["seed"])
    }


def farthest(error: Array, distance: Array, allowed: float) -> float:
    """Where on a line of trade-offs the distance is greatest at an error of at most `allowed`.

    The points (n,) of the line, in its order, are joined by straight segments: 1.25 is a quarter of the way
    from the second to the third. Nan where the error stays above.
    """
    places = np.arange(len(error), dtype=np.float64)
    found = [place for place, e in zip(places, error, strict=True) if e <= allowed]
    for k, (e0, e1) in enumerate(pairwise(error)):
        if min(e0, e1) <= allowed < max(e0, e1):
            found.append(k + (allowed - e0) / (e1 - e0))
    return max(found, key=lambda place: np.interp(place, places, distance), default=np.nan)


def reach_table(table: Columns, weight_decay: float, validation_images: int) -> dict[str, NDArray[Any]]:
    """How far each rival moves adversarial examples at the error of the reference: a row a rival and seed.

    On the rival's line that point is chosen which is `farthest` by the distances of held-out training images,
    at no more than the error of the reference of that seed on these and two standard errors of it. Columns:
    `regulariser` and `seed`; `strength_low` and `strength_high`, between which the point lies, weight decays
    where the regulariser is ""; of the held-out images `validation_norm_median` there, of the test images
    `test_error` and `minimal_norm_median`; `reach`, the last as a multiple of the reference's. Nan where
    reference or rival have no network that counts.
    """
    names = list(dict.fromkeys(["", *table["regulariser"].tolist()]))
    rows = []
    for seed, of_seed in of_seeds(table).items():
        there = lines(of_seed, weight_decay)
        for name in names:
            row = {"regulariser": name, "seed": seed, **dict.fromkeys(REACH, np.nan)}
            line = there.get(name)
            if line and line.reference.any() and len(line.rows) > 1:
                row |= _reach(of_seed, line, validation_images)
            rows.append(row)
    return table_of(rows)


def _reach(table: Columns, line: Line, validation_images: int) -> dict[str, float]:
    on_line = {name: table[name][line.rows] for name in MEASURED}
    start = float(on_line["validation_error"][line.reference][0])
    allowed = float(start + 2 * np.sqrt(start * (1 - start) / validation_images))
    place = farthest(on_line["validation_error"], on_line["validation_norm_median"], allowed)
    found = {name: float(np.interp(place, np.arange(len(line.rows)), on_line[name])) for name in AT_REACH}
    own = float(on_line["minimal_norm_median"][line.reference][0])
    return {
        "strength_low": line.amounts[math.floor(place)],
        "strength_high": line.amounts[math.ceil(place)],
        **found,
        "reach": found["minimal_norm_median"] / own if own else np.nan,
    }


def reaches(reach: Columns, quantity: str = "reach") -> dict[str, Array]:
    """Reach of each rival of a `reach_table` by regulariser, weight decay ("") first, (seeds,), or another
    of its quantities."""
    names = dict.fromkeys(reach["regulariser"].tolist())
    return {name: reach[quantity][reach["regulariser"] == name] for name in names}


def rows_alike(table: Columns, summary: Columns, row: int) -> NDArray[np.bool_]:
    """Which rows (n,) of a table are of the regulariser, weight decay and strength of a row of a summary."""
    found: NDArray[np.bool_] = np.all([table[name] == summary[name][row] for name in OF_RIVAL], axis=0)
    return found


def _share(holds: NDArray[np.bool_]) -> float:
    return float(holds.mean()) if holds.size else np.nan
