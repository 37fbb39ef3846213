"""What every model, attack and regulariser has to hold; a new entry is tested without being told."""

import copy
import re

import numpy as np
import pytest
import torch
import yaml
from torch.nn import functional as F

from conftest import ROOT
from experiments.training.checks import of_recipe
from tilt.attacks.models import linear_model, predict
from tilt.attacks.registry import ATTACKS
from tilt.errors import InputError
from tilt.networks.descent import Scratch
from tilt.networks.model import MODELS, Network, build, load_network, save_network
from tilt.networks.regularisers.base import NONE
from tilt.networks.regularisers.registry import REGULARISERS, regulariser_of
from tilt.networks.scores import predict_scores
from tilt.networks.training import train

SHAPES = ((28, 28), (5, 4), (4, 3, 3), (9,))
CLASSES = 3
OPTIONS = {"cnn": {"width": 4}, "resnet": {"blocks": 2, "width": 4}}  # small ones
SHORT = {"targeted_ascent": {"max_steps": 300}}  # untrained, a network may never be as sure as it asks


def takes(name, shape):
    try:
        build(name, shape, CLASSES, **OPTIONS.get(name, {}))
    except InputError:
        return False
    return True


TAKEN = [(name, shape) for name in MODELS for shape in SHAPES if takes(name, shape)]
SETTINGS = {"weight_decay": 0.01, "seed": 2, "learning_rate": 1e-3, "device": "cpu"}


def data(shape, n=12, seed=0):
    rng = np.random.default_rng(seed)
    return rng.uniform(0, 255, (n, *shape)).astype(np.float32), np.arange(n) % CLASSES


def started(name, shape, **changed):
    """With weights twice as large as usual, for gradients that reach the first of many layers."""
    recipe = {"initial_weights": "pytorch", "weight_scale": 2, "pixel_scale": 0.02, "weight_decay": 0.01}
    network = Network(model=name, options=OPTIONS.get(name, {}), seed=1, **recipe | changed)
    return network.start(data(shape)[0], CLASSES)


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
    settings = {**SETTINGS, "batch_size": 5}
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
    found = ATTACKS[attack](model, x, predict(model, x).numpy(), **SHORT.get(attack, {}))
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

REGULARISED = [(name, shape, regulariser) for name, shape in TAKEN for regulariser in REGULARISERS]


@pytest.mark.parametrize(("name", "shape", "regulariser"), REGULARISED)
def test_strength_0_is_no_regulariser(name, shape, regulariser):
    """The same scores, loss and gradients to the last bit."""
    model = started(name, shape)
    images, labels = map(torch.tensor, data(shape))
    parameters = list(model.parameters())
    steps = []
    for of in (NONE, regulariser_of(regulariser, 0.0)):
        scores, loss = of.loss(model.train(), images, labels)
        gradients = torch.autograd.grad(loss, parameters)
        with torch.no_grad():
            of.add_gradient(parameters, gradients)
        steps.append((scores, loss, *gradients))
    for one, other in zip(*steps, strict=True):
        assert torch.equal(one, other)


@pytest.mark.parametrize(("name", "shape", "regulariser"), REGULARISED)
def test_every_regulariser_trains_every_model(name, shape, regulariser, tmp_path):
    """Beside weight decay: every number stays finite, the strength is felt, images are not changed, and a
    resumed training is the uninterrupted one, also where it draws at random."""
    x, y = data(shape)
    settings = {**SETTINGS, "batch_size": 5, "regulariser": regulariser_of(regulariser, 0.3)}
    whole = train(started(name, shape), x, y, x, y, **settings, epochs=2)
    path = tmp_path / "checkpoint.safetensors"
    train(started(name, shape), x, y, x, y, **settings, epochs=1, checkpoint=path)
    resumed = train(started(name, shape), x, y, x, y, **settings, epochs=2, checkpoint=path)
    plain = train(started(name, shape), x, y, x, y, **settings | {"regulariser": NONE}, epochs=2)
    for column in whole.history.keys() - {"seconds"}:
        assert np.isfinite(whole.history[column]).all()
        np.testing.assert_array_equal(resumed.history[column], whole.history[column])
    of_whole, of_resumed, of_plain = (
        torch.cat([parameter.flatten() for parameter in training.model.parameters()])
        for training in (whole, resumed, plain)
    )
    assert torch.equal(of_whole, of_resumed)
    assert (of_whole - of_plain).norm() > 1e-5 * of_plain.norm()
    np.testing.assert_array_equal(x, data(shape)[0])


@pytest.mark.parametrize(("name", "shape"), TAKEN)
def test_every_model_can_be_differentiated_twice(name, shape):
    """The slope of the input gradient's penalty in the parameters is that of finite differences."""
    model = started(name, shape).double()
    images, labels = torch.tensor(data(shape)[0]).double(), torch.tensor(data(shape)[1])
    regulariser, parameters = regulariser_of("input_gradient", 1.0), list(model.parameters())
    torch.manual_seed(0)
    direction = [torch.randn_like(parameter) for parameter in parameters]

    def at(distance):
        with torch.no_grad():
            torch._foreach_add_(parameters, direction, alpha=distance)
        loss = regulariser.loss(model, images, labels)[1]
        gradients = torch.autograd.grad(loss, parameters)
        with torch.no_grad():
            torch._foreach_add_(parameters, direction, alpha=-distance)
        return loss.item(), sum((g * d).sum().item() for g, d in zip(gradients, direction, strict=True))

    (before, _), (_, slope), (after, _) = at(-1e-9), at(0.0), at(1e-9)  # so near that no ReLU changes sides
    assert slope == pytest.approx((after - before) / 2e-9, rel=1e-4)


def test_the_configuration_names_every_model_and_regulariser():
    schema = yaml.safe_load((ROOT / "workflow/experiments/training/schema.yaml").read_text())["$defs"]
    assert schema["regulariser"]["enum"] == [None, *REGULARISERS]
    models = "|".join(MODELS)
    for key in ("model", "own_model"):
        assert schema[key]["pattern"].startswith(f"^({models}|[")
        assert schema[key]["description"].startswith(f"{models.replace('|', ', ')}, or FILE.py")
    assert set(REGULARISERS) <= set(re.findall(r"\w+", schema["regulariser"]["description"]))


@pytest.mark.parametrize("name", REGULARISERS)
def test_the_strengths_that_the_configuration_takes_are_those_that_a_regulariser_takes(name):
    for strength in (0.3, 0.99, 1.0, 30.0):
        try:
            regulariser_of(name, strength)
        except InputError:
            taken = False
        else:
            taken = True
        problems = list(of_recipe("recipe", {"regulariser": name, "strength": strength}))
        assert problems == [] or problems[0].endswith("give a number below 1")
        assert taken == (not problems)
