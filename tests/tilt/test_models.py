"""Models by name and of the user's own, the networks that are made of them, and their training."""

import re

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from conftest import ROOT
from tilt.errors import InputError
from tilt.networks import model as models
from tilt.networks.cnn import cnn
from tilt.networks.layers import SCHEMES, first_filters, initialise, layer_rms
from tilt.networks.model import Network, build, input_images, load_network, save_network
from tilt.networks.regularisers.base import Regulariser
from tilt.networks.resnet import resnet
from tilt.networks.scores import predict_scores
from tilt.networks.training import train

OWN = """
import torch
from torch import nn

class Own(nn.Module):
    def __init__(self, shape, classes, width=4):
        super().__init__()
        self.shift = nn.Parameter(torch.randn(width))
        self.conv = nn.Conv2d(1, width, 3, bias=False)
        self.norm = nn.BatchNorm2d(width)
        self.drop = nn.Dropout(0.3)
        self.full = nn.Linear(width, classes)

    def forward(self, x):
        x = self.norm(self.conv(x)).relu().mean((2, 3))
        return self.full(self.drop(x + self.shift))

number = 3

def fails(shape, classes):
    return [][0]

def no_module(shape, classes):
    return 3

def three_dimensions(shape, classes):
    return nn.Identity()

def fewer(shape, classes):
    return nn.Sequential(nn.Flatten(), nn.Linear(42, classes - 1))

class Counted(nn.Module):
    def __init__(self, shape, classes):
        super().__init__()
        self.layer, self.calls = nn.Linear(42, classes), 0

    def forward(self, x):
        self.calls += 1
        return self.layer(x.flatten(1)) * self.calls

def any_options(shape, classes, **options):
    return nn.Sequential(nn.Flatten(), nn.Linear(42, classes))

def other_images(shape, classes):
    return nn.Sequential(nn.Flatten(), nn.Linear(41, classes))
"""
RECIPE = {"initial_weights": "pytorch", "pixel_scale": 0.02, "weight_decay": 0.01, "seed": 1}


@pytest.fixture
def own(tmp_path):
    (tmp_path / "own.py").write_text(OWN)
    (tmp_path / "broken.py").write_text("import torch\nthis is no Python")
    return tmp_path / "own.py"


def data(n=20):
    return np.random.default_rng(0).uniform(0, 255, (n, 6, 7)).astype(np.float32), np.arange(n) % 3


def test_a_function_of_the_user_s_is_trained_and_resumed_bit_for_bit(own, tmp_path):
    """With a parameter that no scheme draws, running means and dropout."""
    x, y = data()
    network = Network(model=f"{own}:Own", options={"width": 5}, **RECIPE)
    settings = {"weight_decay": 0.01, "seed": 1, "batch_size": 8, "learning_rate": 0.01, "device": "cpu"}
    path = tmp_path / "checkpoint.safetensors"
    whole = train(network.start(x, 3), x, y, x, y, **settings, epochs=3)
    train(network.start(x, 3), x, y, x, y, **settings, epochs=2, checkpoint=path)
    torch.rand(1)
    resumed = train(network.start(x, 3), x, y, x, y, **settings, epochs=3, checkpoint=path)
    np.testing.assert_array_equal(resumed.history["train_loss"], whole.history["train_loss"])
    one, other = resumed.model.state_dict(), whole.model.state_dict()
    assert all(torch.equal(one[name], other[name]) for name in one)
    assert other["model.norm.num_batches_tracked"] == 9
    assert [c for c in whole.history if c.startswith("rms_")] == ["rms_conv", "rms_full"]
    train(network.start(x, 3), x, y, x, y, **settings, epochs=2, checkpoint=path)
    own.write_text(OWN.replace(".relu()", ".tanh()"))
    edited = train(network.start(x, 3), x, y, x, y, **settings, epochs=3, checkpoint=path)
    afresh = train(network.start(x, 3), x, y, x, y, **settings, epochs=3)
    np.testing.assert_array_equal(edited.history["train_loss"], afresh.history["train_loss"])


