"""What the article claims, beside what was measured, each judged by a rule that stands with it.

Tables are those that `tilt.io.read_table` gives back. Numbers of the article are judged where data and
protocol were the article's and are "not comparable" elsewhere; what it says in words is judged always.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tilt.article import (
    ATTACK_MEAN,
    ATTACK_RATIO,
    LEAST_ERROR_MEAN,
    LEAST_ERROR_WORST,
    LENET_CURVES,
    LENET_DECAYS,
    LENET_RMS,
    LENET_TEST_ERROR,
    OPTIMAL_EXPONENT,
    OPTIMAL_EXPONENT_RANGE,
    THETA_SMALLEST,
)
from tilt.linear.tables import optimal_row
from tilt.losses import LOSSES
from tilt.published import TOLERANCES
from tilt.sweep import INITIAL_WEIGHTS

Columns = Mapping[str, NDArray[Any]]
Settings = Mapping[str, Any]

VERDICTS = REPRODUCED, PARTLY, NOT, INCOMPARABLE = (
    "reproduced",
    "partly reproduced",
    "not reproduced",
    "not comparable",
)

PROTOCOLS: Mapping[str, Settings] = {
    "svm": {
        "pairs": "all",
        "train_per_class": 3000,
        "lambda_article": {"first_exponent": -1, "last_exponent": 7, "step": 0.1, "scale": 1e-5},
    },
    "lenet": {
        "train_per_class": None,
        "epochs": 50,
        "batch_size": 300,
        "learning_rate": 5e-4,
        "momentum": 0.9,
    },
    "attack": {"median_top_score": 0.95, "confidence": 0.95, "step": 1},
}
PUBLISHED_QUANTITIES = {  # name, unit of the tolerance, share of the cells that has to agree
    "theta": ("tilt θ", "rad", 1.0),
    "norm_w": ("norm ‖w‖", "of ‖w‖", 1.0),
    "d_adv": ("adversarial distance d_adv", "pixels", 1.0),
    "err_train": ("training error", "points", 0.95),
    "err_test": ("test error", "points", 0.95),
}
SIDES = ("low", "high")

TILTED, UPRIGHT = 45, 5  # degrees from which, up to which, a boundary of the toy problem is tilted, upright
THETA_MEDIAN = 4e-4  # radians
RMS_FACTOR = 1.5
SAME_TILT = (5, 0.5)  # degrees between two losses at the smallest and at the largest λ
MIN_PAIRS = 5  # of a rank correlation
PAIR_SHARES = (0.95, 0.5)  # of the pairs, for what the article says of all: reproduced, partly


@dataclass(frozen=True)
class Claim:
    """One claim of a section: what is said, published and measured, the rule of judgement, the verdict."""

    section: str
    statement: str
    published: str
    measured: str
    rule: str
    verdict: str


def claims_table(claims: Sequence[Claim]) -> dict[str, list[str]]:
    """The claims as a table, a column per field."""
    return {field.name: [getattr(claim, field.name) for claim in claims] for field in fields(Claim)}


def comparable(source: str, settings: Mapping[str, Settings], *sections: str) -> bool:
    """Whether the data are MNIST and each of `sections` (keys of PROTOCOLS) has the article's settings."""
    return source == "mnist" and all(
        settings[section][key] == value for section in sections for key, value in PROTOCOLS[section].items()
    )


