"""Certified regularisation paths of linear classifiers with a free bias, and adversarial training of them."""

from tilt.linear.adversarial import (
    AdversarialPath,
    L1Path,
    adversarial_path,
    fit_adversarial_path,
    fit_l1_path,
)
from tilt.linear.path import LinearPath, fit_path

__all__ = [
    "AdversarialPath",
    "L1Path",
    "LinearPath",
    "adversarial_path",
    "fit_adversarial_path",
    "fit_l1_path",
    "fit_path",
]
