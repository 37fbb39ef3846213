"""LeNet and its training: the layers and one update against independent sums, files, resumed training."""

import gzip
import json
import logging
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional as F

from experiments.lenet.figures import error_curves, figures, first_filters, weight_rms
from tilt.errors import InputError
from tilt.networks import choose_device
from tilt.networks.descent import Descent, Rule, Scratch, descend
from tilt.networks.layers import initialise, layer_rms
from tilt.networks.lenet import LeNet, resize_to_28
from tilt.networks.model import Network, build, load_network, save_network
from tilt.networks.regularisers.weights import L1
from tilt.networks.scores import predict_scores
from tilt.networks.training import _mixed, _shuffled, train

LAYERS = ("conv1", "conv2", "fc1", "fc2")


def network(scheme="improved_xavier", seed=0, **kw):
    model = build("lenet", (28, 28), 10, **kw)
    initialise(model.model, scheme, seed)
    return model


def stripes(n, seed):
    """Two classes of images: horizontal and vertical stripes, noisy."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 2, n)
    wave = np.where(np.arange(28) % 6 < 3, 200.0, 0.0)
    x = np.where(y[:, None, None] == 0, wave[:, None], wave[None, :]) + rng.uniform(0, 55, (n, 28, 28))
    return x.astype(np.float32), y


DATA = (*stripes(60, 0), *stripes(20, 1))
START = Network(initial_weights="matconvnet", pixel_scale=0.5, weight_decay=1e-2, seed=3)
SETTINGS = {
    "weight_decay": 1e-2,
    "seed": 3,
    "batch_size": 25,
    "epochs": 4,
    "device": "cpu",
}


def trained(*data, start=START, **settings):
    """A LeNet trained on x_train, y_train, x_test, y_test from its initial weights."""
    return train(start.start(data[0], 2), *data, **settings)


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
    np.testing.assert_allclose(resize_to_28(colour, (0, 255)), (images.astype(float) + 255) / 3, rtol=1e-6)
    with pytest.raises(
        InputError, match=r"shape \(2, 784\) are vectors and LeNet takes images; set lenet: null"
    ):
        resize_to_28(images.reshape(2, 784), None)


def test_devices():
    assert choose_device("cpu").type == "cpu"
    assert choose_device("auto").type == ("cuda" if torch.cuda.is_available() else "cpu")
    with pytest.raises(InputError, match="'tpu' is unknown"):
        choose_device("tpu")


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_cuda_without_a_gpu():
    with pytest.raises(InputError, match="needs a GPU"):
        trained(*DATA, **SETTINGS | {"device": "cuda"})


def test_updates_against_the_formula():
    """Decay joins the gradient of weights and biases alike, then momentum: v = 0.9 v + g + λ p, p -= η v."""
    x, y, *_ = DATA
    rate, decay = 1e-3, 50.0
    ours = trained(
        *DATA, **SETTINGS | {"learning_rate": rate, "weight_decay": decay, "batch_size": 60, "epochs": 3}
    )
    model = build("lenet", (28, 28), 2, mean_image=x.mean(0), pixel_scale=0.5)
    initialise(model.model, "matconvnet", 3)
    velocity = [torch.zeros_like(p) for p in model.parameters()]
    for epoch in range(3):
        loss = F.cross_entropy(model(torch.tensor(x)), torch.tensor(y))
        assert ours.history["train_loss"][epoch] == pytest.approx(loss.item(), rel=1e-4)
        gradients = torch.autograd.grad(loss, list(model.parameters()))
        with torch.no_grad():
            for p, g, v in zip(model.parameters(), gradients, velocity, strict=True):
                v.mul_(0.9).add_(g + decay * p)
                p.sub_(rate * v)
    for parameter, expected in zip(ours.model.parameters(), model.parameters(), strict=True):
        assert relative_error(parameter, expected) < 1e-5


def test_history_of_a_network_that_stands_still():
    """At rate 0 the running error over the minibatches is the error of the initial network."""
    x, y, x_test, y_test = DATA
    still = trained(*DATA, **SETTINGS | {"learning_rate": 0.0, "epochs": 2})
    scores = predict_scores(still.model, x)
    history = still.history
    assert list(history) == [
        *("epoch", "train_error", "train_loss", "test_error", "test_loss"),
        *(f"rms_{name}" for name in LAYERS),
        *("seconds", "diverged"),
    ]
    np.testing.assert_array_equal(history["epoch"], [1, 2])
    np.testing.assert_allclose(history["train_error"], (scores.argmax(1) != y).mean(), rtol=1e-6)
    loss = F.cross_entropy(torch.tensor(scores), torch.tensor(y)).item()
    np.testing.assert_allclose(history["train_loss"], loss, rtol=1e-5)
    wrong = predict_scores(still.model, x_test).argmax(1) != y_test
    np.testing.assert_allclose(history["test_error"], wrong.mean())
    assert history["rms_fc2"][-1] == layer_rms(still.model)["fc2"]
    assert not still.diverged


def test_training_separates_what_is_separable():
    """With short steps from small weights the loss falls in every epoch; chance does not enter."""
    history = trained(*DATA, **SETTINGS | {"epochs": 6, "learning_rate": 1e-3}).history
    assert (np.diff(history["train_loss"]) < 0).all()
    assert history["test_error"][-1] == 0


class Plain(nn.Module):
    """A network that is not LeNet."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.layers = nn.Sequential(nn.Flatten(), nn.Linear(784, 8), nn.Tanh(), nn.Linear(8, 2))

    def forward(self, images):
        return self.layers(images / 255)