def toy_claims(mirror: Columns, fits: Columns) -> list[Claim]:
    """The toy problem, from the tables of `toy.mirror_distance_table` and `toy.four_fits`."""
    order = np.argsort(mirror["theta"])
    theta, distance, formula = (mirror[name][order] for name in ("theta", "distance", "closed_form"))
    claims = [
        _claim(
            "toy",
            "The more a boundary is tilted, the nearer the mirror image comes to x; at 90° they coincide",
            "a drawing",
            f"‖x_m − x‖ falls from {distance[0]:.2f} at θ = {np.degrees(theta[0]):.0f}° "
            f"to {distance[-1]:.2f} at {np.degrees(theta[-1]):.0f}°",
            "falls at every angle as 2|x·w_θ|, to less than 1 % of its start",
            (np.diff(distance) < 0).all()
            and np.allclose(distance, formula, rtol=1e-9, atol=1e-9)
            and distance[-1] < 0.01 * distance[0],
        )
    ]
    for l2, text, p, angle in (
        (
            "without",
            "Without L2 the boundary tilts to classify the noisy point p",
            "classified",
            f"≥ {TILTED}°",
        ),
        ("with", "With enough L2 the boundary ignores p and is not tilted", "ignored", f"≤ {UPRIGHT}°"),
    ):
        rows = np.flatnonzero(fits["l2"] == l2)
        tilt, right = np.degrees(fits["theta"][rows]), fits["noisy_point_correct"][rows] == 1
        measured = [
            f"{name}: θ = {t:.1f}°, p {'classified' if r else 'ignored'}"
            for name, t, r in zip(fits["classifier"][rows], tilt, right, strict=True)
        ]
        holds = right & (tilt >= TILTED) if l2 == "without" else ~right & (tilt <= UPRIGHT)
        rule = f"p {p} and θ {angle}, SVM and logistic regression"
        claims.append(_claim("toy", text, "a drawing", "; ".join(measured), rule, *holds))
    return claims


def scaling_claims(risk: Columns) -> list[Claim]:
    """Both limits of the scaled loss, from the table of `scaling.risk_table`."""
    norm = risk["norm"]
    small, large = norm.argmin(), norm.argmax()
    d_err = risk["large_norm_limit"][large] / norm[large]
    d_adv = (LOSSES["hinge"].alpha - risk["hinge_small_norm_limit"][small]) / norm[small]
    at_large = [risk[name][large] / norm[large] for name in LOSSES]
    at_small = [(loss.alpha - risk[name][small]) / (loss.beta * norm[small]) for name, loss in LOSSES.items()]
    ends = {name: (risk[name][small], risk[name][large]) for name in ("zero_one", *LOSSES)}
    rule = "hinge and softplus within 1 % of d_adv of the limit"
    return [
        _claim(
            "scaling",
            "For large ‖w‖ only errors are penalised: the least risk is the least error distance",
            "R/‖w‖ → d_err",
            "hinge {:.4f}, softplus {:.4f} at ‖w‖ = {:g}; d_err = {:.4f}".format(
                *at_large, norm[large], d_err
            ),
            rule,
            *(abs(value - d_err) <= 0.01 * d_adv for value in at_large),
        ),
        _claim(
            "scaling",
            "For small ‖w‖ every image is penalised: the least risk is the greatest adversarial distance",
            "(α − R)/(β‖w‖) → d_adv",
            "hinge {:.4f}, softplus {:.4f} at ‖w‖ = {:g}; d_adv = {:.4f}".format(
                *at_small, norm[small], d_adv
            ),
            rule,
            *(abs(value - d_adv) <= 0.01 * d_adv for value in at_small),
        ),
        _claim(
            "scaling",
            "Scaling leaves the 0-1 loss as it is and changes hinge and softplus",
            "a drawing",
            f"risk at ‖w‖ = {norm[small]:g} and {norm[large]:g}: "
            + "; ".join(
                f"{name.replace('zero_one', '0-1')} {a:.3f}, {b:.3f}" for name, (a, b) in ends.items()
            ),
            "0-1 the same at every ‖w‖, the other two not",
            np.ptp(risk["zero_one"]) == 0 and all(not np.isclose(*ends[name], rtol=0.01) for name in LOSSES),
        ),
    ]


