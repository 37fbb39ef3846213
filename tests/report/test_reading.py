"""What a reader sees: bins that show the distances at every λ, numbers and texts that can be read."""

import json
import re
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import ROOT
from experiments.data import section as data_section
from experiments.run import section as run_section
from experiments.scaling.claims import scaling_claims
from experiments.scaling.figures import score_and_losses
from experiments.scaling.panel import scaling_panels
from experiments.scaling.tables import risk_table, score_histograms
from experiments.svm import panel as svm_panel
from experiments.svm import section as svm_section
from experiments.svm.claims import svm_claims
from experiments.svm.drawings import margins, path_curves
from experiments.svm.vectors import mirror_vectors
from panels import unpack
from pipeline.config import resolve
from pipeline.manifest import seeds_of
from pipeline.networks import families
from report.claims import INCOMPARABLE, REPRODUCED
from report.prose import with_prose
from report.words import VECTORS
from tilt.data.images import BinaryPair
from tilt.data.own import own_images
from tilt.errors import InputError
from tilt.histograms import edges_between, edges_by_row, histogram_edges
from tilt.linear import fit_path
from tilt.linear.tables import lambda_grid, path_table, plane_arrays, summary_table, weight_arrays

TWO = replace(VECTORS, names=("benign", "malignant"))
ARTICLE, LAMBDAS = lambda_grid(-1, 7, 1, 1e-5)


@given(st.floats(1e-12, 1e12), st.floats(1e-12, 1e12), st.sampled_from([2, 3, 60, 100]))
def test_no_bin_lies_on_both_sides_of_the_boundary(below, above, bins):
    edges = edges_between(-below, above, bins)
    assert len(edges) == bins + 1
    assert 0 in edges
    assert edges[0] <= -below <= edges[1] + 1e-9 * below
    assert edges[-2] - 1e-9 * above <= above <= edges[-1]
    np.testing.assert_allclose(np.diff(edges), edges[-1] / np.sum(edges > 0), rtol=1e-6)


def test_bins_without_the_boundary_end_with_the_values():
    np.testing.assert_array_equal(histogram_edges(np.array([1.0, 4.0]), 3), [1, 2, 3, 4])
    np.testing.assert_array_equal(histogram_edges(np.array([-1.0, 4.0]), 5), [-1, 0, 1, 2, 3, 4])
    np.testing.assert_array_equal(histogram_edges(np.array([-0.1, 4.0]), 5), [-1, 0, 1, 2, 3, 4])


def test_rows_share_their_bins_unless_one_would_fill_a_few_of_them():
    alike = edges_by_row(np.array([[-1.0, 4.0], [0.0, 3.0]]), 10)
    np.testing.assert_array_equal(alike[0], alike[1])
    apart = edges_by_row(np.array([[-1.0, 4.0], [0.0, 0.01]]), 10)
    np.testing.assert_allclose(apart[:, -1], [4, 0.01])


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


# One value, and none that is nonsense


def test_one_pair_has_no_ranges(wide):
    table, _, _ = wide
    caption = svm_section.captions(summary_table([(0, 1)], [table]), 9, 25, VECTORS)
    told = [each.measured for each in caption.values()]
    told += [claim.measured for claim in svm_claims({"0v1": table}, numbers=False)]
    assert not re.search(r"\bto\b|in the mean|at worst|median", " ".join(told[:4]))
    assert not any(re.search(r"(\S+) to \1\b", each) for each in told)


def test_losses_that_vanish_are_nought():
    margin, norms = np.array([0.5, 1.0]), [1e-3, 1000.0]
    risk = risk_table(margin, norms)
    assert 0 < risk["softplus"][1] < 1e-200
    assert scaling_claims(risk, VECTORS)[0].measured == "hinge 0, softplus 0 at ‖w‖ = 1000; d_err = 0"
    of_pair, samples = {"pair": "0v1", "norm_w": 1.0}, {"y": np.array([1, 1]), "distance": margin}
    for norm, kept in ((10, True), (80, False)):
        risk = risk_table(margin, [1, norm])
        bank = scaling_panels(samples, risk, of_pair, VECTORS)["banks"]["scaling"]
        expected = risk["softplus"][1] if kept else 0
        np.testing.assert_allclose(unpack(bank["risk_softplus"])[1], expected, rtol=1e-5)


@pytest.mark.parametrize("scale", [1e-3, 1.0])
def test_ticks_of_histograms_stand_apart_and_counts_are_plain(scale):
    y, distance = np.repeat([-1.0, 1.0], 50), scale * np.random.default_rng(0).normal(np.repeat([-1, 1], 50))
    classifier = {"pair": "0v1", "norm_w": 0.0071490912}
    fig = score_and_losses(score_histograms(y, distance, 1.0), classifier, VECTORS)
    fig.draw_without_rendering()
    assert fig.get_suptitle() == "Scores and losses at ‖w‖ = 0.00715"
    for ax in fig.axes:
        assert not ax.texts
        low, high = sorted(ax.get_xlim())
        boxes = [
            tick.label1.get_window_extent()
            for tick in ax.xaxis.get_major_ticks()
            if low <= tick.get_loc() <= high
        ]
        assert len(boxes) >= 3
        assert all(one.x1 + 2 < other.x0 for one, other in pairwise(boxes))
        low, high = ax.get_ylim()
        labels = [
            label.get_text()
            for minor in (False, True)
            for place, label in zip(ax.get_yticks(minor=minor), ax.get_yticklabels(minor=minor), strict=True)
            if low <= place <= high
        ]
        assert len(list(filter(None, labels))) >= 2
        assert not re.search(r"[$×^]", "".join(labels))


