"""The attacks by name."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from tilt.attacks.ascent import ascent_to_next_class
from tilt.attacks.minimal import minimal_norm
from tilt.attacks.models import Found, Model
from tilt.attacks.projected import projected_gradient
from tilt.attacks.signed import signed_gradient_step


@dataclass(frozen=True)
class Attack:
    """A function (model, images, labels, *, settings) to what it finds.

    It takes the `temperature` of the scores if it is among its settings. Without `magnitudes` it searches
    for a perturbation of each image; otherwise that is its setting with the magnitudes of the perturbations,
    and it gives a `Graded`.
    """

    function: Callable[..., Found]
    magnitudes: str = ""

    def __call__(
        self,
        model: Model,
        images: NDArray[np.float32] | Tensor,
        labels: NDArray[np.int64],
        *,
        temperature: float = 1.0,
        **settings: Any,
    ) -> Found:
        """What is found, with the function's usual settings where none are given."""
        if "temperature" in inspect.signature(self.function).parameters:
            settings["temperature"] = temperature
        return self.function(model, images, labels, **settings)


ATTACKS = {
    "targeted_ascent": Attack(ascent_to_next_class),
    "minimal_norm": Attack(minimal_norm),
    "signed_gradient_step": Attack(signed_gradient_step, magnitudes="epsilons"),
    "projected_gradient": Attack(projected_gradient, magnitudes="radii"),
}
