"""The report: verdicts at both sides of their tolerances, a caption for every figure, a whole page."""

import json
import re
import struct
import zlib
from dataclasses import asdict
from html.parser import HTMLParser

import docutils.core
import numpy as np
import pytest

from attacked import attack_rows
from conftest import ROOT
from experiments.attack import section as attack_section
from experiments.attack.claims import attack_claims
from experiments.attack.statistics import first_images
from experiments.attack.tables import accuracy_table
from experiments.calibration import section as calibration_section
from experiments.calibration.claims import calibration_claims
from experiments.calibration.tables import MEASURED, TRAINED, seeds_table
from experiments.data import section as data_section
from experiments.lenet import section as lenet_section
from experiments.lenet.claims import lenet_claims
from experiments.logistic import section as logistic_section
from experiments.logistic.claims import logistic_claims
from experiments.map import section as map_section
from experiments.map.claims import map_claims
from experiments.published import section as published_section
from experiments.published.claims import published_claims
from experiments.published.tables import TOLERANCES
from experiments.random_labels import section as random_labels_section
from experiments.random_labels.claims import random_labels_claims
from experiments.random_labels.tables import memorisation_table
from experiments.run import section as run_section
from experiments.scaling import section as scaling_section
from experiments.scaling.claims import scaling_claims
from experiments.scaling.tables import risk_table
from experiments.svm import section as svm_section
from experiments.svm.claims import svm_claims
from experiments.sweep import section as sweep_section
from experiments.sweep.claims import sweep_claims
from experiments.sweep.tables import search_table
from experiments.sweep.tables import summary_table as sweep_summary
from experiments.toy import section as toy_section
from experiments.toy.claims import toy_claims
from experiments.toy.tables import four_fits, mirror_distance_table, noisy_point_table, noisy_training_set
from experiments.two_layer import section as two_layer_section
from experiments.two_layer.claims import two_layer_claims
from report import article, claims, page
from report.claims import INCOMPARABLE, NOT, PARTLY, PROTOCOLS, REPRODUCED, VERDICTS, Claim
from report.contract import Section
from report.numerals import plain
from report.prose import with_prose
from report.typeset import marked
from report.words import IMAGES, words_of
from test_sweep import example, mapped
from test_two_layer import networks as two_layer_networks
from tilt.errors import InputError
from tilt.io import read_table, write_table
from tilt.linear.tables import summary_table

MARGINS = np.random.default_rng(0).normal(1, 0.6, 200)
NETWORKS = {
    "small_low": {"weight_decay": 1e-4, "seed": 0, "initial_weights": "matconvnet", "pixel_scale": 1},
    "small_high": {"weight_decay": 1e-1, "seed": 0, "initial_weights": "matconvnet", "pixel_scale": 1},
}
SHOWN = {"low": "small_low", "high": "small_high"}
LINEAR = {  # of attacked SVMs
    "pair": np.array(["0v1", "7v9"]),
    **dict.fromkeys(("images", "misclassified", "found"), np.array([9, 9])),
    **{
        f"{kind}_{name}": np.array([1.0, 1.01])
        for kind in ("ratio", "box_ratio")
        for name in ("median", "max", "within_1_percent")
    },
    "box_active": np.array([0.5, 1.0]),
}
LENET = PROTOCOLS["lenet"] | {"networks": NETWORKS}
SETTINGS = {
    "svm": PROTOCOLS["svm"] | {"tolerance": 1e-6, "validation_per_class": None},
    "lenet": LENET,
    "attack": PROTOCOLS["attack"],
}


def verdict(judged, start):
    """The verdict of the only claim whose text starts like this."""
    (found,) = (claim.verdict for claim in judged if claim.statement.startswith(start))
    return found


# Toy problem


@pytest.fixture(scope="module")
def toy():
    X, y = noisy_training_set(6, seed=0)
    table = noisy_point_table(X, y, np.logspace(-6, 1, 8))
    return {
        "mirror": mirror_distance_table(np.linspace(0, np.pi / 2, 7)),
        "fits": four_fits(table),
        "table": table,
    }


def test_the_toy_problem_as_computed_is_reproduced(toy):
    judged = toy_claims(toy["mirror"], toy["fits"])
    assert [claim.verdict for claim in judged] == [REPRODUCED] * 3


@pytest.mark.parametrize(
    ("start", "column", "value", "expected"),
    [
        ("Without", "theta", np.radians([45, 0, 45, 0]), REPRODUCED),
        ("Without", "theta", np.radians([45, 0, 44.9, 0]), PARTLY),
        ("Without", "theta", np.radians([44.9, 0, 44.9, 0]), NOT),
        ("Without", "noisy_point_correct", np.array([0, 0, 1, 0]), PARTLY),
        ("With enough", "theta", np.radians([80, 4.9, 80, 4.9]), REPRODUCED),
        ("With enough", "theta", np.radians([80, 4.9, 80, 5.1]), PARTLY),
        ("With enough", "noisy_point_correct", np.array([1, 1, 1, 1]), NOT),
    ],
)
def test_the_toy_problem_is_judged_by_tilt_and_noisy_point(toy, start, column, value, expected):
    judged = toy_claims(toy["mirror"], toy["fits"] | {column: value})
    assert verdict(judged, start) == expected


def test_mirror_images_that_do_not_come_closer_are_not_a_reproduction(toy):
    mirror = toy["mirror"] | {"distance": toy["mirror"]["distance"][::-1]}
    assert verdict(toy_claims(mirror, toy["fits"]), "The more") == NOT


# Scaling the loss


def test_both_limits_are_reached_at_extreme_norms_only():
    judged = scaling_claims(risk_table(MARGINS, [1e-3, 1, 1e3]), IMAGES)
    assert [claim.verdict for claim in judged] == [REPRODUCED] * 3
    judged = scaling_claims(risk_table(MARGINS, [2, 3, 4]), IMAGES)
    assert verdict(judged, "For large") == NOT
    assert verdict(judged, "For small") == NOT


@pytest.mark.parametrize(("factor", "expected"), [(1.009, REPRODUCED), (1.011, PARTLY)])
def test_a_limit_is_reached_to_one_per_cent_of_d_adv(factor, expected):
    risk = risk_table(MARGINS, [1e-6, 1e6])
    d_adv = MARGINS.mean()
    risk["hinge"][0] = 1 - 1e-6 * factor * d_adv
    assert verdict(scaling_claims(risk, IMAGES), "For small") == expected


# SVM


