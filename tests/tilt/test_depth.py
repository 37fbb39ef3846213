"""Layers of weights on the longest path, and the degree of homogeneity, against what they were built with."""

import numpy as np
import pytest
import torch
from torch import nn

from tilt.networks.depth import homogeneous_degree, weight_layers
from tilt.networks.model import MODELS, Network, build, load_network, save_network
from tilt.networks.preprocessing import Architecture, Preprocessed

NETWORKS = [  # model, options, layers, degree
    ("mlp", {"hidden_layers": 0}, 1, 1),  # also with the biases, which are factors like the weights
    ("mlp", {"hidden_layers": 0, "biases": False}, 1, 1),
    ("mlp", {"hidden_layers": 1}, 2, None),
    ("mlp", {"hidden_layers": 1, "biases": False}, 2, 2),
    ("mlp", {"hidden_layers": 8, "biases": False}, 9, 9),
    ("maxout", {"hidden_layers": 2, "units": 4}, 3, None),
    ("lenet", {}, 4, None),
    ("cnn", {"width": 2}, 6, None),
    ("cnn", {"width": 2, "biases": False}, 6, 6),
    ("cnn", {"layers": 8, "width": 2, "biases": False}, 8, 8),
    ("resnet", {"width": 4}, 8, None),
    ("resnet", {"blocks": 2, "width": 2, "normalised": False, "biases": False}, 6, None),
]


def test_every_model_is_tried():
    assert {name for name, *_ in NETWORKS} == set(MODELS)


@pytest.mark.parametrize(("name", "options", "layers", "degree"), NETWORKS)
def test_layers_and_degree(name, options, layers, degree):
    model = build(name, (28, 28), 3, **options)
    before = {key: tensor.clone() for key, tensor in model.state_dict().items()}
    assert weight_layers(model) == layers
    assert homogeneous_degree(model) == degree
    assert all(torch.equal(tensor, before[key]) for key, tensor in model.state_dict().items())


@pytest.mark.parametrize(("name", "options", "layers", "degree"), [n for n in NETWORKS if n[3]])
def test_scores_are_homogeneous_of_the_degree(name, options, layers, degree):
    x = np.random.default_rng(0).uniform(0, 255, (5, 9, 8)).astype(np.float32)
    recipe = {"initial_weights": "pytorch", "pixel_scale": 0.02, "weight_decay": 0.0, "seed": 0}
    model = Network(model=name, options=options, **recipe).start(x, 3).double()
    images = torch.tensor(x).double()
    with torch.no_grad():
        scores = model(images)
        for parameter in model.parameters():
            parameter.mul_(1.3)
        torch.testing.assert_close(model(images), 1.3**degree * scores, rtol=1e-9, atol=0)


def test_initial_biases_of_0_hide_nothing():
    x = np.random.default_rng(0).uniform(0, 255, (5, 6, 7)).astype(np.float32)
    recipe = {"initial_weights": "matconvnet", "pixel_scale": 0.02, "weight_decay": 0.0, "seed": 0}
    assert homogeneous_degree(Network(model="mlp", **recipe).start(x, 3)) is None


def test_a_network_that_is_read(tmp_path):
    path = tmp_path / "network.safetensors"
    save_network(path, build("cnn", (8, 8, 3), 3, width=2, biases=False), {})
    model = load_network(path)
    assert (weight_layers(model), homogeneous_degree(model)) == (6, 6)
    assert not any(parameter.requires_grad for parameter in model.parameters())


class Shared(nn.Module):
    """One layer of weights, taken three times beside a path of one layer, behind a shift and a factor."""

    def __init__(self):
        super().__init__()
        self.shift, self.factor = nn.Parameter(torch.ones(6)), nn.Parameter(torch.ones(6))
        self.inner, self.outer = nn.Linear(6, 6, bias=False), nn.Linear(6, 6, bias=False)

    def forward(self, x):
        x = self.factor * (x + self.shift)
        return self.inner(self.inner(self.inner(x))) + self.outer(x)


def test_the_longest_path_counts_and_a_layer_each_time_that_it_is_taken():
    model = Preprocessed(Architecture("own.py:Shared", (6,), 6, {}), Shared())
    assert weight_layers(model) == 3
    assert homogeneous_degree(model) is None