def svm_claims(paths: Mapping[str, Columns], *, numbers: bool) -> list[Claim]:
    """The SVM on pairs of classes, from their path tables.

    `numbers` says whether the article's numbers can be compared (see `comparable`).
    """
    tables = [{k: v[np.argsort(table["lambda"])] for k, v in table.items()} for table in paths.values()]
    least = 100 * np.array([table["err_test"].min() for table in tables])
    exponents = np.log10([table["lambda_article"][optimal_row(table)] for table in tables])
    smallest, largest = np.array([table["theta"][[0, -1]] for table in tables]).T
    spread = max(np.ptp(table["d_adv"] / np.cos(table["theta"])) / table["d_adv"].max() for table in tables)
    printed = [
        _claim(
            "svm",
            "Least test error over λ, mean of the pairs",
            f"{LEAST_ERROR_MEAN:.3f} %",
            f"{least.mean():.3f} %",
            "within 0.01 points",
            _near(least.mean(), LEAST_ERROR_MEAN, 0.01),
        ),
        _claim(
            "svm",
            "Least test error over λ, worst pair",
            f"{LEAST_ERROR_WORST:.2f} %",
            f"{least.max():.2f} % ({list(paths)[least.argmax()]})",
            "within 0.05 points",
            _near(least.max(), LEAST_ERROR_WORST, 0.05),
        ),
        _claim(
            "svm",
            "λ_article of the least test error, median of the pairs",
            f"10^{OPTIMAL_EXPONENT:.1f}",
            f"10^{np.median(exponents):.1f}",
            "within 0.2 decades; of several λ the largest",
            _near(np.median(exponents), OPTIMAL_EXPONENT, 0.2),
        ),
        _range_claim(
            "λ_article of the least test error, range over the pairs",
            exponents,
            OPTIMAL_EXPONENT_RANGE,
            ("10^{:.1f} to 10^{:.1f}", "10^{:.1f} to 10^{:.1f}"),
            (0.2, "0.2 decades; of several λ the largest"),
        ),
        _range_claim(
            "Tilt at the smallest λ (λ_article = 0.1), range over the pairs",
            smallest,
            THETA_SMALLEST,
            ("{:.2f} to {:.2f} rad", "{:.3f} to {:.3f} rad"),
            (0.01, "0.01 rad"),
        ),
    ]
    said = [
        _claim(
            "svm",
            "At the largest λ the boundary is that of the nearest centroids",
            "θ = 0",
            f"θ at most {np.degrees(largest.max()):.1g}°",
            "at most 0.1°, every pair",
            np.degrees(largest.max()) <= 0.1,
        ),
        _claim(
            "svm",
            "The adversarial distance depends on the tilt alone",
            "d_adv = ½‖j − i‖ cos θ",
            f"d_adv / cos θ is constant along λ to {spread:.0e} of d_adv",
            "to 1e-9, every pair",
            spread <= 1e-9,
        ),
        _pairs_claim(
            "The tilt falls and the adversarial distance rises as λ grows",
            [_rises(-table["theta"]) and _rises(table["d_adv"]) for table in tables],
            "at every step of λ, to 1 % of the range",
        ),
        _pairs_claim(
            "The two aims conflict: training error and adversarial distance both grow with λ",
            [all(table[name][0] < table[name][-1] for name in ("err_train", "d_adv")) for table in tables],
            "both less at the smallest λ than at the largest",
        ),
        _pairs_claim(
            "The test error is least in between: overfitted below λ_optimal, underfitted above",
            [table["err_test"][[0, -1]].min() > table["err_test"].min() for table in tables],
            "greater at both ends of λ",
            f"; without test error at the smallest λ: {sum(table['err_test'][0] == 0 for table in tables)}",
        ),
    ]
    if len(tables) >= MIN_PAIRS and np.ptp(least) > 0:
        rho = np.corrcoef(_ranks(smallest), _ranks(least))[0, 1]
        said.append(
            _claim(
                "svm",
                "Classes that are hard to separate end up more tilted",
                "7v9 more than 0v1",
                f"rank correlation of θ at the smallest λ with the least test error: {rho:.2f}",
                "at least 0.5; partly, above 0",
                rho >= 0.5,
                rho > 0,
            )
        )
    return [*_known(numbers, printed), *said]


def logistic_claims(hinge: Mapping[str, Columns], softplus: Mapping[str, Columns]) -> list[Claim]:
    """Logistic regression beside the SVM, from the path tables of the pairs that have both, on the same λ."""
    apart = np.array(
        [np.abs(np.degrees(hinge[pair]["theta"] - table["theta"])) for pair, table in softplus.items()]
    )
    order = np.argsort(next(iter(softplus.values()))["lambda"])
    smallest, largest = apart[:, order[0]], apart[:, order[-1]]
    overfitted, underfitted = SAME_TILT
    return [
        _pairs_claim(
            "Hinge and softplus behave alike at either end, where ‖w‖ is large and where it is small",
            list((smallest <= overfitted) & (largest <= underfitted)),
            f"tilts within {overfitted}° at the smallest λ and within {underfitted}° at the largest",
            f"; they differ by at most {smallest.max():.1f}° at the smallest λ, {largest.max():.2f}° at the "
            f"largest, {apart.max():.1f}° at any",
            section="logistic",
        )
    ]