def path(*, theta, err_test, err_train=(0.0, 0.01, 0.02, 0.03, 0.04), exponents=(-1, 1, 2.5, 4, 7)):
    article, theta = 10.0 ** np.array(exponents), np.array(theta)
    return {
        "lambda_article": article,
        "lambda": 1e-5 * article,
        "theta": theta,
        "d_adv": 2 * np.cos(theta),
        "norm_w": 1 / article,
        "err_train": np.array(err_train),
        "err_test": np.array(err_test),
        "balanced_err_test": np.array(err_test),
        "lambda_inside": np.full(len(theta), 1.0),
        "duality_gap": np.full(len(theta), 1e-7),
    }


def paths(*, mean=1.110, worst=3.70, tilts=(1.06, 1.49), n=45):
    """Paths of n pairs in which every claim of the article holds, with these headline numbers."""
    spread = np.linspace(-0.1, 0.1, n - 1)
    least = np.append((mean * n - worst) / (n - 1) + spread - spread.mean(), worst) / 100
    tables = [
        path(theta=[t, 0.8, 0.4, 0.2, 0.0], err_test=[e + 0.02, e + 0.01, e, e + 0.01, e + 0.03])
        for t, e in zip(np.linspace(*tilts, n), least, strict=True)
    ]
    for k, exponent in ((0, 1.2), (1, 3.5)):
        tables[k]["lambda_article"][2] = 10.0**exponent
    return {f"0v{k}": table for k, table in enumerate(tables)}


def test_a_faithful_svm_is_reproduced_in_every_claim():
    judged = svm_claims(paths(), numbers=True)
    assert {claim.verdict for claim in judged} == {REPRODUCED}
    assert len(judged) == 11


@pytest.mark.parametrize(
    ("changed", "start", "expected"),
    [
        ({"mean": 1.119}, "Least test error over λ, mean", REPRODUCED),
        ({"mean": 1.121}, "Least test error over λ, mean", NOT),
        ({"worst": 3.74}, "Least test error over λ, worst", REPRODUCED),
        ({"worst": 3.76}, "Least test error over λ, worst", NOT),
        ({"tilts": (1.069, 1.481)}, "Tilt at the smallest", REPRODUCED),
        ({"tilts": (1.069, 1.479)}, "Tilt at the smallest", PARTLY),
        ({"tilts": (1.09, 1.40)}, "Tilt at the smallest", NOT),
    ],
)
def test_numbers_of_the_svm_are_judged_by_their_tolerance(changed, start, expected):
    assert verdict(svm_claims(paths(**changed), numbers=True), start) == expected


@pytest.mark.parametrize(
    ("exponents", "median", "ends"),
    [
        ((1.2, 2.5, 3.5), REPRODUCED, REPRODUCED),
        ((1.39, 2.69, 3.69), REPRODUCED, REPRODUCED),
        ((1.41, 2.71, 3.5), NOT, PARTLY),
        ((1.41, 2.5, 3.2), REPRODUCED, NOT),
    ],
)
def test_the_place_of_the_least_error_is_judged_in_decades(exponents, median, ends):
    tables = paths(n=3, mean=2)
    for table, exponent in zip(tables.values(), exponents, strict=True):
        table["lambda_article"][2] = 10.0**exponent
    judged = svm_claims(tables, numbers=True)
    assert verdict(judged, "λ_article of the least test error, median") == median
    assert verdict(judged, "λ_article of the least test error, range") == ends


def test_of_several_least_errors_the_largest_lambda_counts():
    tables = paths(n=3, mean=2)
    for table in tables.values():
        table["err_test"][3] = table["err_test"][2]
    measured = [c.measured for c in svm_claims(tables, numbers=True) if "median" in c.statement]
    assert measured == ["10^4.0"]


def test_numbers_of_other_data_are_not_comparable_and_words_are_judged():
    judged = svm_claims(paths(), numbers=False)
    assert [claim.verdict for claim in judged] == [INCOMPARABLE] * 5 + [REPRODUCED] * 6


@pytest.mark.parametrize(("broken", "expected"), [(2, REPRODUCED), (3, PARTLY), (20, PARTLY), (21, NOT)])
@pytest.mark.parametrize(
    ("start", "column", "values"),
    [
        ("The tilt falls", "theta", [1.2, 0.8, 0.9, 0.2, 0.0]),
        ("The two aims conflict", "err_train", [0.05, 0.01, 0.02, 0.03, 0.04]),
        ("The test error is least in between", "err_test", [0.01, 0.02, 0.03, 0.04, 0.05]),
    ],
)
def test_what_is_said_of_every_pair_is_judged_by_their_share(start, column, values, broken, expected):
    tables = paths(n=40)
    for table in list(tables.values())[:broken]:
        table[column] = np.array(values)
    assert verdict(svm_claims(tables, numbers=True), start) == expected


def test_limit_and_rank_correlation_of_the_svm():
    tables = paths(n=6, mean=2)
    for k, table in enumerate(tables.values()):
        table["theta"][-1] = np.radians(0.11)
        table["theta"][0] = 1.5 - 0.01 * k
        table["err_test"][2] = 0.001 * k
    judged = svm_claims(tables, numbers=True)
    assert verdict(judged, "At the largest λ") == NOT
    assert verdict(judged, "Classes that are hard") == NOT


@pytest.mark.parametrize(("error", "expected"), [(5e-10, REPRODUCED), (2e-9, NOT)])
def test_the_adversarial_distance_must_follow_the_tilt(error, expected):
    tables = paths(n=3, mean=2)
    tables["0v1"]["d_adv"][2] *= 1 + error
    assert verdict(svm_claims(tables, numbers=True), "The adversarial distance depends") == expected


def test_a_grid_that_ends_too_early_is_no_refutation():
    tables = paths(n=2, mean=2)
    for column, values in (("theta", [1.2, 0.8, 0.4, 0.3, 0.246]), ("err_test", [3.0, 1, 0.4, 0.2, 0.1])):
        tables["0v1"][column] = np.array(values)
    starts = "At the largest", "The test error is least in between"
    assert [verdict(svm_claims(tables, numbers=True), start) for start in starts] == [NOT, PARTLY]
    tables["0v1"]["lambda_inside"][:] = 1234.5  # of λ, whose largest is 100 = 1e-5 · 10^7
    judged = svm_claims(tables, numbers=True)
    for start in starts:
        (claim,) = (claim for claim in judged if claim.statement.startswith(start))
        assert claim.verdict == INCOMPARABLE
        assert "too early for 1 of 2 pairs: svm.lambda_article.last_exponent 9 would do" in claim.measured
    assert "θ at most 14.1°" in next(c.measured for c in judged if c.statement.startswith(starts[0]))


