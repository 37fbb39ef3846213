"""What the article claims, beside what was measured, each judged by a rule that stands with it."""

from tilt.claims.attack import attack_claims
from tilt.claims.base import VERDICTS, Claim, Columns, Settings, claims_table, comparable
from tilt.claims.calibration import calibration_claims
from tilt.claims.lenet import lenet_claims
from tilt.claims.linear import logistic_claims, svm_claims
from tilt.claims.published import published_claims
from tilt.claims.random_labels import random_labels_claims
from tilt.claims.sweep import map_claims, sweep_claims
from tilt.claims.theory import scaling_claims, toy_claims
from tilt.claims.two_layer import two_layer_claims

__all__ = [
    "VERDICTS",
    "Claim",
    "Columns",
    "Settings",
    "attack_claims",
    "calibration_claims",
    "claims_table",
    "comparable",
    "lenet_claims",
    "logistic_claims",
    "map_claims",
    "published_claims",
    "random_labels_claims",
    "scaling_claims",
    "svm_claims",
    "sweep_claims",
    "toy_claims",
    "two_layer_claims",
]
