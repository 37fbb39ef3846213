"""The panel of the attacks shows tables and images."""

import numpy as np
import pytest

from compared import NETWORKS, at
from experiments.attack.panel import attack_panels
from experiments.attack.tables import accuracy_table, unattacked_table
from panels import check_states, unpacked
from report import article
from report.panels.mosaics import mosaic
from report.words import IMAGES

RNG = np.random.default_rng(3)


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
            assert y[np.flatnonzero(np.isclose(x, norm, rtol=1e-6, atol=0))[-1]] == pytest.approx(
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