def test_what_is_said_of_tilted_boundaries_is_not_judged_where_none_is():
    tables = paths(n=6, mean=2)
    for table in tables.values():
        table["theta"] = np.array([3e-16, 0, 1e-15, 2e-16, 0])
        table["d_adv"] = np.full(5, 2.0)
    judged = svm_claims(tables, numbers=False)
    for start in ("The tilt falls", "The two aims", "The test error is least in between"):
        (claim,) = (claim for claim in judged if claim.statement.startswith(start))
        assert claim.verdict == INCOMPARABLE
        assert claim.measured.startswith("cannot be told")
    assert verdict(judged, "At the largest λ") == REPRODUCED
    assert not any(claim.statement.startswith("Classes that are hard") for claim in judged)


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (14.1, ".1g", "14"), (9.96, ".1g", "10"), (140.2, ".2g", "140"), (123456.7, ".3g", "123457"),
        (2.5e6, ".2g", "2.5e+06"), (4.2e-6, ".1g", "4e-06"), (0, ".1g", "0"), (-1234, ".3g", "-1234"),
        (12.345, ".2f", "12.35"), (np.nan, ".2g", "nan"),
    ],
)  # fmt: skip
def test_numbers_are_written_in_full_below_a_million(value, digits, text):
    assert plain(value, digits) == text


# Logistic regression


@pytest.mark.parametrize(
    ("apart", "expected"),
    [
        ([[5, 40, 0.5]] * 4, REPRODUCED),
        ([[5.1, 0, 0]] + [[0, 0, 0]] * 3, PARTLY),
        ([[0, 0, 0.6]] * 2 + [[0, 0, 0]] * 2, INCOMPARABLE),
        ([[5.1, 0, 0]] * 3 + [[0, 0, 0]], NOT),
    ],
)
def test_two_losses_are_alike_where_their_ends_are(apart, expected):
    theta = np.array([1.2, 0.8, 0.1])
    table = {"lambda": np.array([1.0, 2, 3]), "lambda_inside": np.ones(3), "theta": theta}
    hinge = {f"0v{k}": table for k in range(len(apart))}
    softplus = {
        f"0v{k}": {"lambda": np.array([1.0, 2, 3]), "theta": theta - 0.9999 * np.radians(a)}
        for k, a in enumerate(apart)
    }
    judged = logistic_claims(hinge, softplus)
    assert verdict(judged, "Hinge and softplus") == expected


# Published tables


def deviations(**changed):
    """Two pairs that agree with the article everywhere; changed: quantity -> cells within, of 1000."""
    names = list(TOLERANCES)
    lines = {
        "pair": np.repeat(["0v1", "7v9"], len(names)),
        "quantity": np.tile(names, 2),
        "rows": np.full(10, 500.0),
        "within": np.full(10, 500.0),
        "median": np.full(10, 2e-4),
        "largest": np.tile(list(TOLERANCES.values()), 2),
        "lambda_article": np.full(10, 10.0),
        "rows_not_unique": np.full(10, 7.0),
        "within_not_unique": np.full(10, 7.0),
    }
    for quantity, cells in changed.items():
        lines["within"][(lines["quantity"] == quantity) & (lines["pair"] == "7v9")] = cells - 500
    return lines


def arbitration(quantity, agrees_with):
    """One cell for each verdict of libsvm."""
    n = len(agrees_with)
    columns = ("lambda_article", "ours", "published", "libsvm")
    verdicts = {"quantity": np.repeat(quantity, n), "agrees_with": np.array(agrees_with)}
    return {"pair": np.repeat("7v9", n), **verdicts, **{name: np.ones(n) for name in columns}}


NO_ARBITRATION = arbitration("theta", [])


@pytest.mark.parametrize(
    ("start", "quantity", "within", "agrees_with", "expected"),
    [
        ("Tables of the adversarial distance", "d_adv", 1000, [], REPRODUCED),
        ("Tables of the adversarial distance", "d_adv", 999, ["ours"], REPRODUCED),
        ("Tables of the adversarial distance", "d_adv", 999, ["neither"], PARTLY),
        ("Tables of the adversarial distance", "d_adv", 950, ["published"] * 50, PARTLY),
        ("Tables of the adversarial distance", "d_adv", 949, ["published"] * 51, NOT),
        ("Tables of the test error", "err_test", 950, ["published"] * 50, REPRODUCED),
        ("Tables of the test error", "err_test", 949, ["published"] * 51, PARTLY),
        ("Tables of the test error", "err_test", 899, ["published"] * 101, NOT),
    ],
)
def test_published_tables_are_judged_by_the_share_of_cells(start, quantity, within, agrees_with, expected):
    judged = published_claims(deviations(**{quantity: within}), arbitration(quantity, agrees_with))
    assert verdict(judged, start) == expected
    assert [claim.verdict for claim in judged].count(REPRODUCED) >= 5


@pytest.mark.parametrize(("median", "expected"), [(4e-4, REPRODUCED), (4.1e-4, NOT)])
def test_the_typical_deviation_of_the_tilt_is_bounded(median, expected):
    summary = deviations()
    summary["median"][5] = median
    assert verdict(published_claims(summary, NO_ARBITRATION), "Tables of the tilt θ, typical") == expected


# LeNet and its adversarial examples


def history(test, train=0.0, rms=(0.04, 0.04, 0.02, 0.5), epochs=50, diverged=False):
    """A history that ends in these errors (in %) and weights."""
    return {
        "epoch": np.arange(1.0, epochs + 1),
        "test_error": np.full(epochs, test / 100),
        "train_error": np.full(epochs, train / 100),
        "seconds": np.ones(epochs),
        "diverged": np.array([*[False] * (epochs - 1), diverged]),
        **{
            f"rms_{layer}": np.full(epochs, value)
            for layer, value in zip(article.LENET_RMS["low"], rms, strict=True)
        },
    }


HIGH_RMS = tuple(article.LENET_RMS["high"].values())


def lenet(low, high, numbers=True, networks=NETWORKS):
    histories = {"small_low": low, "small_high": high}
    return lenet_claims(networks, histories, test_images=10_000, numbers=numbers)


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(1.79, 1.01, REPRODUCED), (1.79, 1.41, PARTLY), (1.81, 0.99, NOT)],
)
def test_final_errors_of_lenet(low, high, expected):
    assert verdict(lenet(history(low), history(high)), "Final test error") == expected


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(1.6, 1.2, REPRODUCED), (1.6, 1.3, PARTLY), (1.6, 1.6, NOT), (1.2, 1.6, NOT)],
)
def test_the_better_of_two_networks_must_be_better_than_chance(low, high, expected):
    judged = lenet(history(low), history(high), numbers=False)
    assert verdict(judged, "High weight decay generalises better") == expected
    assert verdict(judged, "High weight decay overfits less") == expected