RULE = Rule(rate=1e-3, momentum=0.9, weight_decay=0.1)


def velocity_of(model):
    return {name: torch.zeros_like(p) for name, p in model.named_parameters()}


def test_steps_by_autograd_are_those_of_our_own_gradient(monkeypatch):
    """Two epochs of LeNet, the last batch smaller; the step for whole batches is captured once."""
    x, y = torch.tensor(DATA[0]), torch.tensor(DATA[1])
    captures = []

    def captured(step, stream):
        captures.append(step)
        return step

    monkeypatch.setattr("tilt.networks.descent._captured", captured)
    ours, theirs = (build("lenet", (28, 28), 2, pixel_scale=0.003) for _ in range(2))
    for model in (ours, theirs):
        initialise(model.model, "pytorch", 0)
    velocity, other = velocity_of(ours), velocity_of(theirs)
    tensors = list(ours.parameters()), list(velocity.values())
    descent = Descent(theirs, other, x, y, RULE, 8)
    for epoch in (1, 2):
        batches = torch.split(_shuffled(len(x), epoch), 8)
        expected = descend(ours.fast_gradient, *tensors, x, y, RULE, batches)
        assert descent(batches) == pytest.approx(expected, rel=1e-4)
    assert len(captures) == 1
    for one, another in zip(
        [*ours.parameters(), *velocity.values()], [*theirs.parameters(), *other.values()], strict=True
    ):
        assert relative_error(another, one) < 1e-3


