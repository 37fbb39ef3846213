"""Weight decay and its rivals: captions and tables, from the tables of `experiments.rivals.tables`."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from experiments.calibration.tables import TRAINED
from experiments.rivals.answer import rivals_answer
from experiments.rivals.claims import left_out, rivals_claims
from experiments.rivals.identities import controls_table, identity_claims, linear_claim, linear_table
from experiments.rivals.reported import reported_table
from experiments.rivals.tables import EPSILON, RADII, SIGNS, Columns, Line, Settings, lines
from report.claims import NOT_MEASURED
from report.contract import NO_NUMBER, Caption, Captions, Section, Table, join
from report.numerals import counted, exact, or_dash, plain, span
from report.seeds import interval_cell, mean_text
from tilt.intervals import mean_interval

OTHERS = "of other networks: the table of what others report"


def section(
    *,
    networks: Columns,
    summary: Columns,
    reach: Columns,
    linear: Mapping[str, Columns],
    controls: Mapping[str, Columns],
    record: Settings,
    source: str,
    rivals: Settings,
    settings: Mapping[str, Settings],
    attacked: int,
) -> Section:
    """The section of the rivals; `attacked` is how many images of each class were, `record` the data's.

    `linear` and `controls` have the tables of these names where the data set has them, else nothing.
    """
    counts = record["test"]["images_per_class"].values()
    mnist = source == "mnist"
    decay = rivals["weight_decay"]
    claims = rivals_claims(networks, reach, decay, settings, numbers=mnist)
    shown = tables(networks, summary, reach, decay)
    if mnist:
        shown.append(reported_table(summary, decay))
    for table in linear.values():
        claims.append(linear_claim(table, rivals["linear"], numbers=mnist))
        shown.append(linear_table(table))
    for table in controls.values():
        claims += identity_claims(table)
        shown.append(controls_table(table))
    return Section(
        answer=rivals_answer(networks, reach, decay),
        claims=claims,
        captions=captions(networks, summary, decay, attacked * len(counts), sum(counts), published=mnist),
        tables=shown,
    )


def captions(
    networks: Columns,
    summary: Columns,
    weight_decay: float,
    attacked: int,
    test_images: int,
    *,
    published: bool,
) -> Captions:
    """Of the table of networks and its means; so many images were attacked and classified."""
    found = lines(summary, weight_decay)
    seeds = np.unique(networks["seed"])
    gone = list(left_out(networks, ["", *found]))
    sample = (
        f"{counted(len(networks['network']), 'network')}, seed {join(seeds)}"
        + ("; 95 % intervals over seeds (Student's t)" if len(seeds) > 1 else "; no interval")
        + f". Test errors over {test_images:,} images, norms over {attacked:,}. "
        + (f"Diverged, at chance or masked: {join(gone)}." if gone else "No network diverged or is masked.")
    )
    reference = found[""].rows[found[""].reference]
    return {
        "trade_off": Caption(
            "trade_off",
            "Test error against distance",
            "Test error against the median distance, a line for each rival as its strength grows.",
            sample,
            OTHERS if published else NO_NUMBER,
            "Test error and median norm at the last strength: "
            + "; ".join(f"{line.label} {_point(summary, line.rows[-1])}" for line in found.values())
            + f". Reference: {join(_point(summary, row) for row in reference)}.",
        ),
        "radii": Caption(
            "radii",
            "Accuracy against L2 radius",
            "A panel for each rival: accuracy against the L2 radius, a line for each strength.",
            sample,
            OTHERS if published else NO_NUMBER,
            "Accuracy at L2 1 at the last strength: "
            + "; ".join(
                f"{line.label} {mean_text(summary, 'accuracy_l2_1.0', line.rows[-1], 100, '.0f', ' %')}"
                for line in found.values()
            )
            + ".",
        ),
        "cost": Caption(
            "cost",
            "What each rival costs",
            "Seconds an epoch over those of the reference, a row for each rival.",
            f"{counted(len(networks['network']), 'network')}, median over the epochs of each, mean over "
            "seeds; wall time on a machine with whatever else it does, no interval.",
            NO_NUMBER,
            "Seconds an epoch of the reference "
            + join(
                mean_text(summary, "seconds_per_epoch", row, 1, ".2g", interval=False) for row in reference
            )
            + "; over them: "
            + "; ".join(
                f"{line.label} {_cost(summary, line, reference)}" for name, line in found.items() if name
            )
            + ".",
        ),
    }


def tables(networks: Columns, summary: Columns, reach: Columns, weight_decay: float) -> list[Table]:
    """How far each rival reaches; the means over seeds, a row per rival and strength; signs of masking."""
    rows = []
    for line in lines(summary, weight_decay).values():
        for row, text in zip(line.rows, line.texts(), strict=True):
            if text == "none":
                continue
            rows.append(
                (
                    line.label,
                    text,
                    _counts(summary, row),
                    *(
                        mean_text(summary, name, row, factor, digits)
                        for name, factor, digits in (
                            ("train_error", 100, ".2f"), ("test_error", 100, ".2f"),
                            ("minimal_norm_median", 1, ".2f"),
                            *((f"accuracy_l2_{radius}", 100, ".0f") for radius in RADII),
                            (f"accuracy_signed_{EPSILON}", 100, ".1f"), ("gradient_norm_median", 1, ".3g"),
                            ("temperature", 1, ".2f"), ("ece", 1, ".3f"), ("seconds_per_epoch", 1, ".2g"),
                        )
                    ),
                )
            )  # fmt: skip
    header = (
        *("Rival", "Strength", "n", "Training error (%)", "Test error (%)", "Median L2 norm"),
        *(f"Accuracy at L2 {radius:g} (%)" for radius in RADII),
        *(f"Accuracy at ε = {EPSILON:g} (%)", "‖∇s‖", "Temperature", "Calibration error", "Seconds an epoch"),
    )
    signs = [
        (
            name,
            "masked"
            if networks["masked"][row]
            else "no"
            if networks["status"][row] == TRAINED
            else networks["status"][row],
            or_dash(networks["right_images"][row], ".0f"),
            *(or_dash(100 * networks[sign][row], ".0f") for sign in SIGNS),
        )
        for row, name in enumerate(networks["network"].tolist())
    ]
    return [
        reach_rows(summary, reach, weight_decay),
        Table("Means over seeds, with 95 % intervals where there are several", header, rows),
        Table(
            "Signs of masked gradients, in % of the attacked images that are classified correctly",
            ("Network", "Masked", "Images", *(text.capitalize() for text in SIGNS.values())),
            signs,
        ),
    ]


def reach_rows(summary: Columns, reach: Columns, weight_decay: float) -> Table:
    """The rivals by how far they reach, the farthest first."""
    found = []
    for name, line in lines(summary, weight_decay).items():
        own = {key: column[reach["regulariser"] == name] for key, column in reach.items()}
        own = {key: column[np.isfinite(own["reach"])] for key, column in own.items()}
        mean, _, _ = mean_interval(own["reach"])
        strengths = np.concatenate([own["strength_low"], own["strength_high"]])
        found.append(
            (
                mean if np.isfinite(mean) else -np.inf,
                (
                    line.label,
                    str(len(own["reach"])),
                    span(strengths, exact) if len(strengths) else or_dash(np.nan),
                    *(
                        interval_cell(factor * own[key], ".2f")
                        for key, factor in (("reach", 1), ("minimal_norm_median", 1), ("test_error", 100))
                    ),
                ),
            )
        )
    return Table(
        "Farthest at no more error than the reference: chosen on held-out images, measured on test images",
        ("Rival", "Seeds", "Strength", "Distance over the reference’s", "Median L2 norm", "Test error (%)"),
        [row for _, row in sorted(found, key=lambda item: -item[0])],
    )


def _counts(summary: Columns, row: int) -> str:
    remarks = [
        f"{summary[key][row]} {word}"
        for key, word in (("n_left_out", "diverged or at chance"), ("n_masked", "masked"))
        if summary[key][row]
    ]
    return str(summary["n"][row]) + (f" ({join(remarks)})" if remarks else "")


def _point(summary: Columns, row: int) -> str:
    if not summary["n"][row]:
        return NOT_MEASURED
    masked = ", masked" if summary["n_masked"][row] else ""
    error = mean_text(summary, "test_error", row, 100, ".2f", " %", interval=False)
    return f"{error} and {mean_text(summary, 'minimal_norm_median', row, 1, '.2f', interval=False)}{masked}"


def _cost(summary: Columns, line: Line, reference: NDArray[np.intp]) -> str:
    own = summary["seconds_per_epoch_mean"][reference]
    theirs = summary["seconds_per_epoch_mean"][line.rows[~line.reference]]
    theirs = theirs[np.isfinite(theirs)]
    if not (own.size and np.isfinite(own[0]) and theirs.size):
        return NOT_MEASURED
    return f"{plain(float(theirs.mean() / own[0]), '.2g')} times"
