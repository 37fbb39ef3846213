"""What others report of the quantities that are measured here, on MNIST with other networks."""

from collections.abc import Iterator
from typing import NamedTuple

from experiments.rivals.tables import EPSILON, Columns, lines
from report.contract import Table, join
from report.seeds import mean_text

SCHOTT = "Schott et al. 2018, github.com/jonasrauber/analysis-by-synthesis, figures/"
ROSS = "Ross & Doshi-Velez 2018, github.com/dtak/adversarial-robustness-public, notebooks/MNIST.ipynb"


class Reported(NamedTuple):
    """A published value of a column of the `summary_table`, of networks with a regulariser ("" for none)."""

    source: str
    training: str
    regulariser: str
    column: str
    value: float


REPORTED = [
    *(
        Reported(SCHOTT, training, regulariser, column, value)
        for training, regulariser, values in (
            ("plain CNN", "", (1.09, 0.89, 0.61, 0.08)),
            ("adversarial training (L∞, radius 0.3)", "adversarial_signed", (1.36, 0.90, 0.77, 0.35)),
        )
        for column, value in zip(
            ("minimal_norm_median", "accuracy_l2_0.5", "accuracy_l2_1.0", "accuracy_l2_1.5"),
            values,
            strict=True,
        )
    ),
    *(
        Reported(ROSS, training, regulariser, f"accuracy_signed_{EPSILON}", value)
        for training, regulariser, value in (
            ("plain CNN", "", 0.727),
            ("adversarial training (signed step 0.3)", "adversarial_signed", 0.996),
            ("gradient penalty (λ = 56,234)", "input_gradient", 0.922),
        )
    ),
]
QUANTITIES = {
    "minimal_norm_median": ("median L2 norm", 1, ".2f", ""),
    **{
        f"accuracy_l2_{radius}": (f"accuracy at L2 {radius}", 100, ".0f", " %")
        for radius in ("0.5", "1.0", "1.5")
    },
    f"accuracy_signed_{EPSILON}": (f"accuracy at ε = {EPSILON}", 100, ".1f", " %"),
}


def curve_points(regulariser: str) -> list[tuple[float, float]]:
    """Published L2 radii and accuracies of networks with a regulariser."""
    prefix = "accuracy_l2_"
    return [
        (float(each.column.removeprefix(prefix)), each.value)
        for each in REPORTED
        if each.regulariser == regulariser and each.column.startswith(prefix)
    ]


def reported_table(summary: Columns, weight_decay: float) -> Table:
    """Each published value beside ours of the same regulariser, at every strength."""
    return Table(
        "What others report, of other networks and attacks on MNIST, beside ours at each strength",
        ("Quantity", "Training", "Reported", "Here", "Source"),
        list(_rows(summary, weight_decay)),
    )


def _rows(summary: Columns, weight_decay: float) -> Iterator[tuple[str, ...]]:
    found = lines(summary, weight_decay)
    for source, training, regulariser, column, value in REPORTED:
        if regulariser not in found:
            continue
        words, factor, digits, unit = QUANTITIES[column]
        line = found[regulariser]
        ours = [
            ("" if text == "none" or not regulariser else f"{text}: ")
            + mean_text(summary, column, row, factor, digits, unit)
            for row, text, of_reference in zip(line.rows, line.texts(), line.reference, strict=True)
            if of_reference != bool(regulariser)
        ]
        yield words, training, f"{factor * value:{digits}}{unit}", join(ours), source