@pytest.mark.parametrize("shape", [(6, 7), (6, 7, 3)])
def test_a_function_of_the_user_s_sees_channels_first(tmp_path, shape):
    """The one of docs/own-network.md, whose networks are trained elsewhere, serves here too."""
    text = (ROOT / "docs" / "own-network.md").read_text()
    (tmp_path / "mine.py").write_text(re.search(r"```python\n(.*?)```", text, flags=re.S)[1])
    model = build(f"{tmp_path / 'mine.py'}:build", shape, 3, pixel_scale=0.5)
    images = torch.rand(2, *shape)
    seen = images[:, None] if len(shape) == 2 else images.permute(0, 3, 1, 2)
    torch.testing.assert_close(model(images), model.model(0.5 * seen))
    assert model.model[0].in_channels == seen.shape[1]


def test_a_file_of_weights_runs_no_code_that_the_caller_did_not_name(own, tmp_path):
    model = build(f"{own}:Own", (6, 7), 3)
    path = tmp_path / "network.safetensors"
    save_network(path, model, {})
    scores = predict_scores(load_network(path, f"{own}:Own"), data()[0])
    np.testing.assert_array_equal(scores, predict_scores(model, data()[0]))
    for named in (None, "other.py:Own"):
        with pytest.raises(InputError, match=r"network.safetensors: .* nor named by the caller"):
            load_network(path, named)
    own.unlink()
    with pytest.raises(InputError, match=r"network.safetensors: .*own.py: no such file"):
        load_network(path, f"{own}:Own")


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("vgg", {}, "model 'vgg' is unknown; choose lenet, mlp, .*, or name FILE.py:FUNCTION"),
        ("none.py:f", {}, "none.py: no such file; correct the name"),
        ("own.py:f", {}, "own.py has no function 'f'"),
        ("own.py:number", {}, "own.py has no function 'number'"),
        ("broken.py:f", {}, r"SyntaxError: .*line 2"),
        ("own.py:fails", {}, "IndexError: list index out of range; correct its file"),
        ("own.py:no_module", {}, "it gives int; return a torch.nn.Module"),
        ("own.py:fewer", {}, r"it scores 2 classes, and there are 3; return \(n, 3\)"),
        ("own.py:other_images", {}, r"images of shape \(6, 7\) do not fit .*RuntimeError"),
        ("own.py:three_dimensions", {}, r"scores of shape \(2, 1, 6, 7\); return \(n, classes\)"),
        ("own.py:Own", {"depth": 3}, r"with the options \{'depth': 3\} .*unexpected keyword"),
        ("own.py:Counted", {}, "own.py:Counted: the network gives the same images other scores each time"),
        ("mlp", {"width": "3"}, "TypeError: .*; correct its options"),
        ("mlp", {"widht": 3}, "with the options .*'widht'"),
        ("mlp", {"width": 0}, "hidden_layers is 1 and width 0"),
        ("maxout", {"pieces": 0}, "hidden_layers is 2, units 240 and pieces 0"),
        (
            "lenet",
            {},
            r"LeNet takes images of shape \(28, 28\) or \(28, 28, 3\), not \(6, 7\); see resize_to_28",
        ),
        ("cnn", {"layers": 1}, "cnn: layers is 1 and width 16; give at least 2 and at least 1"),
        ("cnn", {"width": 0}, "cnn: layers is 6 and width 0"),
        ("cnn", {"layers": "6"}, "TypeError: .*; correct its options"),
        ("resnet", {"blocks": 0}, "resnet: blocks is 0 and width 16; give 1 or more of each"),
        ("resnet", {"blocks": 1.5}, "TypeError: .*; correct its options"),
    ],
)
def test_models_that_cannot_be_built(own, monkeypatch, name, options, message):
    monkeypatch.chdir(own.parent)
    with pytest.raises(InputError, match=message) as caught:
        build(name, (6, 7), 3, **options)
    assert "\n" not in str(caught.value)