def test_a_training_that_diverged_reproduces_nothing():
    judged = lenet(history(90, 90, rms=(9,) * 4, diverged=True), history(1.2, 1.2, HIGH_RMS))
    said = [claim for claim in judged if claim.statement.startswith("High weight decay")]
    assert [claim.verdict for claim in said] == [NOT] * 3
    assert all("diverged" in claim.measured for claim in said)


@pytest.mark.parametrize(
    ("factors", "expected"),
    [((1.49,) * 4, REPRODUCED), ((1.51, 1, 1, 1), PARTLY), ((1.51,) * 4, PARTLY), ((0.66,) * 4, PARTLY)],
)
def test_weights_are_compared_within_a_factor(factors, expected):
    rms = np.array(list(article.LENET_RMS["low"].values())) * factors
    judged = lenet(history(1.6, rms=rms), history(1.2, rms=HIGH_RMS))
    assert verdict(judged, "RMS of the weights") == expected
    other = lenet(history(1.6, rms=3 * rms), history(1.2, rms=3 * np.array(HIGH_RMS)))
    assert verdict(other, "RMS of the weights") == NOT


def test_smaller_weights_are_counted_by_layer():
    assert (
        verdict(lenet(history(1, rms=(2, 2, 2, 2)), history(1, rms=(1, 1, 1, 1))), "High weight decay gives")
        == REPRODUCED
    )
    assert (
        verdict(lenet(history(1, rms=(2, 2, 2, 1)), history(1, rms=(1, 1, 1, 1))), "High weight decay gives")
        == PARTLY
    )


def test_curves_are_compared_at_the_published_epochs():
    def following(side, shift):
        table = history(1)
        for (name, column), points in article.LENET_CURVES.items():
            if name == side:
                for epoch, value in points.items():
                    table[column][epoch - 1] = (value + shift) / 100
        return table

    for shift, expected in ((0.29, REPRODUCED), (0.31, PARTLY)):
        judged = lenet(following("low", 0), following("high", shift))
        assert verdict(judged, "Errors along the training") == expected


def test_each_start_is_judged_by_itself_and_other_decays_are_not_comparable():
    networks = NETWORKS | {
        "large_low": NETWORKS["small_low"] | {"initial_weights": "improved_xavier", "weight_decay": 1e-3},
        "large_high": NETWORKS["small_high"] | {"initial_weights": "improved_xavier"},
        "alone": NETWORKS["small_low"] | {"pixel_scale": 0.5},
    }
    histories = {name: history(1.6 if name.endswith("low") else 1.2) for name in networks}
    judged = lenet_claims(networks, histories, test_images=10_000, numbers=True)
    finals = [claim for claim in judged if claim.statement.startswith("Final test error")]
    assert [claim.verdict for claim in finals] == [REPRODUCED, INCOMPARABLE]
    assert "improved Xavier" in finals[1].statement


def test_networks_that_differ_in_more_than_decay_and_seed_are_not_averaged_and_random_labels_left_out():
    """The second start differs in the pixel scale; the decays of 1 and the random labels enter nothing."""
    near = {"small_low": history(2), "small_high": history(2)}
    others = {
        "far_low": (NETWORKS["small_low"] | {"pixel_scale": 0.1}, history(80)),
        "far_high": (NETWORKS["small_high"] | {"pixel_scale": 0.1}, history(80)),
        "higher": (NETWORKS["small_high"] | {"weight_decay": 1}, history(50)),
        "random_low": (NETWORKS["small_low"] | {"random_labels": True}, history(90)),
        "random_high": (NETWORKS["small_high"] | {"random_labels": True}, history(90)),
    }
    networks = NETWORKS | {name: network for name, (network, _) in others.items()}
    histories = near | {name: table for name, (_, table) in others.items()}
    judged = lenet_claims(networks, histories, test_images=10_000, numbers=True)
    finals = {
        claim.statement: claim.measured for claim in judged if claim.statement.startswith("Final test error")
    }
    assert finals == {
        f"Final test error, low and high (N(0, 0.01²), pixels × {scale})": f"{error}.00 % and {error}.00 %"
        for scale, error in (("1", 2), ("0.1", 80))
    }
    tables = {name: attacked(1 + NOISE) for name in networks}
    accuracy = dict.fromkeys(networks, accuracies()["small_low"])
    statements = {claim.statement for claim in attack_claims(networks, tables, accuracy, numbers=True)}
    assert not any("random labels" in statement for statement in statements)
    assert len(statements) == 10


def test_seeds_of_a_weight_decay_are_averaged():
    networks = NETWORKS | {"second": NETWORKS["small_low"] | {"seed": 1}}
    histories = {"small_low": history(1.2), "second": history(2.0), "small_high": history(1.2)}
    judged = lenet_claims(networks, histories, test_images=10_000, numbers=True)
    assert verdict(judged, "Final test error") == REPRODUCED


def attacked(norms, success=None):
    norms = np.array(norms, dtype=float)
    ascent = {"norm": norms, "success": np.isfinite(norms) if success is None else np.array(success)}
    return attack_rows(
        np.arange(len(norms)) % 10, {"targeted_ascent": ascent, "minimal_norm": {"norm": norms / 3}}
    )


def not_attacked(n):
    none = attacked(np.full(n, np.nan))
    return none | {"status": np.repeat("diverged", len(none["status"]))}


def linear_accuracy(epsilons, accuracy, images, *status):
    return accuracy_table({"signed_gradient_step": (epsilons, accuracy)}, images, *status)


def accuracies(low=0.3, high=0.8, images=10_000, epsilons=(0.0, 0.05, 0.1, 0.2)):
    return {
        name: linear_accuracy(epsilons, np.array([0.99, 0.9, value, 0.0])[: len(epsilons)], images)
        for name, value in (("small_low", low), ("small_high", high))
    }


def attacks(low, high):
    tables = {"small_low": attacked(low), "small_high": attacked(high)}
    return attack_claims(NETWORKS, tables, accuracies(), numbers=True)


NOISE = 0.05 * np.random.default_rng(1).normal(size=20)


@pytest.mark.parametrize(
    ("low", "high", "distances", "ratio", "farther"),
    [
        (1.77, 5.75, REPRODUCED, REPRODUCED, REPRODUCED),
        (1.77 * 1.24, 5.75 * 1.24, REPRODUCED, REPRODUCED, REPRODUCED),
        (1.77 * 1.26, 5.75, PARTLY, REPRODUCED, REPRODUCED),
        (1.77 * 1.34, 5.75, PARTLY, PARTLY, REPRODUCED),
        (4.0, 4.0 * 3.3 * 1.2, NOT, REPRODUCED, REPRODUCED),
        (4.0, 4.5, PARTLY, PARTLY, REPRODUCED),
        (4.0, 3.9, NOT, NOT, NOT),
    ],
)
def test_distances_of_adversarial_examples(low, high, distances, ratio, farther):
    judged = attacks(np.full(20, low), high + NOISE - NOISE.mean())
    assert verdict(judged, "Mean distance") == distances
    assert verdict(judged, "Times as far") == ratio
    assert verdict(judged, "With high weight decay adversarial") == farther


