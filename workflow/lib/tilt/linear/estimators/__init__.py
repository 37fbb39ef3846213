"""Classifiers of scikit-learn over `fit_path`, which `pip install .[estimators]` adds.

Each of their binary models minimises mean loss + λ‖w‖² with a free bias and carries its relative duality gap.
Samples have no weights, as the certificate has none; X is dense, float64 or float32.
"""

from tilt.linear.estimators.classifiers import (
    CertifiedLogisticRegression,
    CertifiedLogisticRegressionCV,
    CertifiedSVC,
    CertifiedSVCCV,
)

__all__ = [
    "CertifiedLogisticRegression",
    "CertifiedLogisticRegressionCV",
    "CertifiedSVC",
    "CertifiedSVCCV",
]
