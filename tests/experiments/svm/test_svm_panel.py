"""The panel of the SVM, and that of the published tables beside it, show the tables."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest

from experiments.published.panel import published_bank, published_panel
from experiments.svm import panel as svm
from panels import check_states, part, unpack
from report.panels.base import power, section
from report.words import IMAGES, VECTORS
from tilt.data.images import BinaryPair
from tilt.geometry import (
    TiltPlane,
    mirror_image,
    nearest_centroid_direction,
    signed_distance,
    tilt_directions,
)
from tilt.linear import fit_path
from tilt.linear.tables import lambda_grid, optimal_row, path_table, plane_arrays, weight_arrays
from tilt.losses import hinge, scaled

GRID = lambda_grid(0, 4, 1, 1e-3)
NAMED = replace(IMAGES, names=["nought", "one", "a class with a long name", "three", "four", "five"])


@pytest.fixture(scope="module")
def pairs():
    """Two pairs of grey 4 x 3 images with their path, planes and weights."""
    chance = np.random.default_rng(0)
    found = {}
    for name, gap in (("0v1", 0.3), ("2v5", 0.1)):
        y = np.repeat([-1.0, 1.0], 30)
        x = (0.5 + gap * y[:, None] * np.linspace(0, 1, 12) + chance.normal(0, 0.2, (60, 12))).clip(0, 1)
        pair = BinaryPair(x[::2], y[::2], x[1::2], y[1::2], (4, 3), 0, 1)
        article, lambdas = GRID
        path = fit_path(pair.x_train, pair.y_train, lambdas)
        found[name] = (
            pair,
            path,
            path_table(pair, path, article),
            plane_arrays(pair, path),
            weight_arrays(pair, path),
        )
    return found


@pytest.fixture(scope="module")
def of_svm(pairs):
    paths = {name: table for name, (_, _, table, _, _) in pairs.items()}
    pair, lam = svm.pair_control(list(paths), "2v5", NAMED), svm.lambda_control(paths["2v5"])
    overview, bank = svm.map_panel(paths, pair, lam, NAMED)
    banks = {"svm-map": bank}
    for name, (_, _, table, planes, weights) in pairs.items():
        banks |= svm.pair_banks(name, table, planes, weights, NAMED)
    banks["logistic/0v1"] = svm.logistic_bank(paths["2v5"], pairs["2v5"][4])
    one = svm.pair_panel(paths, pair, lam, NAMED, shape=(4, 3), per_class=15, published=True)
    return json.loads(json.dumps(section([overview, one], banks), allow_nan=False))


@pytest.mark.parametrize("name", ["0v1", "2v5"])
@pytest.mark.parametrize("k", [0, 2, 4])
def test_a_view_of_the_svm_shows_that_pair_at_that_lambda(pairs, of_svm, name, k):
    pair, path, table, planes, _ = pairs[name]

    def shown(array, **more):
        return part(of_svm, array, pair=name, **{"lambda": str(k)}, **more)

    w, b = path.w[k], path.b[k]
    d = pair.y_train * signed_distance(pair.x_train, w, b)
    for side, label in (("i", -1), ("j", 1)):
        counts = shown(f"outline_{side}")[1:-1:2]
        inside = d[pair.y_train == label]
        assert counts.sum() == len(inside) == 15
        assert (
            abs(np.histogram(inside, shown("outline_x")[::2])[0] - counts).sum() <= 2
        )  # 32 bits move a sample across an edge
    assert shown("d_adv") == pytest.approx(d.mean(), rel=1e-6)
    assert shown("test_percent") == pytest.approx(100 * table["err_test"][k])
    np.testing.assert_allclose(part(of_svm, "test_percent", pair=name), 100 * table["err_test"])
    np.testing.assert_allclose(shown("errors"), 100 * np.array([table["err_train"][k], table["err_test"][k]]))
    np.testing.assert_allclose(
        shown("hinge_y"),
        scaled(hinge, np.linalg.norm(w))(shown("hinge_x")),
        atol=1e-5 * shown("hinge_y").max(),
    )
    np.testing.assert_allclose(shown("direction"), w / abs(w).max(), atol=0.5 / 127 + 1e-9)
    x = planes["images"][0]
    np.testing.assert_allclose(shown("mirror_i"), mirror_image(x, w, b).clip(-0.5, 1.5), atol=0.5 / 84 + 1e-6)
    assert shown("gap_i") == pytest.approx(2 * abs(signed_distance(x, w, b)), rel=1e-5)
    best = optimal_row(table)
    assert shown("optimal") == pytest.approx(table["lambda_article"][best])


def test_boundaries_that_are_never_tilted_have_panels():
    x, y = np.array([[0.2], [0.4], [0.5], [0.9]]), np.array([-1.0, -1, 1, 1])
    pair = replace(BinaryPair(x, y, x, y, (1,), 0, 1), x_validation=x, y_validation=y)
    path = fit_path(x, y, GRID[1])
    table = path_table(pair, path, GRID[0])
    controls = svm.pair_control(["0v1"], "0v1", IMAGES), svm.lambda_control(table)
    overview, bank = svm.map_panel({"0v1": table}, *controls, IMAGES)
    banks = svm.pair_banks("0v1", table, plane_arrays(pair, path), weight_arrays(pair, path), IMAGES)
    one = svm.pair_panel({"0v1": table}, *controls, IMAGES, shape=(1,), per_class=2, published=False)
    record = section([overview, one], {"svm-map": bank} | banks)
    assert check_states(record)
    low, high = part(record, "window_n", pair="0v1")
    assert low < 0 < high
    best = table["lambda_article"][optimal_row(table, "validation")]
    shown = part(record, "validation_text", pair="0v1")
    assert shown == f"{power(np.log10(best))} (test error there 0.00 %)"


@pytest.mark.parametrize("view", ["tilting", "fixed"])
@pytest.mark.parametrize("k", [0, 1, 3])
def test_both_planes_are_projections(pairs, of_svm, view, k):
    pair, path, table, planes, weights = pairs["0v1"]

    def shown(array):
        return part(of_svm, array, pair="0v1", plane=view, **{"lambda": str(k)})

    i, j = weights["centroid_i"], weights["centroid_j"]
    z_hat = nearest_centroid_direction(pair.x_train, pair.y_train)
    n_hat = tilt_directions(path.w, z_hat)[k if view == "tilting" else optimal_row(table)]
    plane = TiltPlane((i + j) / 2, z_hat, n_hat)
    reach = max(shown("window_z")[1], shown("window_n")[1])
    for c, side in enumerate("ij"):
        expected = plane.coordinates(pair.x_train[pair.y_train == (-1, 1)[c]])
        cells = np.stack([shown(f"column_{side}"), shown(f"row_{side}")], 1)
        width = shown("side").item() / 64  # a picture of 30 points
        np.testing.assert_allclose(shown("corner") + (cells + 0.5) * width, expected, atol=0.5001 * width)
        x = planes["images"][c]
        mirror = plane.coordinates(mirror_image(x, path.w[k], path.b[k]))
        for what, place in (("x", plane.coordinates(x)), ("mirror", mirror)):
            found = [shown(f"{what}_z")[c], shown(f"{what}_n")[c]]
            np.testing.assert_allclose(found, place, atol=0.001 * reach)
        np.testing.assert_allclose(shown(f"path_{side}_z")[k], mirror[0], atol=0.001 * reach)
    lines = {0: ("boundary_z", "boundary_n")} | dict.fromkeys((-1, 1), ("margins_z0", "margins_n0"))
    for score, (along, across) in lines.items():
        z, n = shown(along), shown(across)
        if score:  # of both margins the first ends
            z, n = z[[(score + 1) // 2]], n[[(score + 1) // 2]]
        on_line = plane.origin + np.outer(z, z_hat) + np.outer(n, n_hat)
        assert np.hypot(z, n).max() > 15 * reach  # however wide a figure is
        np.testing.assert_allclose(
            on_line @ path.w[k] + path.b[k], score, atol=2e-5 * abs(path.w[k]).max() * 20 * reach
        )


def test_the_map_shows_all_pairs_and_the_chosen_one(pairs, of_svm):
    for quantity, factor in (("theta", 180 / np.pi), ("err_train", 100)):
        values = part(of_svm, "values", quantity=quantity, **{"lambda": "3"})
        np.testing.assert_allclose(
            values, [factor * table[quantity][3] for _, _, table, _, _ in pairs.values()], rtol=1e-6
        )
    bank = of_svm["banks"]["svm-map"]  # of classes 0, 1, 2, 5
    assert [unpack(bank[name]).tolist() for name in ("row", "column")] == [[0, 2], [1, 3]]


def test_a_pair_without_logistic_regression_has_no_bank_of_it(of_svm):
    assert "logistic/0v1" in of_svm["banks"]
    assert "logistic/2v5" not in of_svm["banks"]


def test_menus_and_legends_name_the_classes_of_a_pair(of_svm):
    (menu,) = (each for each in of_svm["panels"][0]["controls"] if each["name"] == "pair")
    assert menu["tokens"] == ["0v1", "2v5"]
    assert menu["texts"] == ["nought v one", "a class with a long name v five"]
    assert part(of_svm, "class_i", pair="2v5") == "I: a class with a…"
    assert part(of_svm, "class_j", pair="2v5") == "J: five"
    labels = [target["model"] for target in of_svm["panels"][1]["targets"] if "label" in target["parts"]]
    assert len(labels) == 4  # of the histogram and of the plane


def one_pair(pairs, shape, words, scale=1.0):
    """The record of one pair of which samples have another shape, and are `scale` times as large."""
    pair, _, _, _, _ = pairs["0v1"]
    article, lambdas = GRID
    pair = replace(pair, x_train=scale * pair.x_train, x_test=scale * pair.x_test, shape=shape)
    path = fit_path(pair.x_train, pair.y_train, scale**2 * lambdas)
    table, planes, weights = (
        path_table(pair, path, article),
        plane_arrays(pair, path),
        weight_arrays(pair, path),
    )
    panel = svm.pair_panel(
        {"0v1": table}, svm.pair_control(["0v1"], "0v1", words), svm.lambda_control(table), words,
        shape=shape, per_class=15, published=False,
    )  # fmt: skip
    banks = svm.pair_banks("0v1", table, planes, weights, words)
    record = json.loads(json.dumps(section([panel], banks), allow_nan=False))
    return record, planes, weights


@pytest.mark.parametrize("scale", [1e-4, 1.0, 1e4])
def test_features_of_any_scale_are_bars_to_a_thousandth(pairs, scale):
    record, planes, weights = one_pair(pairs, (12,), VECTORS, scale)
    assert not any(plot["size"] == "small" for plot in record["panels"][0]["plots"])
    bank = {
        name: unpack(array) for name, array in record["banks"]["svm/0v1"].items() if isinstance(array, dict)
    }
    for c, side in enumerate("ij"):
        for name, values in (("image", planes["images"][c]), ("mirror", planes["mirror_images"][c])):
            found = bank[f"{name}_{side}"]
            np.testing.assert_allclose(found, values, atol=0.0006 * np.abs(values).max())
    w = weights["w"]
    relative = w / np.abs(w).max(axis=1, keepdims=True)
    np.testing.assert_allclose(bank["direction"], relative, atol=0.0006)
    left, right = planes["histogram_edges"][0, [0, -1]]
    assert bank["last"] == pytest.approx(right, rel=1e-6)
    assert bank["first"] == pytest.approx(min(left, -0.02 * right), rel=1e-6)
    places = record["banks"]["plane/0v1/tilting"]
    z, n = unpack(places["boundary_z"]), unpack(places["boundary_n"])
    np.testing.assert_allclose(
        np.hypot(np.ptp(z, axis=1), np.ptp(n, axis=1)) / unpack(places["window_z"])[1],
        np.full(len(z), 40 * max(1, unpack(places["window_n"])[1] / unpack(places["window_z"])[1])),
        rtol=1e-5,
    )
    told = json.dumps(record["panels"], ensure_ascii=False)
    assert not re.search(r"pixel|(?<!mirror )\bimages?\b(?!_|\")", told)


def test_colour_images_are_in_colour_and_weights_by_channel(pairs):
    record, planes, weights = one_pair(pairs, (2, 2, 3), IMAGES)
    bank = record["banks"]["svm/0v1"]
    np.testing.assert_allclose(unpack(bank["image_i"]), planes["images"][0], atol=0.5 / 127)
    mirrors = planes["mirror_images"][1].clip(-0.5, 1.5)
    np.testing.assert_allclose(unpack(bank["mirror_j"]), mirrors, atol=0.5 / 84 + 1e-6)
    w = weights["w"]
    relative = (w / np.abs(w).max(axis=1, keepdims=True)).reshape(len(w), 4, 3)
    for channel, name in enumerate(("red", "green", "blue")):
        found = unpack(bank[f"direction_{name}"])
        np.testing.assert_allclose(found, relative[..., channel], atol=0.5 / 127 + 1e-9)
    kinds = [target["kind"] for target in record["panels"][0]["targets"]]
    assert (kinds.count("colours"), kinds.count("image")) == (4, 6)


def test_a_view_of_the_published_tables(pairs):
    _, _, table, _, _ = pairs["2v5"]
    k = len(table["lambda"])
    compared = {"lambda_article": table["lambda_article"], "bias_unique": np.arange(k) % 2}
    for quantity in ("theta", "norm_w", "d_adv", "err_train", "err_test"):
        compared |= {f"{quantity}_ours": table[quantity], f"{quantity}_published": table[quantity] + 0.001,
                     f"{quantity}_deviation": np.full(k, -0.001)}  # fmt: skip
    compared["err_test_deviation"][1] = 0.2
    pair, lam = svm.pair_control(["2v5"], "2v5", IMAGES), svm.lambda_control(table)
    panel, bank = published_panel(pair, lam, table, {"2v5"})
    record = section([panel], {"published": bank, "published/2v5": published_bank(compared)})
    assert part(record, "within", published_quantity="err_test") == "1 of 2 within tolerance"
    assert part(record, "at_hand") == "compared"
    assert part(record, "greatest", published_quantity="d_adv") > table["d_adv"].max()
    assert part(record, "largest", published_quantity="err_test") == pytest.approx(0.2)
    np.testing.assert_allclose(
        part(record, "published", published_quantity="d_adv"), table["d_adv"] + 0.001, rtol=1e-6
    )
    assert np.isnan(part(record, "deviation", published_quantity="err_train")[::2]).all()
    assert part(record, "ours", published_quantity="theta", **{"lambda": "2"}) == pytest.approx(
        table["theta"][2]
    )
