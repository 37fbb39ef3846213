"""What is claimed of weight decay and its rivals, from the table of networks of `rivals.tables`.

Distances are compared seed by seed, where held-out images say that a rival moves adversarial examples
farthest at the error of the reference (see `rivals.tables.reach_table`). Masked networks count in none, and
are named.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from experiments.calibration.tables import TRAINED
from experiments.rivals.tables import Array, Columns, Settings, lines, reaches
from report.claims import INCOMPARABLE, NOT_MEASURED, Claim, if_comparable, interval_text, judged
from report.numerals import exact
from tilt.intervals import mean_interval

FACTOR = 1.25  # within which two distances count as one
AT_EQUAL_ERROR = (
    "where each is farthest on held-out images, at no more than the reference's error on these and 2 "
    "standard errors of it"
)
OVER_SEEDS = "95 % interval over seeds (paired, Student's t)"
GOODFELLOW = 0.0025  # of the sum of absolute weights of the first layer, pixels in [0, 1]
TRAINING_ERROR = 0.05  # above which that stayed


def rivals_claims(
    table: Columns,
    reach: Columns,
    weight_decay: float,
    networks: Mapping[str, Settings],
    *,
    numbers: bool,
) -> list[Claim]:
    """Decay as adversarial training, decay against all rivals, and Goodfellow's L1 where it is in the study.

    `reach` is the `reach_table`, `weight_decay` that of the reference, `networks` the settings by name;
    `numbers` says whether the data are those of the published figures.
    """
    far = reaches(reach)
    claims = []
    if "adversarial_l2" in far:
        claims.append(_is_adversarial_training(reach, _remark(table, ("", "adversarial_l2"))))
    claims.append(_none_is_farther(table, weight_decay, far))
    if "l1_first" in table["regulariser"]:
        claims += if_comparable(numbers, [_goodfellow(table, networks)])
    return claims


def _is_adversarial_training(reach: Columns, remark: str) -> Claim:
    far = reaches(reach)
    ratios, measured = _ratios(far, "adversarial_l2")
    if len(ratios):
        errors = [reach["test_error"][reach["regulariser"] == name] for name in ("", "adversarial_l2")]
        of_decay, of_training = (interval_text(100 * each[np.isfinite(each)]) for each in errors)
        measured += f"; test error there, in %: decay {of_decay}, adversarial training {of_training}"
    mean, low, high = (np.exp(value) for value in mean_interval(np.log(ratios)))
    claim = judged(
        "rivals",
        "Weight decay is a form of adversarial training: it trades test error for distance as that does",
        "in words",
        measured + remark,
        f"distance of adversarial training (L2 ball) over that of weight decay, {AT_EQUAL_ERROR}: "
        f"{OVER_SEEDS} within {1 / FACTOR:g} to {FACTOR:g}; partly, the geometric mean; not comparable where "
        "neither moves them at that error, or one is not measured",
        low > 1 / FACTOR and high < FACTOR,
        1 / FACTOR < mean < FACTOR,
    )
    moved = [far[name][np.isfinite(far[name])] for name in ("", "adversarial_l2")]
    still = len(ratios) > 0 and all((values <= 1).all() for values in moved)
    return replace(claim, verdict=INCOMPARABLE) if still else claim


def _none_is_farther(table: Columns, weight_decay: float, far: Mapping[str, Array]) -> Claim:
    parts, means, most = [], [], []
    there = lines(table, weight_decay)
    for name in far:
        if not name:
            continue
        ratios, text = _ratios(far, name)
        parts.append(f"{there[name].label} {text}")
        if len(ratios):
            mean, _, high = (np.exp(value) for value in mean_interval(np.log(ratios)))
            means.append(bool(mean < FACTOR))
            most.append(bool(high < FACTOR))
    claim = judged(
        "rivals",
        "Weight decay moves adversarial examples as far as any of its rivals at equal test error",
        "not in the article",
        "; ".join(parts) + _remark(table, far),
        f"distance of each rival over that of weight decay, {AT_EQUAL_ERROR}, between the strengths "
        f"of the study interpolated: {OVER_SEEDS} below {FACTOR:g} for every one measured, each judged by "
        "itself without a correction for their number; partly, the geometric mean; not comparable where none "
        "is measured",
        all(most),
        all(means),
    )
    return claim if means else replace(claim, verdict=INCOMPARABLE)


def _goodfellow(table: Columns, networks: Mapping[str, Settings]) -> Claim:
    """Goodfellow et al. 2015, section 5: the factor, and less of it, of a maxout network's first layer."""
    own = (table["regulariser"] == "l1_first") & (table["model"] == "maxout")
    factors = np.array(
        [
            strength / (255 * networks[name]["pixel_scale"])
            for name, strength in zip(table["network"].tolist(), table["strength"].tolist(), strict=True)
        ]
    )
    at = own & np.isclose(factors, GOODFELLOW, rtol=1e-3)
    less = own & (factors < GOODFELLOW) & ~at & (table["status"] == TRAINED) & ~table["masked"]
    errors = table["train_error"][at]
    benefits, parts = [], []
    for factor in np.unique(factors[less]):
        gains = 100 * _paired(table, less & (factors == factor))
        if len(gains) > 1:
            benefits.append(bool(mean_interval(gains)[1] > 0))
        parts.append(f"c = {exact(float(f'{factor:.3g}'))}: {interval_text(gains)}")
    stays = errors.size > 0 and bool((np.nan_to_num(errors, nan=1.0) > TRAINING_ERROR).all())
    claim = judged(
        "rivals",
        "L1 decay of a maxout network’s first layer is too strong at 0.0025, and brings nothing below",
        "training error above 5 % at c = 0.0025; smaller c train and bring no benefit",
        (f"training error {interval_text(100 * errors[np.isfinite(errors)])} %" if at.any() else NOT_MEASURED)
        + "; test error of the reference less that at "
        + ("; ".join(parts) or f"smaller c: {NOT_MEASURED}")
        + _remark(table, ("l1_first",)),
        "training error above 5 % with every seed at c = 0.0025, a network that diverged counts so, and for "
        f"every smaller c the test error is not below the reference's: {OVER_SEEDS} not above 0, from two "
        "seeds on; partly, one of the two; not comparable without such networks or the data of the article",
        stays,
        bool(benefits) and not any(benefits),
    )
    return claim if at.any() and less.any() else replace(claim, verdict=INCOMPARABLE)


