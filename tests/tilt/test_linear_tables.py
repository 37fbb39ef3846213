"""Tables of a path of linear classifiers."""

from dataclasses import replace

import numpy as np
import pytest

from optimality import problem
from tilt.data.images import BinaryPair, binary_pair
from tilt.data.sources import embedded_digits
from tilt.linear import fit_path
from tilt.linear.tables import (
    lambda_grid,
    optimal_row,
    path_table,
    plane_arrays,
    summary_table,
    weight_arrays,
)


@pytest.fixture(scope="module")
def seven_nine() -> BinaryPair:
    return binary_pair(embedded_digits(), 7, 9, 100)


def test_the_grid_of_lambda():
    article, lambdas = lambda_grid(-1, 7, 0.1, 1e-5)
    assert len(article) == 81
    assert article[0] == pytest.approx(0.1)
    assert article[-1] == 1e7
    np.testing.assert_allclose(lambdas, 1e-5 * article)


def test_the_tables_of_a_pair_agree_with_each_other(seven_nine):
    article, lambdas = lambda_grid(-1, 7, 0.5, 1e-5)
    path = fit_path(seven_nine.x_train, seven_nine.y_train, lambdas)
    table = path_table(seven_nine, path, article)
    weights, plane = weight_arrays(seven_nine, path), plane_arrays(seven_nine, path)
    half = np.linalg.norm(weights["centroid_j"] - weights["centroid_i"]) / 2
    np.testing.assert_allclose(table["d_adv"], half * np.cos(table["theta"]), rtol=1e-10)
    np.testing.assert_allclose(table["norm_w"], np.linalg.norm(weights["w"], axis=1))
    hinge = table["objective"] - table["lambda"] * table["norm_w"] ** 2
    assert (hinge >= -1e-9).all()
    assert (table["n_margin"] <= table["n_support"]).all()
    # the plane: distances from the boundary are those of the classifier, mirror images mirror them
    for k in (0, 8, 16):
        w, b = weights["w"][k], weights["b"][k]
        distance = (seven_nine.x_train @ w + b) / np.linalg.norm(w)
        in_plane = (
            np.cos(table["theta"][k]) * plane["z"]
            + np.sin(table["theta"][k]) * plane["n"][k]
            + table["midpoint_distance"][k]
        )
        np.testing.assert_allclose(in_plane, distance, atol=1e-6)
        mirrored = (plane["mirror_images"][:, k] @ w + b) / np.linalg.norm(w)
        np.testing.assert_allclose(mirrored, -distance[plane["representative"]], atol=1e-5)
        counts = plane["histogram_i"][k].sum(), plane["histogram_j"][k].sum()
        assert counts == (100, 100)
    assert plane["y"][plane["representative"]].tolist() == [-1, 1]


def test_from_lambda_inside_on_every_sample_is_inside_the_margin():
    X, y = problem("overlapping")
    pair = BinaryPair(X, y, X, y, (6,), 0, 1)
    needed = path_table(pair, fit_path(X, y, [1.0]), np.ones(1))["lambda_inside"][0]
    path = fit_path(X, y, needed * np.array([1 - 1e-6, 1 + 1e-9]), tol=1e-12)
    table = path_table(pair, path, np.ones(2))
    assert table["n_margin"].tolist() == [2, 0]
    assert table["theta"][0] > 1e-9 > table["theta"][1]
    np.testing.assert_array_equal(table["lambda_inside"], needed)


def test_a_validation_part_chooses_a_lambda_of_its_own(seven_nine):
    article, lambdas = lambda_grid(-1, 7, 1, 1e-5)
    wrong = replace(seven_nine, x_validation=seven_nine.x_test[:9], y_validation=-seven_nine.y_test[:9])
    path = fit_path(seven_nine.x_train, seven_nine.y_train, lambdas)
    table, validated = (path_table(pair, path, article) for pair in (seven_nine, wrong))
    assert "err_validation" not in table
    k = optimal_row(validated, "validation")
    assert validated["err_validation"][k] == validated["err_validation"].min()
    assert validated["err_validation"][0] == pytest.approx(
        np.mean(seven_nine.y_test[:9] * (seven_nine.x_test[:9] @ path.w[0] + path.b[0]) >= 0)
    )
    for name, column in table.items():
        np.testing.assert_array_equal(validated[name], column)
    summary = summary_table([(7, 9)], [validated])
    assert summary["lambda_validation"][0] == lambdas[k]
    assert summary["err_test_validation"][0] == table["err_test"][k]
    assert not any("validation" in name for name in summary_table([(7, 9)], [table]))


def test_the_balanced_error_counts_both_classes_alike(seven_nine):
    rows = np.concatenate([np.flatnonzero(seven_nine.y_test < 0)[:3], np.flatnonzero(seven_nine.y_test > 0)])
    few = replace(seven_nine, x_test=seven_nine.x_test[rows], y_test=seven_nine.y_test[rows])
    path = fit_path(few.x_train, few.y_train, [1e-5, 10.0])
    table = path_table(few, path, np.array([1.0, 1e6]))
    for k in range(2):
        wrong = few.y_test * (few.x_test @ path.w[k] + path.b[k]) <= 0
        assert table["balanced_err_test"][k] == pytest.approx((wrong[:3].mean() + wrong[3:].mean()) / 2)
        assert table["err_test"][k] == pytest.approx(wrong.mean())
    assert (table["balanced_err_test"] != table["err_test"]).all()


def test_lambda_optimal_is_the_largest_of_equals():
    table = {"err_test": np.array([0.2, 0.1, 0.1, 0.3]), "lambda": np.array([1.0, 2.0, 3.0, 4.0])}
    assert optimal_row(table) == 2
    table["lambda"] = table["lambda"][::-1]
    assert optimal_row(table) == 1


def test_the_summary_has_a_row_per_pair(seven_nine):
    article, lambdas = lambda_grid(-1, 7, 1, 1e-5)
    path = fit_path(seven_nine.x_train, seven_nine.y_train, lambdas)
    table = path_table(seven_nine, path, article)
    summary = summary_table([(7, 9), (7, 9)], [table, table])
    assert summary["class_i"].tolist() == [7, 7]
    assert summary["err_test_optimal"][0] == table["err_test"].min()
    assert summary["theta_smallest"][0] == table["theta"][0]
    assert summary["d_adv_largest"][0] == table["d_adv"][-1]
    assert summary["largest_duality_gap"][0] == table["duality_gap"].max()