def test_a_difference_within_two_standard_errors_is_partly_reproduced():
    difference = NOISE - NOISE.mean()
    error = difference.std(ddof=1) / np.sqrt(20)
    for shift, expected in ((2.1, REPRODUCED), (1.9, PARTLY)):
        judged = attacks(np.full(20, 4.0), 4 + shift * error + difference)
        assert verdict(judged, "With high weight decay adversarial") == expected


def test_only_images_that_reached_their_target_on_both_sides_count(tmp_path):
    tables = {
        "small_low": attacked([1, 1, 1, 50], success=[True, True, True, False]),
        "small_high": attacked([3, 3, 90, 3], success=[True, True, False, True]),
    }
    for name, table in tables.items():
        write_table(tmp_path / name, table)
    read = {name: read_table(tmp_path / name) for name in tables}
    judged = attack_claims(NETWORKS, read, accuracies(), numbers=False)
    assert "1.00 and 3.00, 2 images" in judged[0].measured
    assert judged[0].verdict == judged[1].verdict == INCOMPARABLE
    none = {name: attacked([1, 2], success=[False, False]) for name in NETWORKS}
    judged = attack_claims(NETWORKS, none, accuracies(), numbers=True)
    assert [claim.measured for claim in judged[:3]] == ["not measured"] * 3
    assert [claim.verdict for claim in judged[:3]] == [NOT] * 3


@pytest.mark.parametrize(
    ("differences", "expected"),
    [([0.1, 0.2, 0.3, 0.2], REPRODUCED), ([0.5, -0.4, 0.5, -0.4], PARTLY), ([-0.1, -0.2, 0.1, 0.0], NOT)],
)
def test_minimal_norms_are_judged_by_the_interval_of_their_difference(differences, expected):
    low = np.linspace(1, 2, 40)
    (claim,) = (
        claim
        for claim in attacks(3 * low, 3 * (low + np.tile(differences, 10)))
        if claim.statement.startswith("With high weight decay the nearest")
    )
    assert claim.verdict == expected
    assert f"by {np.mean(differences):.2f} in the mean" in claim.measured
    assert "median 1.50" in claim.measured


@pytest.mark.parametrize(
    ("low", "high", "images", "expected"),
    [
        (0.49, 0.52, 10_000, REPRODUCED),
        (0.49, 0.50, 10_000, PARTLY),
        (0.49, 0.52, 500, PARTLY),
        (0.51, 0.60, 10_000, PARTLY),
        (0.51, 0.51, 10_000, NOT),
        (0.80, 0.70, 10_000, NOT),
    ],
)
def test_linear_attacks_are_judged_at_a_small_magnitude(low, high, images, expected):
    tables = {name: attacked([1, 2]) for name in NETWORKS}
    judged = attack_claims(NETWORKS, tables, accuracies(low, high, images), numbers=True)
    assert verdict(judged, "Networks regularised too little") == expected
    assert f"accuracy at ε = 0.1: {100 * low:.1f} % (low)" in judged[-1].measured


def test_linear_attacks_that_are_not_small_are_not_judged():
    tables = {name: attacked([1, 2]) for name in NETWORKS}
    judged = attack_claims(NETWORKS, tables, accuracies(epsilons=(0.0, 0.2)), numbers=True)
    assert judged[-1].measured == "not measured"
    assert judged[-1].verdict == NOT


def test_a_network_that_diverged_is_named_and_left_out():
    tables = {"small_low": attacked(np.full(20, 1.0)), "small_high": not_attacked(20)}
    given = accuracies() | {"small_high": linear_accuracy([0.0, 0.1], np.nan, 10_000, "diverged")}
    judged = attack_claims(NETWORKS, tables, given, numbers=True)
    assert len(judged) == 5
    assert {claim.measured for claim in judged} == {"not measured; small_high: diverged"}
    assert {claim.verdict for claim in judged} == {NOT}

    networks = NETWORKS | {"second": NETWORKS["small_high"] | {"seed": 1}}
    judged = attack_claims(
        networks,
        tables | {"second": attacked(2 + NOISE)},
        given | {"second": accuracies()["small_high"]},
        numbers=True,
    )
    assert all(claim.measured.endswith("; small_high: diverged") for claim in judged)
    assert "median 0.33 and 0.67" in judged[3].measured
    assert judged[4].verdict == REPRODUCED


def test_numbers_are_comparable_under_the_articles_protocol_only():
    assert claims.comparable("mnist", SETTINGS, "svm", "lenet", "attack")
    assert not claims.comparable("digits", SETTINGS, "svm")
    ascent = {"confidence": 0.95, "step": 5}
    for section, key, value in (
        ("svm", "pairs", ["7v9"]),
        ("lenet", "epochs", 49),
        ("attack", "attacks", {"targeted_ascent": ascent}),
        ("attack", "attacks", {"targeted_ascent": None}),
    ):
        changed = SETTINGS | {section: SETTINGS[section] | {key: value}}
        assert not claims.comparable("mnist", changed, section)


def test_the_table_of_claims_reads_back(tmp_path):
    judged = [
        Claim("toy", "a, b", "1", "2", "equal", NOT),
        Claim("svm", "c", "1 %", "1 %", "equal", REPRODUCED),
    ]
    write_table(tmp_path / "claims.csv", claims.claims_table(list(map(asdict, judged))))
    table = read_table(tmp_path / "claims.csv")
    assert list(table["verdict"]) == [NOT, REPRODUCED]
    assert list(table["statement"]) == ["a, b", "c"]


# Captions and page


EXPERIMENTS = ROOT / "workflow" / "experiments"
SECTIONS = re.findall(r"experiments/(\w+)/rules", (ROOT / "Snakefile").read_text())


def pictures():
    """Experiment, stem of the file and name of the caption of each figure that the rules draw."""
    rules = "".join(file.read_text() for file in sorted(EXPERIMENTS.glob("*/rules.smk")))
    found = re.findall(r'picture\(\s*"(\w+)",\s*"([^"]+)"(?:,\s*caption="(\w+)")?', rules)
    stems = ((name, file.rsplit("/", 1)[1], caption) for name, file, caption in found)
    return [(name, stem, caption or stem.removeprefix("{pair}_")) for name, stem, caption in stems]


