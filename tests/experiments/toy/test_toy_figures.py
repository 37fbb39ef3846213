"""Figures of the toy problem show the tables they are given."""

import numpy as np
import pytest

from drawn import assert_labelled_and_inside, has_line, lay_out
from experiments.toy import figures
from experiments.toy import tables as toy


@pytest.fixture(scope="module")
def noisy():
    X, y = toy.noisy_training_set(10, seed=0)
    return X, y, toy.noisy_point_table(X, y, np.logspace(-5, 1, 7))


@pytest.fixture(scope="module")
def drawn(noisy):
    angles = toy.mirror_distance_table(np.radians([0, 45, 85]))
    return lay_out(
        {
            "boundaries": figures.boundaries(angles),
            "mirror_distance": figures.distance_against_tilt(
                toy.mirror_distance_table(np.linspace(0, 1.5, 9)), angles
            ),
            "noisy_point": figures.four_boundaries(*noisy[:2], toy.four_fits(noisy[2])),
            "tilt_against_lambda": figures.tilt_against_lambda(noisy[2]),
        }
    )


def test_axes_are_labelled_and_nothing_is_cut_off(drawn):
    assert_labelled_and_inside(drawn)


def test_boundaries_show_the_mirror_images(drawn):
    for ax, theta in zip(drawn["boundaries"].axes, np.radians([0, 45, 85]), strict=True):
        x = toy.REPRESENTATIVE
        assert has_line(ax, *x)
        assert has_line(ax, *(x - 2 * (x @ toy.normal(theta)) * toy.normal(theta)))


def test_mirror_distance_shows_measured_and_closed_form(drawn):
    curve = drawn["mirror_distance"].axes[-1]
    theta = np.linspace(0, 1.5, 9)
    lines = [line for line in curve.lines if len(line.get_xdata()) == 9]
    assert len(lines) == 2
    for line in lines:
        np.testing.assert_allclose(line.get_xdata(), np.degrees(theta))
        np.testing.assert_allclose(line.get_ydata(), 6 * np.cos(theta), atol=1e-12)


def test_noisy_point_shows_the_training_set(drawn, noisy):
    X, y, _ = noisy
    for ax in drawn["noisy_point"].axes:
        assert has_line(ax, *X[-1])
        for label in (-1, 1):
            assert has_line(ax, *X[:-1][y[:-1] == label].T)


def test_tilt_against_lambda_shows_both_losses(drawn, noisy):
    table = noisy[2]
    for loss in ("hinge", "softplus"):
        rows = table["loss"] == loss
        assert has_line(
            drawn["tilt_against_lambda"].axes[0], table["lambda"][rows], np.degrees(table["theta"][rows])
        )
