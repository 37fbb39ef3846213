"""The toy problem: captions and the table of the fits."""

import numpy as np

from experiments.toy.claims import toy_claims
from report.claims import Columns, Settings
from report.contract import NO_NUMBER, Caption, Captions, Section, Table, join, percent
from report.numerals import plain


def section(
    *, mirror_distance: Columns, noisy_point: Columns, four_fits: Columns, settings: Settings
) -> Section:
    """The section of the toy problem, from its tables and settings."""
    return Section(
        claims=toy_claims(mirror_distance, four_fits),
        captions=captions(settings, mirror_distance, four_fits, noisy_point),
        tables=tables(four_fits),
    )


def captions(settings: Settings, mirror: Columns, fits: Columns, table: Columns) -> Captions:
    """Of the toy problem: its settings, `mirror_distance_table`, `four_fits`, `noisy_point_table`."""
    n, seed = settings["points_per_class"], settings["seed"]
    points = f"n = {2 * n} points, {n} a class, p one of them; seed {seed}."
    angles = np.degrees(mirror["theta"])
    shown = [int(np.abs(angles - angle).argmin()) for angle in (0, 45, 85)]
    distances = [f"{mirror['distance'][k]:.2f} at {angles[k]:.0f}°" for k in shown]
    gap = np.abs(mirror["distance"] - mirror["closed_form"]).max()
    fitted = [
        f"{name} {l2} L2 {theta:.1f}°"
        for name, l2, theta in zip(fits["classifier"], fits["l2"], np.degrees(fits["theta"]), strict=True)
    ]
    classified = []
    for loss, name in (("hinge", "The SVM"), ("softplus", "logistic regression")):
        rows = (table["loss"] == loss) & (table["noisy_point_correct"] == 1)
        classified.append(
            f"{name} classifies p as labelled "
            + (f"up to λ = {plain(table['lambda'][rows].max(), '.2g')}" if rows.any() else "at no λ")
        )
    return {
        "boundaries": Caption(
            "boundaries",
            "Boundaries with more and more tilt",
            "Three panels with a boundary at 0, 45 and 85 degrees, an image x, x_p and x_m.",
            "One image; no data set, no seed.",
            NO_NUMBER,
            f"‖x_m − x‖ is {join(distances)}.",
        ),
        "mirror_distance": Caption(
            "mirror_distance",
            "How far away the mirror image is",
            "The distance falls to zero as the tilt grows; pictures of x and of its mirror image.",
            f"{len(angles)} angles; no data set, no seed.",
            NO_NUMBER,
            f"Measured distance and closed form differ by at most {plain(gap, '.1g')}.",
        ),
        "noisy_point": Caption(
            "noisy_point",
            "One noisy point, four classifiers",
            "Four panels: both boundaries are tilted without L2 and upright with it.",
            f"{points} Without L2: λ = {fits['lambda'].min():g}; with L2: λ = {fits['lambda'].max():g}.",
            NO_NUMBER,
            f"θ: {join(fitted)}.",
        ),
        "tilt": Caption(
            "tilt",
            "Tilt against regularization",
            "The tilt of both classifiers against λ: it falls from tilted to upright.",
            f"{points} {len(np.unique(table['lambda']))} values of λ.",
            NO_NUMBER,
            f"{join(classified)}.",
        ),
    }


def tables(fits: Columns) -> list[Table]:
    """The four fits of the toy problem."""
    header = ("Classifier", "λ", "Tilt θ", "‖w‖", "Training error", "Noisy point p")
    return [
        Table(
            "The four fits",
            header,
            [
                (
                    f"{fits['classifier'][k]}, {fits['l2'][k]} L2",
                    f"{fits['lambda'][k]:g}",
                    f"{np.degrees(fits['theta'][k]):.2f}°",
                    plain(fits["norm_w"][k]),
                    percent(fits["err_train"][k]),
                    "as labelled" if fits["noisy_point_correct"][k] else "ignored",
                )
                for k in range(len(fits["theta"]))
            ],
        )
    ]
