"""The sweep and the map: tables with known means, intervals and distances, verdicts, figures, captions."""

import re

import numpy as np
import pytest
from matplotlib.patches import Rectangle
from scipy import stats

from attacked import attack_rows
from experiments.map.claims import map_claims
from experiments.map.figures import maps
from experiments.sweep import figures
from experiments.sweep import section as sweep_section
from experiments.sweep.claims import sweep_claims
from experiments.sweep.tables import (
    by_seed,
    complete_rows,
    networks_table,
    search_table,
    shown_start,
    summary_table,
    variance_shares,
)
from report import article
from report.claims import INCOMPARABLE, NOT, PARTLY, REPRODUCED
from tilt.chance import chance_error
from tilt.intervals import mean_interval
from tilt.io import read_table, write_table

START = {"initial_weights": "improved_xavier", "pixel_scale": 0.1, "weight_scale": 1, "epochs": 50,
         "train_per_class": None, "random_labels": False}  # fmt: skip
SMALL = START | {"initial_weights": "matconvnet", "pixel_scale": 1}
XAVIER, MATCONVNET = "improved Xavier, pixels × 0.1", "N(0, 0.01²), pixels × 1"
SIDES = {1e-4: "low", 1e-1: "high"}
CHANCE = 0.9
NEAREST = {"norm": np.append(np.repeat([0.0, 1.0], 5), np.nan)}


def history(test=2.0, train=1.0, side=None, epochs=50, diverged=False, factor=1.0):
    """Errors in %; those of the article, times a factor, where a side is named."""
    columns = {"epoch": np.arange(1, epochs + 1), "diverged": np.array([False] * (epochs - 1) + [diverged])}
    for name, value in (("test_error", test), ("train_error", train)):
        columns[name] = np.full(epochs, value / 100)
        for epoch, published in article.LENET_CURVES[side, name].items() if side else ():
            columns[name][epoch - 1] = factor * published / 100
    for layer, value in article.LENET_RMS[side or "low"].items():
        columns[f"rms_{layer}"] = np.full(epochs, factor * value)
    return columns


def attack(mean=2.0, **more):
    """Ten images with this mean norm, and one that did not reach its target."""
    norms = np.append(mean + np.linspace(-0.5, 0.5, 10), 99)
    ascent = {"norm": norms, "success": np.arange(11) < 10}
    return attack_rows(np.zeros(11, int), {"targeted_ascent": ascent, **more})


def tables(cells, temperature=2.0):
    """A networks table of cells (settings, weight decay, seed, history, attack), and its histories."""
    networks = {
        f"n{k}": {**start, "weight_decay": decay, "seed": seed}
        for k, (start, decay, seed, *_) in enumerate(cells)
    }
    histories, attacks = ([cell[k] for cell in cells] for k in (3, 4))
    table = networks_table(networks, histories, attacks, [temperature] * len(cells), chance=CHANCE)
    return table, dict(zip(networks, histories, strict=True)), networks


def swept(errors, norms=None, start=START):
    """A sweep of one start: weight decay -> final test errors in % and mean norms, a seed each."""
    norms = norms or {decay: [2.0] * len(values) for decay, values in errors.items()}
    return [
        (start, decay, seed, history(test=error), attack(norm))
        for decay, values in errors.items()
        for seed, (error, norm) in enumerate(zip(values, norms[decay], strict=True))
    ]


def example():
    """Two starts, three weight decays and three seeds; one network of the second start diverged."""
    noise = np.array([-0.1, 0, 0.1])
    cells = swept(
        {1e-4: 1.6 + noise, 1e-2: 1.0 + noise, 1e-1: 1.2 + noise},
        {1e-4: 1.8 + noise, 1e-2: 3 + noise, 1e-1: 5.7 + noise},
    )
    cells += swept({0.0: 1.1 + noise, 1e-4: 1.1 + noise, 1e-1: [1.3, 1.4, 90.0]}, start=SMALL)
    return tables(cells)


