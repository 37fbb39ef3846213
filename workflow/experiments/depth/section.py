"""Depth: captions, claims and tables."""

import numpy as np

from experiments.calibration.tables import TRAINED
from experiments.depth.answer import depth_answer
from experiments.depth.claims import depth_claims
from experiments.depth.tables import Columns
from report.contract import NO_NUMBER, Caption, Captions, Section, Table, join
from report.numerals import counted, or_dash, span
from report.seeds import estimate


def section(*, networks: Columns, summary: Columns, gains: Columns) -> Section:
    """The section of the networks."""
    return Section(
        answer=depth_answer(networks, gains),
        claims=depth_claims(networks),
        captions=captions(networks, gains),
        tables=tables(networks, summary, gains),
    )


def captions(networks: Columns, gains: Columns) -> Captions:
    """Of the three pictures."""
    counting = networks["status"] == TRAINED
    left_out, unsettled = int((~counting).sum()), int((counting & ~networks["settled"]).sum())
    seeds = len(set(networks["seed"].tolist()))
    sample = (
        f"{counted(len(networks['label']), 'network')}, {counted(seeds, 'seed')} of each; {left_out} left "
        f"out, {unsettled} that count have not settled."
    )
    told = join(
        f"{label} {or_dash(gain, '.2f')}"
        for label, gain in zip(gains["label"].tolist(), gains["gain"].tolist(), strict=True)
    )
    known = networks["local_ratio"][np.isfinite(networks["local_ratio"])]
    ratios = span(known, "{:.2f}".format) if len(known) else "not measured"
    return {
        "decays": Caption(
            "decays", "Distance and error against weight decay",
            "Two panels against weight decay, a line for each model: median distance and test error.",
            sample, NO_NUMBER, f"Largest gain: {told}.",
        ),
        "causes": Caption(
            "causes", "The same distances against what decay does",
            "Three panels of median distance: against relabelled decay, training loss and mean margin.",
            sample, NO_NUMBER, f"Local distance over distance found: {ratios}.",
        ),
        "gains": Caption(
            "gains", "The largest gain against depth",
            "The largest gain, and the ratio of local distance to distance found, against the layers.",
            sample, NO_NUMBER, f"Largest gain: {told}.",
        ),
    }  # fmt: skip


def tables(networks: Columns, summary: Columns, gains: Columns) -> list[Table]:
    """The largest gains, and how many networks diverged, did not learn or have not settled."""
    rows = []
    for k, label in enumerate(gains["label"].tolist()):
        row = {name: column[k] for name, column in gains.items()}
        gain, equal = (
            estimate(*(row[name + end] for end in ("", "_low", "_high"))) for name in ("gain", "gain_equal")
        )
        rows.append(
            (
                label,
                str(row["layers"]),
                or_dash(row["weight_decay"], "g"),
                gain,
                or_dash(100 * row["test_error"], ".2f"),
                or_dash(100 * row["test_error_zero"], ".2f"),
                or_dash(row["weight_decay_equal"], "g"),
                equal,
                or_dash(row["local_ratio_zero"], ".2f"),
                str(row["n"]),
            )
        )
    header = (
        *("Model", "Layers with weights", "Weight decay", "Gain over no decay", "Test error there (%)"),
        *("Test error without (%)", "Weight decay at no more test error", "Gain there"),
        *("Local over found distance, without", "Seeds"),
    )
    return [
        Table("The largest gain of each model, with 95 % intervals over seeds", header, rows),
        _left_out(networks, summary),
    ]


def _left_out(networks: Columns, summary: Columns) -> Table:
    rows = []
    for k, label in enumerate(summary["label"].tolist()):
        own = (networks["label"] == label) & (networks["weight_decay"] == summary["weight_decay"][k])
        missing = [status for status in networks["status"][own].tolist() if status != TRAINED]
        unsettled = int(summary["n_unsettled"][k])
        if missing or unsettled:
            told = [f"{missing.count(status)} {status}" for status in dict.fromkeys(missing)]
            told += [f"{unsettled} not settled"] if unsettled else []
            rows.append((f"{label}, decay {summary['weight_decay'][k]:g}", join(told), str(int(own.sum()))))
    return Table(
        "Networks that do not count, or have not settled",
        ("Model and decay", "Networks", "Of"),
        rows or [("all", "count and have settled", str(len(networks["label"])))],
    )
