"""LeNet and its training: the layers and one update against independent sums, files, resumed training."""

import json

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional as F

from tilt.errors import InputError
from tilt.networks.descent import Scratch
from tilt.networks.layers import initialise, layer_rms
from tilt.networks.lenet import LeNet, resize_to_28
from tilt.networks.model import build, load_network, save_network
from tilt.networks.scores import predict_scores

LAYERS = ("conv1", "conv2", "fc1", "fc2")


def network(scheme="improved_xavier", seed=0, **kw):
    model = build("lenet", (28, 28), 10, **kw)
    initialise(model.model, scheme, seed)
    return model


def test_layers_against_plain_convolutions():
    rng = np.random.default_rng(0)
    images = torch.tensor(rng.uniform(0, 255, (3, 28, 28)), dtype=torch.float32)
    mean = rng.uniform(0, 255, (28, 28)).astype(np.float32)
    model = network(mean_image=mean, pixel_scale=0.01)
    assert sum(p.numel() for p in model.parameters()) == 520 + 25_050 + 400_500 + 5_010
    with torch.no_grad():
        lenet = model.model
        for name in LAYERS:
            lenet.get_parameter(f"{name}.bias").normal_()
        x = 0.01 * (images - torch.tensor(mean))[:, None]
        x = F.max_pool2d(F.conv2d(x, lenet.conv1.weight, lenet.conv1.bias), 2)
        x = F.max_pool2d(F.conv2d(x, lenet.conv2.weight, lenet.conv2.bias), 2)
        # Rows of fc1 run over height, width, channel.
        kernel = lenet.fc1.weight.view(500, 4, 4, 50).permute(0, 3, 1, 2)
        x = F.conv2d(x, kernel, lenet.fc1.bias)[:, :, 0, 0].clamp(min=0)
        expected = x @ lenet.fc2.weight.T + lenet.fc2.bias
    np.testing.assert_allclose(predict_scores(model, images), expected, rtol=1e-4, atol=1e-4)