def published_claims(summary: Columns, arbitration: Columns) -> list[Claim]:
    """The article's tables, from `published.summarise` and the rows of `published.arbitrate` of all pairs."""
    pairs = f"{len(np.unique(summary['pair']))} pairs"
    typical = summary["median"][summary["quantity"] == "theta"].max()
    claims = [
        _claim(
            "published",
            "Tables of the tilt θ, typical deviation",
            pairs,
            f"median of each pair at most {typical:.1e} rad",
            f"at most {THETA_MEDIAN:g} rad",
            typical <= THETA_MEDIAN,
        )
    ]
    for quantity, (name, unit, share) in PUBLISHED_QUANTITIES.items():
        rows = summary["quantity"] == quantity
        cells, within = (int(summary[column][rows].sum()) for column in ("rows", "within"))
        if not cells:
            continue
        largest = np.nanmax(summary["largest"][rows])
        measured = f"{within:,} of {cells:,} cells; largest deviation {largest:.2g} {unit}"
        ours = 0
        if within < cells:
            ours = int(np.sum((arbitration["quantity"] == quantity) & (arbitration["agrees_with"] == "ours")))
            measured += f"; libsvm agrees with ours in {ours} of the {cells - within} beyond"
        agreeing = (within + ours) / cells
        rule = (
            f"within {TOLERANCES[quantity]:g} {unit}, or libsvm agrees with ours: {100 * share:g} % of "
            f"the cells; partly, from {100 * share - 5:g} %"
        )
        holds = (agreeing >= share, agreeing >= share - 0.05)
        claims.append(_claim("published", f"Tables of the {name}", pairs, measured, rule, *holds))
    return claims


def starts(networks: Mapping[str, Settings]) -> dict[str, dict[str, list[str]]]:
    """Networks by where they start: label of the start -> "low" and "high" -> names.

    A start is a kind of initial weights with a pixel scale; low and high are its least and its greatest
    weight decay, each with all its seeds. Starts with a single weight decay are left out.
    """
    groups: dict[str, dict[float, list[str]]] = {}
    for name, network in networks.items():
        label = f"{INITIAL_WEIGHTS[network['initial_weights']]}, pixels × {network['pixel_scale']:g}"
        groups.setdefault(label, {}).setdefault(network["weight_decay"], []).append(name)
    return {
        label: {"low": decays[min(decays)], "high": decays[max(decays)]}
        for label, decays in groups.items()
        if len(decays) > 1
    }


