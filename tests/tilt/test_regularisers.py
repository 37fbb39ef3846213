"""Regularisers of networks, against closed forms on softmax regression in double precision."""

import numpy as np
import pytest
import torch
from scipy.optimize import brentq
from torch import nn
from torch.nn import functional as F

from tilt.errors import InputError
from tilt.networks.descent import Rule
from tilt.networks.model import Network
from tilt.networks.regularisers.adversarial import AdversarialL2, AdversarialSigned
from tilt.networks.regularisers.base import Regulariser
from tilt.networks.regularisers.gradients import EffectiveMargin, InputGradient, Jacobian
from tilt.networks.regularisers.noise import Dropout, GaussianNoise
from tilt.networks.regularisers.registry import REGULARISERS, regulariser_of
from tilt.networks.regularisers.softmax import LabelSmoothing, Temperature
from tilt.networks.regularisers.weights import L1, L2
from tilt.networks.training import train

PIXEL_SCALE = 0.02


def softmax_regression(classes, n=7, pixels=4, seed=0):
    """A model, images (n, pixels) away from the ends of the box, labels, and the model's parameters."""
    rng = np.random.default_rng(seed)
    images = rng.uniform(90, 165, (n, pixels))
    recipe = {"initial_weights": "pytorch", "pixel_scale": PIXEL_SCALE, "weight_decay": 0, "seed": seed}
    model = Network(model="mlp", options={"hidden_layers": 0}, **recipe).start(
        images.astype(np.float32), classes
    )
    return model.double(), torch.tensor(images), torch.arange(n) % classes, list(model.parameters())


def scores_of(model, images, parameters):
    """Written out, with the weights (classes, pixels) of pixels in [0, 1]."""
    weights, biases = parameters
    weights = 255 * PIXEL_SCALE * weights
    return (images - model.mean_image) / 255 @ weights.T + biases, weights


def difference(weights, labels):
    """Weights of each image's label less those of the other of two classes."""
    return weights[labels] - weights[1 - labels]


def shifted(order):
    """Of two classes, the log-loss whose margin is less by strength × a norm of its weights."""

    def loss(scores, weights, labels, strength):
        margins = scores.gather(1, labels[:, None])[:, 0] - scores.gather(1, 1 - labels[:, None])[:, 0]
        return F.softplus(strength * difference(weights, labels).norm(order, dim=1) - margins).mean()

    return loss


def plus(penalty):
    """The log-loss plus strength / 2 × the mean of a penalty of each image."""

    def loss(scores, weights, labels, strength):
        value = penalty(scores, weights, labels).mean()
        return F.cross_entropy(scores, labels) + strength / 2 * value

    return loss


def gradient_norm(scores, weights, labels):
    return ((scores.softmax(1) - F.one_hot(labels, scores.shape[1])) @ weights).square().sum(1)


def margin_norm(temperature):
    return lambda scores, weights, labels: (
        ((scores / temperature).softmax(1).detach() @ weights).square().sum(1)
    )


def smoothed(scores, weights, labels, strength):
    log = scores.log_softmax(1)
    return -((1 - strength) * log.gather(1, labels[:, None])[:, 0] + strength * log.mean(1)).mean()


@pytest.mark.parametrize(
    ("regulariser", "classes", "closed"),
    [
        (AdversarialSigned(0.1), 2, shifted(1)),
        (AdversarialL2(0.1), 2, shifted(2)),
        (AdversarialL2(0.1, steps=1), 2, shifted(2)),
        (InputGradient(3.0), 3, plus(gradient_norm)),
        (EffectiveMargin(3.0), 3, plus(margin_norm(1))),
        (EffectiveMargin(3.0, temperature=0.2), 3, plus(margin_norm(0.2))),
        (LabelSmoothing(0.3), 3, smoothed),
        (Temperature(1.5), 3, lambda z, weights, labels, s: F.cross_entropy(z / 2.5, labels)),
    ],
    ids=lambda value: repr(value) if isinstance(value, Regulariser) else "",
)
def test_the_closed_form_of_a_loss(regulariser, classes, closed):
    """Loss and gradient agree to rounding; the scores are those of the images as they are."""
    model, images, labels, parameters = softmax_regression(classes)
    expected_scores, weights = scores_of(model, images, parameters)
    expected = closed(expected_scores, weights, labels, regulariser.strength)
    scores, loss = regulariser.loss(model, images, labels)
    assert abs(expected - F.cross_entropy(expected_scores, labels)) > 0.005
    torch.testing.assert_close(scores, expected_scores)
    torch.testing.assert_close(loss, expected)
    torch.testing.assert_close(
        torch.autograd.grad(loss, parameters), torch.autograd.grad(expected, parameters)
    )


