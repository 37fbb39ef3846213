"""Panels of LeNet, of its adversarial examples and of the sweep: what they hold are the tables' numbers."""

import numpy as np
import pytest

from experiments.attack.panel import attack_panels
from experiments.attack.tables import accuracy_table, unattacked_table
from experiments.sweep.panel import sweep_panels
from experiments.sweep.tables import networks_table, summary_table
from experiments.training.panel import training_panels
from made import RECIPE
from panels import check_states, unpacked
from report import article
from report.panels.mosaics import mosaic
from report.words import IMAGES
from tilt.intervals import mean_interval

IMPROVED = RECIPE | {"initial_weights": "improved_xavier", "pixel_scale": 0.1, "epochs": 4, "seed": 0}
SMALL = IMPROVED | {"initial_weights": "matconvnet", "pixel_scale": 1}
NETWORKS = {
    "low": IMPROVED | {"weight_decay": 1e-4},
    "high": IMPROVED | {"weight_decay": 0.1},
    "none": SMALL | {"weight_decay": 0.0},
    "wild": SMALL | {"weight_decay": 0.1},  # diverges
}
RNG = np.random.default_rng(3)


def at(record):
    """Where the grid has each network, by what the controls say."""
    start, decay = record["panels"][0]["controls"]
    places = {}
    for name, network in NETWORKS.items():
        text = {"matconvnet": "N(0, 0.01²)", "improved_xavier": "Xavier"}[network["initial_weights"]]
        (row,) = (k for k, label in enumerate(start["texts"]) if text in label)
        places[name] = row, decay["tokens"].index(f"{network['weight_decay']:g}")
    assert (start["start"], decay["start"]) == places["high"]
    return places


# LeNet


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
def lenet(request):
    histories = {name: history(name) for name in NETWORKS}
    return training_panels(
        NETWORKS, "high", histories, FILTERS, chance=0.9, test_images=50, published=request.param
    )


def test_lenet_shows_the_histories(lenet):
    assert check_states(lenet) == 6
    banks = unpacked(lenet)
    bank = banks["training"]
    for name, place in at(lenet).items():
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


def test_lenet_shows_the_filters_of_networks_that_have_finite_ones(lenet):
    banks = unpacked(lenet)
    start, decay = (control["tokens"] for control in lenet["panels"][0]["controls"])
    for name, (i, j) in at(lenet).items():
        bank = banks.get(f"training-filters/{start[i]}/{decay[j]}")
        if name == "wild":
            assert bank is None
        else:
            scaled = FILTERS[name] / np.abs(FILTERS[name]).max()
            assert bank["filters"].shape == (6, 15)
            np.testing.assert_allclose(bank["filters"][3:, 3:6], scaled[6], atol=1 / 254)
            assert (bank["filters"][3:, 6:] == 0).all()


def test_lenet_has_the_articles_points_where_they_belong(lenet):
    bank, places = unpacked(lenet)["training"], at(lenet)
    mentioned = "Squares" in lenet["panels"][0]["caption"]
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


# Adversarial examples


def attacked(classes, per_class, side):
    """An attack table, accuracies and images: the third image's ascent failed, the last has no nearest."""
    label = np.repeat(np.arange(classes), per_class)
    n = len(label)
    originals = RNG.uniform(0, 255, (n, side, side))
    images = {"originals": originals}
    for key in ("adversarial", "minimal"):
        images[key] = np.clip(originals + RNG.normal(0, 20, originals.shape), 0, 255)
    norm, minimal = (
        np.sqrt(((images[key] - originals) ** 2).sum(axis=(1, 2))) / 255 for key in ("adversarial", "minimal")
    )
    table = {
        "label": label, "norm": norm, "success": np.arange(n) != 2, "status": np.full(n, "attacked"),
        "minimal_norm": np.where(np.arange(n) == n - 1, np.nan, minimal),
    }  # fmt: skip
    return table, accuracy_table([0.1, 0, 0.2], np.array([0.5, 0.9, 0.2]), 1000), images