def on_the_page():
    """Those of them that the page shows; the timings are no part of it."""
    return [picture for picture in pictures() if picture[0] != "bench"]


CAPTIONS = sorted({(name, caption) for name, _, caption in pictures()})


@pytest.mark.parametrize(("name", "caption"), CAPTIONS)
def test_every_caption_has_its_two_paragraphs(name, caption):
    text = (EXPERIMENTS / name / "captions" / f"{caption}.rst").read_text()
    assert len(text.strip().split("\n\n")) == 2
    docutils.core.publish_doctree(text, settings_overrides={"report_level": 1, "halt_level": 1})


def test_no_caption_is_left_over():
    files = {(file.parts[-3], file.stem) for file in EXPERIMENTS.glob("*/captions/*.rst")}
    assert files == set(CAPTIONS)


def calibrated_networks():
    """The table of calibrated networks: three of one start, the last one diverged."""
    rows = {name: np.array([0.5, 0.4, np.nan]) for name in MEASURED}
    counts = ("fitted_images", "evaluated_images", "evaluated_errors", "gradient_images")
    return rows | {
        "network": np.array([*NETWORKS, "small_higher"]),
        "start": np.array(["small"] * 3),
        "random_labels": np.zeros(3, bool),
        "weight_decay": np.array([1e-4, 1e-1, 1]),
        "seed": np.array([0, 0, 0]),
        "status": np.array([TRAINED, TRAINED, "diverged"]),
        "test_error": np.array([0.01, 0.01, np.nan]),
        **{name: np.array([100] * 3) for name in counts},
    }


@pytest.fixture(scope="module")
def written(toy):
    return everything(toy, IMAGES)


def everything(toy, words):
    """All captions, tables and claims, from made-up results of 0v1 and 7v9 and two networks."""
    tables = dict(zip(("0v1", "7v9"), paths(n=2, mean=2).values(), strict=True))
    summary = summary_table([(0, 1), (7, 9)], list(tables.values()))
    plane = {"positions": np.zeros((2, 5, 2)), "mirror_positions": np.ones((2, 5, 2))}
    histories = {"small_low": history(1.6), "small_high": history(1.2, diverged=True)}
    attacks = {name: attacked(np.linspace(1, 3, 20)) for name in NETWORKS}
    temperatures = dict.fromkeys(NETWORKS, 4.5)
    beyond = arbitration("d_adv", ["ours"])
    classifier = {"pair": "7v9", "lambda_article": 100.0, "norm_w": 2.0, "norms": [0.1, 10]}
    part = {"shape": [20, 8, 8], "dtype": "uint8", "value_range": [0, 16], "images_per_class": {"0": 20},
            "sha256_x": "a" * 64, "sha256_y": "b" * 64}  # fmt: skip
    bounds = {"value_min": 0.0, "value_max": 16.0}
    two_layer = two_layer_networks(distance_mean=[1.0, 1.4, 1.5])
    records = {name: {"train_images": 1000, "test_images": 797} for name in NETWORKS}
    table, swept, networks = example()
    sweep = (table, sweep_summary(table), search_table(table, swept))
    cells = mapped(lambda scale, decay: 2 + scale + decay)
    calibrated = calibrated_networks()
    seeds = seeds_table(calibrated)
    memorised = memorisation_table(NETWORKS, {name: history(90, 0) for name in NETWORKS}, 50)
    of_losses = logistic_section.pair_captions("7v9", *tables.values(), 3000, words)
    of_pair = svm_section.pair_captions("7v9", tables["7v9"], plane, [-1, 2.5], 3000, "no number", words)
    return {
        "captions": {
            "toy": toy_section.captions(
                {"points_per_class": 6, "seed": 0}, toy["mirror"], toy["fits"], toy["table"]
            ),
            "scaling": scaling_section.captions(
                classifier, {"y": np.ones(200), "distance": MARGINS}, words
            ),
            "logistic": {
                f"{{pair}}_{name.split('_')[1]}": caption for name, caption in of_losses.items()
            },
            "svm": svm_section.captions(summary, 5, 3000, words)
            | {f"{{pair}}_{name}": caption for name, caption in of_pair.items()},
            "published": published_section.captions(deviations(d_adv=999), beyond, {"pair": ["0v3"]}, "7v9"),
            "lenet": lenet_section.captions(NETWORKS, histories, records),
            "attack": attack_section.captions(NETWORKS, attacks, accuracies(), temperatures, SHOWN),
            "sweep": sweep_section.captions(networks, *sweep, "n0"),
            "map": map_section.captions(cells),
            "two_layer": {
                f"{{pair}}_{name.removeprefix('7v9_')}": caption
                for name, caption in two_layer_section.captions(
                    "7v9", two_layer, tables["7v9"], {"seeds": [0, 1], "hidden": 9, "images_per_class": 3},
                    30, words,
                ).items()
            },
            "calibration": calibration_section.captions(calibrated, seeds, SHOWN),
            "random_labels": random_labels_section.captions(memorised, 10),
        },
        "tables": {
            "toy": toy_section.tables(toy["fits"]),
            "svm": svm_section.tables(summary, words),
            "logistic": svm_section.tables(summary, words),
            "published": published_section.tables(deviations(d_adv=999), beyond),
            "lenet": lenet_section.tables(NETWORKS, histories),
            "attack": attack_section.tables(attacks, temperatures, accuracies(), LINEAR, words),
            "two_layer": two_layer_section.tables({"7v9": two_layer}, words),
            "sweep": sweep_section.tables(*sweep[1:]),
            "data": data_section.tables(
                {"train": part, "test": part, "split": None, "labels": None, "range": None}
                | (bounds if words is IMAGES else dict.fromkeys(bounds)),
                words,
            ),
            "run": run_section.tables({"python": "3", "packages": {"numpy": "2"}, "git_commit": None}),
        },
        "claims": [
            *toy_claims(toy["mirror"], toy["fits"]),
            *scaling_claims(risk_table(MARGINS, [1e-3, 1e3]), words),
            *svm_claims({words.pair(pair): table for pair, table in tables.items()}, numbers=True),
            *logistic_claims(tables, tables),
            *published_claims(deviations(), NO_ARBITRATION),
            *lenet_claims(NETWORKS, histories, test_images=797, numbers=False),
            *attack_claims(NETWORKS, attacks, accuracies(), numbers=True),
            *sweep_claims(*sweep, numbers=False),
            *map_claims(cells),
            *two_layer_claims("7v9", two_layer, words),
            *calibration_claims(calibrated),
            *random_labels_claims(memorised, 10),
        ],
    }  # fmt: skip


