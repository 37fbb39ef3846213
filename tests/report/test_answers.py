"""Answers of the first screen: right numbers with interval and n, and no more said than can be told."""

import numpy as np
import pytest

from deep import networks as of_depth
from experiments.adversarial_linear.answer import adversarial_linear_answer
from experiments.attack.answer import attack_answer
from experiments.depth.answer import depth_answer
from experiments.depth.tables import gain_table
from experiments.rivals.answer import rivals_answer
from experiments.svm.answer import over_classes, svm_answer
from experiments.sweep.answer import sweep_answer
from made import NETWORKS, accuracies, attacked
from report.answers import UNDECIDED, factor, in_words, short, verdict
from report.page import answers_of
from report.words import IMAGES
from rivals import reach as rival_reach
from rivals import study
from sweeps import example


def path(theta, distance, error):
    """A path of three λ, of which the middle has the least test error."""
    return {
        "lambda": np.array([1e-6, 1e-3, 1.0]),
        "theta": np.radians([theta[0], theta[1], 0.0]),
        "d_adv": np.array([distance[0], distance[1], 2.0]),
        "err_test": np.array([error[0], error[1], 0.5]),
    }


def test_a_factor_and_its_interval():
    """Of 1 and 4 the geometric mean is 2; Student's t with one degree of freedom is 12.706."""
    mean, low, high = factor([1.0, 4.0])
    half = 12.7062 * np.log(4) / 2
    assert (mean, low, high) == pytest.approx((2, 2 * np.exp(-half), 2 * np.exp(half)), rel=1e-4)
    assert in_words((2, 1.5, 2.5), 3, "seed") == "2.00 (95 % interval 1.50 to 2.50 over 3 seeds)"
    assert in_words(factor([2.0]), 1, "seed") == "2.00 (1 seed, no interval)"
    assert short((2, 1.5, 2.5)) == "× 2.00 (1.50 to 2.50)"
    assert short(factor([])) == UNDECIDED
    told = [verdict((1, *ends), above="yes", below="no") for ends in ((1.1, 2), (0.5, 0.9), (0.9, 1.1))]
    assert told == ["yes", "no", UNDECIDED]
    assert verdict(factor([2.0]), above="yes", below="no") == UNDECIDED


def test_pairs_that_share_a_class_are_left_out_together():
    """The jackknife of a mean over all pairs, by hand: each of four classes left out leaves three pairs."""
    pairs = ["0v1", "0v2", "0v3", "1v2", "1v3", "2v3"]
    logs = np.array([0.1, 0.3, 0.2, 0.5, 0.6, 0.1])
    (mean, low, high), classes = over_classes(pairs, np.exp(logs))
    without = np.array(
        [(0.5 + 0.6 + 0.1) / 3, (0.3 + 0.2 + 0.1) / 3, (0.1 + 0.2 + 0.6) / 3, (0.1 + 0.3 + 0.5) / 3]
    )
    half = 3.18245 * np.sqrt(3 / 4 * ((without - without.mean()) ** 2).sum())
    assert classes == 4
    assert np.log([mean, low, high]) == pytest.approx([0.3, 0.3 - half, 0.3 + half], rel=1e-5)
    (mean, low, _), classes = over_classes(["0v1", "7v9"], np.array([2.0, 2.0]))
    assert (mean, classes) == (pytest.approx(2), 4)
    assert np.isnan(low)  # two pairs without a class in common are two values
    assert np.isnan(over_classes(["0v1"], np.array([2.0]))[0][1])
    assert np.isnan(over_classes(["0v1", "0v2"], np.array([2.0, 3.0]))[0][1])  # nothing without 0


