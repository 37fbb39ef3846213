"""The margin of a network around an image: its gradient takes the place of the weights of a linear model."""

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor


def margin_gradient_norms(model: Callable[[Tensor], Tensor], images: Tensor) -> NDArray[np.float64]:
    """‖∇s‖ (n,) of the margin s at each image, with respect to pixels in [0, 1].

    The margin is the greatest score less the second (the article's general case: s = ‖∇s‖ d). `model` maps
    images (n, ...) on the 0-255 scale to raw scores (n, k), on the device of `images`.
    """
    norms = []
    for batch in torch.split(images, 500):
        here = batch.detach().requires_grad_()
        first, second = model(here).topk(2, dim=1).values.T
        (gradient,) = torch.autograd.grad((first - second).sum(), here)
        norms.append(255 * gradient.double().flatten(1).norm(dim=1))
    found: NDArray[np.float64] = torch.cat(norms).cpu().numpy()
    return found
