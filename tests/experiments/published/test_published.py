"""The article's tables: where they come from, how ours compare, and who is right where they differ."""

import numpy as np
import pytest
from sklearn.svm import SVC

from experiments.published import figures
from experiments.published.tables import (
    TOLERANCES,
    arbitrate,
    deviations,
    fetch_tables,
    read_table,
    summarise,
)
from made import THEIRS, published_rows, published_text
from report.figures.style import save_figure
from tilt.data.images import BinaryPair, binary_pair
from tilt.data.sources import torchvision_images
from tilt.errors import InputError
from tilt.io import read_table as read_csv
from tilt.io import write_table
from tilt.linear import fit_path
from tilt.linear.tables import path_table

ALPHAS = np.arange(-10, 71) / 10


def ours() -> dict[str, np.ndarray]:
    """Our table that agrees with `published_rows` in every number."""
    theirs = read_table(published_text(published_rows()), "extras_79.csv")
    table = {
        name: theirs[name].copy() for name in ("lambda_article", "theta", "d_adv", "err_train", "err_test")
    }
    return table | {
        "norm_w": 1 / theirs["inverse_norm_w"],
        "bias_low": np.zeros(81),
        "bias_high": np.zeros(81),
        "n_margin": np.zeros(81),
    }


def test_columns_of_a_file_are_lambdas_that_fall_and_rows_of_a_table_lambdas_that_rise():
    np.testing.assert_allclose(np.log10(THEIRS["lambda_article"]), ALPHAS, atol=1e-12)
    ends = {name: (column[0], column[-1]) for name, column in THEIRS.items() if name != "lambda_article"}
    assert ends == {
        "theta": (1.5, 0.7),
        "midpoint_distance": (0.3, -0.5),
        "inverse_norm_w": (1, 2),
        "d_adv": (0.6, 3),
        "err_train": (0, 0.12),
        "err_test": (0.02, 0.1),
    }


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda t: t[:13], "13 rows of 81 values instead of 14 rows of 81"),
        (lambda t: t[:, :80], "14 rows of 80 values"),
        (lambda t: "\n".join(published_text(t).splitlines()[:13]) + "\n1,2\n", "14 rows of 2 or 81 values"),
        (lambda t: "", "0 rows"),
        (lambda t: "<html>\n<p>Not here, sorry</p>", "2 rows of 1 or 2 values"),
        (lambda t: published_text(t).replace("0.71", "0.7l", 1), "not a table of numbers.*0.7l"),
        (
            lambda t: np.where(np.arange(14)[:, None] == 0, 1.58, t),
            "row 0 .theta. leaves the range 0 to 1.57",
        ),
        (lambda t: np.where(np.arange(14)[:, None] == 0, -0.01, t), "row 0 .theta."),
        (lambda t: np.where(np.arange(14)[:, None] == 2, 0, t), "row 2 .1/‖w‖."),
        (
            lambda t: np.where(np.arange(14)[:, None] == 4, 100.5, t),
            "row 4 .err_train. leaves the range 0 to 100",
        ),
        (lambda t: np.where(np.arange(14)[:, None] == 5, -1, t), "row 5 .err_test."),
        (lambda t: np.where(np.arange(14)[:, None] == 5, np.nan, t), "row 5 .err_test."),
        (lambda t: np.where(np.arange(14)[:, None] == 9, np.inf, t), "not finite"),
    ],
)
def test_a_damaged_table_is_refused_by_name(damage, says):
    damaged = damage(published_rows())
    with pytest.raises(InputError, match=says) as caught:
        read_table(damaged if isinstance(damaged, str) else published_text(damaged), "some/extras_79.csv")
    assert str(caught.value).startswith("some/extras_79.csv: ")
    assert "\n" not in str(caught.value)


def test_the_angle_may_be_a_right_one_as_printed():
    table = published_rows()
    table[0, -1] = 1.571
    assert read_table(published_text(table), "t")["theta"][0] == 1.571


def test_equal_tables_do_not_deviate():
    table = deviations(ours(), THEIRS)
    assert table["bias_unique"].all()
    for quantity in TOLERANCES:
        np.testing.assert_allclose(table[f"{quantity}_deviation"], 0, atol=1e-12)


@pytest.mark.parametrize(
    ("quantity", "change", "expected"),
    [
        ("theta", lambda v: v + 0.002, 0.002),
        ("d_adv", lambda v: v - 0.01, -0.01),
        ("norm_w", lambda v: v * 1.1, 0.1),
        ("err_train", lambda v: v + 0.003, 0.3),
        ("err_test", lambda v: v - 0.001, -0.1),
    ],
)
def test_deviations_are_ours_minus_published_in_their_units(quantity, change, expected):
    changed = ours()
    changed[quantity] = change(changed[quantity])
    table = deviations(changed, THEIRS)
    np.testing.assert_allclose(table[f"{quantity}_deviation"], expected)
    np.testing.assert_allclose(table[f"{quantity}_ours"], changed[quantity])
    np.testing.assert_allclose(table[f"{quantity}_published"], ours()[quantity])
    for other in TOLERANCES.keys() - {quantity}:
        np.testing.assert_allclose(table[f"{other}_deviation"], 0, atol=1e-12)