def mapped(norm):
    """A map of three scales and three decays, with norms of a function of both."""
    cells = [
        (START | {"weight_scale": scale}, decay, 0, history(), attack(norm(scale, decay)))
        for scale in (0.25, 0.5, 1)
        for decay in (1e-4, 1e-2, 1e-1)
    ]
    return tables(cells)[0]


def verdict(judged, text):
    (found,) = (claim.verdict for claim in judged if text in claim.statement)
    return found


# Tables


def test_a_network_is_described_by_its_end_its_best_and_its_attack():
    table, _, _ = tables([(START, 0.1, 3, history(test=2), attack(2.0, minimal_norm=NEAREST))])
    row = {name: column[0] for name, column in table.items()}
    assert (row["start"], row["weight_decay"], row["seed"], row["epochs"]) == (XAVIER, 0.1, 3, 50)
    assert row["test_error"] == row["test_error_best"] == 0.02
    assert row["targeted_ascent_mean"] == pytest.approx(2)
    assert row["targeted_ascent_success"] == pytest.approx(10 / 11)
    assert row["minimal_norm_median"] == 0.5
    assert row["minimal_norm_success"] == pytest.approx(10 / 11)
    assert not row["diverged"]


def test_what_was_not_measured_is_nan():
    failed = attack(minimal_norm={"norm": np.full(11, np.nan)})
    failed["success"][:] = False
    table, _, _ = tables([(START, 0.1, 0, history(), failed)], None)
    assert all(
        np.isnan(table[name][0]) for name in ("targeted_ascent_mean", "minimal_norm_median", "temperature")
    )
    assert not any("signed" in column for column in table), "an attack that does not search has no norms"


@pytest.mark.parametrize(
    ("error", "flag", "expected"),
    [(88.9, False, False), (89.2, False, True), (91, False, True), (5, True, True), (np.nan, False, True)],
)
def test_no_better_than_chance_counts_as_diverged(error, flag, expected):
    table, _, _ = tables([(START, 0.1, 0, history(test=error, diverged=flag), attack())])
    assert table["diverged"][0] == expected


def test_chance_is_the_best_constant_answer():
    assert chance_error([980, 1135, 7885 - 3000, 3000]) == pytest.approx(1 - 4885 / 10000)


def test_intervals_are_students():
    values = np.array([1.0, 2.0, 4.0, 4.5])
    expected = stats.t.interval(0.95, 3, loc=values.mean(), scale=stats.sem(values))
    np.testing.assert_allclose(mean_interval(values)[1:], expected)
    assert mean_interval(values)[0] == values.mean()
    assert np.isnan(mean_interval(values[:1])[1:]).all()
    assert np.isnan(mean_interval(values[:0])).all()


def test_the_summary_leaves_diverged_networks_out(tmp_path):
    write_table(tmp_path / "networks.csv", example()[0])
    summary = summary_table(read_table(tmp_path / "networks.csv"))
    assert summary["start"].tolist() == [XAVIER] * 3 + [MATCONVNET] * 3
    assert summary["n"].tolist() == [3, 3, 3, 3, 3, 2]
    assert summary["n_diverged"].tolist() == [0, 0, 0, 0, 0, 1]
    np.testing.assert_allclose(
        summary["test_error_mean"], [0.016, 0.01, 0.012, 0.011, 0.011, 0.0135], rtol=1e-12
    )
    half = stats.t.ppf(0.975, 2) * 0.1 / np.sqrt(3)
    assert summary["targeted_ascent_mean_low"][2] == pytest.approx(5.7 - half)


def test_the_summary_of_one_seed_has_no_interval():
    summary = summary_table(tables(swept({0.1: [1.0], 1.0: [90.0]}))[0])
    assert np.isnan(summary["test_error_low"]).all()
    assert summary["n"].tolist() == [1, 0]
    assert np.isnan(summary["test_error_mean"][1])


def test_seeds_are_paired_where_both_networks_count():
    table = example()[0]
    np.testing.assert_allclose(
        by_seed(table, MATCONVNET, (1e-4, 1e-1), "test_error"), [[0.010, 0.013], [0.011, 0.014]]
    )
    assert by_seed(table, MATCONVNET, (1e-4, 7.0), "test_error").shape == (0, 2)


