"""Certified regularisation paths of linear classifiers with a free bias."""

from tilt.svm.path import HingePath, fit_path

__all__ = ["HingePath", "fit_path"]