def _paired(table: Columns, rows: NDArray[np.bool_]) -> Array:
    """Test error of the network without a regulariser less that of each of some rows, of equal seeds."""
    alone = (table["regulariser"] == "") & (table["status"] == TRAINED)
    found = [
        float(table["test_error"][other][0] - table["test_error"][row])
        for row in np.flatnonzero(rows)
        if (
            other := alone
            & (table["seed"] == table["seed"][row])
            & (table["weight_decay"] == table["weight_decay"][row])
        ).any()
    ]
    return np.array(found)


def _ratios(far: Mapping[str, Array], name: str) -> tuple[Array, str]:
    """The distance of a rival over that of weight decay, of the seeds that have both, and in words."""
    ratios = far[name] / far[""]
    ratios = ratios[np.isfinite(ratios)]
    if not len(ratios):
        return ratios, NOT_MEASURED
    mean, low, high = (float(np.exp(value)) for value in mean_interval(np.log(ratios)))
    if len(ratios) == 1:
        return ratios, f"{mean:.2f} times as far (one seed, no interval)"
    return ratios, f"{mean:.2f} times as far (95 % interval {low:.2f} to {high:.2f}, n = {len(ratios)} seeds)"


def _remark(table: Columns, names: Collection[str]) -> str:
    return "".join(f"; {text}" for text in left_out(table, names))


def left_out(table: Columns, names: Collection[str]) -> Iterator[str]:
    """Each network of some regularisers ("" for none) that counts in no claim, with the reason."""
    for row, name in enumerate(table["network"].tolist()):
        if table["regulariser"][row] not in names:
            continue
        if table["status"][row] != TRAINED:
            yield f"{name}: {table['status'][row]}"
        elif table["masked"][row]:
            yield f"{name}: masked"