def lenet_claims(
    networks: Mapping[str, Settings], histories: Mapping[str, Columns], *, test_images: int, numbers: bool
) -> list[Claim]:
    """LeNet low against LeNet high from each start, from the networks' settings and histories.

    Values are means over seeds at the end of the training; `test_images` is how many images a test error is
    taken over, and `numbers` says whether the article's numbers can be compared (see `comparable`).
    """
    claims = []
    for start, names in starts(networks).items():
        of = {side: [histories[name] for name in names[side]] for side in SIDES}
        test, train = (
            {side: 100 * _mean(table[column][-1] for table in of[side]) for side in SIDES}
            for column in ("test_error", "train_error")
        )
        gap = {side: test[side] - train[side] for side in SIDES}
        chance = np.sqrt(sum(error * (100 - error) for error in test.values()) / test_images)
        rms = {
            side: [_mean(table[f"rms_{layer}"][-1] for table in of[side]) for layer in LENET_RMS[side]]
            for side in SIDES
        }
        factors = np.array([rms[side] for side in SIDES]) / [list(LENET_RMS[side].values()) for side in SIDES]
        agreeing = np.mean((factors <= RMS_FACTOR) & (factors >= 1 / RMS_FACTOR))
        smaller = [high < low for low, high in zip(rms["low"], rms["high"], strict=True)]
        apart = [_curve_deviation(of[side], column, at) for (side, column), at in LENET_CURVES.items()]
        trained = not any(_flags(table["diverged"]).any() for side in SIDES for table in of[side])
        remark = "" if trained else "; a training diverged"
        rule = "by more than 2 standard errors; partly, if at all"
        printed = [
            _claim(
                "lenet",
                f"Final test error, low and high ({start})",
                "{low:g} % and {high:g} %".format(**LENET_TEST_ERROR),
                "{low:.2f} % and {high:.2f} %".format(**test),
                "each within 0.2 points",
                *(_near(test[side], LENET_TEST_ERROR[side], 0.2) for side in SIDES),
            ),
            _claim(
                "lenet",
                f"Errors along the training ({start})",
                "curves of test and training error, low and high",
                "median deviation {:.3f} and {:.3f}, {:.3f} and {:.3f} points".format(*apart),
                "each median within 0.3 points",
                *(deviation <= 0.3 for deviation in apart),
            ),
            _claim(
                "lenet",
                f"RMS of the weights of Conv1, Conv2, FC1, FC2 ({start})",
                "; ".join(f"{side} {_listed(LENET_RMS[side].values())}" for side in SIDES),
                "; ".join(f"{side} {_listed(rms[side])}" for side in SIDES),
                f"within a factor of {RMS_FACTOR}: all 8; partly, from 4",
                agreeing == 1,
                agreeing >= 0.5,
            ),
        ]
        said = [
            _claim(
                "lenet",
                f"High weight decay generalises better ({start})",
                "{high:g} % against {low:g} % test error".format(**LENET_TEST_ERROR),
                "{high:.2f} % against {low:.2f} %".format(**test)
                + f"; standard error of the difference {chance:.2f} points{remark}",
                f"lower final test error {rule}",
                *(trained and test["low"] - test["high"] > least for least in (2 * chance, 0)),
            ),
            _claim(
                "lenet",
                f"High weight decay overfits less ({start})",
                "test and training error end about equal",
                "test less training error {high:.2f} against {low:.2f} points".format(**gap) + remark,
                f"less {rule}",
                *(trained and gap["low"] - gap["high"] > least for least in (2 * chance, 0)),
            ),
            _claim(
                "lenet",
                f"High weight decay gives smaller weights ({start})",
                "in every layer",
                f"in {sum(smaller)} of {len(smaller)} layers" + remark,
                "lower RMS in every layer; partly, in some",
                *(trained and layer for layer in smaller),
            ),
        ]
        claims += [*_known(numbers and _article_decays(networks, names), printed), *said]
    return claims


def attack_claims(
    networks: Mapping[str, Settings], attacks: Mapping[str, Columns], *, numbers: bool
) -> list[Claim]:
    """How far the adversarial examples of LeNet low and LeNet high are from their images, from each start.

    From the networks' settings and tables of attacked images; an image counts where it was brought to its
    target on both sides. `numbers` says whether the article's numbers can be compared (see `comparable`).
    """
    claims = []
    for start, names in starts(networks).items():
        norms = {side: reached_norms(attacks[name] for name in names[side]) for side in SIDES}
        shared = sorted(norms["low"].keys() & norms["high"].keys())
        if len(shared) < 2:
            continue
        distance = {side: np.array([norms[side][image] for image in shared]) for side in SIDES}
        mean = {side: float(distance[side].mean()) for side in SIDES}
        ratio = mean["high"] / mean["low"]
        farther = distance["high"] - distance["low"]
        error = farther.std(ddof=1) / np.sqrt(len(shared))
        printed = [
            _claim(
                "attack",
                f"Mean distance of adversarial examples, low and high ({start})",
                "{low:.2f} and {high:.2f}, 10 images".format(**ATTACK_MEAN),
                "{low:.2f} and {high:.2f}".format(**mean) + f", {len(shared)} images",
                "each within 25 %",
                *(_near(mean[side], ATTACK_MEAN[side], 0.25 * ATTACK_MEAN[side]) for side in SIDES),
            ),
            _claim(
                "attack",
                f"Times as far with high weight decay ({start})",
                f"{ATTACK_RATIO:.1f}",
                f"{ratio:.2f}",
                "within 25 %; partly, above 1",
                _near(ratio, ATTACK_RATIO, 0.25 * ATTACK_RATIO),
                ratio > 1,
            ),
        ]
        said = _claim(
            "attack",
            f"With high weight decay adversarial examples are farther away ({start})",
            "for each of 10 images",
            f"by {farther.mean():.2f} ± {error:.2f} (standard error), {ratio:.2f} times; "
            f"{(farther > 0).sum()} of {len(shared)} images",
            "mean above 2 standard errors; partly, above 0",
            farther.mean() > 2 * error,
            farther.mean() > 0,
        )
        claims += [*_known(numbers and _article_decays(networks, names), printed), said]
    return claims


