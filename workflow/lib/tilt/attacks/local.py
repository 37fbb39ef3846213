"""The local linear view of a network: where its gradients at an image say that the boundary is."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tilt.attacks.models import Model, box_distance


def local_distances(
    model: Model, images: Tensor, labels: NDArray[np.int64], batch: int = 500
) -> NDArray[np.float64]:
    """Distance (n,) of images from the boundary of the network that is linearised at each of them.

    The L2 norm of the least change of pixels in [0, 1] that stays there and makes another class's score, each
    to first order, as large as the label's; 0 where another is larger already, inf where no change does. Of
    a linear network it is the distance itself. `model` maps images (n, ...) on the 0-255 scale to raw scores.
    """
    found = []
    for rows, of in zip(
        torch.split(images, batch), np.split(labels, range(batch, len(labels), batch)), strict=True
    ):
        here = rows.detach().requires_grad_()
        scores = model(here)
        gradients = [
            255 * torch.autograd.grad(scores[:, k].sum(), here, retain_graph=True)[0].double().flatten(1)
            for k in range(scores.shape[1])
        ]
        slopes = torch.stack(gradients, dim=1).cpu().numpy()
        pixels = rows.double().flatten(1).cpu().numpy() / 255
        values = scores.detach().double().cpu().numpy()
        found += [_distance(*each) for each in zip(pixels, values, slopes, of, strict=True)]
    return np.array(found)


def _distance(
    x: NDArray[np.float64], scores: NDArray[np.float64], slopes: NDArray[np.float64], label: int
) -> float:
    """Of one image (d,), its scores (k,) and their gradients (k, d)."""
    least = np.inf
    for other in range(len(scores)):
        margin, w = scores[label] - scores[other], slopes[label] - slopes[other]
        if other == label:
            continue
        if margin <= 0:
            return 0.0
        if w.any():
            distance, _ = box_distance(x[None], w, float(margin - w @ x))
            least = min(least, float(distance[0]))
    return least
