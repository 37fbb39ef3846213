"""What every model, attack and regulariser has to hold; a new entry is tested without being told."""

import copy
from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.optimize import brentq
from torch.nn import functional as F

from tilt.attacks.models import linear_model, predict
from tilt.attacks.registry import ATTACKS
from tilt.errors import InputError
from tilt.networks.descent import Scratch
from tilt.networks.model import MODELS, Network, build, load_network, save_network
from tilt.networks.regularisers import L1, REGULARISERS, regulariser_of
from tilt.networks.scores import predict_scores
from tilt.networks.training import train

SHAPES = ((28, 28), (5, 4), (4, 3, 3), (9,))
CLASSES = 3


def takes(name, shape):
    try:
        build(name, shape, CLASSES)
    except InputError:
        return False
    return True


TAKEN = [(name, shape) for name in MODELS for shape in SHAPES if takes(name, shape)]
SETTINGS = {"weight_decay": 0.01, "seed": 2, "learning_rate": 1e-3, "device": "cpu"}


def data(shape, n=12, seed=0):
    rng = np.random.default_rng(seed)
    return rng.uniform(0, 255, (n, *shape)).astype(np.float32), np.arange(n) % CLASSES


def started(name, shape, **changed):
    recipe = {"initial_weights": "pytorch", "pixel_scale": 0.02, "weight_decay": 0.01, "seed": 1}
    return Network(model=name, **recipe | changed).start(data(shape)[0], CLASSES)


# Models


def test_every_model_takes_some_images():
    assert {name for name, _ in TAKEN} == set(MODELS)


@pytest.mark.parametrize(("name", "shape"), TAKEN)
def test_a_step_of_training_is_that_of_autograd_in_double_precision(name, shape):
    """Over all images without momentum: p - rate (gradient + decay p), by the model's own gradient if any."""
    x, y = data(shape)
    model = started(name, shape)
    exact = copy.deepcopy(model).double()
    loss = F.cross_entropy(exact(torch.tensor(x).double()), torch.tensor(y))
    gradients = torch.autograd.grad(loss, list(exact.parameters()))
    if own := getattr(model, "fast_gradient", None):
        scores, found = own(torch.tensor(x), torch.tensor(y), Scratch(torch.device("cpu")))
        assert F.cross_entropy(scores, torch.tensor(y)).item() == pytest.approx(loss.item(), rel=1e-5)
        for ours, expected in zip(found, gradients, strict=True):
            assert (ours - expected).norm() <= 1e-5 * expected.norm()
    training = train(model, x, y, x, y, **SETTINGS, momentum=0.0, epochs=1, batch_size=len(x))
    assert training.history["train_loss"] == pytest.approx([loss.item()], rel=1e-5)
    for after, before, gradient in zip(model.parameters(), exact.parameters(), gradients, strict=True):
        step = 1e-3 * (gradient + 0.01 * before.detach())
        assert (after - before + step).norm() <= 1e-6 * before.norm() + 1e-4 * step.norm()


@pytest.mark.parametrize(("name", "shape"), TAKEN)
def test_a_saved_network_gives_the_same_scores(name, shape, tmp_path):
    model, path = started(name, shape), tmp_path / "network.safetensors"
    save_network(path, model, {})
    loaded = load_network(path)
    assert loaded.architecture == model.architecture
    scores = [predict_scores(network, data(shape)[0]) for network in (loaded, model)]
    np.testing.assert_array_equal(*scores)


@pytest.mark.parametrize(("name", "shape"), TAKEN)
def test_a_resumed_training_is_the_uninterrupted_one(name, shape, tmp_path):
    x, y = data(shape)
    settings = {**SETTINGS, "batch_size": 5, "regulariser": L1(0.001)}
    whole = train(started(name, shape), x, y, x, y, **settings, epochs=3)
    path = tmp_path / "checkpoint.safetensors"
    train(started(name, shape), x, y, x, y, **settings, epochs=1, checkpoint=path)
    resumed = train(started(name, shape), x, y, x, y, **settings, epochs=3, checkpoint=path)
    for column in whole.history.keys() - {"seconds"}:
        np.testing.assert_array_equal(resumed.history[column], whole.history[column])
    for one, other in zip(resumed.model.parameters(), whole.model.parameters(), strict=True):
        assert torch.equal(one, other)
    layers = [column for column in whole.history if column.startswith("rms_")]
    assert len(layers) == sum(parameter.dim() > 1 for parameter in whole.model.parameters())


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize(("name", "shape"), TAKEN)
def test_every_attack_runs_on_every_model(name, shape, attack):
    model = started(name, shape, weight_scale=5).requires_grad_(False)
    x = torch.tensor(data(shape, 3)[0])
    found = ATTACKS[attack](model, x, predict(model, x).numpy())
    assert_consistent(found, model, x)


def assert_consistent(found, model, x):
    """The record says what the images found are."""
    assert found.images.shape == x.shape
    assert found.images.min() >= 0
    assert found.images.max() <= 255
    np.testing.assert_array_equal(found.predicted, predict(model, torch.tensor(found.images)))
    norms = np.linalg.norm((found.images - x.numpy()).reshape(len(x), -1).astype(float), axis=1) / 255
    known = np.isfinite(found.norm)
    assert known[found.success].all()
    np.testing.assert_allclose(found.norm[known], norms[known], rtol=1e-5, atol=1e-7)
    assert (norms[~known] == 0).all()


# Attacks


