"""What a reader sees of an SVM whose distances spread widely: bins, texts and what cannot be told."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest

from experiments.svm import panel as svm_panel
from experiments.svm import section as svm_section
from experiments.svm.claims import svm_claims
from experiments.svm.drawings import margins, path_curves
from experiments.svm.vectors import mirror_vectors
from panels import unpack
from report.claims import INCOMPARABLE, REPRODUCED
from report.words import VECTORS
from tilt.data.images import BinaryPair
from tilt.linear import fit_path
from tilt.linear.tables import lambda_grid, path_table, plane_arrays, summary_table, weight_arrays

TWO = replace(VECTORS, names=("benign", "malignant"))
ARTICLE, LAMBDAS = lambda_grid(-1, 7, 1, 1e-5)


@pytest.fixture(scope="module")
def wide():
    """Two classes that differ a little in one feature, while another spreads a thousand times as far."""
    chance = np.random.default_rng(0)
    y = np.tile([-1.0, 1.0], 40)
    x = np.stack([y + chance.normal(0, 0.6, 80), 300 * y + chance.normal(0, 400, 80)], axis=1)
    pair = BinaryPair(x[:50], y[:50], x[50:], y[50:], (2,), 0, 1)
    path = fit_path(pair.x_train, pair.y_train, LAMBDAS)
    return path_table(pair, path, ARTICLE), plane_arrays(pair, path), weight_arrays(pair, path)


def test_distances_that_differ_by_orders_of_magnitude_have_bins_at_every_lambda(wide):
    table, plane, weights = wide
    bank = svm_panel.pair_banks("0v1", table, plane, weights, VECTORS)["svm/0v1"]
    for k, counts in enumerate(plane["histogram_i"] + plane["histogram_j"]):
        assert counts.sum() == 50
        assert np.count_nonzero(counts) >= 10
        shown = unpack(bank["outline_x"])[k][::2]
        np.testing.assert_allclose(shown, plane["histogram_edges"][k], rtol=1e-6)
        filled = np.flatnonzero(counts)
        assert unpack(bank["last"])[k] == pytest.approx(shown[filled[-1] + 1])
    first, last = (ax.get_xlim() for ax in margins(plane, table, [0, 8], "0v1", VECTORS).axes[:2])
    assert last[1] > 20 * first[1]


def test_one_pair_has_no_ranges(wide):
    table, _, _ = wide
    caption = svm_section.captions(summary_table([(0, 1)], [table]), 9, 25, VECTORS)
    told = [each.measured for each in caption.values()]
    told += [claim.measured for claim in svm_claims({"0v1": table}, numbers=False)]
    assert not re.search(r"\bto\b|in the mean|at worst|median", " ".join(told[:4]))
    assert not any(re.search(r"(\S+) to \1\b", each) for each in told)


def test_pairs_without_a_test_error_tell_nothing_of_its_least(wide):
    table = wide[0]
    errors = {"err_train": np.linspace(0, 0.2, 9), "err_test": np.array([0.1, *[0.05] * 7, 0.2])}
    tellable = table | errors
    none = table | {"err_train": np.zeros(9), "err_test": np.zeros(9)}
    starts = "The two aims conflict", "The test error is least in between"

    def judged(**tables):
        claims = svm_claims(tables, numbers=False)
        return [next(claim for claim in claims if claim.statement.startswith(start)) for start in starts]

    for claim in judged(a=none):
        assert (claim.verdict, claim.measured.split(";")[0]) == (INCOMPARABLE, "cannot be told")
        assert re.search(r"; pairs without a t\w+ error .*: 1", claim.measured)
    for claim in judged(a=none, b=tellable):
        assert (claim.verdict, claim.measured.split(";")[0]) == (REPRODUCED, "1 of 1 pair")
    at_smallest = tellable | {"err_test": np.array([0.0] * 5 + [0.1] * 4)}
    assert judged(a=at_smallest, b=tellable)[1].measured.startswith("1 of 1 pair;")


def test_no_test_error_at_any_lambda_is_told(wide):
    table, plane, weights = wide
    none = table | {"err_test": np.zeros(9)}
    caption = svm_section.pair_captions("0v1", none, plane, [-1, 7], 25, "no number", VECTORS)["curves"]
    assert caption.measured.startswith(
        "No test error at any λ, so that λ_optimal is the largest: λ_article = 10^7"
    )
    assert path_curves(none, "0v1", VECTORS).get_suptitle().endswith("no test error at any λ")
    bank = svm_panel.pair_banks("0v1", none, plane, weights, VECTORS)["svm/0v1"]
    assert bank["optimal_text"] == "10⁷ (no test error at any λ)"


def test_a_vector_and_its_mirror_image_share_a_scale(wide):
    table, plane, weights = wide
    fig = mirror_vectors(plane, table, weights, [0, 8], "0v1", TWO)
    assert [text.get_text() for text in fig.legends[0].get_texts()] == ["outline: $x$"]
    lam, pair = svm_panel.lambda_control(table), svm_panel.pair_control(["0v1"], "0v1", TWO)
    record = svm_panel.pair_panel(
        {"0v1": table}, pair, lam, TWO, shape=[2], per_class=25, published=False
    ).record()
    targets = {target["model"]: target["parts"] for target in record["targets"]}
    together = []
    for plot in record["plots"]:
        drawn = set(re.findall(r"panel-svm-\d+", json.dumps(plot["item"])))
        arrays = {part["array"] for name in drawn for part in targets[name].values()}
        together += [arrays] if arrays & {"image_i", "image_j"} else []
    assert together == [{"image_i", "mirror_i"}, {"image_j", "mirror_j"}]
