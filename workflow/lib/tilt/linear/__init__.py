"""Certified regularisation paths of linear classifiers with a free bias."""

from tilt.linear.path import LinearPath, fit_path

__all__ = ["LinearPath", "fit_path"]