def linear(shape, scale=1000.0):
    """A linear model, images on both sides, their classes, and the exact distances from its boundary."""
    rng = np.random.default_rng(len(shape))
    x = rng.uniform(100, 150, (20, *shape)).astype(np.float32)
    w = rng.normal(size=shape)
    w *= scale / np.linalg.norm(w)
    scores = x.reshape(20, -1).astype(np.float64) / 255 @ w.ravel()
    b = -np.median(scores)
    return linear_model(w, b), x, (scores + b > 0).astype(np.int64), np.abs(scores + b) / scale


@pytest.mark.parametrize("shape", [(40,), (6, 7), (4, 5, 3)])
@pytest.mark.parametrize("attack", ATTACKS)
def test_no_attack_finds_what_is_nearer_than_the_boundary(attack, shape):
    model, x, labels, distance = linear(shape)
    found = ATTACKS[attack](model, torch.tensor(x), labels)
    assert_consistent(found, model, torch.tensor(x))
    over = found.predicted != labels
    assert over.any()
    np.testing.assert_array_equal(found.success, over)
    assert (found.norm[over] >= distance[over] * (1 - 1e-5)).all()
    assert (found.steps[over] > 0).all()


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_original_that_is_misclassified_is_found_where_it_is(attack):
    model, x, labels, distance = linear((6, 7))
    far = distance > 0.01  # of another class at any confidence
    wrong = far & (np.arange(20) % 2 == 0)
    found = ATTACKS[attack](model, torch.tensor(x), np.where(wrong, 1 - labels, labels))
    assert 2 < wrong.sum() < 18
    assert found.success[wrong].all()
    np.testing.assert_array_equal(found.norm[wrong], 0)
    np.testing.assert_array_equal(found.images[wrong], x[wrong])
    assert (found.norm[~wrong & found.success] > 0).all()


@pytest.mark.parametrize("attack", ATTACKS)
def test_labels_that_do_not_fit_are_refused(attack):
    model, x, labels, _ = linear((6, 7))
    with pytest.raises(InputError, match=r"labels of shape \(19,\) for 20 images"):
        ATTACKS[attack](model, torch.tensor(x), labels[1:])
    with pytest.raises(InputError, match="for 0 images"):
        ATTACKS[attack](model, torch.tensor(x[:0]), labels[:0])


# Regularisers


def softmax_regression(regulariser, epochs=300):
    """Weights (2,) of two classes, trained from 0 on one image each, of one pixel that is -1 or 1."""
    x, y = np.float32([[0.0], [255.0]]), np.array([0, 1])
    recipe = {"initial_weights": "pytorch", "pixel_scale": 1 / 127.5, "weight_decay": 0, "seed": 0}
    model = Network(model="mlp", options={"hidden_layers": 0}, **recipe).start(x, 2)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()
    rule = {"weight_decay": 0.0, "seed": 0, "learning_rate": 0.3, "momentum": 0.0, "device": "cpu"}
    train(model, x, y, x, y, **rule, regulariser=regulariser, epochs=epochs, batch_size=2)
    return model.model.fc1.weight.detach().double().numpy().ravel()


@pytest.mark.parametrize("name", REGULARISERS)
def test_the_stronger_the_regulariser_the_smaller_the_weights(name):
    """Of a convex problem in one dimension, by steps that cannot overshoot; strength 0 is no regulariser."""
    plain = softmax_regression(regulariser_of(None, 0.0), epochs=20)
    norms = [np.linalg.norm(softmax_regression(regulariser_of(name, s), epochs=20)) for s in (0, 0.05, 0.1)]
    assert norms[0] == np.linalg.norm(plain)
    assert norms[0] > 1.05 * norms[1] > 1.05**2 * norms[2] > 0


@pytest.mark.parametrize(
    ("name", "derivative"), [("l1", lambda v: 1.0), ("l1_first", lambda v: 1.0), ("l2", lambda v: v)]
)
def test_the_weights_that_a_regulariser_leaves(name, derivative):
    """The weights are -v and v with the mean loss log(1 + exp(-2 v)), so 1 / (1 + exp(2 v)) = s r'(v)."""
    strength = 0.2
    v = brentq(lambda v: 1 / (1 + np.exp(2 * v)) - strength * derivative(v), 0, 5)
    np.testing.assert_allclose(softmax_regression(regulariser_of(name, strength)), [-v, v], rtol=1e-4)


def test_l1_adds_the_sign_of_weights_alone():
    parameters = [torch.tensor(values) for values in ([[2.0, -3.0, 0.0]], [5.0], [[-1.0]])]
    for regulariser, last in ((L1(0.5), -0.5), (L1(0.5, first_layer=True), 0.0)):
        gradients = [torch.zeros_like(parameter) for parameter in parameters]
        regulariser.add_gradient(parameters, gradients)
        expected = [[[0.5, -0.5, 0.0]], [0.0], [[last]]]
        assert [gradient.tolist() for gradient in gradients] == expected


def test_regularisers_that_there_are_not():
    with pytest.raises(InputError, match=r"regulariser 'l3' is unknown; choose l2, l1, l1_first, or null"):
        regulariser_of("l3", 1.0)
    for strength in (-1.0, np.nan, np.inf):
        with pytest.raises(InputError, match=r"strength of a regulariser is .*; give a number from 0"):
            regulariser_of("l1", strength)
    assert replace(L1(0.5), strength=1.0) == L1(1.0)
