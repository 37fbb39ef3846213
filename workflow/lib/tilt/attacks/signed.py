"""Linear attack: one step along the sign of the loss's gradient, in which every pixel changes equally."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tilt.attacks.models import Model, misclassified
from tilt.errors import InputError

BATCH = 500


@dataclass(frozen=True, eq=False)
class SignedStep:
    """What `signed_gradient_step` did to n images for k magnitudes.

    epsilon (k,), pixels in [0, 1]; norm (k, n), the L2 norm of the perturbation, pixels in [0, 1]; success
    (k, n), whether the image is misclassified.
    """

    epsilon: NDArray[np.float64]
    norm: NDArray[np.float64]
    success: NDArray[np.bool_]

    @property
    def accuracy(self) -> NDArray[np.float64]:
        """Share of the images that keep their label, for each magnitude (k,)."""
        return np.asarray(1 - self.success.mean(axis=1))

    def of(self, rows: NDArray[np.integer[Any]]) -> "SignedStep":
        """The same for some of the images."""
        return SignedStep(self.epsilon, self.norm[:, rows], self.success[:, rows])


def signed_gradient_step(
    model: Model,
    images: NDArray[np.float32] | Tensor,
    labels: NDArray[np.int64],
    epsilons: Sequence[float],
    temperature: float,
    *,
    device: torch.device | str = "cpu",
) -> SignedStep:
    """x + ε sign(∇ loss), clipped to the box, for each ε of `epsilons` (pixels in [0, 1]).

    This is the linear attack of small magnitude of the article's section on the general case. `model` maps
    images (n, h, w) float32 on the 0-255 scale to raw scores (n, k) on `device`. The loss is the softmax
    log-loss of scores / temperature; its gradient is that of the log-odds against the label but for a
    positive factor, and theirs does not vanish where the softmax is saturated.

    Raises InputError when an ε lies outside [0, 1] or the labels do not fit the images.
    """
    if len(images) == 0 or labels.shape != (len(images),):
        raise InputError(f"labels of shape {labels.shape} for {len(images)} images; give one label per image")
    if not all(0 <= epsilon <= 1 for epsilon in epsilons):
        raise InputError(f"epsilons {list(epsilons)} are not all in [0, 1]; give shares of the pixel range")
    if not temperature > 0:
        raise InputError(f"temperature {temperature} is not positive; see fit_temperature")
    norms, successes = [], []
    pixels, classes = torch.as_tensor(images, dtype=torch.float32), torch.as_tensor(labels)
    for x, y in zip(torch.split(pixels, BATCH), torch.split(classes, BATCH), strict=True):
        x, y = x.to(device, copy=True).requires_grad_(), y.to(device)
        scores = model(x) / temperature
        others = scores.scatter(1, y[:, None], -torch.inf).logsumexp(dim=1)
        odds = others - scores.gather(1, y[:, None])[:, 0]
        (gradient,) = torch.autograd.grad(odds.sum(), x)
        x, sign = x.detach(), gradient.sign()
        moved = [(x + 255 * epsilon * sign).clamp(0, 255) for epsilon in epsilons]
        norms.append(torch.stack([((m - x).double() / 255).flatten(1).norm(dim=1) for m in moved]))
        successes.append(torch.stack([misclassified(model, m, y) for m in moved]))
    return SignedStep(
        np.asarray(epsilons, np.float64),
        torch.cat(norms, dim=1).cpu().numpy(),
        torch.cat(successes, dim=1).cpu().numpy(),
    )
