"""Networks with low and with high weight decay; what the article prints, of LeNet alone."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from report.article import LAYERS, LENET_CURVES, LENET_DECAYS, LENET_RMS, LENET_TEST_ERROR
from report.claims import (
    INCOMPARABLE,
    NOT_MEASURED,
    PROTOCOLS,
    SIDES,
    Claim,
    Columns,
    Settings,
    agree,
    if_comparable,
    judged,
    listed,
    mean,
    near,
)
from report.networks import is_of_article, layers_of, sides

RMS_FACTOR = 1.5
NOTHING = {  # the history of no network: no condition holds for it
    name: np.array([np.nan]) for name in ("epoch", "test_error", "train_error", *(f"rms_{n}" for n in LAYERS))
}


def training_claims(
    networks: Mapping[str, Settings], histories: Mapping[str, Columns], *, test_images: int, numbers: bool
) -> list[Claim]:
    """Low against high weight decay from each recipe, from the networks' settings and histories.

    Values are means over seeds at the end of the training; networks that diverged are named and left out.
    `test_images` is how many images a test error is taken over, and `numbers` says whether the article's
    numbers can be compared (see `comparable`); they are told of LeNet alone, without another regulariser.
    """
    claims = []
    for recipe, names in sides(networks).items():
        diverged = [name for side in SIDES for name in names[side] if histories[name]["diverged"][-1]]
        of = {side: [histories[name] for name in names[side] if name not in diverged] for side in SIDES}
        remark = "".join(f"; {name}: diverged" for name in diverged)
        known = all(of.values())
        sides_of = of if known else {side: [NOTHING] for side in SIDES}
        printed = _printed(recipe, sides_of) if is_of_article(networks[names["low"][0]]) else []
        printed, said = (
            [
                replace(claim, measured=claim.measured + remark)
                if known
                else replace(claim, measured=NOT_MEASURED + remark, verdict=INCOMPARABLE)
                for claim in part
            ]
            for part in (printed, _said(recipe, sides_of, test_images))
        )
        claims += [*if_comparable(numbers and trained_alike(networks, names), printed), *said]
    return claims


def _errors(of: Mapping[str, Sequence[Columns]], part: str) -> dict[str, float]:
    """Mean error in % at the end of the training, of the training or the test part, on both sides."""
    return {side: 100 * mean(table[f"{part}_error"][-1] for table in of[side]) for side in SIDES}


def _printed(recipe: str, of: Mapping[str, Sequence[Columns]]) -> list[Claim]:
    """What the article prints, judged on the histories of both sides of one recipe."""
    test = _errors(of, "test")
    rms = {
        side: [mean(table[f"rms_{layer}"][-1] for table in of[side]) for layer in LENET_RMS[side]]
        for side in SIDES
    }
    factors = np.array([rms[side] for side in SIDES]) / [list(LENET_RMS[side].values()) for side in SIDES]
    agreeing = np.mean((factors <= RMS_FACTOR) & (factors >= 1 / RMS_FACTOR))
    apart = [_curve_deviation(of[side], column, at) for (side, column), at in LENET_CURVES.items()]
    return [
        judged(
            "training",
            f"Final test error, low and high ({recipe})",
            "{low:g} % and {high:g} %".format(**LENET_TEST_ERROR),
            "{low:.2f} % and {high:.2f} %".format(**test),
            "each within 0.2 points",
            *(near(test[side], LENET_TEST_ERROR[side], 0.2) for side in SIDES),
        ),
        judged(
            "training",
            f"Errors along the training ({recipe})",
            "curves of test and training error, low and high",
            "median deviation in points {} and {}, {} and {}".format(
                *(f"{deviation:.3f}" if np.isfinite(deviation) else NOT_MEASURED for deviation in apart)
            ),
            "each median within 0.3 points",
            *(deviation <= 0.3 for deviation in apart),
        ),
        judged(
            "training",
            f"RMS of the weights of Conv1, Conv2, FC1, FC2 ({recipe})",
            "; ".join(f"{side} {listed(LENET_RMS[side].values())}" for side in SIDES),
            "; ".join(f"{side} {listed(rms[side])}" for side in SIDES),
            f"within a factor of {RMS_FACTOR}: all 8; partly, from 4",
            agreeing == 1,
            agreeing >= 0.5,
        ),
    ]


def _said(recipe: str, of: Mapping[str, Sequence[Columns]], test_images: int) -> list[Claim]:
    """What the article says, judged on the same histories."""
    test, train = _errors(of, "test"), _errors(of, "train")
    gap = {side: test[side] - train[side] for side in SIDES}
    chance = np.sqrt(sum(error * (100 - error) for error in test.values()) / test_images)
    smaller = []
    for layer in layers_of(of["low"][0]):
        low, high = (mean(table[f"rms_{layer}"][-1] for table in of[side]) for side in SIDES)
        smaller.append(high < low)
    rule = "by more than 2 standard errors; partly, if at all"
    return [
        judged(
            "training",
            f"High weight decay generalises better ({recipe})",
            "{high:g} % against {low:g} % test error".format(**LENET_TEST_ERROR),
            "{high:.2f} % against {low:.2f} %".format(**test)
            + f"; standard error of the difference {chance:.2f} points",
            f"lower final test error {rule}",
            *(test["low"] - test["high"] > least for least in (2 * chance, 0)),
        ),
        judged(
            "training",
            f"High weight decay overfits less ({recipe})",
            "test and training error end about equal",
            "test less training error {high:.2f} against {low:.2f} points".format(**gap),
            f"less {rule}",
            *(gap["low"] - gap["high"] > least for least in (2 * chance, 0)),
        ),
        judged(
            "training",
            f"High weight decay gives smaller weights ({recipe})",
            "in every layer",
            f"in {sum(smaller)} of {len(smaller)} layers",
            "lower RMS in every layer; partly, in some",
            *(smaller or [False]),
        ),
    ]


def trained_alike(networks: Mapping[str, Settings], names: Mapping[str, list[str]]) -> bool:
    """Whether the networks of each side are of the article's kind and trained by its protocol."""
    return all(
        is_of_article(networks[name])
        and networks[name]["weight_decay"] == LENET_DECAYS[side]
        and agree(networks[name], PROTOCOLS["training"])
        for side in SIDES
        for name in names[side]
    )


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
