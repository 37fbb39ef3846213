"""Keys of the rivals: the networks that they make, and what is refused."""

import copy

import pytest
import yaml

from conftest import ROOT
from pipeline.config import resolve
from pipeline.networks import families
from samples import refused

CONFIG = yaml.safe_load((ROOT / "config.yaml").read_text())


def test_networks_of_the_digits_share_the_named_ones():
    config = copy.deepcopy(CONFIG)
    digits = config["datasets"]["digits"]
    digits["rivals"]["recipe"] |= {"train_per_class": None, "epochs": None}
    digits["rivals"]["weight_decays"] = [1.0e-1, 1.0e-4]
    digits["training"]["train_per_class"] = 80
    made = families("digits", resolve(config)["datasets"]["digits"])["rivals"]
    assert list(made)[:2] == ["xavier_low", "xavier_high"]
    (adversarial,) = (each for each in made.values() if each["regulariser"] == "adversarial_l2")
    assert adversarial == made["xavier_low"] | {"regulariser": "adversarial_l2", "strength": 1}


def test_networks_of_a_grid():
    config = copy.deepcopy(CONFIG)
    config["datasets"]["digits"]["rivals"] |= {
        "weight_decay": 0, "weight_decays": [1, 0], "regularisers": {"l1": [2, 0.5]}, "seeds": [3],
    }  # fmt: skip
    made = families("digits", resolve(config)["datasets"]["digits"])["rivals"]
    assert list(made) == ["rivals_decay_0_3", "rivals_decay_1_3", "rivals_l1_0.5_3", "rivals_l1_2_3"]
    assert made["rivals_l1_2_3"]["weight_decay"] == 0


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"weight_decay": 2}, r"rivals\.weight_decays: 2 is missing"),
        ({"regularisers": {"dropout": [1]}}, r"rivals\.regularisers\.dropout\.strength: .* below 1"),
        (
            {"regularisers": {"jacobi": [1]}},
            r"rivals\.regularisers: unknown key 'jacobi' \(did you mean 'jacobian'",
        ),
        ({"regularisers": {"l1": [0]}}, r"rivals\.regularisers\.l1\.0: 0 is less than"),
        ({"recipe": {"train_per_class": None}}, r"rivals\.recipe\.train_per_class: all images train"),
        ({"linear": {"pair": "3v3"}}, r"rivals\.linear\.pair: "),
        (
            {"recipe": {"initial_weights": "pytorch", "regulariser": "l1", "strength": 1}},
            r"rivals\.recipe\.regulariser: regularisers has them",
        ),
    ],
)
def test_what_is_refused(changed, says):
    config = copy.deepcopy(CONFIG)
    rivals = config["datasets"]["digits"]["rivals"]
    rivals |= {**changed, "recipe": rivals["recipe"] | changed.get("recipe", {})}
    refused(rf"^configuration: datasets\.digits\.{says}", resolve, config)


def test_a_regulariser_that_is_null_is_left_out():
    config = copy.deepcopy(CONFIG)
    config["datasets"]["mnist"]["rivals"]["regularisers"]["l1"] = None
    resolved = resolve(config)["datasets"]["mnist"]["rivals"]["regularisers"]
    assert "l1" not in resolved
    assert "l1_first" in resolved


def test_the_minimal_norm_is_needed():
    config = copy.deepcopy(CONFIG)
    config["datasets"]["digits"]["depth"] = None
    config["datasets"]["digits"]["attack"]["attacks"]["minimal_norm"] = None
    refused(r"digits\.rivals: it needs attack\.attacks\.minimal_norm", resolve, config)