def test_linear_classifiers():
    near, far = path((60, 20), (1, 2), (0.1, 0.04)), path((50, 10), (1, 2.2), (0.2, 0.06))
    back = path((20, 60), (2, 1), (0.1, 0.04))
    answer = svm_answer({"0v1": near, "4v9": far, "5v6": near}, IMAGES)
    assert answer.short == "less tilt puts adversarial examples farther away"
    assert "θ goes from 60° to 20° (medians of 3 pairs)" in answer.text
    assert f"by a factor of {(2 * 2 * 2.2) ** (1 / 3):.2f} (95 % interval" in answer.text
    assert "over 6 classes" in answer.text
    assert f"from {40 / 3:.2f} % to {14 / 3:.2f} %" in answer.text
    assert (
        svm_answer({"0v1": back, "4v9": back, "5v6": back}, IMAGES).short
        == "regularization brings adversarial examples nearer"
    )
    assert svm_answer({"0v1": near, "4v9": back}, IMAGES).short == UNDECIDED
    one = svm_answer({"0v1": near}, IMAGES)
    assert one.short == UNDECIDED
    assert "factor of 2.00 (2 classes, no interval)" in one.text
    lost = path((60, 20), (np.nan, np.nan), (0.1, 0.04))
    assert svm_answer({"0v1": lost, "4v9": lost}, IMAGES).short == UNDECIDED


def test_networks():
    low, high = np.linspace(1, 3, 20), 1.5 * np.linspace(1, 3, 20)
    attacks = dict(zip(NETWORKS, (attacked(low), attacked(high)), strict=True))
    answer = attack_answer(NETWORKS, attacks, accuracies())
    assert answer.short == "weight decay moves adversarial examples away"
    assert "LeNet with weight decay 0.1" in answer.text
    assert (
        "1.50 (95 % interval 1.50 to 1.50 over 20 images) times the distance of one with 0.0001"
        in answer.text
    )
    assert "One network of each: other" in answer.text
    one = {"small_low": NETWORKS["small_low"]}
    assert attack_answer(one, attacks, accuracies()).short == UNDECIDED


def test_networks_are_named_by_more_than_their_weight_decay():
    """By the recipe where there are several, else by a regulariser, and by seeds that differ."""
    tables = [attacked(np.linspace(1, 3, 20)), attacked(np.linspace(2, 4, 20))]

    def text(networks):
        attacks = {name: tables["high" in name] for name in networks}
        table = next(iter(accuracies().values()))
        return attack_answer(networks, attacks, dict.fromkeys(networks, table)).text

    low, high = NETWORKS.values()
    l1 = {"regulariser": "l1", "strength": 1e-3}
    assert text({"low": low | l1, "high": high | l1}).startswith(
        "LeNet (L1 of strength 0.001) with weight decay 0.1 has"
    )
    own = {"model": "w_net.py:build"}
    assert text({"low": low | own, "high": high | own}).startswith("w_net.py:build with weight decay 0.1 has")
    assert text({"low": low, "high": high, "other_low": low | l1, "other_high": high | l1}).startswith(
        "LeNet (recipe: N(0, 0.01²), pixels × 1) with weight decay 0.1 has"
    )
    assert "One network of each, of seeds 0 and 1: other seeds" in text(
        {"low": low, "high": high | {"seed": 1}}
    )


def test_several_seeds_take_the_place_of_one():
    table, _, _ = example()
    table = {
        **table,
        "minimal_norm_median": np.where(table["weight_decay"] > 1e-3, 3.0, 1.5) + 0.01 * table["seed"],
    }
    recipe = str(table["recipe"][0])
    answer = sweep_answer(table, recipe)
    assert answer is not None
    assert answer.short == "weight decay moves adversarial examples away"
    assert (
        answer.question
        == attack_answer(NETWORKS, dict.fromkeys(NETWORKS, attacked(np.ones(3))), accuracies()).question
    )
    first = {name: column[table["seed"] == table["seed"][0]] for name, column in table.items()}
    assert sweep_answer(first, recipe) is None
    kept = (table["recipe"] != recipe) | (table["seed"] == table["seed"][0])
    other = sweep_answer({name: column[kept] for name, column in table.items()}, recipe)
    assert other is not None
    assert recipe not in other.text
    assert ". LeNet, recipe: " in other.text
    records = [{"answer": {"question": "Networks", "short": text}} for text in ("one seed", "many")]
    assert [each["short"] for each in answers_of([*records, {"answer": None}])] == ["many"]


