"""The local linear view: exact of linear networks, and in the box of the pixels."""

import numpy as np
import torch
from scipy.optimize import minimize

from tilt.attacks.local import local_distances


def network(seed, quadratic=0.0):
    draw = np.random.default_rng(seed)
    w, b = torch.as_tensor(draw.normal(size=(3, 4))), torch.as_tensor(draw.normal(size=3))

    def scores(images):
        x = images.flatten(1).double() / 255
        return x @ w.T + b + quadratic * (x**2) @ w.T.flip(0)

    return scores


def test_of_a_linear_network_it_is_the_least_change_in_the_box():
    model = network(0)
    images = torch.as_tensor(np.random.default_rng(1).integers(0, 256, (12, 2, 2)), dtype=torch.float32)
    labels = model(images).argmax(dim=1).numpy()
    found = local_distances(model, images, labels, batch=5)
    for image, label, distance in zip(images, labels, found, strict=True):
        x, best = image.flatten().double().numpy() / 255, np.inf
        for other in set(range(3)) - {int(label)}:

            def gap(change, x=x, label=label, other=other):
                scores = model(torch.as_tensor(255 * (x + change)).reshape(1, 2, 2))[0].numpy()
                return float(scores[other] - scores[label])

            solved = minimize(
                lambda change: change @ change, np.full(4, 0.01), method="SLSQP",
                bounds=list(zip(-x, 1 - x, strict=True)), constraints={"type": "ineq", "fun": gap},
                options={"maxiter": 500, "ftol": 1e-14},
            )  # fmt: skip
            if solved.success and gap(solved.x) > -1e-8:
                best = min(best, float(np.linalg.norm(solved.x)))
        np.testing.assert_allclose(distance, best, rtol=1e-4)


def test_a_curved_network_is_seen_through_its_gradient():
    """One pixel and the scores 0 and x² - 1/4: from x = 1 the tangent reaches 0 at 5/8, the curve at 1/2."""

    def model(images):
        x = images.flatten(1)[:, :1] / 255
        return torch.cat([torch.zeros_like(x), x**2 - 0.25], dim=1)

    image = torch.full((1, 1, 1), 255.0)
    np.testing.assert_allclose(local_distances(model, image, np.array([1])), 3 / 8, rtol=1e-6)
    assert local_distances(model, image, np.array([0]))[0] == 0  # another class is there already


def test_another_class_may_be_there_without_a_slope():
    def model(images):
        x = images.flatten(1)[:, :1] / 255
        return torch.cat([0 * x, 0 * x + 1, x], dim=1)

    assert local_distances(model, torch.full((1, 1, 1), 51.0), np.array([0]))[0] == 0


def test_out_of_the_box_s_reach_there_is_none():
    def model(images):
        x = images.flatten(1)[:, :1] / 255
        return torch.cat([x - 5, torch.zeros_like(x)], dim=1)

    assert local_distances(model, torch.zeros(1, 1, 1), np.array([1]))[0] == np.inf