@pytest.mark.parametrize(("section", "stem", "caption"), on_the_page())
def test_every_figure_of_the_rules_has_a_caption_with_all_its_parts(written, section, stem, caption):
    found = written["captions"][section][stem]
    assert found.text == caption
    assert all(getattr(found, part) for part in ("title", "alt", "sample", "published", "measured"))
    assert not re.search(r"\b(nan|inf|None)\b", " ".join((found.sample, found.published, found.measured)))


def test_captions_carry_the_measured_numbers(written):
    svm = written["captions"]["svm"]
    assert "Least test error 2.000 % in the mean, 3.70 % at worst (7v9)" in svm["pair_maps"].measured
    assert "1.41, 1.41" in svm["{pair}_mirrors"].measured
    assert "mean 2.00, median 2.00, 20 of 20 found" in written["captions"]["attack"]["norms"].measured
    errors = written["captions"]["lenet"]["errors"].measured
    assert errors.endswith("small_low 1.60 % (0.00 %); small_high diverged.")
    assert written["captions"]["scaling"]["limits"].measured.endswith(f"d_adv = {MARGINS.mean():.4g} pixels.")


def test_both_rules_and_the_balanced_error_are_reported_where_they_differ():
    table = next(iter(paths(n=2, mean=2).values()))
    named = svm_section.tables(summary_table([(0, 1)], [table]), IMAGES)[0]
    assert not {"Balanced error there", "λ_article at λ_validation"} & set(named.header)
    table |= {"err_validation": np.array([0.3, 0.01, 0.02, 0.2, 0.3])}
    table["balanced_err_test"] = table["err_test"] + 0.001
    summary = summary_table([(0, 1)], [table])
    named = svm_section.tables(summary, IMAGES)[0]
    (row,) = named.rows
    cells = dict(zip(named.header, row, strict=True))
    at_validation, at_optimal = 100 * table["err_test"][[1, 2]]
    assert cells["Balanced error there"] == f"{at_optimal + 0.1:.2f} %"
    assert cells["λ_article at λ_validation"] == "10^1"
    assert cells["Test error there"] == f"{at_validation:.2f} %"
    maps = svm_section.captions(summary, 5, 3000, IMAGES)["pair_maps"].measured
    assert f"At λ_validation, chosen without the test images, it is {at_validation:.3f} %" in maps
    plane = {"positions": np.zeros((2, 5, 2)), "mirror_positions": np.ones((2, 5, 2))}
    curves = svm_section.pair_captions("0v1", table, plane, [-1], 3000, "", IMAGES)["curves"].measured
    assert f"(mean of the two classes {at_optimal + 0.1:.2f} %)" in curves
    assert (
        f"λ_article = 10^1: least validation error 1.00 %, test error there {at_validation:.2f} %" in curves
    )


def test_the_page_says_how_lambda_was_chosen(written, tmp_path):
    assert "chooses on the images that then test" not in rendered(written, tmp_path)
    settings = SETTINGS | {"svm": SETTINGS["svm"] | {"validation_per_class": 1500}}
    assert "1,500 training images of each class" in rendered(written, tmp_path, settings=settings)


def test_the_caption_of_the_published_tables_counts_whom_libsvm_agrees_with():
    sides = arbitration("d_adv", ["ours", "published", "published", "neither"])
    found = published_section.captions(deviations(d_adv=996), sides, {"pair": ["0v3"]}, "7v9")
    assert found["deviations"].measured.endswith("agrees with: ours 1, published 2, neither 1.")


def test_captions_and_tables_name_a_network_that_diverged():
    tables = {"small_low": attacked(np.linspace(1, 3, 20)), "small_high": not_attacked(20)}
    given = accuracies() | {"small_high": linear_accuracy([0.0, 0.05, 0.1, 0.2], np.nan, 10_000, "diverged")}
    temperatures = {"small_low": 4.5, "small_high": None}
    found = attack_section.captions(NETWORKS, tables, given, temperatures, SHOWN)
    assert found["high"].measured == "Not attacked: diverged."
    for name in ("norms", "distances", "classes", "accuracy"):
        assert found[name].measured.endswith("; small_high diverged.")
        assert "nan" not in found[name].measured
    ascent, nearest, least, accuracy, _ = attack_section.tables(tables, temperatures, given, LINEAR, IMAGES)
    assert ascent.rows[1][:5] == ("small_high", "diverged", "0 of 20", "0", "–")
    assert nearest.rows[1][2:5] == ("0 of 20", "0", "–")
    assert least.rows[1][1:4] == ("0 of 20", "0", "–")
    assert set(accuracy.rows[1][1:]) == {"–"}


def png(width, height):
    """The bytes of a grey PNG."""

    def chunk(kind, content):
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    pixels = zlib.compress(b"".join(b"\0" + b"\x80" * width for _ in range(height)))
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


