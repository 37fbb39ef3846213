"""The adversarial examples of LeNet low and LeNet high."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from experiments.attack.statistics import (
    ATTACKED,
    accuracy_difference_interval,
    bootstrap_interval,
    norms_by_image,
    rows_of,
)
from experiments.attack.styles import ASCENT
from experiments.training.claims import trained_alike
from report.article import ATTACK_MEAN, ATTACK_RATIO
from report.claims import NOT_MEASURED, SIDES, Claim, Columns, Settings, if_comparable, judged, mean, near
from report.networks import sides

NEAREST, LINEAR = "minimal_norm", "signed_gradient_step"
SMALL_STEP = 0.1  # magnitude up to which a linear attack is small, pixels in [0, 1]


def attack_claims(
    networks: Mapping[str, Settings],
    attacks: Mapping[str, Columns],
    accuracies: Mapping[str, Columns],
    *,
    numbers: bool,
) -> list[Claim]:
    """How far the adversarial examples of LeNet low and LeNet high are from their images, from each recipe.

    From the networks' settings, their tables of attacked images and of accuracies under the linear attack.
    An image counts where the attack succeeded on both sides, networks that were not attacked are named and
    left out. `numbers` says whether the article's numbers can be compared (see `comparable`).
    """
    claims = []
    for recipe, names in sides(networks).items():
        status = {name: attacks[name]["status"][0] for side in SIDES for name in names[side]}
        attacked = {side: [name for name in names[side] if status[name] == ATTACKED] for side in SIDES}
        remark = "".join(f"; {name}: {reason}" for name, reason in status.items() if reason != ATTACKED)
        tables = {side: [attacks[name] for name in attacked[side]] for side in SIDES}
        printed, said = _ascent_claims(recipe, shared_norms(tables, ASCENT), remark)
        claims += [
            *if_comparable(numbers and trained_alike(networks, names), printed),
            said,
            _minimal_norm_claim(recipe, shared_norms(tables, NEAREST), remark),
            _linear_attack_claim(
                recipe,
                {side: [rows_of(accuracies[name], LINEAR) for name in attacked[side]] for side in SIDES},
                remark,
            ),
        ]
    return claims


def shared_norms(tables: Mapping[str, Sequence[Columns]], attack: str) -> NDArray[np.float64]:
    """Norms (n, 2) of the images where the attack succeeded on both sides, low and high; n is 0 or from 2."""
    low, high = (norms_by_image(tables[side], attack) for side in SIDES)
    shared = sorted(low.keys() & high.keys())
    return np.array([(low[image], high[image]) for image in shared]) if len(shared) > 1 else np.empty((0, 2))


def _ascent_claims(recipe: str, norms: NDArray[np.float64], remark: str) -> tuple[list[Claim], Claim]:
    """What the article prints of its adversarial examples, and what it says of them."""
    n = len(norms)
    low, high = norms.mean(axis=0) if n else (np.nan, np.nan)
    ratio, farther = high / low, norms[:, 1] - norms[:, 0]
    error = farther.std(ddof=1) / np.sqrt(n) if n else np.nan
    printed = [
        judged(
            "attack",
            f"Mean distance of adversarial examples, low and high ({recipe})",
            "{low:.2f} and {high:.2f}, 10 images".format(**ATTACK_MEAN),
            (f"{low:.2f} and {high:.2f}, {n} images" if n else NOT_MEASURED) + remark,
            "each within 25 %",
            *(
                near(mean, ATTACK_MEAN[side], 0.25 * ATTACK_MEAN[side])
                for side, mean in zip(SIDES, (low, high), strict=True)
            ),
        ),
        judged(
            "attack",
            f"Times as far with high weight decay ({recipe})",
            f"{ATTACK_RATIO:.1f}",
            (f"{ratio:.2f}" if n else NOT_MEASURED) + remark,
            "within 25 %; partly, above 1",
            near(ratio, ATTACK_RATIO, 0.25 * ATTACK_RATIO),
            ratio > 1,
        ),
    ]
    said = judged(
        "attack",
        f"With high weight decay adversarial examples are farther away ({recipe})",
        "for each of 10 images",
        (
            f"by {high - low:.2f} ± {error:.2f} (standard error), {ratio:.2f} times; "
            f"{(farther > 0).sum()} of {n} images"
            if n
            else NOT_MEASURED
        )
        + remark,
        "mean above 2 standard errors; partly, above 0",
        high - low > 2 * error,
        high - low > 0,
    )
    return printed, said


def _minimal_norm_claim(recipe: str, norms: NDArray[np.float64], remark: str) -> Claim:
    n = len(norms)
    measured, holds = NOT_MEASURED, [False]
    if n:
        farther = norms[:, 1] - norms[:, 0]
        lower, upper = bootstrap_interval(farther, np.mean)
        measured = (
            "median {:.2f} and {:.2f}, low and high; ".format(*np.median(norms, axis=0))
            + f"by {farther.mean():.2f} in the mean ({lower:.2f} to {upper:.2f}), {n} images"
        )
        holds = [lower > 0, bool(farther.mean() > 0)]
    return judged(
        "attack",
        f"With high weight decay the nearest adversarial examples are farther away ({recipe})",
        "in words",
        measured + remark,
        "95 % interval of the mean difference (bootstrap over images) above 0; partly, mean above 0",
        *holds,
    )


def _linear_attack_claim(recipe: str, tables: Mapping[str, Sequence[Columns]], remark: str) -> Claim:
    """Judged at the greatest ε measured that is no more than SMALL_STEP; there may be none but 0."""
    measured, holds = NOT_MEASURED, [False]
    if tables["low"] and tables["high"]:
        epsilon = tables["low"][0]["magnitude"]
        small = epsilon[epsilon <= SMALL_STEP].max(initial=0)
        if small > 0:
            low, high = (
                mean(table["accuracy"][table["magnitude"] == small][0] for table in tables[side])
                for side in SIDES
            )
            images = int(tables["low"][0]["images"][0])
            lower, upper = accuracy_difference_interval((low, images), (high, images))
            measured = (
                f"accuracy at ε = {small:g}: {100 * low:.1f} % (low) and {100 * high:.1f} % (high), a "
                f"difference of {100 * (high - low):.1f} ({100 * lower:.1f} to {100 * upper:.1f}) points, "
                f"{images:,} images"
            )
            holds = [low < 0.5, lower > 0]
    return judged(
        "attack",
        f"Networks regularised too little are vulnerable to linear attacks of small magnitude ({recipe})",
        "in words",
        measured + remark,
        f"at ε ≤ {SMALL_STEP:g} low is below 50 %, and below high by a 95 % interval (bootstrap over images) "
        "that leaves out 0; partly, one of the two",
        *holds,
    )