def squares(scores, weights, labels):
    return weights.square().sum()


def blurred(scores, weights, labels, strength):
    """The mean log-loss of two classes whose margin has normal noise, by Gauss-Hermite quadrature."""
    points, masses = map(torch.tensor, np.polynomial.hermite_e.hermegauss(40))
    margins = scores.gather(1, labels[:, None]) - scores.gather(1, 1 - labels[:, None])
    deviation = strength * difference(weights, labels).norm(dim=1)[:, None]
    return (F.softplus(deviation * points - margins) @ (masses / masses.sum())).mean()


@pytest.mark.parametrize(
    ("regulariser", "classes", "closed"),
    [(Jacobian(2.0), 3, plus(squares)), (GaussianNoise(0.5), 2, blurred)],
    ids=lambda value: repr(value) if isinstance(value, Regulariser) else "",
)
def test_the_closed_form_of_an_expectation(regulariser, classes, closed):
    """Over many copies of an image, to 2 % of what the regulariser adds to loss and gradient."""
    model, images, labels, parameters = softmax_regression(classes, n=3, seed=1)
    images, labels = images[:1].expand(200_000, -1), labels[:1].expand(200_000)
    scores, weights = scores_of(model, images[:1], parameters)
    torch.manual_seed(0)
    with_noise = regulariser.loss(model, images, labels)[1]
    expected = closed(scores, weights, labels[:1], regulariser.strength)
    plain = F.cross_entropy(scores, labels[:1])
    added = []
    for loss in (with_noise, expected):
        gradients = torch.autograd.grad(loss - plain, parameters, retain_graph=True)
        added.append(torch.cat([(loss - plain)[None].detach(), *map(torch.flatten, gradients)]))
    assert added[1][0] > 0.02
    assert (added[0] - added[1]).norm() < 0.02 * added[1].norm()


def test_the_jacobian_penalty_is_weight_decay_of_a_linear_model():
    """Of its weights alone: λ = strength × (255 × pixel scale)², as its docstring says."""
    model, images, labels, (weights, biases) = softmax_regression(3, n=3)
    images, labels = images[:1].expand(200_000, -1), labels[:1].expand(200_000)
    torch.manual_seed(0)
    penalised = torch.autograd.grad(Jacobian(2.0).loss(model, images, labels)[1], (weights, biases))
    plain = torch.autograd.grad(Regulariser().loss(model, images, labels)[1], (weights, biases))
    decay = 2.0 * (255 * PIXEL_SCALE) ** 2 * weights
    assert (penalised[0] - plain[0] - decay).norm() < 0.02 * decay.norm()
    torch.testing.assert_close(penalised[1], plain[1])


def test_dropout_keeps_the_mean_of_the_scores_and_gives_them_a_variance():
    """strength / (1 - strength) × the sum of (w x)² over the inputs x of the layer, preprocessed pixels."""
    model, images, labels, (weights, biases) = softmax_regression(3)
    inputs = PIXEL_SCALE * (images[0] - model.mean_image)
    many = images[:1].expand(200_000, -1)
    torch.manual_seed(0)
    scores, loss = Dropout(0.2).loss(model, many, labels[:1].expand(len(many)))
    assert F.cross_entropy(scores, labels[:1].expand(len(many))) == loss
    variance = 0.25 * (weights * inputs).square().sum(1)
    standard_error = (variance / len(many)).sqrt()
    assert ((scores.mean(0) - (weights @ inputs + biases)).abs() < 5 * standard_error).all()
    torch.testing.assert_close(scores.var(0), variance, rtol=0.02, atol=0)
    assert not model.model.fc1._forward_pre_hooks


