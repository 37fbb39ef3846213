"""The claims of LeNet, at both sides of their tolerances."""

import numpy as np
import pytest

from experiments.attack.claims import attack_claims
from experiments.training.claims import training_claims
from made import NETWORKS, NOISE, accuracies, attacked, history, verdict
from report import article
from report.claims import INCOMPARABLE, NOT, PARTLY, REPRODUCED

HIGH_RMS = tuple(article.LENET_RMS["high"].values())


def lenet(low, high, numbers=True, networks=NETWORKS):
    histories = {"small_low": low, "small_high": high}
    return training_claims(networks, histories, test_images=10_000, numbers=numbers)


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


def test_a_training_that_diverged_is_not_judged():
    judged = lenet(history(90, 90, rms=(9,) * 4, diverged=True), history(1.2, 1.2, HIGH_RMS))
    said = [claim for claim in judged if claim.statement.startswith("High weight decay")]
    assert [claim.verdict for claim in said] == [INCOMPARABLE] * 3
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
    judged = training_claims(networks, histories, test_images=10_000, numbers=True)
    finals = [claim for claim in judged if claim.statement.startswith("Final test error")]
    assert [claim.verdict for claim in finals] == [REPRODUCED, INCOMPARABLE]
    assert "improved Xavier" in finals[1].statement


@pytest.mark.parametrize(
    ("key", "value"),
    [("epochs", 20), ("batch_size", 100), ("learning_rate", 0.01), ("train_per_class", 3000)],
)
def test_networks_with_other_steps_than_the_article_s_are_not_comparable(key, value):
    networks = {name: network | {key: value} for name, network in NETWORKS.items()}
    judged = lenet(history(1.6), history(1.2), networks=networks)
    assert verdict(judged, "Final test error") == INCOMPARABLE


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
    judged = training_claims(networks, histories, test_images=10_000, numbers=True)
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
    judged = training_claims(networks, histories, test_images=10_000, numbers=True)
    assert verdict(judged, "Final test error") == REPRODUCED