# What cannot be told


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


# Vectors over their mirror images


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


# The page says how data were read, with which seeds, and how to run it again


def test_the_data_section_says_how_the_data_were_read(tmp_path):
    rows = [f"{k / 7},{label}" for k, label in enumerate([1, 2, 3] * 4)]
    (tmp_path / "own.csv").write_text("a,label\n" + "\n".join(rows))
    _, record = own_images("table", tmp_path / "own.csv", test_share=0.25, split_seed=3)
    part = {"shape": [9, 1], "dtype": "float64", "value_range": [-2.43394714190809, 3.0907752482994253],
            "images_per_class": {"0": 3, "1": 3, "2": 3}, "sha256_x": "a", "sha256_y": "b"}  # fmt: skip
    record |= {"source": "own.csv", "train": part, "test": part, "value_min": None, "value_max": None}
    held, read = data_section.section(record=record).tables
    cells = {row[0]: row[1] for row in [*held.rows, *read.rows]}
    assert cells["Features"] == "-2.434 to 3.091, float64"
    assert cells["Samples per class"] == "class 0 (1): 3; class 1 (2): 3; class 2 (3): 3"
    assert cells["Test part"] == "Of each class a share of 0.25, drawn with seed 3, is the test part"
    assert cells["Classes"] == "The labels 1, 2, 3 are the classes 0 to 2"
    assert cells["Range of values"].startswith("Vectors in units as given")


def test_every_seed_that_is_drawn_with_is_listed():
    start = {"initial_weights": "pytorch"}
    config = {
        "datasets": {
            "own": {
                "source": "digits",
                "train_per_class": 30,
                "lenet": {
                    "networks": {
                        "a": {"weight_decay": 0, "seed": 4, **start},
                        "b": {"weight_decay": 1, **start},
                    },
                    "shown": {"low": "a", "high": "b"},
                },
                "sweep": {"starts": {"s": start}, "weight_decays": [0, 1], "seeds": [5, 6]},
                "two_layer": {"pairs": ["0v1"], "weight_decays": [0, 1, 2], "seeds": [8]},
                "calibration": {"seed": 9},
            }
        }
    }
    resolved = resolve(config)
    own = resolved["datasets"]["own"]
    networks = families("own", own)
    found = seeds_of(own, networks, resolved["toy"], ["toy", "lenet", "sweep", "two_layer", "calibration"])
    assert found == {"toy": [0], "lenet": [0, 4], "sweep": [5, 6], "two_layer": [8], "calibration": [9]}
    drawn = own | {"test_share": 0.3, "split_seed": 7}
    assert seeds_of(drawn, networks, resolved["toy"], ["toy"]) == {"toy": [0], "split": [7]}
    (table,) = run_section.tables({"seeds": found})[0].rows
    assert table == ("Seeds", "toy 0; lenet 0, 4; sweep 5, 6; two layer 8; calibration 9")


@pytest.mark.parametrize(
    ("target", "as_module", "command"),
    [
        ("own", False, "snakemake --cores all own --configfile {file}"),
        ("tilt_own", True, "snakemake --cores all tilt_own"),
    ],
)
def test_the_page_prints_the_command_that_repeats_the_run(tmp_path, target, as_module, command):
    file = tmp_path / "config.yaml"
    file.write_text("main: own")
    section = run_section.section(config=file, manifest={}, target=target, as_module=as_module)
    text = with_prose("run", "Run", section, [ROOT / "workflow" / "experiments" / "run" / "text.html.j2"])[
        "text"
    ]
    assert f"<code>{command.format(file=file)}</code> repeats the run" in text
    assert str(file) in text


# Messages


@pytest.mark.parametrize(
    ("dataset", "message"),
    [
        ({"path": "a.npz"}, "'source' is a required property (digits, mnist, fashion_mnist, kmnist, "),
        ({"source": "table", "split": "split"}, "unknown key 'split' (did you mean 'test_share'?)"),
        ({"source": "mnist", "lenet": {"networks": {"a": {"weight_decay": 0, "initial_weights": "pytorch"}}}},
         "lenet.networks: 1 given (two or more networks by name"),
        ({"source": "mnist", "lenet": {"networks": {
            name: {"weight_decay": 0, "initial_weights": "pytorch"} for name in "ab"}}},
         "lenet.shown.low: no network is named 'xavier_low'; set it to one of a, b"),
        ({"source": "mnist", "svm": {"pairs": ["1v10"]}}, "they are numbered in the order of their labels"),
    ],
)  # fmt: skip
def test_mistakes_in_the_configuration_have_a_remedy(dataset, message):
    with pytest.raises(InputError, match=re.escape(message)):
        resolve({"datasets": {"own": dataset}})


def test_columns_that_are_close_to_the_label_are_named_first(tmp_path):
    columns = [f"feature{k}" for k in range(50)]
    (tmp_path / "own.csv").write_text(",".join([*columns, "Label"]) + "\n")
    with pytest.raises(InputError, match=r"set label to one of Label, feature0, .*feature38, …$"):
        own_images("table", tmp_path / "own.csv", test_share=0.5)
    (tmp_path / "own.csv").write_text(",".join([*columns[:30], "kind"]) + "\n")
    with pytest.raises(InputError, match=r"feature29, kind$"):
        own_images("table", tmp_path / "own.csv", test_share=0.5)