def test_depth_and_rivals():
    falls = of_depth(lambda layers: 4 / layers)
    answer = depth_answer(falls, gain_table(falls))
    assert answer.short == "weight decay helps less"
    assert "over 3 seeds) with 1 layer (softmax)" in answer.text
    assert "Each doubling of the layers multiplies that factor by" in answer.text
    one = of_depth(lambda layers: 4 / layers, seeds=(0,))
    answer = depth_answer(one, gain_table(one))
    assert (answer.short, answer.value) == (UNDECIDED, UNDECIDED)
    assert "No trend can be told" in answer.text
    rivals = study()
    answer = rivals_answer(rivals, rival_reach(rivals), 0)
    assert "with strengths that held-out images choose, weight decay" in answer.text
    reach = rival_reach(rivals)
    nothing = {**reach, "reach": np.full(len(reach["reach"]), np.nan)}
    assert rivals_answer(rivals, nothing, 0).short == UNDECIDED


def test_adversarial_training_of_no_pair_is_not_compared():
    assert adversarial_linear_answer({}, {}).short == UNDECIDED


def rows(names, decay, values, held_out=None):
    """A `reach_table` of weight decay and other rivals, each with its reach by seed, and that on held-out
    images, which is the same where it is not given."""
    held_out = held_out or values
    return {
        "regulariser": np.repeat(["", *names], len(decay)),
        "seed": np.tile(np.arange(len(decay)), 1 + len(names)),
        "reach": np.ravel([decay, *values]),
        "validation_norm_median": np.ravel([decay, *held_out]),
    }


def test_rivals_are_compared_on_the_seeds_that_they_share():
    nan, table = np.nan, study()
    table = {name: np.concatenate([column, column]) for name, column in table.items()}
    second = (np.arange(len(table["regulariser"])) >= len(table["regulariser"]) // 2) & (
        table["regulariser"] != ""
    )
    table["regulariser"] = np.where(second, "l1", table["regulariser"])
    others = [name for name in dict.fromkeys(table["regulariser"].tolist()) if name]
    one = rivals_answer(table, rows(others[:1], [1.2, 1.2, 9], [[1.3, 1.31, nan]]), 0)
    assert "weight decay moves adversarial examples to 1.20" in one.text
    assert "over 2 seeds" in one.text
    few = rivals_answer(table, rows(others[-2:], [1.2, 1.2, 1.21], [[2.3, nan, nan], [2.0, 2.1, 2.2]]), 0)
    assert few.short.endswith("reaches farther")
    ratio = in_words(factor([2.0 / 1.2, 2.1 / 1.2, 2.2 / 1.21]), 3, "seed")
    told = f", moves them {ratio} times as far as weight decay."
    assert few.text.endswith(told)  # of the rival with three seeds: the farthest has one
    unsure = rivals_answer(table, rows(others[-2:], [1.5, 1.5, 1.5], [[1.4, 1.41, 1.4], [2.9, 0.9, 0.95]]), 0)
    assert unsure.short == UNDECIDED
    none = rivals_answer(table, rows(others[-2:], [1.5, 1.5, 1.5], [[1.4, 1.41, 1.4], [1.1, 1.12, 1.1]]), 0)
    assert none.short == "none reaches as far"


def test_the_rival_that_is_told_of_is_the_farthest_on_held_out_images():
    """The other one is farther on test images, where that may be chance."""
    table = study()
    table = {name: np.concatenate([column, column]) for name, column in table.items()}
    table["regulariser"][len(table["seed"]) // 2 :] = "l1"
    far, near = [2.0, 2.1, 2.2], [1.5, 1.51, 1.52]
    for values, held_out in (([far, near], [near, far]), ([near, far], [far, near])):
        answer = rivals_answer(table, rows(["l1", "adversarial_l2"], [1.2, 1.2, 1.21], values, held_out), 0)
        chosen = "adversarial training (L2 ball)" if held_out[1] == far else "L1"
        assert answer.short == f"{chosen} reaches farther"
        ratio = in_words(factor(np.array(near) / [1.2, 1.2, 1.21]), 3, "seed")
        told = f"of 2 rivals the farthest on held-out images, {chosen}, moves them {ratio} times"
        assert told in answer.text
