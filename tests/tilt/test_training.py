"""Training: its steps, epochs and checkpoints, and images that do not fit."""

import gzip
import logging
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from tilt.errors import InputError
from tilt.networks.descent import Descent, Rule, descend
from tilt.networks.device import choose_device
from tilt.networks.layers import initialise, layer_rms
from tilt.networks.lenet import resize_to_28
from tilt.networks.model import Network, build
from tilt.networks.regularisers.weights import L1
from tilt.networks.scores import predict_scores
from tilt.networks.training import _mixed, _shuffled, train

LAYERS = ("conv1", "conv2", "fc1", "fc2")


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


def relative_error(a, b):
    return ((a - b).norm() / b.norm()).item()
