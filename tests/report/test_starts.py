"""Starts: labels tell apart what differs and nothing else, networks are compared within one start."""

import pytest

from report.numerals import exact
from report.starts import VARIED, by_start, low_and_high, sides, start_labels

START = {"initial_weights": "improved_xavier", "pixel_scale": 0.1, "weight_scale": 1, "epochs": 50,
         "train_per_class": None, "random_labels": False}  # fmt: skip
OTHER = {"initial_weights": "matconvnet", "pixel_scale": 0.1000001, "weight_scale": 2, "epochs": 49,
         "train_per_class": 3000, "random_labels": True, "batch_size": 7}  # fmt: skip
XAVIER = "improved Xavier, pixels × 0.1"


def network(decay=0.1, seed=0, **changed):
    return {**START, "weight_decay": decay, "seed": seed, **changed}


def test_starts_are_named_by_what_differs():
    assert start_labels({"a": network(), "b": network(0, seed=1)}) == {"a": XAVIER, "b": XAVIER}
    other = network(initial_weights="pytorch", pixel_scale=1, train_per_class=3000, random_labels=True)
    assert list(start_labels({"a": network(), "b": other}).values()) == [
        f"{XAVIER}, all images",
        "PyTorch’s default, pixels × 1, 3,000 images a class, random labels",
    ]


@pytest.mark.parametrize("key", OTHER)
def test_whatever_is_set_but_decay_and_seed_makes_another_start(key):
    """The last key is none that the code knows."""
    assert key not in VARIED
    networks = {"a": network(), "b": network(seed=1), "c": network(**{key: OTHER[key]})}
    assert [list(decays.values()) for decays in by_start(networks).values()] == [[["a", "b"]], [["c"]]]


def test_seeds_of_a_start_and_decay_stand_together():
    networks = {"a": network(), "b": network(1e-4), "c": network(seed=5)}
    assert by_start(networks) == {XAVIER: {0.1: ["a", "c"], 1e-4: ["b"]}}


def test_low_and_high_are_the_articles_where_they_are_there():
    assert low_and_high([0, 1e-4, 1e-1, 1]) == (1e-4, 1e-1)
    assert low_and_high([1, 1e-4, 0]) == (0, 1)


def test_sides_are_compared_within_a_start_and_without_random_labels():
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
