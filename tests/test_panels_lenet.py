"""Panels of LeNet, of its adversarial examples and of the sweep: what they hold are the tables' numbers."""

import numpy as np
import pytest

from attacked import attack_rows
from experiments.attack.panel import attack_panels
from experiments.attack.statistics import rows_of
from experiments.attack.tables import accuracy_table, unattacked_table
from experiments.lenet.panel import lenet_panels
from experiments.sweep.panel import sweep_panels
from experiments.sweep.tables import networks_table, summary_table
from panels import check_states, unpacked
from report import article
from report.panels.mosaics import mosaic
from report.words import IMAGES
from tilt.intervals import mean_interval

START = {"initial_weights": "improved_xavier", "pixel_scale": 0.1, "weight_scale": 1, "epochs": 4,
         "train_per_class": None, "seed": 0}  # fmt: skip
SMALL = START | {"initial_weights": "matconvnet", "pixel_scale": 1}
NETWORKS = {
    "low": START | {"weight_decay": 1e-4},
    "high": START | {"weight_decay": 0.1},
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
    return lenet_panels(
        NETWORKS, "high", histories, FILTERS, chance=0.9, test_images=50, published=request.param
    )


def test_lenet_shows_the_histories(lenet):
    assert check_states(lenet) == 6
    banks = unpacked(lenet)
    bank = banks["lenet"]
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
        bank = banks.get(f"lenet-filters/{start[i]}/{decay[j]}")
        if name == "wild":
            assert bank is None
        else:
            scaled = FILTERS[name] / np.abs(FILTERS[name]).max()
            assert bank["filters"].shape == (6, 15)
            np.testing.assert_allclose(bank["filters"][3:, 3:6], scaled[6], atol=1 / 254)
            assert (bank["filters"][3:, 6:] == 0).all()


def test_lenet_has_the_articles_points_where_they_belong(lenet):
    bank, places = unpacked(lenet)["lenet"], at(lenet)
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
    record = lenet_panels(
        {"high": NETWORKS["high"]}, "high", {"high": constant}, {"high": np.zeros((1, 2, 2))},
        chance=0.9, test_images=10, published=False,
    )  # fmt: skip
    assert check_states(record) == 1
    assert unpacked(record)["lenet"]["fate"] == [["no better than chance"]]


# Adversarial examples


def attacked(classes, per_class, shape):
    """An attack table, accuracies and images: the third image's ascent failed, the last has no nearest.

    `shape` is that of an image, grey or in colour.
    """
    label = np.repeat(np.arange(classes), per_class)
    n = len(label)
    originals = RNG.uniform(0, 255, (n, *shape))
    images = {"originals": originals}
    for key in SEARCHING:
        images[key] = np.clip(originals + RNG.normal(0, 20, originals.shape), 0, 255)
    norms = [np.sqrt(((images[key] - originals) ** 2).reshape(n, -1).sum(axis=1)) / 255 for key in SEARCHING]
    ascent = {"norm": norms[0], "success": np.arange(n) != 2}
    nearest = {"norm": np.where(np.arange(n) == n - 1, np.nan, norms[1])}
    table = attack_rows(label, dict(zip(SEARCHING, (ascent, nearest), strict=True)))
    return table, accuracy_table({LINEAR: (EPSILONS, np.array([0.5, 0.9, 0.2]))}, 1000), images


SEARCHING = ("targeted_ascent", "minimal_norm")
LINEAR, EPSILONS = "signed_gradient_step", [0.1, 0, 0.2]


@pytest.fixture(
    scope="module",
    params=[(2, 3, (6, 6)), (10, 2, (5, 7)), (25, 1, (6, 6)), (2, 3, (4, 6, 3))],
    ids=["2", "10", "25 classes", "colour"],
)
def attack(request):
    classes, per_class, shape = request.param
    first = attacked(classes, per_class, shape)
    of = {name: first if name == "high" else attacked(classes, per_class, shape) for name in NETWORKS}
    label = rows_of(first[0], "least")["label"]
    for name, (_, _, images) in of.items():
        images["originals"] = first[2]["originals"]
        if name == "wild":
            table = unattacked_table(
                np.arange(len(label)), label, dict.fromkeys(SEARCHING, False), "diverged"
            )
            nothing = dict.fromkeys(SEARCHING, np.full_like(images["originals"], np.nan))
            accuracy = accuracy_table({LINEAR: (EPSILONS, np.nan)}, 1000, "diverged")
            of[name] = table, accuracy, images | nothing
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
        ascent, minimal = (rows_of(tables[name], key) for key in SEARCHING)
        n = len(ascent["norm"])
        assert bank["status"][i][j] == ("diverged" if name == "wild" else "attacked")
        if name == "wild":
            assert np.isnan(bank["median_targeted_ascent"][place])
            assert np.isnan(bank["temperature"][place])
            assert np.isnan(bank["share_targeted_ascent_x"][place]).all()
            assert set(bank["norms"][i][j]) == {""}
            continue
        found = np.sort(ascent["norm"][ascent["success"]])
        nearest = np.sort(minimal["norm"][:-1])
        assert bank["reached_targeted_ascent"][i][j] == f"{n - 1} of {n}"
        assert bank["mean_targeted_ascent"][place] == pytest.approx(found.mean(), rel=1e-6)
        assert bank["median_targeted_ascent"][place] == pytest.approx(np.median(found), rel=1e-6)
        assert bank["median_minimal_norm"][place] == pytest.approx(np.median(nearest), rel=1e-6)
        x, y = bank["share_minimal_norm_x"][place], bank["share_minimal_norm_y"][place]
        for norm in nearest:  # the curve is at the share of norms up to here
            assert y[np.flatnonzero(np.isclose(x, norm))[-1]] == pytest.approx(
                100 * np.mean(nearest <= norm) * (n - 1) / n
            )
        assert np.nanmax(y) == pytest.approx(100 * (n - 1) / n)
        np.testing.assert_allclose(bank[f"accuracy_{LINEAR}"][place], [90, 50, 20])  # by rising ε
        ends = [bank[f"accuracy_{end}_{LINEAR}"][place][0] for end in ("low", "high")]
        np.testing.assert_allclose(ends, [87.98, 91.71], atol=0.01)  # Wilson's interval of 900 in 1,000
    assert bank["status"][0][0] == bank["status"][1][1] == "not trained"


def test_networks_none_of_which_was_attacked_have_a_section():
    label = np.array([0, 1])
    table = unattacked_table(label, label, dict.fromkeys(SEARCHING, False), "no temperature")
    images = {key: np.zeros((2, 4, 4)) for key in ("originals", *SEARCHING)}
    accuracy = accuracy_table({LINEAR: ([0, 0.1], np.nan)}, 2, "no temperature")
    record = attack_panels(
        {"high": NETWORKS["high"]}, "high", {"high": table}, {"high": accuracy},
        {"high": None}, {"high": images}, IMAGES, published=False,
    )  # fmt: skip
    assert check_states(record) == 2
    assert list(record["banks"]) == ["attack"]
    assert record["banks"]["attack"]["status"] == [["no temperature"]]


def test_attack_shows_the_images(attack):
    record, tables, images = attack
    banks = unpacked(record)
    start, decay = (control["tokens"] for control in record["panels"][0]["controls"])
    first = np.unique(rows_of(tables["high"], "least")["label"], return_index=True)[1][:10]
    originals = images["high"]["originals"][first] / 255
    np.testing.assert_allclose(banks["attack"]["original"], mosaic(originals, len(first)), atol=1 / 62)
    for name, (i, j) in at(record).items():
        bank = banks.get(f"attack/{start[i]}/{decay[j]}")
        if name == "wild":
            assert bank is None
            continue
        for key in SEARCHING:
            row = f"{key}_change"
            shown = mosaic(images[name][key][first] / 255, len(first))
            np.testing.assert_allclose(bank[key], shown, atol=1 / 62)
            change = shown - mosaic(originals, len(first))
            scaled = change / np.abs(change).max()
            scaled = (1 + scaled) / 2 if scaled.ndim > 2 else scaled  # in colour around mid grey
            np.testing.assert_allclose(bank[row], scaled, atol=1 / 253)
        texts = banks["attack"]["norms"][i][j]
        norms = rows_of(tables[name], "targeted_ascent")["norm"][first]
        assert [float(text.strip("()")) for text in texts[: len(first)]] == pytest.approx(norms, abs=0.006)
        assert [text.startswith("(") for text in texts[: len(first)]] == (first == 2).tolist()
        expected = np.isfinite(rows_of(tables[name], "minimal_norm")["norm"][first])
        assert [text != "none" for text in texts[len(first) :]] == expected.tolist()


def test_images_in_colour_are_drawn_so_and_keep_their_sides(attack):
    record, tables, images = attack
    panel = record["panels"][0]
    (plot,) = (plot["item"] for plot in panel["plots"] if plot["alt"].startswith("Originals"))
    height, width, *channels = images["high"]["originals"].shape[1:]
    kind = "ImageRGBA" if channels else "Image"
    glyphs = [part["attributes"] for part in parts_of(plot) if part.get("name") == kind]
    count = min(len(np.unique(tables["high"]["label"])), 10)
    assert glyphs
    assert {(glyph["dw"]["value"], glyph["dh"]["value"]) for glyph in glyphs} == {(count * width, height)}
    assert ("mid grey" in panel["caption"]) == bool(channels)


def parts_of(item):
    """Every mapping within a figure's JSON."""
    if isinstance(item, dict):
        yield item
    for part in item.values() if isinstance(item, dict) else item if isinstance(item, list) else ():
        yield from parts_of(part)


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
        attacks.append(attack_rows([0], {"targeted_ascent": {"norm": [1.0 + k]}}))
    table = networks_table(settings, histories, attacks, [2.0] * len(settings), chance=0.9)
    summary = summary_table(table)
    record = sweep_panels(settings, "high_0", summary, published=True)
    quantity, decay = record["panels"][0]["controls"]
    assert "minimal_norm_median" not in quantity["tokens"]  # was not measured
    assert check_states(record) == 4 * 3
    bank = unpacked(record)["sweep"]
    assert decay["start"] == decay["tokens"].index("0.1")
    starts = list(dict.fromkeys(table["start"].tolist()))
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