@pytest.fixture(scope="module", params=[(2, 3), (10, 2), (25, 1)], ids=["2", "10", "25 classes"])
def attack(request):
    classes, per_class = request.param
    first = attacked(classes, per_class, 6)
    of = {name: first if name == "high" else attacked(classes, per_class, 6) for name in NETWORKS}
    label = first[0]["label"]
    for name, (_, _, images) in of.items():
        images["originals"] = first[2]["originals"]
        if name == "wild":
            table = unattacked_table(np.arange(len(label)), label, label, "diverged")
            nothing = dict.fromkeys(("adversarial", "minimal"), np.full_like(images["originals"], np.nan))
            of[name] = table, accuracy_table([0.1, 0, 0.2], np.nan, 1000, "diverged"), images | nothing
    tables, accuracies, images = ({name: each[k] for name, each in of.items()} for k in range(3))
    temperatures = {name: None if name == "wild" else 1.5 for name in NETWORKS}
    record = attack_panels(
        NETWORKS, "high", tables, accuracies, temperatures, images, IMAGES, published=classes == 10
    )
    return record, tables, images


def test_attack_shows_the_tables(attack):
    record, tables, _ = attack
    assert check_states(record) == 12
    bank = unpacked(record)["attack"]
    for name, place in at(record).items():
        i, j = place
        table, n = tables[name], len(tables[name]["norm"])
        assert bank["status"][i][j] == ("diverged" if name == "wild" else "attacked")
        if name == "wild":
            assert np.isnan(bank["median_norm"][place])
            assert np.isnan(bank["temperature"][place])
            assert np.isnan(bank["share_norm_x"][place]).all()
            assert set(bank["norms"][i][j]) == {""}
            continue
        found = np.sort(table["norm"][table["success"]])
        nearest = np.sort(table["minimal_norm"][:-1])
        assert bank["reached"][i][j] == f"{n - 1} of {n}"
        assert bank["mean"][place] == pytest.approx(found.mean(), rel=1e-6)
        assert bank["median_norm"][place] == pytest.approx(np.median(found), rel=1e-6)
        assert bank["median_minimal_norm"][place] == pytest.approx(np.median(nearest), rel=1e-6)
        x, y = bank["share_minimal_norm_x"][place], bank["share_minimal_norm_y"][place]
        for norm in nearest:  # the curve is at the share of norms up to here
            assert y[np.flatnonzero(np.isclose(x, norm))[-1]] == pytest.approx(
                100 * np.mean(nearest <= norm) * (n - 1) / n
            )
        assert np.nanmax(y) == pytest.approx(100 * (n - 1) / n)
        np.testing.assert_allclose(bank["accuracy"][place], [90, 50, 20])  # by rising ε
        ends = [bank[f"accuracy_{end}"][place][0] for end in ("low", "high")]
        np.testing.assert_allclose(ends, [87.98, 91.71], atol=0.01)  # Wilson's interval of 900 in 1,000
    assert bank["status"][0][0] == bank["status"][1][1] == "not trained"


def test_networks_none_of_which_was_attacked_have_a_section():
    label = np.array([0, 1])
    table = unattacked_table(label, label, label, "no temperature")
    images = {key: np.zeros((2, 4, 4)) for key in ("originals", "adversarial", "minimal")}
    record = attack_panels(
        {"high": NETWORKS["high"]}, "high", {"high": table}, {"high": accuracy_table([0, 0.1], np.nan, 2)},
        {"high": None}, {"high": images}, IMAGES, published=False,
    )  # fmt: skip
    assert check_states(record) == 2
    assert list(record["banks"]) == ["attack"]
    assert record["banks"]["attack"]["status"] == [["no temperature"]]


