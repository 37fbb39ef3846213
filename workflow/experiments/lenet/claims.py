"""LeNet with low and with high weight decay."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from report.article import LAYERS, LENET_CURVES, LENET_DECAYS, LENET_RMS, LENET_TEST_ERROR
from report.claims import (
    NOT_MEASURED,
    SIDES,
    Claim,
    Columns,
    Settings,
    if_comparable,
    judged,
    listed,
    mean,
    near,
)
from report.starts import sides

RMS_FACTOR = 1.5
NOTHING = {  # the history of no network: no condition holds for it
    name: np.array([np.nan]) for name in ("epoch", "test_error", "train_error", *(f"rms_{n}" for n in LAYERS))
}


def lenet_claims(
    networks: Mapping[str, Settings], histories: Mapping[str, Columns], *, test_images: int, numbers: bool
) -> list[Claim]:
    """LeNet low against LeNet high from each start, from the networks' settings and histories.

    Values are means over seeds at the end of the training; networks that diverged are named and left out, and
    where a side has no other nothing is reproduced. `test_images` is how many images a test error is taken
    over, and `numbers` says whether the article's numbers can be compared (see `comparable`).
    """
    claims = []
    for start, names in sides(networks).items():
        diverged = [name for side in SIDES for name in names[side] if histories[name]["diverged"][-1]]
        of = {side: [histories[name] for name in names[side] if name not in diverged] for side in SIDES}
        remark = "".join(f"; {name}: diverged" for name in diverged)
        known = all(of.values())
        printed, said = (
            [replace(claim, measured=(claim.measured if known else NOT_MEASURED) + remark) for claim in part]
            for part in _of_start(start, of if known else {side: [NOTHING] for side in SIDES}, test_images)
        )
        claims += [*if_comparable(numbers and article_decays(networks, names), printed), *said]
    return claims


def _of_start(
    start: str, of: Mapping[str, Sequence[Columns]], test_images: int
) -> tuple[list[Claim], list[Claim]]:
    """What the article prints and what it says, judged on the histories of both sides of one start."""
    test, train = (
        {side: 100 * mean(table[column][-1] for table in of[side]) for side in SIDES}
        for column in ("test_error", "train_error")
    )
    gap = {side: test[side] - train[side] for side in SIDES}
    chance = np.sqrt(sum(error * (100 - error) for error in test.values()) / test_images)
    rms = {
        side: [mean(table[f"rms_{layer}"][-1] for table in of[side]) for layer in LENET_RMS[side]]
        for side in SIDES
    }
    factors = np.array([rms[side] for side in SIDES]) / [list(LENET_RMS[side].values()) for side in SIDES]
    agreeing = np.mean((factors <= RMS_FACTOR) & (factors >= 1 / RMS_FACTOR))
    smaller = [high < low for low, high in zip(rms["low"], rms["high"], strict=True)]
    apart = [_curve_deviation(of[side], column, at) for (side, column), at in LENET_CURVES.items()]
    rule = "by more than 2 standard errors; partly, if at all"
    printed = [
        judged(
            "lenet",
            f"Final test error, low and high ({start})",
            "{low:g} % and {high:g} %".format(**LENET_TEST_ERROR),
            "{low:.2f} % and {high:.2f} %".format(**test),
            "each within 0.2 points",
            *(near(test[side], LENET_TEST_ERROR[side], 0.2) for side in SIDES),
        ),
        judged(
            "lenet",
            f"Errors along the training ({start})",
            "curves of test and training error, low and high",
            "median deviation in points {} and {}, {} and {}".format(
                *(f"{deviation:.3f}" if np.isfinite(deviation) else NOT_MEASURED for deviation in apart)
            ),
            "each median within 0.3 points",
            *(deviation <= 0.3 for deviation in apart),
        ),
        judged(
            "lenet",
            f"RMS of the weights of Conv1, Conv2, FC1, FC2 ({start})",
            "; ".join(f"{side} {listed(LENET_RMS[side].values())}" for side in SIDES),
            "; ".join(f"{side} {listed(rms[side])}" for side in SIDES),
            f"within a factor of {RMS_FACTOR}: all 8; partly, from 4",
            agreeing == 1,
            agreeing >= 0.5,
        ),
    ]
    said = [
        judged(
            "lenet",
            f"High weight decay generalises better ({start})",
            "{high:g} % against {low:g} % test error".format(**LENET_TEST_ERROR),
            "{high:.2f} % against {low:.2f} %".format(**test)
            + f"; standard error of the difference {chance:.2f} points",
            f"lower final test error {rule}",
            *(test["low"] - test["high"] > least for least in (2 * chance, 0)),
        ),
        judged(
            "lenet",
            f"High weight decay overfits less ({start})",
            "test and training error end about equal",
            "test less training error {high:.2f} against {low:.2f} points".format(**gap),
            f"less {rule}",
            *(gap["low"] - gap["high"] > least for least in (2 * chance, 0)),
        ),
        judged(
            "lenet",
            f"High weight decay gives smaller weights ({start})",
            "in every layer",
            f"in {sum(smaller)} of {len(smaller)} layers",
            "lower RMS in every layer; partly, in some",
            *smaller,
        ),
    ]
    return printed, said


def article_decays(networks: Mapping[str, Settings], names: Mapping[str, list[str]]) -> bool:
    return all(networks[name]["weight_decay"] == LENET_DECAYS[side] for side in SIDES for name in names[side])


def _curve_deviation(histories: Sequence[Columns], column: str, published: Mapping[int, float]) -> float:
    """Median deviation of a curve, the mean over seeds, from its published points; percentage points.

    It is nan where the training ended before the first of them.
    """
    length = min(len(table["epoch"]) for table in histories)
    deviations = [
        abs(100 * mean(table[column][epoch - 1] for table in histories) - value)
        for epoch, value in published.items()
        if epoch <= length
    ]
    return float(np.median(deviations)) if deviations else np.nan
