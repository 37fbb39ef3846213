"""Regularisers by name, each of its strength."""

from collections.abc import Callable
from functools import partial

from tilt.errors import InputError
from tilt.networks.regularisers.adversarial import AdversarialL2, AdversarialSigned
from tilt.networks.regularisers.base import NONE, Regulariser
from tilt.networks.regularisers.gradients import EffectiveMargin, InputGradient, Jacobian
from tilt.networks.regularisers.noise import Dropout, GaussianNoise
from tilt.networks.regularisers.softmax import LabelSmoothing, Temperature
from tilt.networks.regularisers.weights import L1, L2

REGULARISERS: dict[str, Callable[[float], Regulariser]] = {
    "l2": L2,
    "l1": L1,
    "l1_first": partial(L1, first_layer=True),
    "adversarial_signed": AdversarialSigned,
    "adversarial_l2": AdversarialL2,
    "input_gradient": InputGradient,
    "jacobian": Jacobian,
    "effective_margin": EffectiveMargin,
    "dropout": Dropout,
    "label_smoothing": LabelSmoothing,
    "temperature": Temperature,
    "gaussian_noise": GaussianNoise,
}


def regulariser_of(name: str | None, strength: float) -> Regulariser:
    """The regulariser of that name, or the one that does nothing. Raises InputError for another name."""
    if name is None:
        return NONE
    if name not in REGULARISERS:
        raise InputError(f"regulariser {name!r} is unknown; choose {', '.join(REGULARISERS)}, or null")
    return REGULARISERS[name](strength)
