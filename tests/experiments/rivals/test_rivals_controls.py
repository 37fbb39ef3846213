"""The two identities, on small networks; and their claims at both sides of the rules."""

import numpy as np
import pytest

from experiments.rivals.controls import tables
from experiments.rivals.identities import controls_table, identity_claims
from experiments.rivals.names import PLAIN, RELABELLED, WHOLLY
from report.claims import NOT, PARTLY, REPRODUCED
from tilt.data.sources import embedded_digits
from tilt.io import table_of


@pytest.fixture(scope="module")
def controls():
    settings = {"train_per_class": 30, "epochs": 20}
    return tables(data=embedded_digits(60), settings=settings, seeds=[0], images_per_class=2)["controls"]


def difference(table, regulariser, place, layers):
    rows = (table["regulariser"] == regulariser) & (table["in_its_place"] == place)
    return float(table["difference"][rows & (table["layers"] == layers)][0])


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_a_temperature_is_a_decay_relabelled(controls, layers):
    """With start and learning rate relabelled too, the networks are the same at every step, to rounding."""
    assert difference(controls, "temperature", WHOLLY, layers) < 0.01
    assert difference(controls, "temperature", PLAIN, layers) > 0.1


def test_the_jacobian_penalty_is_decay(controls):
    own = difference(controls, "jacobian", RELABELLED, 1)
    assert own < 0.02
    assert difference(controls, "jacobian", PLAIN, 1) > 3 * own


def test_networks_of_the_table(controls):
    assert len(controls["difference"]) == 3 * 4 + 3
    of = controls["in_its_place"] == RELABELLED
    decays = 0.01 * np.array([9, 3, 3 ** (2 / 3), 1])
    np.testing.assert_allclose(controls["weight_decay"][of], decays)
    assert (controls["difference"][controls["in_its_place"] == ""] == 0).all()
    assert np.isfinite(controls["minimal_norm_median"]).all()


def made(exact=0.001, ratio=1.0, jacobian=0.005, without=0.5, seeds=(0, 1, 2)):
    rows = []
    for seed in seeds:
        for regulariser, layers, place, change, norm in (
            *(("temperature", n, *rest) for n in (1, 2)
              for rest in (("", 0, 1.0), (WHOLLY, exact, 1.0), (RELABELLED, 0.1, ratio), (PLAIN, 0.5, 0.7))),
            ("jacobian", 1, "", 0, 1.0), ("jacobian", 1, RELABELLED, jacobian, 1.0),
            ("jacobian", 1, PLAIN, without, 0.5),
        ):  # fmt: skip
            rows.append(
                {"regulariser": regulariser, "layers": layers, "seed": seed, "in_its_place": place,
                 "weight_decay": 0.01, "test_error": 0.1, "minimal_norm_median": norm * (1 + 0.01 * seed),
                 "difference": change}
            )  # fmt: skip
    return table_of(rows)


@pytest.mark.parametrize(
    ("given", "temperature", "jacobian"),
    [
        ({}, REPRODUCED, REPRODUCED),
        ({"seeds": (0,)}, PARTLY, REPRODUCED),
        ({"ratio": 1.2}, PARTLY, REPRODUCED),
        ({"exact": 0.2}, PARTLY, REPRODUCED),
        ({"exact": 0.2, "ratio": 0.8}, NOT, REPRODUCED),
        ({"without": 0.02}, REPRODUCED, PARTLY),
        ({"jacobian": 0.06, "without": 0.1}, REPRODUCED, NOT),
    ],
)
def test_identities_are_judged(given, temperature, jacobian):
    assert [claim.verdict for claim in identity_claims(made(**given))] == [temperature, jacobian]


def test_rows_of_the_page():
    rows = controls_table(made()).rows
    assert len(rows) == 2 * 4 + 3
    assert rows[1] == (
        "temperature", "1", "decay relabelled, start and learning rate too", "0.01", "3",
        "10.00 (10.00 to 10.00)", "1.01 (0.99 to 1.03)", "1.0e-03",
    )  # fmt: skip