def test_dropout_comes_before_the_last_layer_alone():
    recipe = {"initial_weights": "pytorch", "pixel_scale": 0.02, "weight_decay": 0, "seed": 0}
    x = np.random.default_rng(0).uniform(0, 255, (6, 5, 4)).astype(np.float32)
    model = Network(model="mlp", options={"hidden_layers": 2, "width": 50}, **recipe).start(x, 3)
    seen = {}
    for name in ("relu1", "relu2"):
        getattr(model.model, name).register_forward_hook(
            lambda layer, inputs, output, name=name: seen.update({name: output.detach()})
        )
    model.model.fc2.register_forward_hook(lambda *of: seen.update(into_fc2=of[1][0].detach()))
    model.model.fc3.register_forward_hook(lambda *of: seen.update(into_fc3=of[1][0].detach()))
    torch.manual_seed(0)
    Dropout(0.5).loss(model, torch.tensor(x), torch.arange(6) % 3)
    assert torch.equal(seen["into_fc2"], seen["relu1"])
    kept = seen["into_fc3"] != 0
    assert 0.3 < kept[seen["relu2"] > 0].float().mean() < 0.7
    torch.testing.assert_close(seen["into_fc3"][kept], 2 * seen["relu2"][kept])


class Functional(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(4, 2)

    def forward(self, x):
        return F.linear(x, self.layer.weight, self.layer.bias)


@pytest.mark.parametrize("model", [Functional(), nn.Identity()])
def test_dropout_without_a_last_layer(model):
    with pytest.raises(InputError, match="dropout finds no last layer"):
        Dropout(0.5).loss(model, torch.zeros(3, 4), torch.zeros(3, dtype=torch.int64))


def test_gaussian_noise_is_not_clipped_and_its_scores_are_those_of_the_noisy_images():
    torch.manual_seed(0)
    images, labels = torch.zeros(1, 100_000), torch.zeros(1, dtype=torch.int64)
    noisy, _ = GaussianNoise(0.1).loss(nn.Identity(), images, labels)
    assert noisy.mean() == pytest.approx(0, abs=0.4)
    assert noisy.std() == pytest.approx(25.5, rel=0.02)


@pytest.mark.parametrize("regulariser", [AdversarialSigned(0.2), AdversarialL2(0.6)], ids=str)
def test_adversarial_images_stay_within_their_distance_and_the_box(regulariser):
    """And reach it where the box leaves room, also of a model whose softmax is saturated in float32."""
    model, images, labels, _ = softmax_regression(2, n=20, pixels=9)
    model = model.float()
    with torch.no_grad():
        model.model.fc1.weight.mul_(1000)
    grey = images.float()
    images = torch.cat([grey, torch.where(grey > 127, 255.0, 0.0)])
    labels = torch.cat([labels, labels])
    scores, found = regulariser.worst(model, images, labels, 255 * regulariser.strength)
    torch.testing.assert_close(scores, model(images).detach())
    assert found.min() >= 0
    assert found.max() <= 255
    order = torch.inf if isinstance(regulariser, AdversarialSigned) else 2
    moved = torch.linalg.vector_norm(found - images, ord=order, dim=1) / 255
    assert (moved <= regulariser.strength * (1 + 1e-5)).all()
    torch.testing.assert_close(moved[:20], torch.full((20,), regulariser.strength), rtol=1e-4, atol=0)
    before, after = (F.cross_entropy(model(x), labels, reduction="none") for x in (images, found))
    assert (after >= before).all()


def test_more_steps_of_adversarial_training_find_worse_images():
    """Of a network that is not linear; and the loss is that of the images found."""
    recipe = {"initial_weights": "improved_xavier", "pixel_scale": 0.02, "weight_decay": 0, "seed": 0}
    x = np.random.default_rng(0).uniform(0, 255, (60, 20)).astype(np.float32)
    model = Network(model="mlp", options={"width": 30}, **recipe).start(x, 3)
    images, labels = torch.tensor(x), torch.arange(60) % 3
    losses = [Regulariser().loss(model, images, labels)[1].item()]
    for steps in (1, 10):
        regulariser = AdversarialL2(1.0, steps)
        _, found = regulariser.worst(model, images, labels, 255.0)
        losses.append(regulariser.loss(model, images, labels)[1].item())
        assert losses[-1] == pytest.approx(F.cross_entropy(model(found), labels).item())
    assert losses[0] < losses[1] < losses[2]


class Watched(nn.Module):
    """Batch normalisation and a layer, with the mode and the frozen parameters of each forward pass."""

    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.BatchNorm1d(4), nn.Linear(4, 2))
        self.layers[0].bias.requires_grad_(False)
        self.passes = []

    def forward(self, x):
        self.passes.append((self.training, any(p.requires_grad for p in self.parameters())))
        return self.layers(x)