def test_rows_meet_by_lambda_whatever_their_order_and_number():
    some = {name: np.append(column[[40, 7, 60]], 1.0) for name, column in ours().items()}
    some["lambda_article"][-1] = 123.0
    table = deviations(some, THEIRS)
    np.testing.assert_array_equal(table["lambda_article"], some["lambda_article"][:3])
    for quantity in TOLERANCES:
        np.testing.assert_allclose(table[f"{quantity}_deviation"], 0, atol=1e-12)


def test_the_bias_is_unique_with_a_free_multiplier_or_an_interval_of_one_point():
    table = ours()
    table["bias_high"][:2] = [1e-5, 1]
    table["n_margin"][0] = 1
    np.testing.assert_array_equal(deviations(table, THEIRS)["bias_unique"], [1, 0] + [1] * 79)


def test_tables_without_a_common_lambda_are_refused():
    strange = ours()
    strange["lambda_article"] = strange["lambda_article"] * 1.05
    with pytest.raises(InputError, match="lambda_article: none"):
        deviations(strange, THEIRS)


@pytest.fixture
def changed():
    """Ours with one large and one small deviation of θ and the test error, the last 10 biases not unique."""
    table = ours()
    table["bias_low"][-10:] = -1
    for quantity, factor in (("theta", 1), ("err_test", 0.01)):
        table[quantity][20] -= 3 * factor * TOLERANCES[quantity]
        table[quantity][30] += 0.5 * factor * TOLERANCES[quantity]
    table["err_test"][-3:] += 0.05
    return table


def test_summary_finds_the_largest_and_keeps_rows_without_a_unique_bias_apart(changed, tmp_path):
    write_table(tmp_path / "79.csv", deviations(changed, THEIRS))
    summary = summarise({(0, 1): deviations(ours(), THEIRS), (7, 9): read_csv(tmp_path / "79.csv")})
    assert summary["pair"].tolist() == ["0v1"] * 5 + ["7v9"] * 5
    assert summary["quantity"].tolist() == [*TOLERANCES, *TOLERANCES]
    found = {
        (pair, quantity): {name: column[k] for name, column in summary.items()}
        for k, (pair, quantity) in enumerate(zip(summary["pair"], summary["quantity"], strict=True))
    }
    for quantity, rows_, apart in (("theta", 81, 0), ("err_test", 71, 10)):
        line = found["7v9", quantity]
        assert (line["rows"], line["within"], line["rows_not_unique"]) == (rows_, rows_ - 1, apart)
        assert line["largest"] == pytest.approx(3 * TOLERANCES[quantity])
        assert line["lambda_article"] == pytest.approx(10)
        assert line["median"] == pytest.approx(0, abs=1e-12)
    assert found["7v9", "err_test"]["within_not_unique"] == 7
    assert found["0v1", "err_test"]["within"] == 81


def test_median_is_that_of_the_sizes_of_comparable_rows():
    table = ours()
    table["theta"] += np.where(np.arange(81) % 2, 1e-3, -1e-3)
    table["err_test"][:50] += 0.1
    table["bias_low"][:50] = -1
    summary = summarise({(7, 9): deviations(table, THEIRS)})
    assert dict(zip(summary["quantity"], summary["median"], strict=True)) == pytest.approx(
        {"theta": 1e-3, "norm_w": 0, "d_adv": 0, "err_train": 0, "err_test": 0}
    )


def test_no_row_to_compare_has_no_statistics():
    table = ours()
    table["bias_high"][:] = 1
    summary = summarise({(7, 9): deviations(table, THEIRS)})
    lines = np.isin(summary["quantity"], ["err_train", "err_test"])
    assert (summary["rows"][lines] == 0).all()
    assert (summary["within_not_unique"][lines] == 81).all()
    assert np.isnan(summary["largest"][lines]).all()


@pytest.fixture(scope="module")
def small():
    """A pair of overlapping classes in 6 dimensions, ours at 9 λ, and a published table equal to ours."""
    rng = np.random.default_rng(0)
    y = np.repeat([-1.0, 1.0], 200)
    x = [rng.uniform(0, 0.6, (400, 6)) + 0.2 * (y[:, None] > 0) for _ in range(2)]
    pair = BinaryPair(x[0], y, x[1], y, (2, 3), 7, 9)
    article = 10.0 ** np.arange(-1, 8)
    table = path_table(pair, fit_path(pair.x_train, y, 1e-5 * article), article)
    return pair, table, table | {"inverse_norm_w": 1 / table["norm_w"]}


def shifted(table: dict[str, np.ndarray], **shifts: float) -> dict[str, np.ndarray]:
    """The table with columns shifted at λ_article = 1000, by multiples of the tolerance."""
    table = {name: column.copy() for name, column in table.items()}
    for quantity, shift in shifts.items():
        table[quantity][4] += shift * TOLERANCES[quantity] / (100 if quantity.startswith("err") else 1)
    return table


