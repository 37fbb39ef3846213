"""Tables of the calibration of many networks: a row per network, bins of reliability, means over seeds."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from report.networks import OF_SEEDS
from report.seeds import over_seeds
from tilt.calibration import (
    Labels,
    Scores,
    expected_calibration_error,
    fit_temperature,
    likeliest_temperature,
    logit_scale,
    negative_log_likelihood,
    reliability,
    top_scores,
)
from tilt.chance import at_chance, chance_error
from tilt.errors import InputError

Columns = Mapping[str, NDArray[Any]]

TRAINED = "trained"  # the status of a network; another one says why it is left out of means
STAGES = ("before", "after")  # dividing the scores by the temperature
MEASURED = (
    *(f"{name}_{stage}" for name in ("ece", "nll", "top_score", "top_score_errors") for stage in STAGES),
    "temperature",
    "median_temperature",
    "logit_scale",
    "gradient_norm_mean",
    "gradient_norm_median",
)


def halves(n: int, seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows of n test images, drawn at random: one half to fit the temperature, the other to evaluate it."""
    order = np.random.default_rng(seed).permutation(n)
    return order[: n // 2], order[n // 2 :]


def training_status(diverged: bool, scores: Scores, labels: Labels) -> str:
    """TRAINED, "diverged", or "at chance".

    See `tilt.chance.at_chance`.
    """
    if diverged or not np.isfinite(scores).all():
        return "diverged"
    error = float(np.mean(scores.argmax(axis=1) != labels))
    return "at chance" if at_chance(error, chance_error(np.bincount(labels))) else TRAINED


def calibrate(
    diverged: bool,
    scores: Scores,
    labels: Labels,
    gradient_norms: NDArray[np.float64],
    *,
    seed: int = 0,
    bins: int = 15,
    median_top: float = 0.95,
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """One network's row of the table of networks, and its rows of the table of bins.

    The temperature is the likeliest one on one half of the test images, drawn with `seed`; calibration errors
    (ece), negative log-likelihoods (nll), mean top scores, and those of misclassified images, are taken on
    the other half before and after. `median_temperature` is that of `fit_temperature` on all of them.
    `gradient_norms` (any number of images) are summed up. A network that is not trained (see
    `training_status`) has nan in place of MEASURED and no bins; so has, after the temperature, one for which
    there is no likeliest temperature.
    """
    wrong = scores.argmax(axis=1) != labels
    fitted, evaluated = halves(len(labels), seed)
    row: dict[str, Any] = {
        "status": training_status(diverged, scores, labels),
        "test_error": float(wrong.mean()) if np.isfinite(scores).all() else np.nan,
        "fitted_images": len(fitted),
        "evaluated_images": len(evaluated),
        "evaluated_errors": int(wrong[evaluated].sum()),
        "gradient_images": len(gradient_norms),
        **dict.fromkeys(MEASURED, np.nan),
    }
    if row["status"] != TRAINED:
        return row, []
    with suppress(InputError):
        row["temperature"] = likeliest_temperature(scores[fitted], labels[fitted])
    row["median_temperature"] = fit_temperature(scores, median_top)
    row["logit_scale"] = logit_scale(scores)
    row["gradient_norm_mean"] = float(gradient_norms.mean())
    row["gradient_norm_median"] = float(np.median(gradient_norms))
    rows = []
    scores, labels, wrong = scores[evaluated], labels[evaluated], wrong[evaluated]
    for stage, temperature in zip(STAGES, (1.0, row["temperature"]), strict=True):
        if np.isnan(temperature):
            continue
        top = top_scores(scores, temperature)
        table = reliability(top, ~wrong, bins)
        row[f"ece_{stage}"] = expected_calibration_error(table)
        row[f"nll_{stage}"] = negative_log_likelihood(scores, labels, temperature)
        row[f"top_score_{stage}"] = float(top.mean())
        row[f"top_score_errors_{stage}"] = float(top[wrong].mean()) if wrong.any() else np.nan
        for values in zip(*(column.tolist() for column in table.values()), strict=True):
            rows.append({"stage": stage, **dict(zip(table, values, strict=True))})
    return row, rows


def bins_table(bins: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, NDArray[Any]]:
    """The rows of bins of `calibrate` by network as one table, which may have no row."""
    rows = [{"network": name, **row} for name, of_network in bins.items() for row in of_network]
    columns = ("network", "stage", "low", "high", "count", "confidence", "accuracy")
    return {column: np.array([row[column] for row in rows]) for column in columns}


def summary_table(networks: Columns) -> dict[str, NDArray[Any]]:
    """Means over seeds with their 95 % intervals, a row per recipe and weight decay of the table of networks.

    See `over_seeds`; the quantities are test_error and MEASURED, and networks that are not trained do not
    count.
    """
    return over_seeds(networks, OF_SEEDS, ("test_error", *MEASURED), networks["status"] == TRAINED)
