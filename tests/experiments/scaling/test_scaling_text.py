"""What a reader sees of the scaled loss: no nonsense where losses vanish, ticks apart."""

import re
from itertools import pairwise

import numpy as np
import pytest

from experiments.scaling.claims import scaling_claims
from experiments.scaling.figures import score_and_losses
from experiments.scaling.panel import scaling_panels
from experiments.scaling.tables import risk_table, score_histograms
from panels import unpack
from report.words import VECTORS


def test_losses_that_vanish_are_nought():
    margin, norms = np.array([0.5, 1.0]), [1e-3, 1000.0]
    risk = risk_table(margin, norms)
    assert 0 < risk["softplus"][1] < 1e-200
    assert scaling_claims(risk, VECTORS)[0].measured == "hinge 0, softplus 0 at ‖w‖ = 1000; d_err = 0"
    of_pair, samples = {"pair": "0v1", "norm_w": 1.0}, {"y": np.array([1, 1]), "distance": margin}
    for norm, kept in ((10, True), (80, False)):
        risk = risk_table(margin, [1, norm])
        bank = scaling_panels(samples, risk, of_pair, VECTORS)["banks"]["scaling"]
        expected = risk["softplus"][1] if kept else 0
        np.testing.assert_allclose(unpack(bank["risk_softplus"])[1], expected, rtol=1e-5)


@pytest.mark.parametrize("scale", [1e-3, 1.0])
def test_ticks_of_histograms_stand_apart_and_counts_are_plain(scale):
    y, distance = np.repeat([-1.0, 1.0], 50), scale * np.random.default_rng(0).normal(np.repeat([-1, 1], 50))
    classifier = {"pair": "0v1", "norm_w": 0.0071490912}
    fig = score_and_losses(score_histograms(y, distance, 1.0), classifier, VECTORS)
    fig.draw_without_rendering()
    assert fig.get_suptitle() == "Scores and losses at ‖w‖ = 0.00715"
    for ax in fig.axes:
        assert not ax.texts
        low, high = sorted(ax.get_xlim())
        boxes = [
            tick.label1.get_window_extent()
            for tick in ax.xaxis.get_major_ticks()
            if low <= tick.get_loc() <= high
        ]
        assert len(boxes) >= 3
        assert all(one.x1 + 2 < other.x0 for one, other in pairwise(boxes))
        low, high = ax.get_ylim()
        labels = [
            label.get_text()
            for minor in (False, True)
            for place, label in zip(ax.get_yticks(minor=minor), ax.get_yticklabels(minor=minor), strict=True)
            if low <= place <= high
        ]
        assert len(list(filter(None, labels))) >= 2
        assert not re.search(r"[$×^]", "".join(labels))
