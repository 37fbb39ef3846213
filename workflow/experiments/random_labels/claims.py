"""What the article claims of training on random labels, from a `random_labels.memorisation_table`."""

from dataclasses import replace

import numpy as np

from experiments.random_labels.tables import Columns, half_of_chance, stopping_decays
from report.claims import INCOMPARABLE, NOT_MEASURED, Claim, interval_text, judged


def random_labels_claims(table: Columns, classes: int) -> list[Claim]:
    """The least and the greatest weight decay at which networks did not diverge.

    With fewer than two such decays nothing was measured. Where no seed memorises at the least decay, it
    cannot be told whether the greatest prevents it. Networks that diverged are named.
    """
    trained = {name: column[~table["diverged"]] for name, column in table.items()}
    decay, half = trained["weight_decay"], half_of_chance(classes)
    remark = "".join(f"; {name}: diverged" for name in table["network"][table["diverged"]])
    fits = prevents = NOT_MEASURED
    fitted = prevented = [False]
    memorised = False
    if len(np.unique(decay)) > 1:
        least, greatest = (
            {name: column[decay == end] for name, column in trained.items()}
            for end in (decay.min(), decay.max())
        )
        lowest = 100 * least["best_train_error"].max()
        zero = (
            f"no error in epoch {' and '.join(f'{epoch:.0f}' for epoch in least['zero_epoch'])}"
            if lowest == 0
            else f"least training error {lowest:.1f} %, in the worst seed,"
        )
        seeds = "one seed" if len(least["seed"]) == 1 else f"{len(least['seed'])} seeds"
        sample = f"{least['train_images'][0]:,} images"
        at_end = interval_text(100 * greatest["final_train_error"], ".1f")
        fits = f"decay {least['weight_decay'][0]:g}: {zero} of {least['epochs'][0]} epochs; {sample}, {seeds}"
        prevents = (
            f"decay {greatest['weight_decay'][0]:g}: training error in % at the end {at_end}; "
            f"{stopping_text(table, classes)}; {sample}"
        )
        memorised = (least["final_train_error"] < half).any()
        fitted = [lowest == 0, (least["final_train_error"] < half).all()]
        prevented = [
            (greatest["final_train_error"] > half).all(),
            (greatest["best_train_error"] > 0).all(),
        ]
    fit = judged(
        "random_labels",
        "Without enough regularization a network fits randomly labelled images without an error",
        "in words",
        fits + remark,
        "training error 0 in some epoch at the least decay; partly, at the end under half of chance; "
        "with every seed",
        *fitted,
    )
    prevention = judged(
        "random_labels",
        "High weight decay prevents it",
        "implied",
        prevents + remark,
        f"training error at the end above half of chance ({100 * half:.0f} %) at the greatest decay; "
        "partly, never 0; with every seed; cannot be told where no seed ends below it at the least decay",
        *prevented,
    )
    if any(prevented) and not memorised:
        prevention = replace(prevention, verdict=INCOMPARABLE)
    return [fit, prevention]


def stopping_text(table: Columns, classes: int) -> str:
    """Between which weight decays memorisation stops, in words."""
    if table["diverged"].all():
        return "no network was trained"
    last, beyond = stopping_decays(table, classes)
    if np.isnan(last):
        return "no network memorises"
    if np.isnan(beyond):
        return "memorisation does not stop"
    return f"memorisation stops between decay {last:g} and {beyond:g}"
