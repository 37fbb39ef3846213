"""Networks that were trained elsewhere: captions, doubts and tables."""

from collections.abc import Mapping

import numpy as np

from experiments.attack.statistics import (
    LEAST,
    NEAREST,
    accuracy_within,
    found_norms,
    median_norm,
    rows_of,
    searching,
)
from experiments.attack.styles import label
from report.claims import Columns, Settings
from report.contract import NO_NUMBER, Caption, Captions, Section, Table, join
from report.numerals import counted, or_dash
from report.words import Words
from tilt.intervals import wilson_interval

RADII = (0.3, 0.5, 1.0, 1.5)  # L2, pixels in [0, 1]
MOST_CLASSES = 20  # in a table; of more, the nearest and the farthest half as many


def section(
    *,
    attacks: Mapping[str, Columns],
    accuracies: Mapping[str, Columns],
    tables: Mapping[str, Columns],
    records: Mapping[str, Settings],
    words: Words,
    networks: Mapping[str, Settings],
) -> Section:
    """The section of the networks, given by name in the order of the configuration."""
    found, rows, measured = ({name: of[name] for name in networks} for of in (attacks, tables, records))
    return Section(
        captions=captions(found, rows, accuracies, measured),
        tables=[
            doubts_table(measured),
            networks_table(found, rows, measured),
            *(classes_table(name, table, words) for name, table in found.items()),
        ],
    )


def captions(
    attacks: Mapping[str, Columns],
    tables: Mapping[str, Columns],
    accuracies: Mapping[str, Columns],
    records: Mapping[str, Settings],
) -> Captions:
    """Of the pictures that compare the networks, and of each one's examples."""
    attacked = join(f"{name}: {counted(record['images'], 'test image')}" for name, record in records.items())
    sample = f"{attacked}; no seed, as the networks were given."
    at = RADII[2]
    written = {
        "radii": Caption(
            "radii",
            "Accuracy against L2 radius",
            "Accuracy against the L2 radius, a line and a band for each network.",
            sample,
            NO_NUMBER,
            f"Within L2 {at:g}: "
            + join(f"{name} {100 * accuracy_within(table, [at])[0]:.0f} %" for name, table in attacks.items())
            + ".",
        ),
        "local": Caption(
            "local",
            "Local distance against the distance found",
            "A dot for each attacked image, and the line on which both distances are equal.",
            sample,
            NO_NUMBER,
            "Median of local distance over distance found: "
            + join(f"{name} {or_dash(_ratio(table), '.2f')}" for name, table in tables.items())
            + ".",
        ),
        "accuracy": Caption(
            "accuracy",
            "Attacks of given magnitudes",
            "Test accuracy against the magnitude, a panel for each attack, a line for each network.",
            join(f"{name}: {_images(accuracies[name])}" for name in attacks) + ".",
            NO_NUMBER,
            "Least accuracy: " + join(f"{name} {_least(accuracies[name])}" for name in attacks) + ".",
        ),
    }
    for name, table in attacks.items():
        norms = found_norms(table, NEAREST)
        written[f"{name}_examples"] = Caption(
            "examples",
            f"Adversarial examples of {name}",
            f"Images, adversarial examples and perturbations of {name}.",
            f"First test image of each class, of ten at most; {label(NEAREST)}.",
            NO_NUMBER,
            f"Mean norm of all {len(norms):,} attacked images "
            f"{or_dash(float(np.nanmean(norms)) if np.isfinite(norms).any() else np.nan, '.3g')}.",
        )
    return written


def doubts_table(records: Mapping[str, Settings]) -> Table:
    """A row for each doubt."""
    rows = [(name, doubt) for name, record in records.items() for doubt in record["doubts"]]
    return Table(
        "What makes these numbers doubtful",
        ("Network", "Doubt"),
        rows or [("all", "nothing was found to doubt")],
    )


def networks_table(
    attacks: Mapping[str, Columns], tables: Mapping[str, Columns], records: Mapping[str, Settings]
) -> Table:
    """A row for each network."""
    rows = []
    for name, record in records.items():
        table, n = attacks[name], record["images"]
        within = accuracy_within(table, RADII)
        low, high = wilson_interval(within, np.full(len(RADII), n))
        medians = [
            f"{label(attack)}: {or_dash(median_norm(found_norms(table, attack)), '.3g')}"
            for attack in searching(table)
        ]
        rows.append(
            (
                name,
                f"{100 * record['test_error']:.2f}",
                *(
                    or_dash(_number(record[key]), ".3g")
                    for key in ("temperature", "ece_before", "gradient_norm_median")
                ),
                join(medians),
                or_dash(_ratio(tables[name]), ".2f"),
                *(
                    f"{100 * share:.0f} ({100 * least:.0f} to {100 * most:.0f})"
                    for share, least, most in zip(within, low, high, strict=True)
                ),
                f"{n:,}",
            )
        )
    header = (
        *("Network", "Test error (%)", "Temperature", "Calibration error", "Median ‖∇s‖", "Median L2 norm"),
        *("Local over found distance", *(f"Accuracy at L2 {radius:g} (%)" for radius in RADII), "Images"),
    )
    return Table("The networks, with 95 % intervals over images (Wilson)", header, rows)


def classes_table(name: str, table: Columns, words: Words) -> Table:
    """Median least norm by class, the nearest first; of many classes the two ends."""
    rows = rows_of(table, LEAST)
    norms = np.nan_to_num(found_norms(table, LEAST), nan=np.inf)
    found = sorted(
        (float(np.median(norms[rows["label"] == each])), int(each), int((rows["label"] == each).sum()))
        for each in np.unique(rows["label"])
    )
    if len(found) > MOST_CLASSES:
        found = found[: MOST_CLASSES // 2] + found[-MOST_CLASSES // 2 :]
        title = f"Classes of {name}, the nearest and the farthest ten"
    else:
        title = f"Classes of {name}"
    return Table(
        title,
        ("Class", "Images", "Median least norm"),
        [(words.class_name(each), str(n), or_dash(median, ".3g")) for median, each, n in found],
    )


def _ratio(table: Columns) -> float:
    known = (table["least_norm"] > 0) & np.isfinite(table["local_distance"])
    return (
        float(np.median((table["local_distance"] / np.where(known, table["least_norm"], 1))[known]))
        if known.any()
        else np.nan
    )


def _images(table: Columns) -> str:
    return counted(int(table["images"][0]), "test image") if len(table["images"]) else "no such attack"


def _least(table: Columns) -> str:
    return f"{100 * table['accuracy'].min():.1f} %" if len(table["accuracy"]) else "not measured"


def _number(value: float | None) -> float:
    return np.nan if value is None else float(value)