def test_a_multilayer_perceptron_against_its_formula():
    x, _ = data()
    mean = x.mean(0)
    model = build("mlp", (6, 7), 3, mean_image=mean, pixel_scale=0.02, hidden_layers=2, width=5)
    w1, b1, w2, b2, w3, b3 = (parameter.detach().numpy() for parameter in model.parameters())
    assert [w.shape for w in (w1, w2, w3)] == [(5, 42), (5, 5), (3, 5)]
    hidden = (0.02 * (x - mean)).reshape(-1, 42) @ w1.T + b1
    hidden = hidden.clip(0) @ w2.T + b2
    np.testing.assert_allclose(predict_scores(model, x), hidden.clip(0) @ w3.T + b3, rtol=1e-4, atol=1e-5)
    assert list(layer_rms(model)) == ["fc1", "fc2", "fc3"]
    assert list(layer_rms(build("mlp", (6, 7), 3, hidden_layers=0))) == ["fc1"]


def test_a_maxout_unit_is_the_greatest_of_its_pieces():
    model = build("maxout", (2,), 2, hidden_layers=1, units=2, pieces=3).model
    with torch.no_grad():
        model.fc1.weight.copy_(torch.tensor([[1.0, 0], [0, 1], [-1, 0], [2, 0], [0, 2], [0, -2]]))
        model.fc1.bias.copy_(torch.tensor([0.0, 0, 0, 0, 0, 1]))
        model.fc2.weight.copy_(torch.eye(2))
        model.fc2.bias.zero_()
    scores = model(torch.tensor([[3.0, 2.0], [-3.0, -2.0]]))
    assert scores.tolist() == [[3.0, 6.0], [3.0, 5.0]]
    assert list(layer_rms(build("maxout", (5, 4), 3))) == ["fc1", "fc2", "fc3"]
    assert [p.numel() for p in build("maxout", (5, 4), 3).parameters()] == [
        *(20 * 1200, 1200, 240 * 1200, 1200, 240 * 3, 3)
    ]


def planes_of(images):
    return torch.tensor(images).permute(0, 3, 1, 2)


def test_a_convolutional_network_against_its_formula():
    x = np.random.default_rng(0).normal(size=(3, 9, 8, 3)).astype(np.float32)
    model = build("cnn", (9, 8, 3), 4, layers=6, width=2).model
    w1, b1, w2, b2, w3, b3, w4, b4, w5, b5, w6, b6 = model.parameters()
    hidden = F.conv2d(planes_of(x), w1, b1, padding=1).relu()
    hidden = F.max_pool2d(F.conv2d(hidden, w2, b2, padding=1).relu(), 2)
    hidden = F.conv2d(hidden, w3, b3, padding=1).relu()
    hidden = F.max_pool2d(F.conv2d(hidden, w4, b4, padding=1).relu(), 2)
    hidden = F.conv2d(hidden, w5, b5, padding=1).relu()
    assert [len(w) for w in (w1, w2, w3, w4, w5)] == [2, 2, 4, 4, 8]
    assert hidden.shape == (3, 8, 2, 2)  # too small for another pool
    torch.testing.assert_close(model(torch.tensor(x)), hidden.flatten(1) @ w6.T + b6)
    assert list(layer_rms(model)) == ["conv1", "conv2", "conv3", "conv4", "conv5", "fc1"]
    assert not any(name.endswith("bias") for name, _ in cnn((8, 8), 4, biases=False).named_parameters())


