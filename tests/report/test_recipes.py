"""Recipes: labels tell apart what differs and nothing else, networks are compared within one recipe."""

import numpy as np
import pytest

from made import RECIPE
from report.networks import (
    VARIED,
    by_recipe,
    inner_layer,
    layers_of,
    low_and_high,
    recipe_labels,
    record_columns,
    sides,
)
from report.numerals import exact
from report.seeds import mean_text, over_seeds

IMPROVED = RECIPE | {"initial_weights": "improved_xavier", "pixel_scale": 0.1}
OTHER = {"model": "mlp", "options": {"width": 3}, "regulariser": "l1", "initial_weights": "matconvnet",
         "pixel_scale": 0.1000001, "weight_scale": 2, "epochs": 49,
         "train_per_class": 3000, "random_labels": True, "batch_size": 7}  # fmt: skip
XAVIER = "improved Xavier, pixels × 0.1"


def network(decay=0.1, seed=0, **changed):
    return {**IMPROVED, "weight_decay": decay, "seed": seed, **changed}


def test_recipes_are_named_by_what_differs():
    assert recipe_labels({"a": network(), "b": network(0, seed=1)}) == {"a": XAVIER, "b": XAVIER}
    other = network(initial_weights="pytorch", pixel_scale=1, train_per_class=3000, random_labels=True)
    assert list(recipe_labels({"a": network(), "b": other}).values()) == [
        f"{XAVIER}, all images",
        "PyTorch’s default, pixels × 1, 3,000 images a class, random labels",
    ]
    mlp = network(model="mlp", options={"hidden_layers": 2, "width": 30})
    l1 = network(regulariser="l1", strength=1e-3)
    assert recipe_labels({"a": mlp}) == {"a": f"MLP, hidden layers 2, width 30, {XAVIER}"}
    assert list(recipe_labels({"a": network(), "b": mlp, "c": l1, "d": l1 | {"strength": 2}}).values()) == [
        f"LeNet, {XAVIER}",
        f"MLP, hidden layers 2, width 30, {XAVIER}",
        f"LeNet, {XAVIER}, L1 of strength 0.001",
        f"LeNet, {XAVIER}, L1 of strength 2",
    ]


def test_recipes_that_read_alike_are_told_apart():
    options = [{"m": 1}, {"m": "1"}, {"m": 1.0}, {"m": True}, {"m": "True"}]
    networks = {str(k): network(seed=k, model="a.py:f", options=own) for k, own in enumerate(options)}
    labels = list(recipe_labels(networks).values())
    assert labels[0] == labels[2]
    assert len(set(labels)) == 4
    assert labels[1] == f"{labels[0]} (2)"


def test_tables_carry_the_record_of_a_network():
    made = record_columns({"a": network(), "b": network(0, 3, regulariser="l1", strength=2)})
    assert made["b"] == {
        "network": "b", "model": "lenet", "recipe": f"{XAVIER}, L1 of strength 2", "regulariser": "l1",
        "strength": 2.0, "weight_decay": 0.0, "seed": 3,
    }  # fmt: skip
    assert made["a"].keys() == made["b"].keys()
    assert (made["a"]["regulariser"], made["a"]["strength"]) == ("", 0.0)


def test_layers_are_those_of_all_tables():
    assert layers_of({"rms_fc1": 0, "epoch": 0}, {"rms_conv1": 0, "rms_fc1": 0}) == ["fc1", "conv1"]
    assert inner_layer({"rms_fc1": 0}) == "fc1"
    assert inner_layer({"rms_conv1": 0, "rms_conv2": 0, "rms_fc1": 0}) == "conv2"


def test_means_over_seeds():
    """Of one recipe and decay, of the networks that count, of finite values; Student's t."""
    table = {
        "recipe": np.array(["b", "b", "b", "a", "b"]),
        "weight_decay": np.array([1, 0.1, 0.1, 0.1, 0.1]),
        "error": np.array([5.0, 1.0, 3.0, 7.0, 99.0]),
        "norm": np.array([np.nan, 2.0, np.nan, 4.0, 99.0]),
    }
    made = over_seeds(table, ("recipe", "weight_decay"), ("error", "norm"), np.array([True] * 4 + [False]))
    assert made["recipe"].tolist() == ["b", "b", "a"]
    assert made["weight_decay"].tolist() == [0.1, 1, 0.1]
    assert (made["n"].tolist(), made["n_left_out"].tolist()) == ([2, 1, 1], [1, 0, 0])
    assert made["error_mean"].tolist() == [2, 5, 7]
    assert made["error_high"][0] == pytest.approx(2 + 12.7062 * 1)
    assert np.isnan(made["error_low"][1:]).all()
    assert made["norm_n"].tolist() == [1, 0, 1]
    np.testing.assert_equal(made["norm_mean"], [2, np.nan, 4])


def test_a_mean_is_written_with_its_interval_where_it_has_one():
    summary = {
        "error_mean": np.array([0.02, 0.5, np.nan]),
        "error_low": np.array([0.0125, np.nan, np.nan]),
        "error_high": np.array([0.0275, np.nan, np.nan]),
    }
    written = [mean_text(summary, "error", row, 100, ".2f", " %") for row in range(3)]
    assert written == ["2.00 % (1.25 to 2.75)", "50.00 %", "–"]
    assert mean_text(summary, "error", 0, 100, ".2f", interval=False) == "2.00"


@pytest.mark.parametrize("key", OTHER)
def test_whatever_is_set_but_decay_and_seed_makes_another_recipe(key):
    """The last key is none that the code knows."""
    assert key not in VARIED
    networks = {"a": network(), "b": network(seed=1), "c": network(**{key: OTHER[key]})}
    assert [list(decays.values()) for decays in by_recipe(networks).values()] == [[["a", "b"]], [["c"]]]


def test_seeds_of_a_recipe_and_decay_stand_together():
    networks = {"a": network(), "b": network(1e-4), "c": network(seed=5)}
    assert by_recipe(networks) == {XAVIER: {0.1: ["a", "c"], 1e-4: ["b"]}}


def test_low_and_high_are_the_articles_where_they_are_there():
    assert low_and_high([0, 1e-4, 1e-1, 1]) == (1e-4, 1e-1)
    assert low_and_high([1, 1e-4, 0]) == (0, 1)


def test_sides_are_compared_within_a_recipe_and_without_random_labels():
    networks = {
        "low": network(1e-4),
        "higher": network(1),
        "high": network(0.1),
        "alone": network(pixel_scale=1),
        "random_low": network(1e-4, random_labels=True),
        "random_high": network(0.1, random_labels=True),
    }
    assert sides(networks) == {XAVIER: {"low": ["low"], "high": ["high"]}}


def test_numbers_that_six_digits_confuse_are_written_in_full():
    assert [exact(x) for x in (0.1, 1, 0.1000001, 1234567)] == ["0.1", "1", "0.1000001", "1234567"]
