"""Networks of a data set: no two of them alike."""

import pytest

from pipeline.config import resolve
from pipeline.networks import families
from samples import refused


def configured(**changed) -> dict:
    dataset = {"source": "digits", "train_per_class": 100, "svm": {"train_per_class": 60}} | changed
    return resolve({"main": "mine", "datasets": {"mine": dataset}})["datasets"]["mine"]


def of_lenet(networks: dict, starts: dict) -> dict:
    start = {"initial_weights": "pytorch"}
    return {
        "lenet": {"epochs": 2, "networks": {name: start | own for name, own in networks.items()}},
        "sweep": {
            "starts": {label: start | own for label, own in starts.items()},
            "weight_decays": [0, 1],
            "seeds": [0],
        },
    }


TWO = {"xavier_low": {"weight_decay": 0}, "xavier_high": {"weight_decay": 1}}


@pytest.mark.parametrize(
    ("networks", "starts", "says"),
    [
        (
            TWO | {"again": {"weight_decay": 1.0, "epochs": 2}},
            {"a": {}},
            r"lenet\.networks\.xavier_high and lenet\.networks\.again .* weight decay 1 and seed 0",
        ),
        (
            TWO,
            {"a": {}, "b": {"epochs": 2, "weight_decays": [1, 2]}},
            r"sweep\.starts\.a and sweep\.starts\.b .* weight decay 1 and seed 0",
        ),
    ],
)
def test_a_network_under_two_keys_is_refused(networks, starts, says):
    refused(
        rf"^configuration: datasets\.mine\.{says}", families, "mine", configured(**of_lenet(networks, starts))
    )


def test_networks_that_differ_and_those_of_lenet_in_a_grid_pass():
    starts = {"a": {}, "b": {"weight_decays": [2, 3]}, "c": {"seeds": [1]}}
    made = families("mine", configured(**of_lenet(TWO, starts)))
    assert list(made["sweep"]) == ["xavier_low", "xavier_high", "b_2_0", "b_3_0", "c_0_1", "c_1_1"]
