"""Mistakes in the configuration are told with their remedy."""

import re

import pytest

from pipeline.config import resolve
from tilt.errors import InputError


@pytest.mark.parametrize(
    ("dataset", "message"),
    [
        ({"path": "a.npz"}, "'source' is a required property (digits, mnist, fashion_mnist, kmnist, "),
        ({"source": "table", "split": "split"}, "unknown key 'split' (did you mean 'test_share'?)"),
        ({"source": "mnist", "networks": {"a": {"weight_decay": 0, "initial_weights": "pytorch"}}},
         "networks: 1 given (two or more networks by name"),
        ({"source": "mnist", "networks": {
            name: {"weight_decay": 0, "initial_weights": "pytorch"} for name in "ab"}},
         "shown_networks.low: no network is named 'xavier_low'; set it to one of a, b"),
        ({"source": "mnist", "lenet": {}}, "unknown key 'lenet' (did you mean 'networks'?)"),
        ({"source": "mnist", "attack": {"step": 5}}, "unknown key 'step' (did you mean 'attacks'?)"),
        ({"source": "mnist", "svm": {"pairs": ["1v10"]}}, "they are numbered in the order of their labels"),
    ],
)  # fmt: skip
def test_mistakes_in_the_configuration_have_a_remedy(dataset, message):
    with pytest.raises(InputError, match=re.escape(message)):
        resolve({"datasets": {"own": dataset}})