def test_attack_shows_the_images(attack):
    record, tables, images = attack
    banks = unpacked(record)
    start, decay = (control["tokens"] for control in record["panels"][0]["controls"])
    first = np.unique(tables["high"]["label"], return_index=True)[1][:10]
    originals = images["high"]["originals"][first] / 255
    np.testing.assert_allclose(banks["attack"]["original"], mosaic(originals, len(first)), atol=1 / 62)
    for name, (i, j) in at(record).items():
        bank = banks.get(f"attack/{start[i]}/{decay[j]}")
        if name == "wild":
            assert bank is None
            continue
        for key, row in (("adversarial", "change"), ("minimal", "minimal_change")):
            shown = mosaic(images[name][key][first] / 255, len(first))
            np.testing.assert_allclose(bank[key], shown, atol=1 / 62)
            change = shown - mosaic(originals, len(first))
            np.testing.assert_allclose(bank[row], change / np.abs(change).max(), atol=1 / 253)
        texts = banks["attack"]["norms"][i][j]
        norms = tables[name]["norm"][first]
        assert [float(text.strip("()")) for text in texts[: len(first)]] == pytest.approx(norms, abs=0.006)
        assert [text.startswith("(") for text in texts[: len(first)]] == (first == 2).tolist()
        expected = np.isfinite(tables[name]["minimal_norm"][first])
        assert [text != "none" for text in texts[len(first) :]] == expected.tolist()


def test_attack_has_the_articles_norms_where_they_belong(attack):
    record, tables, _ = attack
    bank, places = unpacked(record)["attack"], at(record)
    if len(np.unique(tables["high"]["label"])) != 10:
        assert "article_norms" not in bank
        return
    for side in ("low", "high"):
        column = places[side][1]
        np.testing.assert_allclose(bank["article_norms"][column], article.ATTACK_NORMS[side], rtol=1e-6)
        assert bank["article_median"][column] == pytest.approx(np.median(article.ATTACK_NORMS[side]))
    assert np.isnan(bank["article_norms"][0]).all()


# Sweep


def test_sweep_shows_the_summary():
    settings = {
        f"{name}_{seed}": network | {"seed": seed} for name, network in NETWORKS.items() for seed in (0, 1, 2)
    }
    histories, attacks = [], []
    for k, name in enumerate(settings):
        error = 0.95 if name in ("wild_0", "none_0", "none_1", "none_2") else 0.02 + 0.01 * k
        columns = ("test_error", "train_error", *(f"rms_{n}" for n in article.LAYERS))
        history = {"epoch": np.array([1]), "diverged": np.array([False])}
        histories.append(history | {column: np.array([error]) for column in columns})
        attacks.append({"norm": np.array([1.0 + k]), "success": np.array([True])})
    table = networks_table(settings, histories, attacks, [2.0] * len(settings), chance=0.9)
    summary = summary_table(table)
    record = sweep_panels(settings, "high_0", summary, published=True)
    quantity, decay = record["panels"][0]["controls"]
    assert "minimal_norm_median" not in quantity["tokens"]  # was not measured
    assert check_states(record) == 4 * 3
    bank = unpacked(record)["sweep"]
    assert decay["start"] == decay["tokens"].index("0.1")
    starts = list(dict.fromkeys(table["recipe"].tolist()))
    xavier = next(k for k, start in enumerate(starts) if "Xavier" in start)
    q, d = quantity["tokens"].index("test_error"), decay["tokens"].index("0.0001")
    errors = [
        100 * history["test_error"][0]
        for name, history in zip(settings, histories, strict=True)
        if "low" in name
    ]
    mean, low, high = mean_interval(np.array(errors))
    assert bank[f"mean_{xavier}"][q, d] == pytest.approx(mean)
    assert bank[f"most_{xavier}"][q, d] == pytest.approx(high)
    assert bank[f"text_{xavier}"][q][d] == f"{mean:.2f} % ({low:.2f} to {high:.2f}), n = 3"
    assert bank[f"text_{xavier}"][q][decay["tokens"].index("0")] == "not trained"
    wild = bank[f"text_{1 - xavier}"][q][decay["tokens"].index("0.1")]
    assert wild.endswith("n = 2, 1 diverged")
    assert bank[f"text_{1 - xavier}"][q][0] == "–, 3 diverged"
    assert np.isfinite(bank[f"cross_{1 - xavier}"][q]).tolist() == [True, False, True]
    assert bank["article"][q].tolist() == pytest.approx([np.nan, 1.6, 1.2], nan_ok=True)
    assert bank["low"][q] < 1.2 < 1.6 < bank["high"][q]