class Walk(HTMLParser):
    """Collects ids, links, pictures and headings, and checks that tags close in order."""

    VOID = frozenset({"meta", "link", "img", "br"})

    def __init__(self, text):
        super().__init__()
        self.open, self.ids, self.links, self.sources, self.alts, self.headings = [], [], [], [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag not in self.VOID:
            self.open.append(tag)
        self.ids += [attrs["id"]] if "id" in attrs else []
        self.links += [attrs["href"]] if tag == "a" else []
        self.sources += [attrs[key] for key in ("src", "srcset", "data", "poster") if key in attrs]
        self.sources += [attrs["href"]] if tag == "link" else []
        self.alts += [attrs.get("alt")] if tag == "img" else []
        self.headings += [tag] if re.fullmatch(r"h\d", tag) else []
        assert tag != "script"

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def rendered(written, folder, *, settings=SETTINGS, words=IMAGES, shape=(8, 8), panels=None):
    """The page of made-up sections; those that have neither captions nor tables are no part of it."""
    values = {
        **settings,
        "words": words,
        "epochs": "50 epochs",
        "shape": shape,
        "source": "a <made-up> & small source",
        "config": "main: tiny  # <b>",
        "target": "tiny",
        "file": "results/tiny/config.yaml",
        "as_module": False,
    }
    sections, drawn = [], {}
    for name in SECTIONS:
        captions, tables = (written[part].get(name, {}) for part in ("captions", "tables"))
        if not captions and not tables:
            continue
        claimed = [claim for claim in written["claims"] if claim.section == name]
        section = Section(claimed, captions, tables or [], values)
        files = [folder / f"{stem}.png" for stem in captions]
        for file in files:
            file.write_bytes(png(30, 15))
        record = json.loads(json.dumps(with_prose(name, name.title(), section, prose(name))))
        sections.append(record)
        drawn[name] = page.pictures(record, files)
    return page.render(
        dataset="tiny",
        sections=sections,
        numbers={name: number for number, name in enumerate(SECTIONS, 1)},
        pictures=drawn,
        panels=panels or {},
        shape=shape,
    )


def prose(name):
    folder = EXPERIMENTS / name
    return [folder / "text.html.j2", *folder.glob("captions/*.rst")]


def test_the_page_is_whole(written, tmp_path):
    text = rendered(written, tmp_path)
    walk = Walk(text)
    assert walk.open == []
    assert len(set(walk.ids)) == len(walk.ids)
    assert {link[1:] for link in walk.links if link.startswith("#")} - {"panel-svm"} <= set(walk.ids)
    assert {f"claims-{section}" for section in written["captions"]} <= set(walk.ids)
    assert all(source.startswith("data:") for source in walk.sources)
    assert len(walk.alts) == sum(map(len, written["captions"].values()))
    assert all(walk.alts)
    assert not re.search(r"url\(|@import", text)
    assert walk.headings[:2] == ["h1", "h2"]
    assert walk.headings.count("h1") == 1
    for claim in written["claims"]:
        assert marked(claim.measured) in text
        assert marked(claim.rule) in text
    for verdict in VERDICTS:
        assert f"{page.MARKS[verdict]}</span> {verdict}" in text
    assert "a &lt;made-up&gt; &amp; small source" in text
    assert "# &lt;b&gt;" in text
    assert 'width="20" height="10"' in text


def test_a_page_without_comparison_leaves_the_section_out(written, tmp_path):
    without = {
        part: {section: value for section, value in written[part].items() if section != "published"}
        for part in ("captions", "tables")
    }
    judged = [claim for claim in written["claims"] if claim.section != "published"]
    walk = Walk(rendered(without | {"claims": judged}, tmp_path))
    assert "published" not in walk.ids
    assert {"lenet", "data", "run"} <= set(walk.ids)


NETWORK_SECTIONS = {"lenet", "attack", "sweep", "map", "calibration", "random_labels"}


def test_a_page_without_lenet_leaves_out_its_sections(written, tmp_path):
    without = {
        part: {key: value for key, value in written[part].items() if key not in NETWORK_SECTIONS}
        for part in ("captions", "tables")
    }
    judged = [claim for claim in written["claims"] if claim.section not in NETWORK_SECTIONS]
    settings = SETTINGS | {"lenet": None}
    text = rendered(without | {"claims": judged}, tmp_path, settings=settings)
    ids = set(Walk(text).ids)
    assert not NETWORK_SECTIONS & ids
    assert {"svm", "two_layer", "data", "run"} <= ids
    assert "LeNet" not in text


@pytest.mark.parametrize(
    ("shape", "vectors", "resized", "grey"),
    [([30], True, True, False), ([28, 28], False, False, False), ([8, 8, 3], False, True, True)],
)
def test_the_page_says_what_the_samples_are(written, tmp_path, shape, vectors, resized, grey):
    text = rendered(written, tmp_path, shape=shape)
    assert ("vectors of 30 features" in text) == vectors
    assert ("resized to 28 × 28" in text) == resized
    assert ("turned to grey" in text) == grey


def test_the_data_are_described_with_the_names_of_the_classes(written):
    table, how = written["tables"]["data"]
    assert how.rows == []
    rows = {row[0]: row[1:] for row in table.rows}
    assert rows["Images per class"] == ("class 0: 20",) * 2
    assert rows["Values that count as 0 and 1"] == ("0 and 16", "0 and 16")


def test_the_page_of_vectors_speaks_of_samples_and_names_their_classes(toy, tmp_path):
    kinds = ("setosa", "virginica", *(f"kind {k}" for k in range(2, 10)))
    record = {"train": {"shape": [20, 30]}, "value_max": None, "names": kinds}
    words = words_of(record)
    told = everything(toy, words)
    without = {
        part: {key: value for key, value in told[part].items() if key not in NETWORK_SECTIONS | {"published"}}
        for part in ("captions", "tables")
    }
    judged = [claim for claim in told["claims"] if claim.section in without["captions"]]
    text = rendered(
        without | {"claims": judged}, tmp_path, shape=[30], words=words, settings=SETTINGS | {"lenet": None}
    )
    text = re.sub(r'<style>.*?</style>|data:image/webp|<section id="toy">.*?</section>', "", text, flags=re.S)
    assert not re.search(r"pixel|(?<!mirror )\bimages?\b", text, flags=re.I)
    assert "vectors of 30 features" in text
    assert "none, units as given" in text
    assert text.count("kind 7 v kind 9") > 10
    assert not re.search(r"\b7v9\b", text)
    assert "class 0 (setosa): 20" in text


def test_the_examples_show_ten_classes_at_most():
    labels = np.repeat(np.arange(12), 3)
    for first, expected in ((36, 3 * np.arange(10)), (6, [0, 3])):
        table = attack_rows(labels[:first], {"minimal_norm": {"norm": np.ones(first)}})
        np.testing.assert_array_equal(first_images(table), expected)


def test_a_table_without_rows_is_left_out():
    nothing = {"pair": np.array([]), "lambda_article": np.array([])}
    assert published_section.tables(deviations(), nothing)[1].rows == []


def test_a_file_that_is_no_png_is_refused(tmp_path):
    (tmp_path / "low.png").write_bytes(b"GIF89a")
    with pytest.raises(InputError, match=r"low\.png: not a PNG file"):
        page.pictures({"name": "attack", "figures": {"low": {}}}, [tmp_path / "low.png"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("d_adv < 10^-2.5.", "<i>d</i><sub>adv</sub> &lt; 10<sup>−2.5</sup>."),
        ("λ = 1e-06 and 2.5e+07", "λ = 10<sup>−6</sup> and 2.5&nbsp;·&nbsp;10<sup>7</sup>"),
        ("xavier_low, max_steps 3.1 %", "xavier_low, max_steps 3.1&nbsp;%"),
        ("10^2.5 to 10^3", "10<sup>2.5</sup> to 10<sup>3</sup>"),
        ("-3.2 to -1, 0-1 loss, 0-255, 2026-11-26", "−3.2 to −1, 0-1 loss, 0-255, 2026-11-26"),
    ],
)
def test_plain_text_is_typeset(text, expected):
    assert marked(text) == expected


def test_panels_that_share_a_control_agree_on_it(written, tmp_path):
    control = {"name": "theta", "tokens": ["0", "1"]}
    records = {
        name: {"panels": [{"controls": [control | {"start": start}]}], "banks": {}}
        for name, start in (("toy", 0), ("svm", 1))
    }
    with pytest.raises(ValueError, match="differ in the control 'theta'"):
        rendered(written, tmp_path, panels=records)
