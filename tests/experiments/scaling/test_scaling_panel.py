"""The panel of the scaled loss shows the tables."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest

from experiments.scaling.panel import scaling_panels
from experiments.scaling.tables import decade, risk_table, score_histograms
from panels import part
from report.words import VECTORS
from tilt.losses import LOSSES, hinge, scaled


@pytest.mark.parametrize("factor", [1, 1e-3])
def test_a_view_of_the_scaled_loss(factor):
    chance = np.random.default_rng(1)
    y = np.repeat([-1, 1], 40)
    distance = factor * y * chance.normal(0.4, 0.5, 80)
    assert decade(distance) == pytest.approx(1 / factor)
    norms = [norm / factor for norm in (0.01, 0.5, 3, 100)]
    record = scaling_panels(
        {"y": y, "distance": distance}, risk_table(y * distance, norms),
        {"pair": "0v1", "norm_w": 2.0 / factor}, replace(VECTORS, names=["benign", "malignant"]),
    )  # fmt: skip
    told = json.dumps(record["panels"], ensure_ascii=False)
    assert "I: benign" in told
    assert not re.search("pixel|training image", told)
    ranges = re.findall(r'"start": ?(-[\d.e-]+), "end": ?([\d.e-]+)', json.dumps(record["panels"]))
    assert ranges  # of the losses and of both limits
    assert all(float(end) < 5 * factor for _, end in ranges)
    [norm] = [each for each in record["panels"][0]["controls"] if each["name"] == "norm"]
    assert norm["tokens"][norm["start"]] == f"{3 / factor:.3g}"
    assert norm["texts"][norm["start"]] == ("3.00 /unit" if factor == 1 else "3000 /unit")
    for token, value in zip(norm["tokens"], norms, strict=True):
        table = score_histograms(y, distance, value)
        for name in ("s", "ys", "hinge", "softplus"):
            rows = (table["quantity"] == name) & (table["y"] == 1)
            np.testing.assert_array_equal(
                part(record, "count_j", norm=token, score=name), table["count"][rows]
            )
            np.testing.assert_allclose(
                part(record, "left", norm=token, score=name), table["left"][rows], rtol=1e-6, atol=1e-9
            )
        d = part(record, "d", norm=token)
        np.testing.assert_allclose(
            part(record, "curve_softplus", norm=token),
            scaled(LOSSES["softplus"], value)(d).clip(0, 8),
            atol=6e-4,
        )
        assert part(record, "risk_hinge", norm=token) == pytest.approx(
            hinge(value * y * distance).mean(), rel=1e-6
        )