def test_nothing_is_fitted_where_nothing_differs(small, monkeypatch):
    monkeypatch.setattr("sklearn.svm.SVC", None)
    pair, table, theirs = small
    settled = arbitrate(pair, table, shifted(theirs, theta=0.9, d_adv=-0.9, err_test=0.9))
    assert list(settled)[:5] == ["lambda_article", "quantity", "ours", "published", "libsvm"]
    assert {len(column) for column in settled.values()} == {0}


def test_libsvm_sides_with_the_true_minimiser(small):
    pair, table, theirs = small
    settled = arbitrate(pair, table, shifted(theirs, theta=1.1, d_adv=-1.1, err_train=1.1, err_test=-1.1))
    assert settled["quantity"].tolist() == ["theta", "d_adv", "err_train", "err_test"]
    assert set(settled["agrees_with"]) == {"ours"}
    np.testing.assert_allclose(settled["lambda_article"], 1000)
    np.testing.assert_allclose(settled["libsvm"], settled["ours"], atol=1e-4)
    np.testing.assert_allclose(settled["objective_ours"], table["objective"][4])
    np.testing.assert_allclose(settled["objective_libsvm"], table["objective"][4], rtol=1e-5)


def test_libsvm_sides_with_the_article_or_with_neither(small):
    pair, table, theirs = small
    wrong = shifted(table, theta=1.1, d_adv=2, err_test=-1.1)
    settled = arbitrate(pair, wrong, shifted(theirs, d_adv=-2))
    assert settled["quantity"].tolist() == ["theta", "d_adv", "err_test"]
    assert settled["agrees_with"].tolist() == ["published", "neither", "published"]


def test_one_fit_serves_a_lambda_and_errors_without_a_unique_bias_are_let_be(small, monkeypatch):
    pair, table, theirs = small
    assert table["bias_low"][-1] < table["bias_high"][-1]
    fits = []

    class Recorded(SVC):
        def fit(self, *args):
            fits.append(1 / (2 * 400 * self.C))
            return super().fit(*args)

    monkeypatch.setattr("sklearn.svm.SVC", Recorded)
    theirs = shifted(theirs, theta=2, d_adv=2)
    theirs["theta"][[1, -1]] += 0.1
    theirs["err_test"][-1] += 0.1
    settled = arbitrate(pair, {name: column[::-1] for name, column in table.items()}, theirs)
    np.testing.assert_allclose(fits, [100, 1e-2, 1e-5])
    np.testing.assert_allclose(settled["lambda_article"], [1e7, 1e3, 1e3, 1])
    assert settled["quantity"].tolist() == ["theta", "theta", "d_adv", "theta"]
    assert set(settled["agrees_with"]) == {"ours"}


def test_figures_are_drawn(changed, tmp_path):
    compared = {(0, 1): deviations(ours(), THEIRS), (7, 9): deviations(changed, THEIRS)}
    pair, every = figures.path_and_published(compared[7, 9], "7 v 9"), figures.deviations(compared)
    save_figure(tmp_path / "pair.png", pair)
    save_figure(tmp_path / "deviations.png", every)
    assert len(list(tmp_path.iterdir())) == 4
    assert all(ax.get_ylabel() for ax in pair.axes)
    titles = [ax.get_title() for ax in every.axes[:5]]
    assert [title.splitlines()[1] for title in titles] == [
        "161 of 162 within",
        "162 of 162 within",
        "162 of 162 within",
        "152 of 152 within",
        "151 of 152 within",
    ]


@pytest.fixture
def tables(reference):
    """The article's tables of all pairs that are there."""
    if not (reference / "published").is_dir():
        pytest.skip(
            "the folder that TILT_REFERENCE names has no subfolder published/ with the article's tables"
        )
    pairs = [(i, j) for j in range(10) for i in range(j)]
    tables, absent = fetch_tables(str(reference / "published"), pairs, 1, 1)
    assert len(tables) + len(absent) == 45
    return tables


def test_the_articles_tables_are_read(tables):
    for table in tables.values():
        assert table["theta"][-1] == 0
        assert (np.diff(table["theta"]) < 0.01).all()
        assert 1.05 <= table["theta"][0] <= 1.49
        assert table["err_test"].min() < 0.0371


def test_our_path_of_a_pair_is_the_articles(tables, reference, tmp_path):
    images = torchvision_images("mnist", tmp_path, [(reference / "mnist").resolve().as_uri()], 1, 5)
    pair = binary_pair(images, 1, 9, train_per_class=3000)
    article = 10.0**ALPHAS
    table = path_table(pair, fit_path(pair.x_train, pair.y_train, 1e-5 * article), article)
    summary = summarise({(1, 9): deviations(table, tables[1, 9])})
    np.testing.assert_array_equal(summary["within"], summary["rows"])
    np.testing.assert_array_equal(summary["within_not_unique"], summary["rows_not_unique"])
    assert summary["rows"].tolist()[:3] == [81] * 3