def test_the_start_shown_is_that_of_the_network_unless_it_diverged():
    table = tables([*swept({0.1: [90.0]}), *swept({0.1: [1.0, 2.0]}, start=SMALL)])[0]
    assert shown_start(table, "n2") == shown_start(table, "n0") == shown_start(table, "none") == MATCONVNET
    assert shown_start(tables(swept({0.1: [90.0]}))[0], "n0") == XAVIER


# Search


def published_start(start, factor=1.0, epochs=50):
    return [
        (start, decay, seed, history(side=side, factor=factor, epochs=epochs),
         attack(factor * article.ATTACK_MEAN[side]))
        for decay, side in SIDES.items()
        for seed in (0, 1)
    ]  # fmt: skip


def test_the_articles_own_figures_are_at_distance_0_and_come_first():
    table, histories, _ = tables([*published_start(SMALL, 1.5), *published_start(START)])
    found = search_table(table, histories)
    assert found["start"].tolist() == [XAVIER, MATCONVNET]
    for name in ("test_error", "train_error", "rms", "norm", "low", "high", "distance"):
        assert found[name][0] == pytest.approx(0, abs=1e-9)
    assert found["rms"][1] == pytest.approx(1)
    for name in ("norm", "test_error"):
        assert found[name][1] == pytest.approx(np.log(1.5) / np.log(1.25))
    groups = [found[name][1] for name in ("test_error", "train_error", "rms", "norm")]
    assert found["distance"][1] == pytest.approx(np.sqrt(np.mean(np.square(groups))))


def test_errors_too_small_to_read_off_a_plot_count_as_the_least_that_can_be():
    table, histories, _ = tables(published_start(START))
    for name in histories:
        histories[name]["train_error"][12] = 0.0009  # published: 0 at epoch 13
    assert search_table(table, histories)["train_error"][0] == pytest.approx(0, abs=1e-9)


def test_figures_beyond_the_epochs_trained_are_left_out():
    table, histories, _ = tables(published_start(START))
    cut = {name: {k: v[:10] for k, v in h.items()} for name, h in histories.items()}
    for history_ in histories.values():
        history_["test_error"][19] = 0.5
    assert search_table(table, cut)["test_error"][0] == pytest.approx(0, abs=1e-9)
    assert search_table(table, histories)["test_error"][0] > 1


def test_starts_without_both_decays_are_left_out_and_diverged_ones_come_last():
    diverged = [(SMALL, decay, 0, history(test=90), attack()) for decay in SIDES]
    table, histories, _ = tables([*diverged, *published_start(START, 1.2)])
    found = search_table(table, histories)
    assert found["start"].tolist() == [XAVIER, MATCONVNET]
    assert np.isnan(found["distance"][1])
    table, histories, networks = tables(swept({1e-4: [1.0], 1.0: [1.0]}))
    none = search_table(table, histories)
    assert len(none["start"]) == 0
    figures.distances(none).draw_without_rendering()
    summary = summary_table(table)
    assert not any("One start" in c.statement for c in sweep_claims(table, summary, none, numbers=True))
    written = sweep_section.captions(networks, table, summary, none, "n0")
    assert "not measured" in written["search"].measured


# Map


def test_the_two_way_decomposition():
    rows, columns = np.array([[0.0], [1], [5]]), np.array([[0.0, 2, 3, 4]])
    np.testing.assert_allclose(variance_shares(rows + 0 * columns), (1, 0, 0), atol=1e-12)
    np.testing.assert_allclose(variance_shares(0 * rows + columns), (0, 1, 0), atol=1e-12)
    np.testing.assert_allclose(variance_shares(np.array([[1.0, -1], [-1, 1]])), (0, 0, 1), atol=1e-12)
    both = np.var(rows) / (np.var(rows) + np.var(columns))
    np.testing.assert_allclose(variance_shares(rows + columns), (both, 1 - both, 0), atol=1e-12)
    assert sum(variance_shares(np.random.default_rng(0).normal(size=(4, 5)))) == pytest.approx(1)
    assert np.isnan(variance_shares(np.ones((2, 2)))).all()


