"""What the article says of the two-layer network, judged on one pair of classes."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from experiments.two_layer.tables import over_seeds
from report.claims import NOT_MEASURED, Claim, Columns, judged
from report.numerals import plain
from report.words import Words

RATIO, CORRELATION = 0.1, 0.9  # deviation of the median of found/|d| from 1, correlation: at most, at least


def two_layer_claims(pair: str, networks: Columns, words: Words) -> list[Claim]:
    """Weight decay, local scale and distances of the networks of a pair, from the table of `study_tables`.

    Values are means over the seeds; networks that diverged are left out and counted. Where fewer than two
    weight decays remain nothing was measured.
    """
    seeds, lost = np.unique(networks["seed"]).size, networks["diverged"].sum()
    known = np.unique(networks["weight_decay"][~networks["diverged"]]).size > 1
    remark = f"; {seeds} seed" + ("s" if seeds > 1 else ", no interval")
    remark += f"; {lost} networks diverged and are left out" if lost else ""
    if not known:
        networks = {name: np.full(1, np.nan) for name in networks} | {"diverged": np.zeros(1, bool)}
    scale = over_seeds(networks, "gradient_norm_mean")
    decays = scale["weight_decay"]
    train, test, d_adv, found = (
        over_seeds(networks, name) for name in ("err_train", "err_test", "d_adv", "found_mean")
    )
    ratio, correlation = (over_seeds(networks, name)["mean"] for name in ("ratio_median", "correlation"))
    agrees = (np.abs(ratio - 1) <= RATIO) & (correlation >= CORRELATION)
    error, best = test["mean"], int(test["mean"].argmin())
    chance = np.sqrt((error * (1 - error) + error[best] * (1 - error[best])) / networks["test_images"][0])
    margin = np.array([error[end] - error[best] for end in (0, -1)])
    ends = f"from weight decay {decays[0]:g} to {decays[-1]:g}"
    every = "at every step of the weight decay; partly, from the least to the greatest"

    def claim(statement: str, measured: str, rule: str, *holds: object) -> Claim:
        measured, holds = (measured, holds) if known else (NOT_MEASURED, (False,))
        return judged(
            "two_layer", f"{statement} ({words.pair(pair)})", "in words", measured + remark, rule, *holds
        )

    return [
        claim(
            "Weight decay lowers the local scale ‖∇s(x)‖",
            f"mean over the test {words.samples} {_ends(scale)} {ends}; falls at {_steps(-scale['mean'])}",
            f"falls {every}",
            (np.diff(scale["mean"]) < 0).all(),
            scale["mean"][-1] < scale["mean"][0],
        ),
        claim(
            "d(x) is a good estimate of the distance to the nearest adversarial example found",
            f"found / |d(x)|, median {ratio.min():.2f} to {ratio.max():.2f}; correlation "
            f"{correlation.min():.2f} to {correlation.max():.2f}; both within at {agrees.sum()} of "
            f"{agrees.size} weight decays",
            f"median within {100 * RATIO:g} % of 1 and correlation at least {CORRELATION:g}, at every weight "
            "decay; partly, at some",
            agrees.all(),
            agrees.any(),
        ),
        claim(
            "Weight decay moves adversarial examples away",
            f"mean distance found {_ends(found)} {words.units} {ends}; rises at {_steps(found['mean'])}",
            f"rises {every}",
            (np.diff(found["mean"]) > 0).all(),
            found["mean"][-1] > found["mean"][0],
        ),
        claim(
            "The two aims conflict: training error and mean distance y d(x) both grow with weight decay",
            f"training error {_ends(train, 100)} %, mean distance {_ends(d_adv)} {words.units} {ends}",
            "both greater at the greatest than at the least, beyond the intervals (with one seed, at all)",
            *(_greater(of) for of in (train, d_adv)),
        ),
        claim(
            "The test error is least in between, as for the SVM",
            f"{100 * error[best]:.2f} % at weight decay {decays[best]:g}; {100 * error[0]:.2f} % at "
            f"{decays[0]:g}, {100 * error[-1]:.2f} % at {decays[-1]:g}",
            "greater at both ends by more than 2 standard errors (binomial); partly, if at all",
            (margin > 2 * chance[[0, -1]]).all(),
            (margin > 0).all(),
        ),
    ]


def _ends(of: Columns, factor: float = 1) -> str:
    """The first and the last mean with their intervals."""
    return " and ".join(
        plain(factor * of["mean"][k])
        + (f" ± {plain(factor * of['half'][k], '.2g')}" if of["n"][k] > 1 else "")
        for k in (0, -1)
    )


def _steps(values: NDArray[np.float64]) -> str:
    return f"{sum(b > a for a, b in pairwise(values))} of {values.size - 1} steps"


def _greater(of: Columns) -> bool:
    """Whether the last mean is above the first by more than both intervals allow (one seed: at all)."""
    return bool(of["mean"][-1] - of["mean"][0] > np.hypot(*np.nan_to_num(of["half"][[0, -1]])))