def reached_norms(attacks: Iterable[Columns]) -> dict[float, float]:
    """Norm by image that was brought to its target; the mean where that was in several tables."""
    found: dict[float, list[float]] = {}
    for table in attacks:
        rows = _flags(table["success"])
        for image, norm in zip(table["index"][rows], table["norm"][rows], strict=True):
            found.setdefault(image, []).append(norm)
    return {image: _mean(norms) for image, norms in found.items()}


def _claim(section: str, statement: str, published: str, measured: str, rule: str, *holds: Any) -> Claim:
    """A claim with its verdict: reproduced where all conditions hold, partly where some do."""
    verdict = REPRODUCED if all(holds) else PARTLY if any(holds) else NOT
    return Claim(section, statement, published, measured, rule, verdict)


def _range_claim(
    statement: str,
    values: NDArray[Any],
    published: tuple[float, float],
    formats: tuple[str, str],
    tolerance: tuple[float, str],
) -> Claim:
    ends, size = (values.min(), values.max()), tolerance[0]
    return _claim(
        "svm",
        statement,
        formats[0].format(*published),
        formats[1].format(*ends),
        f"each end within {tolerance[1]}",
        *(_near(end, other, size) for end, other in zip(ends, published, strict=True)),
    )


def _pairs_claim(
    statement: str, holds: Sequence[Any], rule: str, remark: str = "", section: str = "svm"
) -> Claim:
    full, part = PAIR_SHARES
    return _claim(
        section,
        statement,
        "in words",
        f"{sum(holds)} of {len(holds)} pairs{remark}",
        f"{rule}: {100 * full:g} % of the pairs; partly, from {100 * part:g} %",
        np.mean(holds) >= full,
        np.mean(holds) >= part,
    )


def _known(numbers: bool, claims: list[Claim]) -> list[Claim]:
    """Claims about numbers, without a verdict where the article's cannot be compared."""
    return claims if numbers else [replace(claim, verdict=INCOMPARABLE) for claim in claims]


def _article_decays(networks: Mapping[str, Settings], names: Mapping[str, list[str]]) -> bool:
    return all(networks[name]["weight_decay"] == LENET_DECAYS[side] for side in SIDES for name in names[side])


def _near(value: float, published: float, tolerance: float) -> bool:
    return bool(abs(value - published) <= tolerance)


def _rises(values: NDArray[Any]) -> bool:
    return bool((np.diff(values) >= -0.01 * np.ptp(values)).all())


def _ranks(values: NDArray[Any]) -> NDArray[np.float64]:
    """Rank of each value, ties sharing their mean."""
    below, ties = (values[:, None] > values).sum(axis=1), (values[:, None] == values).sum(axis=1)
    return np.asarray(below + (ties - 1) / 2)


def _mean(values: Iterable[float]) -> float:
    return float(np.mean(list(values)))


def _curve_deviation(histories: Sequence[Columns], column: str, published: Mapping[int, float]) -> float:
    """Median deviation of a curve, the mean over seeds, from its published points; percentage points."""
    length = min(len(table["epoch"]) for table in histories)
    deviations = [
        abs(100 * _mean(table[column][epoch - 1] for table in histories) - value)
        for epoch, value in published.items()
        if epoch <= length
    ]
    return float(np.median(deviations)) if deviations else np.nan


def _flags(column: NDArray[Any]) -> NDArray[np.bool_]:
    """A column of truth values, also as it is read back from a CSV file."""
    return np.isin(column.astype(str), ("True", "1", "1.0"))


def _listed(values: Iterable[float]) -> str:
    return ", ".join(f"{value:.2g}" for value in values)