def test_the_emptiest_rows_and_columns_are_left_out():
    cells = np.ones((3, 4))
    cells[:2, 3] = cells[2, 0] = np.nan
    rows, columns = complete_rows(cells)
    assert (rows.tolist(), columns.tolist()) == ([0, 1, 2], [1, 2])
    assert complete_rows(np.full((2, 2), np.nan))[1].size == 0


@pytest.mark.parametrize(
    ("norm", "answer", "question", "everywhere"),
    [
        (lambda scale, decay: 2 + 10 * decay, "mostly the decay: 100 %", REPRODUCED, NOT),
        (lambda scale, decay: 2 + 30 * decay, "mostly the decay: 100 %", REPRODUCED, REPRODUCED),
        (lambda scale, decay: 2 / scale, "mostly the initial scale: 0 %", NOT, NOT),
        (lambda scale, decay: 5 - scale * (2.5 if decay < 0.1 else 0), "both: 45 %", PARTLY, PARTLY),
    ],
)
def test_decay_or_initial_scale(norm, answer, question, everywhere):
    judged = map_claims(mapped(norm))
    assert answer in judged[0].measured
    assert verdict(judged, "rather than of the initial weights") == question
    assert verdict(judged, "whatever the initial scale") == everywhere
    assert "seed 0 alone, no interval" in judged[1].measured


# Claims


def judge(cells, numbers=True):
    table, histories, _ = tables(cells)
    return sweep_claims(table, summary_table(table), search_table(table, histories), numbers=numbers)


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        ([1.6, 1.5, 1.7], [1.2, 1.1, 1.4], REPRODUCED),
        ([1.6, 1.5, 1.7], [1.5, 1.6, 1.3], PARTLY),
        ([1.2, 1.2, 1.2], [1.6, 1.5, 1.7], NOT),
        ([1.6], [1.2], PARTLY),
        ([1.6, 1.6], [90, 90], NOT),
    ],
)
def test_high_against_low_is_judged_over_seeds(low, high, expected):
    judged = judge(swept({1e-4: low, 1e-1: high}))
    assert verdict(judged, "generalises better") == expected
    measured = next(claim.measured for claim in judged if "generalises" in claim.statement)
    assert ("no interval" in measured) == (len(low) == 1)
    assert ("2 of 2 diverged at 0.1" in measured) == (high[0] == 90)


@pytest.mark.parametrize(
    ("errors", "expected"),
    [
        ({1e-4: [1.6, 1.7], 1e-2: [1.0, 1.1], 1e-1: [1.2, 1.3]}, REPRODUCED),
        ({1e-4: [1.6, 1.7], 1e-2: [1.0, 1.1], 1e-1: [90, 90]}, REPRODUCED),
        ({1e-4: [1.6, 1.7], 1e-2: [1.0, 1.4], 1e-1: [1.25, 1.2]}, PARTLY),
        ({1e-4: [1.6, 1.7], 1e-2: [1.3, 1.4], 1e-1: [1.2, 1.3]}, NOT),
        ({1e-4: [90, 90], 1e-2: [90, 90], 1e-1: [90, 90]}, NOT),
    ],
)
def test_the_best_decay_must_beat_both_ends(errors, expected):
    assert verdict(judge(swept(errors)), "intermediate") == expected


def test_two_weight_decays_have_none_between_them():
    judged = judge(swept({1e-4: [1.6, 1.7], 1e-1: [1.2, 1.3]}))
    assert not [claim for claim in judged if "intermediate" in claim.statement]


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [([1.8, 1.7], [5.7, 5.5], REPRODUCED), ([1.8, 1.7], [1.7, 2.5], PARTLY), ([1.8, 1.7], [1.5, 1.4], NOT)],
)
def test_distances_of_adversarial_examples_are_judged_by_their_ratio(low, high, expected):
    errors = {1e-4: [1.0, 1.0], 1e-1: [1.0, 1.0]}
    assert verdict(judge(swept(errors, {1e-4: low, 1e-1: high})), "lie farther") == expected