def test_steps_of_any_network_are_those_of_torch():
    x, y = torch.tensor(DATA[0]), torch.tensor(DATA[1])
    ours, theirs = Plain(), Plain()
    descent = Descent(ours, velocity_of(ours), x, y, RULE, 25)
    optimiser = torch.optim.SGD(theirs.parameters(), lr=1e-3, momentum=0.9, weight_decay=0.1)
    for epoch in (1, 2):
        batches = torch.split(_shuffled(len(x), epoch), 25)
        error, loss = descent(batches)
        wrong = total = 0.0
        for rows in batches:
            scores = theirs(x[rows])
            optimiser.zero_grad()
            F.cross_entropy(scores, y[rows]).backward()
            optimiser.step()
            wrong += (scores.argmax(1) != y[rows]).sum().item()
            total += F.cross_entropy(scores, y[rows], reduction="sum").item()
        assert (error, loss) == pytest.approx((wrong / len(x), total / len(x)), rel=1e-5)
    for one, another in zip(ours.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(one, another)


def test_a_gpu_is_set_to_full_precision(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    cudnn, matmul = torch.backends.cudnn, torch.backends.cuda.matmul
    before = matmul.allow_tf32
    with cudnn.flags(enabled=True, allow_tf32=True):
        matmul.allow_tf32 = True
        assert choose_device("auto").type == "cuda"
        assert (cudnn.allow_tf32, matmul.allow_tf32, cudnn.deterministic) == (False, False, True)
    matmul.allow_tf32 = before


def test_every_epoch_has_its_own_order():
    orders = [_shuffled(100, _mixed(*drawn)) for drawn in ((0, 1), (0, 1), (0, 2), (1, 1))]
    assert torch.equal(orders[0], orders[1])
    assert not torch.equal(orders[0], orders[2])
    assert not torch.equal(orders[0], orders[3])
    assert torch.equal(orders[0].sort().values, torch.arange(100))


class Killed(Exception):
    pass


def stop_after(epoch):
    def stop(model, row):
        if row["epoch"] == epoch:
            raise Killed

    return stop


def assert_same_training(one, other):
    for a, b in zip(one.model.state_dict().items(), other.model.state_dict().items(), strict=True):
        assert a[0] == b[0]
        assert torch.equal(a[1], b[1]), a[0]
    for column in one.history.keys() - {"seconds"}:
        np.testing.assert_array_equal(one.history[column], other.history[column], column)


def test_killed_training_continues_bit_for_bit(tmp_path, caplog):
    path = tmp_path / "checkpoint.safetensors"
    undisturbed = trained(*DATA, **SETTINGS)
    with pytest.raises(Killed):
        trained(*DATA, **SETTINGS, checkpoint=path, on_epoch=stop_after(2))
    assert [p.name for p in tmp_path.iterdir()] == [path.name]
    caplog.set_level(logging.INFO)
    epochs = []
    resumed = trained(*DATA, **SETTINGS, checkpoint=path, on_epoch=lambda _, row: epochs.append(row["epoch"]))
    assert epochs == [3, 4]
    assert "continues after epoch 2" in caplog.text
    assert "epoch 4 of 4: train error" in caplog.text
    assert_same_training(resumed, undisturbed)
    assert_same_training(trained(*DATA, **SETTINGS, checkpoint=path), undisturbed)


@pytest.mark.parametrize(
    ("other", "reported"),
    [
        ({"weight_decay": 0.5, "seed": 4}, "another weight_decay, seed"),
        ({"regulariser": L1(0.1)}, "another regulariser"),
        (replace(START, pixel_scale=0.4), "another network"),
        (replace(START, weight_scale=0.9), "another network"),
        ({"epochs": 6}, "holds 6 epochs, more than 4"),
        (None, "another data"),
    ],
)
def test_checkpoint_of_another_training_is_not_resumed(tmp_path, caplog, other, reported):
    path = tmp_path / "checkpoint.safetensors"
    if other is None:
        trained(DATA[0], DATA[1], DATA[2] + 1, DATA[3], **SETTINGS | {"epochs": 1}, checkpoint=path)
    elif isinstance(other, Network):
        trained(*DATA, start=other, **SETTINGS | {"epochs": 1}, checkpoint=path)
    else:
        trained(*DATA, **SETTINGS | {"epochs": 1} | other, checkpoint=path)
    again = trained(*DATA, **SETTINGS, checkpoint=path)
    assert f"{reported}: training starts afresh" in caplog.text
    assert_same_training(again, trained(*DATA, **SETTINGS))


def test_damaged_checkpoint_is_reported(tmp_path, caplog):
    path = tmp_path / "checkpoint.safetensors"
    path.write_bytes(b"no checkpoint")
    trained(*DATA, **SETTINGS | {"epochs": 1}, checkpoint=path)
    assert "not a readable checkpoint" in caplog.text


def test_diverging_training_stops(tmp_path):
    path = tmp_path / "checkpoint.safetensors"
    wild = SETTINGS | {
        "learning_rate": 1e9
    }  # so that decay alone multiplies the weights by -1e7 in each step
    first, again = (trained(*DATA, **wild, checkpoint=path) for _ in range(2))
    assert first.diverged
    assert 1 <= len(first.history["epoch"]) < 4
    assert first.history["diverged"].sum() == 1
    assert len(again.history["epoch"]) == len(first.history["epoch"])


@pytest.mark.parametrize(
    ("part", "value", "message"),
    [
        (0, DATA[0].astype(np.float64), "x_train is float64"),
        (2, DATA[2][:, :8, :8], r"x_test is float32 of shape \(20, 8, 8\)"),
        (1, DATA[1][:-1], r"y_train is int64 of shape \(59,\)"),
        (3, DATA[3] + 1, "y_test has labels from 1 to 2; give 0 to 1"),
    ],
)
def test_images_that_do_not_fit(part, value, message):
    data = list(DATA)
    data[part] = value
    with pytest.raises(InputError, match=message):
        train(START.start(DATA[0], 2), *data, **SETTINGS)


@pytest.mark.parametrize("name", ["epochs", "batch_size"])
def test_training_of_nothing(name):
    with pytest.raises(InputError, match=f"{name} is 0"):
        trained(*DATA, **SETTINGS | {name: 0})


def test_mnist_is_learnt():
    folder = Path(os.environ.get("TILT_REFERENCE", ""), "mnist")
    if "TILT_REFERENCE" not in os.environ or not folder.is_dir():
        pytest.skip("TILT_REFERENCE names no folder with mnist/")

    def read(name, skipped):
        return np.frombuffer(gzip.decompress((folder / name).read_bytes()), np.uint8, offset=skipped)

    x = resize_to_28(read("train-images-idx3-ubyte.gz", 16).reshape(-1, 28, 28), (0, 255))
    y = read("train-labels-idx1-ubyte.gz", 8).astype(np.int64)
    model = replace(START, pixel_scale=1.0).start(x[:3000], 10)
    settings = SETTINGS | {"batch_size": 50, "epochs": 2, "weight_decay": 1e-4}
    history = train(model, x[:3000], y[:3000], x[-1000:], y[-1000:], **settings).history
    assert history["test_error"][-1] < 0.2  # 0.09 to 0.11 with five seeds


def test_networks_of_two_starts_are_two_curves():
    """Two networks that differ in nothing but the pixel scale, with errors of 2 and 80 %."""
    start = {"initial_weights": "matconvnet", "random_labels": False, "weight_decay": 0.1, "seed": 0}
    networks = {"near": start | {"pixel_scale": 1}, "far": start | {"pixel_scale": 0.1}}
    rms = {f"rms_{layer}": np.array([0.1]) for layer in LAYERS}
    histories = {
        name: rms
        | {"epoch": np.array([1]), "train_error": np.array([error]), "test_error": np.array([error])}
        | {"diverged": np.array([False])}
        for name, error in zip(networks, (0.02, 0.8), strict=True)
    }
    banks = {name: {"conv1": np.ones((20, 5, 5))} for name in networks}
    drawn = figures(histories=histories, filters=banks, networks=networks, published=True)["errors"]
    for ax, error in zip(drawn.axes, (2, 80, 2, 80), strict=True):
        np.testing.assert_allclose(np.concatenate([line.get_ydata() for line in ax.lines]), [error])


def test_figures_show_the_numbers():
    rms = {"low": dict.fromkeys(LAYERS, 0.02), "high": dict.fromkeys(LAYERS, 0.01)}
    (ax,) = weight_rms(rms, {"low": dict.fromkeys(LAYERS, 0.03)}).axes
    assert [bar.get_height() for bar in ax.patches] == [0.02] * 4 + [0.01] * 4
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), [0.03] * 4)

    banks = {"low": np.random.default_rng(0).normal(size=(20, 5, 5))}
    first, again, other = (first_filters(banks, 4, seed) for seed in (0, 0, 1))
    titles = [[ax.get_title() for ax in fig.axes[:4]] for fig in (first, again, other)]
    assert titles[0] == titles[1] != titles[2]
    np.testing.assert_array_equal(first.axes[0].images[0].get_array(), banks["low"][int(titles[0][0]) - 1])

    table = {
        "network": ["a", "a", "b", "b", "c", "c", "d", "d"],
        "start": ["matconvnet"] * 8,
        "weight_decay": [0.1] * 8,
        "diverged": [False] * 6 + [True] * 2,
        "epoch": [1, 2] * 4,
        "train_error": [0.5, 0.1, 0.6, 0.2, 0.9, 0.0, 0.7, 0.9],
        "test_error": [0.5, 0.1, 0.6, 0.2, 0.9, 0.0, 0.7, np.nan],
    }
    for ax in error_curves(table).axes:
        np.testing.assert_allclose(ax.lines[0].get_ydata(), [60, 10])
        assert [text.get_text() for text in ax.texts] == ["diverged: d"]