def test_gradients_against_the_general_routine():
    generator = torch.Generator().manual_seed(0)
    images = (255 * torch.rand(4, 28, 28, generator=generator)).requires_grad_()
    model = network(pixel_scale=0.01)
    of = [images, *model.parameters()]
    ours = torch.autograd.grad(model(images).logsumexp(1).sum(), of)

    lenet = model.model
    x = F.max_pool2d(F.conv2d(0.01 * images[:, None], lenet.conv1.weight, lenet.conv1.bias), 2)
    x = F.max_pool2d(lenet.conv2(x), 2).permute(0, 2, 3, 1).flatten(1)
    expected = torch.autograd.grad(lenet.fc2(F.relu(lenet.fc1(x))).logsumexp(1).sum(), of)
    for one, other in zip(ours, expected, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize(("n", "n_classes"), [(1, 2), (37, 10)])
def test_training_gradient_against_autograd_in_double_precision(n, n_classes):
    rng = np.random.default_rng(n)
    images = torch.tensor(rng.uniform(0, 255, (n, 28, 28)), dtype=torch.float32)
    labels = torch.tensor(rng.integers(0, n_classes, n))
    mean = rng.uniform(0, 255, (28, 28)).astype(np.float32)
    model = build("lenet", (28, 28), n_classes, mean_image=mean, pixel_scale=0.01)
    initialise(model.model, "pytorch", 0)
    exact = build("lenet", (28, 28), n_classes).double()
    exact.load_state_dict(model.state_dict())
    expected_scores = exact(images.double())
    loss = F.cross_entropy(expected_scores, labels)
    expected = torch.autograd.grad(loss, list(exact.parameters()))

    scores, gradients = model.fast_gradient(images, labels, Scratch(images.device))
    assert relative_error(scores, expected_scores) < 3e-6
    for ours, reference, (name, parameter) in zip(gradients, expected, model.named_parameters(), strict=True):
        assert ours.shape == parameter.shape
        assert relative_error(ours, reference) < 3e-6, name


def relative_error(a, b):
    return ((a - b).norm() / b.norm()).item()


def test_equal_values_under_a_pool_share_no_gradient_twice():
    """On a constant image all four values that Conv1's pool compares are equal: one of them is counted."""
    model = network(pixel_scale=0.01)
    images, labels = torch.full((2, 28, 28), 200.0), torch.tensor([3, 4])
    of_conv1 = model.fast_gradient(images, labels, Scratch(images.device))[1][0]
    (expected,) = torch.autograd.grad(F.cross_entropy(model(images), labels), model.model.conv1.weight)
    torch.testing.assert_close(of_conv1, expected, rtol=1e-4, atol=1e-6)


def test_gradient_of_images_alone_when_the_weights_are_frozen():
    images = torch.rand(2, 28, 28).requires_grad_()
    whole, frozen = network(), network().requires_grad_(False)
    (expected,) = torch.autograd.grad(whole(images).sum(), images)
    (gradient,) = torch.autograd.grad(frozen(images).sum(), images)
    torch.testing.assert_close(gradient, expected)
    assert gradient.abs().sum() > 0


@pytest.mark.parametrize(
    ("scheme", "deviations"),
    [
        ("matconvnet", (0.01, 0.01, 0.01, 0.01)),
        ("improved_xavier", ((2 / 500) ** 0.5, (2 / 1250) ** 0.5, (2 / 8000) ** 0.5, (2 / 10) ** 0.5)),
    ],
)
def test_initial_weights(scheme, deviations):
    model, same, other = (network(scheme, seed).model for seed in (1, 1, 2))
    for (name, rms), deviation in zip(layer_rms(model).items(), deviations, strict=True):
        weight = model.get_parameter(f"{name}.weight")
        assert rms == pytest.approx(deviation, rel=4 / (2 * weight.numel()) ** 0.5)
        assert abs(weight.mean().item()) < 4 * deviation / weight.numel() ** 0.5
        assert torch.equal(weight, same.get_parameter(f"{name}.weight"))
        assert not torch.equal(weight, other.get_parameter(f"{name}.weight"))
        assert not model.get_parameter(f"{name}.bias").any()


def test_initial_weights_of_pytorch():
    model = network("pytorch", 5)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(5)
        layers = [nn.Conv2d(1, 20, 5), nn.Conv2d(20, 50, 5), nn.Linear(800, 500), nn.Linear(500, 10)]
    expected = [parameter for layer in layers for parameter in layer.parameters()]
    for ours, theirs in zip(model.parameters(), expected, strict=True):
        torch.testing.assert_close(ours, theirs)


def test_unknown_initial_weights():
    with pytest.raises(InputError, match=r"'kaiming'.*matconvnet"):
        network("kaiming")


def test_rms_leaves_biases_out():
    model = LeNet(10)
    with torch.no_grad():
        model.conv2.weight.fill_(-3.0)
        model.conv2.bias.fill_(100.0)
    assert layer_rms(model) == pytest.approx({"conv1": 0, "conv2": 3, "fc1": 0, "fc2": 0})


def test_saved_network_gives_the_same_scores(tmp_path):
    images = np.random.default_rng(0).uniform(0, 255, (5, 28, 28)).astype(np.float32)
    model = network(mean_image=images.mean(0), pixel_scale=0.1)
    save_network(tmp_path / "net.safetensors", model, {"weight_decay": 0.1})
    loaded = load_network(tmp_path / "net.safetensors")
    np.testing.assert_array_equal(predict_scores(loaded, images), predict_scores(model, images))
    assert not any(p.requires_grad for p in loaded.parameters())
    assert [p.name for p in tmp_path.iterdir()] == ["net.safetensors"]


def test_unusable_network_files(tmp_path):
    path = tmp_path / "net.safetensors"
    with pytest.raises(InputError, match=r"net\.safetensors: no such file"):
        load_network(path)
    save_network(path, network(), {})
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(InputError, match=r"net\.safetensors: not a readable network"):
        load_network(path)
    header = json.dumps({"name": "lenet", "shape": [28, 28], "classes": 10, "options": {}})
    save_file({"model.fc2.bias": torch.zeros(10)}, path, {"architecture": header})
    with pytest.raises(InputError, match="Missing key") as caught:
        load_network(path)
    assert "\n" not in str(caught.value)


def test_resizing():
    images = np.random.default_rng(0).integers(0, 256, (2, 28, 28), dtype=np.uint8)
    np.testing.assert_array_equal(resize_to_28(images, (0, 255)), images)

    ramp = np.broadcast_to(np.arange(14, dtype=np.uint8), (1, 14, 14))
    resized = resize_to_28(ramp, (0, 15))
    assert resized.dtype == np.float32
    assert resized.shape == (1, 28, 28)
    # Pixel centres: column j of 28 lies at (j + 1/2) / 2 - 1/2 of 14, held at the border.
    columns = np.clip((np.arange(28) + 0.5) / 2 - 0.5, 0, 13) * 255 / 15
    np.testing.assert_allclose(resized[0], np.broadcast_to(columns, (28, 28)), rtol=1e-5)
    np.testing.assert_allclose(resize_to_28(images / 127.5 - 1, (-1, 1)), images, atol=1e-4)

    colour = np.stack([images, images, 255 - images], axis=3)
    np.testing.assert_array_equal(resize_to_28(colour, (0, 255)), colour)
    with pytest.raises(
        InputError, match=r"shape \(2, 784\) are vectors and LeNet takes images; choose another"
    ):
        resize_to_28(images.reshape(2, 784), None)