@pytest.mark.parametrize("normalised", [True, False])
def test_a_residual_network_against_its_formula(normalised):
    x = np.random.default_rng(0).normal(size=(3, 9, 8, 3)).astype(np.float32)
    model = build("resnet", (9, 8, 3), 4, blocks=2, width=4, normalised=normalised).model
    w = dict(model.named_parameters())

    def convolved(planes, name, stride=1):
        size = w[f"{name}.weight"].shape[-1]
        found = F.conv2d(planes, w[f"{name}.weight"], w.get(f"{name}.bias"), stride, padding=size // 2)
        if not normalised:
            return found
        groups = found.unflatten(1, (-1, 4))  # each of 4 channels
        variance, mean = torch.var_mean(groups, (2, 3, 4), correction=0, keepdim=True)
        scaled = ((groups - mean) / (variance + 1e-5).sqrt()).flatten(1, 2)
        return scaled * w[f"{name}.norm.weight"][:, None, None] + w[f"{name}.norm.bias"][:, None, None]

    scale = 1 if normalised else 2**-0.5
    first = convolved(planes_of(x), "conv1").relu()
    branch = convolved(convolved(first, "block1.conv1").relu(), "block1.conv2")
    second = (first + scale * branch).relu()
    branch = convolved(convolved(second, "block2.conv1", 2).relu(), "block2.conv2")
    last = (convolved(second, "block2.projection", 2) + scale * branch).relu()
    assert last.shape == (3, 8, 5, 4)
    torch.testing.assert_close(model(torch.tensor(x)), last.mean((2, 3)) @ w["fc1.weight"].T + w["fc1.bias"])
    assert list(layer_rms(model)) == [
        *("conv1", "block1.conv1", "block1.conv2", "block2.conv1", "block2.conv2", "block2.projection", "fc1")
    ]
    biases = {name for name in w if name.endswith("bias")}
    without = resnet((9, 8, 3), 4, blocks=2, width=4, normalised=normalised, biases=False)
    left = {name for name, _ in without.named_parameters() if name.endswith("bias")}
    assert left == {name for name in biases if "norm" in name}


@pytest.mark.parametrize("name", ["cnn", "resnet"])
@pytest.mark.parametrize("shape", [(1, 1), (3, 8), (8, 3, 3)])
def test_convolutions_take_small_images(name, shape):
    build(name, shape, 2, **{"layers": 9} if name == "cnn" else {"blocks": 7})


def test_convolutions_do_not_take_vectors():
    for name in ("cnn", "resnet"):
        for shape in ((9,), (4, 4, 2), (2, 3, 4, 5)):
            with pytest.raises(
                InputError, match=rf"{name} takes images of shape \(h, w\) or \(h, w, 3\), not"
            ):
                build(name, shape, 2)


def test_normalisation_starts_as_it_is_whatever_the_initial_weights():
    for scheme in SCHEMES:
        model = build("resnet", (8, 8), 3, width=4).model
        initialise(model, scheme, 0, 3.0)
        for name, parameter in model.named_parameters():
            if "norm" in name:
                torch.testing.assert_close(parameter, torch.full_like(parameter, name.endswith("weight")))
            else:
                assert parameter.any() == (scheme == "pytorch" or name.endswith("weight"))


def test_the_area_of_a_kernel_counts_in_the_initial_weights():
    full, kernel = torch.nn.Linear(800, 200), torch.nn.Conv2d(30, 200, 4)
    for layer, area in ((full, 1), (kernel, 16)):
        initialise(layer, "improved_xavier", 0)
        assert layer_rms(layer)["weight"] == pytest.approx((2 / (area * 200)) ** 0.5, rel=0.02)
        assert not layer.bias.any()


def test_images_as_a_model_takes_them():
    colour = np.random.default_rng(0).integers(0, 11, (3, 4, 5, 3), dtype=np.uint8)
    given = input_images("mlp", colour, (0, 10))
    np.testing.assert_allclose(given, 25.5 * colour, rtol=1e-6)
    assert given.dtype == np.float32
    np.testing.assert_array_equal(given, input_images("own.py:f", colour, (0, 10)))
    for of_type in (np.float64, np.uint32):
        far = colour.astype(of_type) + of_type(1e8)
        np.testing.assert_array_equal(input_images("mlp", far, (1e8, 1e8 + 10)), given)
    resized = input_images("lenet", colour, (0, 10))
    assert resized.shape == (3, 28, 28, 3)
    for channel in range(3):
        grey = input_images("lenet", colour[..., channel], (0, 10))
        np.testing.assert_allclose(resized[..., channel], grey, atol=1e-4)
    with pytest.raises(InputError, match=r"shape \(3, 60\) have no bounds"):
        input_images("mlp", colour.reshape(3, -1), None)


def test_lenet_takes_colour_and_sees_each_channel():
    x = np.random.default_rng(0).uniform(0, 255, (4, 28, 28, 3)).astype(np.float32)
    grey = Network(**RECIPE).start(x[..., 0], 3)
    model = Network(**RECIPE).start(x, 3)
    with torch.no_grad():
        model.mean_image.zero_()
        grey.mean_image.zero_()
        for name, parameter in grey.named_parameters():
            if name != "model.conv1.weight":
                model.get_parameter(name).copy_(parameter)
        model.model.conv1.weight.zero_()
        model.model.conv1.weight[:, 1] = grey.model.conv1.weight[:, 0]
    np.testing.assert_allclose(
        predict_scores(model, x), predict_scores(grey, np.ascontiguousarray(x[..., 1])), atol=1e-4
    )
    assert model.fast_gradient is None


def test_first_filters_are_pictures_where_the_first_layer_sees_pixels():
    lenet, colour = build("lenet", (28, 28), 3), build("lenet", (28, 28, 3), 3)
    initialise(colour.model, "pytorch", 0)
    assert first_filters(lenet, (28, 28)).shape == (20, 5, 5)
    assert first_filters(colour, (28, 28, 3)).shape == (20, 5, 5, 3)
    np.testing.assert_array_equal(
        first_filters(colour, (28, 28, 3))[4, 1, 2], colour.model.conv1.weight.detach()[4, :, 1, 2]
    )
    for name in ("cnn", "resnet"):
        assert first_filters(build(name, (8, 8, 3), 3), (8, 8, 3)).shape == (16, 3, 3, 3)
    mlp = build("mlp", (4, 5, 3), 3, width=7)
    np.testing.assert_array_equal(
        first_filters(mlp, (4, 5, 3)), mlp.model.fc1.weight.detach().reshape(7, 4, 5, 3)
    )
    assert first_filters(build("mlp", (9,), 3), (9,)).size == 0
    hidden = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(8, 3))
    assert first_filters(hidden, (4, 4)).size == 0
    assert first_filters(torch.nn.Flatten(), (4, 4)).size == 0