@pytest.mark.parametrize(
    ("factor", "numbers", "expected"),
    [(1.2, True, REPRODUCED), (1.5, True, PARTLY), (2.0, True, NOT), (1.0, False, INCOMPARABLE)],
)
def test_the_nearest_start_is_judged_by_its_distance(factor, numbers, expected):
    judged = judge(published_start(START, factor), numbers)
    assert verdict(judged, "One start gives") == expected
    assert f"nearest of 1: {XAVIER}" in judged[-1].measured


# Figures and report


@pytest.fixture(scope="module")
def drawn():
    table, histories, _ = example()
    summary = summary_table(table)
    made = {
        "errors": figures.errors(summary, table, published=True),
        "robustness": figures.robustness(summary, table, published=False),
        "rms": figures.layer_rms(summary, table, published=True),
        "search": figures.distances(search_table(table, histories)),
        "maps": maps(mapped(lambda scale, decay: 2 + scale + decay)),
    }
    for figure in made.values():
        figure.draw_without_rendering()
    return made, table, summary


def test_figures_are_labelled_and_nothing_is_cut_off(drawn):
    for name, figure in drawn[0].items():
        box, (width, height) = figure.get_tightbbox(), figure.get_size_inches()
        assert min(box.x0, box.y0, width - box.x1, height - box.y1) > -0.01, name
        assert all(ax.get_xlabel() for ax in figure.axes if ax.lines), name


def test_lines_run_through_the_means_and_crosses_count_the_diverged(drawn):
    made, _, summary = drawn
    test = made["errors"].axes[1]
    for start in (XAVIER, MATCONVNET):
        rows = summary["start"] == start
        (line,) = (line for line in test.lines if line.get_label() == start)
        np.testing.assert_allclose(line.get_ydata(), 100 * summary["test_error_mean"][rows])
        np.testing.assert_allclose(line.get_xdata(), summary["weight_decay"][rows])
    (cross,) = (line for line in test.lines if line.get_marker() == "x")
    assert cross.get_xdata() == [0.1]
    diamonds = {(*line.get_xdata(), *line.get_ydata()) for line in test.lines if line.get_marker() == "D"}
    assert diamonds == {(1e-4, 1.6), (1e-1, 1.2)}
    assert test.get_xscale() == "symlog"


def test_the_map_has_a_number_in_each_cell_and_frames_the_articles_decays(drawn):
    maps = [ax for ax in drawn[0]["maps"].axes if ax.images]
    assert [len(ax.texts) for ax in maps] == [9, 9, 9]
    assert maps[2].images[0].get_array()[2, 0] == pytest.approx(3.0001)
    frames = [patch.get_x() for patch in maps[0].patches if isinstance(patch, Rectangle)]
    assert frames == [-0.5, 1.5]


def test_a_diverged_network_has_an_empty_cell():
    table = mapped(lambda scale, decay: 2.0)
    table["diverged"][4] = True
    ax = maps(table).axes[0]
    assert "–" in {text.get_text() for text in ax.texts}
    assert ax.images[0].get_array().count() == 8
    assert "1 diverged" in map_claims(table)[1].measured


def test_captions_carry_numbers_and_name_the_diverged():
    table, histories, networks = example()
    summary, search = summary_table(table), search_table(table, histories)
    written = sweep_section.captions(networks, table, summary, search, "n0")
    assert f"{XAVIER} 1.00 % at 0.01" in written["errors"].measured
    assert f"{XAVIER} 5.70 at 0.1" in written["robustness"].measured
    assert "Diverged: 1 at weight decay 0.1." in written["errors"].sample
    text = " ".join(f"{c.sample} {c.published} {c.measured}" for c in written.values())
    assert not re.search(r"\b(nan|inf|None)\b", text)
    rows = sweep_section.tables(summary, search)[0].rows
    assert rows[5][2] == "2 (1 diverged)"
    assert rows[0][4] == "1.60 (1.35 to 1.85)"
    assert len(sweep_section.tables(summary, search)[1].rows) == 2
