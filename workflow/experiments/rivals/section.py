"""Weight decay and its rivals: captions and tables, from the tables of `experiments.rivals.tables`."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from experiments.calibration.tables import TRAINED
from experiments.rivals.claims import left_out, rivals_claims
from experiments.rivals.tables import EPSILON, RADII, SIGNS, Columns, Line, Settings, lines
from report.claims import NOT_MEASURED
from report.contract import NO_NUMBER, Caption, Captions, Section, Table, join
from report.numerals import counted, or_dash, plain
from report.seeds import mean_text

SCHOTT = (
    "of other networks, median L2 norm of the nearest of many attacks, 100 MNIST images: plain CNN 1.09, "
    "adversarial training (L∞) 1.36 (github.com/jonasrauber/analysis-by-synthesis, figures/)"
)
SCHOTT_CURVES = (
    "of other networks on 100 MNIST images, accuracy at L2 0.5, 1 and 1.5: plain CNN 89, 61 and 8 %, "
    "adversarial training (L∞) 90, 77 and 35 % (github.com/jonasrauber/analysis-by-synthesis, figures/)"
)


def section(
    *,
    networks: Columns,
    summary: Columns,
    record: Settings,
    source: str,
    weight_decay: float,
    settings: Mapping[str, Settings],
    attacked: int,
) -> Section:
    """The section of the rivals; `attacked` is how many images of each class were, `record` the data's."""
    counts = record["test"]["images_per_class"].values()
    mnist = source == "mnist"
    return Section(
        claims=rivals_claims(networks, weight_decay, settings, sum(counts), numbers=mnist),
        captions=captions(
            networks, summary, weight_decay, attacked * len(counts), sum(counts), published=mnist
        ),
        tables=tables(networks, summary, weight_decay),
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
            SCHOTT if published else NO_NUMBER,
            "Test error and median norm at the last strength: "
            + "; ".join(f"{line.label} {_point(summary, line.rows[-1])}" for line in found.values())
            + f". Reference: {join(_point(summary, row) for row in reference)}.",
        ),
        "radii": Caption(
            "radii",
            "Accuracy against L2 radius",
            "A panel for each rival: accuracy against the L2 radius, a line for each strength.",
            sample,
            SCHOTT_CURVES if published else NO_NUMBER,
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


def tables(networks: Columns, summary: Columns, weight_decay: float) -> list[Table]:
    """The means over seeds, a row per rival and strength; and the signs of masking of every network."""
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
        Table("Means over seeds, with 95 % intervals where there are several", header, rows),
        Table(
            "Signs of masked gradients, in % of the attacked images that are classified correctly",
            ("Network", "Masked", "Images", *(text.capitalize() for text in SIGNS.values())),
            signs,
        ),
    ]


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
