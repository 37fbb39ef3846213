"""Answers of the first screen: right numbers with interval and n, and no more said than can be told."""

import numpy as np
import pytest

from deep import networks as of_depth
from experiments.adversarial_linear.answer import adversarial_linear_answer
from experiments.attack.answer import attack_answer
from experiments.depth.answer import depth_answer
from experiments.depth.tables import gain_table
from experiments.rivals.answer import rivals_answer
from experiments.svm.answer import svm_answer
from experiments.sweep.answer import sweep_answer
from made import NETWORKS, accuracies, attacked
from report.answers import UNTOLD, factor, of_factor, short_factor, verdict
from report.page import answers_of
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
    assert of_factor(2, 1.5, 2.5, 3, "seed") == "2.00 times as far (95 % interval 1.50 to 2.50, n = 3 seeds)"
    assert of_factor(*factor([2.0]), 1, "seed") == "2.00 times as far (n = 1 seed, no interval)"
    assert short_factor(2, 1.5, 2.5) == "× 2.00 (1.50 to 2.50)"
    assert short_factor(*factor([])) == UNTOLD
    told = [verdict(low, high, above="yes", below="no") for low, high in ((1.1, 2), (0.5, 0.9), (0.9, 1.1))]
    assert told == ["yes", "no", UNTOLD]
    assert verdict(np.nan, np.nan, above="yes", below="no") == UNTOLD


def test_linear_classifiers():
    near, far = path((60, 20), (1, 2), (0.1, 0.04)), path((50, 10), (1, 2.2), (0.2, 0.06))
    assert svm_answer({"0v1": near, "4v9": path((20, 60), (2, 1), (0.1, 0.04))}).short == UNTOLD
    answer = svm_answer({"0v1": near, "4v9": far, "7v9": near})
    assert answer.short == "yes"
    assert "by 60° with the least L2 regularization, by 20° where" in answer.text
    assert f"{(2 * 2 * 2.2) ** (1 / 3):.2f} times as far (95 % interval" in answer.text
    assert "n = 3 pairs" in answer.text
    assert f"{14 / 3:.2f} % instead of {40 / 3:.2f} %" in answer.text
    back = path((20, 60), (2, 1), (0.1, 0.04)), path((20, 60), (2.2, 1), (0.1, 0.04))
    assert svm_answer({"0v1": back[0], "4v9": back[1], "7v9": back[0]}).short == "no"
    assert svm_answer({"0v1": near}).short == UNTOLD
    lost = path((60, 20), (np.nan, np.nan), (0.1, 0.04))
    assert svm_answer({"0v1": lost, "4v9": lost}).short == UNTOLD


def test_networks():
    low, high = np.linspace(1, 3, 20), 1.5 * np.linspace(1, 3, 20)
    attacks = dict(zip(NETWORKS, (attacked(low), attacked(high)), strict=True))
    answer = attack_answer(NETWORKS, attacks, accuracies())
    assert answer.short == "farther"
    assert "weight decay 0.1 instead of 0.0001" in answer.text
    assert "LeNet are 1.50 times as far" in answer.text
    assert "n = 20 images" in answer.text
    assert (
        attack_answer(
            NETWORKS, dict(zip(NETWORKS, (attacked(high), attacked(low)), strict=True)), accuracies()
        ).short
        == "nearer"
    )
    one = {"small_low": NETWORKS["small_low"]}
    assert attack_answer(one, attacks, accuracies()).short == UNTOLD


def test_several_seeds_take_the_place_of_one():
    table, _, _ = example()
    table = {
        **table,
        "minimal_norm_median": np.where(table["weight_decay"] > 1e-3, 3.0, 1.5) + 0.01 * table["seed"],
    }
    recipe = str(table["recipe"][0])
    answer = sweep_answer(table, recipe)
    assert answer is not None
    assert answer.short == "farther"
    assert (
        answer.question
        == attack_answer(NETWORKS, dict.fromkeys(NETWORKS, attacked(np.ones(3))), accuracies()).question
    )
    first = {name: column[table["seed"] == table["seed"][0]] for name, column in table.items()}
    assert sweep_answer(first, recipe) is None
    records = [{"answer": {"question": "Networks", "short": text}} for text in ("one seed", "many")]
    assert [each["short"] for each in answers_of([*records, {"answer": None}])] == ["many"]


def test_depth_and_rivals():
    falls = of_depth(lambda layers: 4 / layers)
    answer = depth_answer(falls, gain_table(falls))
    assert answer.short == "decay helps less"
    assert "with 1 layer" in answer.text
    assert "n = 3 seeds" in answer.text
    same = of_depth(lambda layers: 2.0)
    assert depth_answer(same, gain_table(same)).short in (UNTOLD, "decay helps less", "decay helps more")
    one = of_depth(lambda layers: 4 / layers, seeds=(0,))
    answer = depth_answer(one, gain_table(one))
    assert (answer.short, answer.value) == (UNTOLD, UNTOLD)
    assert "what a doubling of the layers does cannot be told" in answer.text
    rivals = study()
    answer = rivals_answer(rivals, rival_reach(rivals), 0)
    assert "At no more test error" in answer.text
    reach = rival_reach(rivals)
    nothing = {**reach, "reach": np.full(len(reach["reach"]), np.nan)}
    assert rivals_answer(rivals, nothing, 0).short == UNTOLD


def test_adversarial_training_of_no_pair_is_not_compared():
    assert adversarial_linear_answer({}, {}).short == UNTOLD