@pytest.mark.parametrize("regulariser", [AdversarialSigned(0.1), AdversarialL2(0.1, steps=3)], ids=str)
def test_the_search_for_adversarial_images_leaves_the_model_alone(regulariser):
    """Evaluation mode, no gradient of any parameter, one pass a step; then one pass of training."""
    model = Watched().train()
    frozen = [p.requires_grad for p in model.parameters()]
    _, loss = regulariser.loss(model, torch.rand(6, 4) * 255, torch.arange(6) % 2)
    steps = getattr(regulariser, "steps", 1)
    assert model.passes == [(False, False)] * steps + [(True, True)]
    assert model.layers[0].num_batches_tracked == 1
    assert [p.requires_grad for p in model.parameters()] == frozen
    assert model.training
    assert loss.requires_grad


# Penalties on the weights


def trained_on_two_images(regulariser):
    """Weights (2,) of two classes, trained from 0 on one image each, of one pixel that is -1 or 1."""
    x, y = np.float32([[0.0], [255.0]]), np.array([0, 1])
    recipe = {"initial_weights": "pytorch", "pixel_scale": 1 / 127.5, "weight_decay": 0, "seed": 0}
    model = Network(model="mlp", options={"hidden_layers": 0}, **recipe).start(x, 2)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()
    rule = {"weight_decay": 0.0, "seed": 0, "learning_rate": 0.3, "momentum": 0.0, "device": "cpu"}
    train(model, x, y, x, y, **rule, regulariser=regulariser, epochs=300, batch_size=2)
    return model.model.fc1.weight.detach().double().numpy().ravel()


@pytest.mark.parametrize(
    ("name", "derivative"), [("l1", lambda v: 1.0), ("l1_first", lambda v: 1.0), ("l2", lambda v: v)]
)
def test_the_weights_that_a_penalty_leaves(name, derivative):
    """The weights are -v and v with the mean loss log(1 + exp(-2 v)), so 1 / (1 + exp(2 v)) = s r'(v)."""
    strength = 0.2
    v = brentq(lambda v: 1 / (1 + np.exp(2 * v)) - strength * derivative(v), 0, 5)
    np.testing.assert_allclose(trained_on_two_images(regulariser_of(name, strength)), [-v, v], rtol=1e-4)


def test_l1_adds_the_sign_of_weights_alone():
    parameters = [torch.tensor(values) for values in ([[2.0, -3.0, 0.0]], [5.0], [[-1.0]])]
    for regulariser, last in ((L1(0.5), -0.5), (L1(0.5, first_layer=True), 0.0)):
        gradients = [torch.zeros_like(parameter) for parameter in parameters]
        regulariser.add_gradient(parameters, gradients)
        expected = [[[0.5, -0.5, 0.0]], [0.0], [[last]]]
        assert [gradient.tolist() for gradient in gradients] == expected


def test_a_penalty_stands_beside_weight_decay():
    parameters = [torch.tensor([[2.0, -4.0]])]
    for regulariser, expected in ((L1(0.5), [[0.7, -0.9]]), (L2(0.5), [[1.2, -2.4]])):
        gradients = [torch.zeros(1, 2)]
        Rule(0.1, 0.0, 0.1, regulariser).regularise(parameters, gradients)
        torch.testing.assert_close(gradients, [torch.tensor(expected)])


# What is refused


def test_regularisers_that_there_are_not():
    with pytest.raises(InputError, match=r"regulariser 'l3' is unknown; choose l2, l1, .*, or null"):
        regulariser_of("l3", 1.0)
    for name in REGULARISERS:
        for strength in (-1.0, np.nan, np.inf):
            with pytest.raises(InputError, match=r"strength of a regulariser is .*; give a number from 0"):
                regulariser_of(name, strength)
    for name in ("dropout", "label_smoothing"):
        with pytest.raises(InputError, match=r"is 1.0; give a number from 0 and below 1$"):
            regulariser_of(name, 1.0)
    with pytest.raises(InputError, match="adversarial training takes 0 steps; give 1 or more"):
        AdversarialL2(0.1, steps=0)
