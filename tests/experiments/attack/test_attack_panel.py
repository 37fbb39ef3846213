"""The panel of the attacks shows tables and images."""

import numpy as np
import pytest

from attacked import attack_rows
from compared import NETWORKS, at
from experiments.attack.panel import attack_panels
from experiments.attack.statistics import rows_of
from experiments.attack.tables import accuracy_table, unattacked_table
from panels import check_states, unpacked
from report import article
from report.panels.mosaics import mosaic
from report.words import IMAGES

RNG = np.random.default_rng(3)


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
            assert y[np.flatnonzero(np.isclose(x, norm, rtol=1e-6, atol=0))[-1]] == pytest.approx(
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


def test_networks_that_take_other_sizes_are_drawn_in_the_finest():
    (coarse, accuracy, small), (fine, _, large) = (attacked(2, 2, shape) for shape in ((3, 3), (6, 6)))
    networks = {name: NETWORKS[name] for name in ("low", "high")}
    record = attack_panels(
        networks, "high", {"low": coarse, "high": fine}, dict.fromkeys(networks, accuracy),
        dict.fromkeys(networks, 1.5), {"low": small, "high": large}, IMAGES, published=False,
    )  # fmt: skip
    check_states(record)
    banks = unpacked(record)
    first = [0, 2]
    shown = mosaic(large["originals"][first] / 255, 2)
    np.testing.assert_allclose(banks["attack"]["original"], shown, atol=1 / 62)
    (bank,) = (bank for key, bank in banks.items() if key.endswith("/0.0001"))
    pixels = small["minimal_norm"][first].repeat(2, axis=1).repeat(2, axis=2)
    np.testing.assert_allclose(bank["minimal_norm"], mosaic(pixels / 255, 2), atol=1 / 62)