def test_options_cannot_have_the_names_of_what_is_given(own):
    x = np.zeros((2, 6, 7), np.float32)
    with pytest.raises(
        InputError, match=r"model own\.py:any_options: options cannot be called pixel_scale, shape;"
    ):
        Network(model="own.py:any_options", options={"shape": 3, "pixel_scale": 1}, **RECIPE).start(x, 3)


class Still(Regulariser):
    """A loss that does not depend on the network."""

    def loss(self, model, images, labels):
        scores, loss = super().loss(model, images, labels)
        return scores, 0 * loss


def test_a_regulariser_that_changes_the_loss_is_followed_also_where_the_network_has_its_own_gradient():
    x = np.random.default_rng(0).uniform(0, 255, (6, 28, 28)).astype(np.float32)
    y = np.arange(6) % 3
    model = Network(**RECIPE).start(x, 3)
    assert model.fast_gradient
    before = [parameter.detach().clone() for parameter in model.parameters()]
    loss = F.cross_entropy(model(torch.tensor(x)), torch.tensor(y)).item()
    settings = {"weight_decay": 0.0, "seed": 0, "epochs": 2, "batch_size": 6, "device": "cpu"}
    history = train(model, x, y, x, y, **settings, regulariser=Still()).history
    assert all(torch.equal(p, b) for p, b in zip(model.parameters(), before, strict=True))
    np.testing.assert_allclose(history["train_loss"], loss, rtol=1e-5)


@pytest.mark.parametrize("name", ["mlp", "lenet"])
def test_frozen_layers_stay(name):
    x, y = np.random.default_rng(0).uniform(0, 255, (6, 28, 28)).astype(np.float32), np.arange(6) % 3
    model = Network(model=name, **RECIPE).start(x, 3)
    model.model.fc1.requires_grad_(False)
    first, last = (layer.weight.detach().clone() for layer in (model.model.fc1, model.model.fc2))
    train(model, x, y, x, y, weight_decay=0.1, seed=0, epochs=1, device="cpu")
    assert torch.equal(model.model.fc1.weight, first)
    assert not torch.equal(model.model.fc2.weight, last)


def test_training_leaves_random_numbers_as_they_were():
    x, y = data()
    torch.manual_seed(5)
    expected = torch.rand(2)
    torch.manual_seed(5)
    train(
        Network(model="mlp", **RECIPE).start(x, 3), x, y, x, y, weight_decay=0, seed=0, epochs=1, device="cpu"
    )
    assert torch.equal(torch.rand(2), expected)
    assert set(models.MODELS) >= {"lenet", "mlp"}
