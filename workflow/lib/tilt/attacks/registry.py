"""The attacks by name, each with its usual settings: (model, images, labels) to what is found."""

from collections.abc import Callable
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tilt.attacks.ascent import Ascent, targeted_ascent
from tilt.attacks.minimal import minimal_norm
from tilt.attacks.models import Found, Model, check_labels
from tilt.attacks.projected import projected_gradient
from tilt.attacks.signed import signed_gradient_step


def ascent_to_next_class(
    model: Model, images: NDArray[np.float32] | Tensor, labels: NDArray[np.int64], *, max_steps: int
) -> Ascent:
    """`targeted_ascent` at temperature 1 to each label's next class, from the last one to the first."""
    check_labels(images, labels)
    classes = model(torch.as_tensor(images[:1])).shape[1]
    return targeted_ascent(model, images, (labels + 1) % classes, 1.0, max_steps=max_steps)


ATTACKS: dict[str, Callable[[Model, Tensor, NDArray[np.int64]], Found]] = {
    "targeted_ascent": partial(ascent_to_next_class, max_steps=500),
    "minimal_norm": minimal_norm,
    "signed_gradient_step": partial(signed_gradient_step, epsilons=(0.0, 0.03, 0.1, 0.3), temperature=1.0),
    "projected_gradient": partial(projected_gradient, radius=1.0),
}
