"""The panel of the training shows the histories and filters."""

import numpy as np
import pytest

from compared import NETWORKS, at
from experiments.training.panel import training_panels
from panels import check_states, unpacked
from report import article

RNG = np.random.default_rng(3)


def history(name):
    epochs = 2 if name == "wild" else 4
    table = {
        "epoch": np.arange(1, epochs + 1),
        "diverged": np.arange(epochs) == (1 if name == "wild" else -1),
    }
    errors = np.array([0.3, np.nan]) if name == "wild" else np.array([0.4, 0.1, 0.0002, 0.03])
    table |= {"train_error": errors / 2, "test_error": errors + 0.001 * len(name) * (name != "wild")}
    return table | {f"rms_{n}": (k + 1) * errors for k, n in enumerate(article.LAYERS)}


FILTERS = {name: RNG.normal(size=(7, 3, 3)) for name in NETWORKS} | {"wild": np.full((7, 3, 3), np.nan)}


@pytest.fixture(scope="module", params=[True, False], ids=["published", "other data"])
def record(request):
    histories = {name: history(name) for name in NETWORKS}
    return training_panels(
        NETWORKS, "high", histories, FILTERS, chance=0.9, test_images=50, published=request.param
    )


def test_it_shows_the_histories(record):
    assert check_states(record) == 6
    banks = unpacked(record)
    bank = banks["training"]
    for name, place in at(record).items():
        errors = history(name)["test_error"]
        curve = bank["curve_test_error"][place]
        assert np.isnan(curve[0])
        np.testing.assert_allclose(curve[1 : 1 + len(errors)], np.maximum(100 * errors, 0.1), rtol=1e-6)
        assert np.isnan(curve[1 + len(errors) :]).all()
        np.testing.assert_allclose(
            bank["train_error"][place], 100 * history(name)["train_error"][-1], rtol=1e-6
        )
        np.testing.assert_allclose(bank["least_error"][place], 100 * np.nanmin(errors), rtol=1e-6)
        assert bank["least_epoch"][place] == np.nanargmin(errors) + 1
        np.testing.assert_allclose(bank["end_fc2"][place], history(name)["rms_fc2"][-1], rtol=1e-6)
        assert bank["fate"][place[0]][place[1]] == ("diverged" if name == "wild" else "trained")
    for absent in ((0, 0), (1, 1)):
        assert bank["fate"][absent[0]][absent[1]] == "not trained"
        assert np.isnan(bank["curve_test_error"][absent]).all()
        assert np.isnan(bank["test_error"][absent])


def test_it_shows_the_filters_of_networks_that_have_finite_ones(record):
    banks = unpacked(record)
    start, decay = (control["tokens"] for control in record["panels"][0]["controls"])
    for name, (i, j) in at(record).items():
        bank = banks.get(f"training-filters/{start[i]}/{decay[j]}")
        if name == "wild":
            assert bank is None
        else:
            scaled = FILTERS[name] / np.abs(FILTERS[name]).max()
            assert bank["filters"].shape == (6, 15)
            np.testing.assert_allclose(bank["filters"][3:, 3:6], scaled[6], atol=1 / 254)
            assert (bank["filters"][3:, 6:] == 0).all()


def test_it_has_the_articles_points_where_they_belong(record):
    bank, places = unpacked(record)["training"], at(record)
    mentioned = "Squares" in record["panels"][0]["caption"]
    assert mentioned == ("article_test_error" in bank) == ("article_fc1" in bank)
    if not mentioned:
        return
    low, high = (places[side][1] for side in ("low", "high"))
    for side, column in (("low", low), ("high", high)):
        points = dict(
            zip(bank["article_test_error_epoch"][column], bank["article_test_error"][column], strict=True)
        )
        assert points == pytest.approx(article.LENET_CURVES[side, "test_error"])
        assert bank["article_fc1"][column, 0] == pytest.approx(article.LENET_RMS[side]["fc1"])
    assert np.isnan(bank["article_test_error"][0]).all()


def test_a_network_that_guesses_is_named_so():
    constant = {"epoch": np.array([1]), "diverged": np.array([False]), "test_error": np.array([0.9])}
    constant |= {name: np.array([0.9]) for name in ("train_error", *(f"rms_{n}" for n in article.LAYERS))}
    record = training_panels(
        {"high": NETWORKS["high"]}, "high", {"high": constant}, {"high": np.zeros((1, 2, 2))},
        chance=0.9, test_images=10, published=False,
    )  # fmt: skip
    assert check_states(record) == 1
    assert unpacked(record)["training"]["fate"] == [["no better than chance"]]


def test_filters_of_other_sizes_and_in_colour_are_drawn_on_one_sheet():
    """Of 2 x 2 and 3 x 3 pixels in colour, and of a network whose first layer sees no pixels."""
    filters = {"low": RNG.normal(size=(4, 2, 2, 3)), "high": RNG.normal(size=(7, 3, 3, 3))}
    filters["none"] = np.zeros((0, 0, 0))
    networks = {name: NETWORKS[name] for name in filters}
    histories = {name: history(name) for name in filters}
    record = training_panels(
        networks, "high", histories, filters, chance=0.9, test_images=50, published=False
    )
    check_states(record)
    sheets = [bank["filters"] for key, bank in unpacked(record).items() if "/" in key]
    assert [found.shape for found in sheets] == [(6, 15, 3)] * 2
    small = (1 + filters["low"] / np.abs(filters["low"]).max()) / 2
    assert any(np.allclose(sheet[2, 5], small[1, 1, 1], atol=1 / 253) for sheet in sheets)
