"""The sweep and the map: tables with known means, intervals and distances, verdicts, figures, captions."""

import re

import numpy as np
import pytest
from matplotlib.patches import Rectangle
from scipy import stats

from experiments.map.claims import map_claims
from experiments.map.figures import maps
from experiments.sweep import figures
from experiments.sweep import section as sweep_section
from experiments.sweep.answer import sweep_answer
from experiments.sweep.claims import sweep_claims
from experiments.sweep.tables import (
    by_seed,
    search_table,
    shown_recipe,
    summary_table,
)
from made import RECIPE
from report import article
from report.claims import INCOMPARABLE, NOT, PARTLY, REPRODUCED
from sweeps import IMPROVED, NEAREST, attack, example, history, mapped, swept, tables, verdict
from tilt.intervals import mean_interval
from tilt.io import read_table, write_table

XAVIER, MATCONVNET = "improved Xavier, pixels × 0.1", "N(0, 0.01²), pixels × 1"
SIDES = {1e-4: "low", 1e-1: "high"}


# Tables


def test_a_network_is_described_by_its_end_its_best_and_its_attack():
    table, _, _ = tables([(IMPROVED, 0.1, 3, history(test=2), attack(2.0, minimal_norm=NEAREST))])
    row = {name: column[0] for name, column in table.items()}
    assert (row["recipe"], row["weight_decay"], row["seed"], row["epochs"]) == (XAVIER, 0.1, 3, 50)
    assert row["test_error"] == row["test_error_best"] == 0.02
    assert row["targeted_ascent_mean"] == pytest.approx(2)
    assert row["targeted_ascent_success"] == pytest.approx(10 / 11)
    assert row["minimal_norm_median"] == 0.5
    assert row["minimal_norm_success"] == pytest.approx(10 / 11)
    assert not row["diverged"]


def test_what_was_not_measured_is_nan():
    failed = attack(minimal_norm={"norm": np.full(11, np.nan)})
    failed["success"][:] = False
    table, _, _ = tables([(IMPROVED, 0.1, 0, history(), failed)], None)
    assert all(
        np.isnan(table[name][0]) for name in ("targeted_ascent_mean", "minimal_norm_median", "temperature")
    )
    assert not any("signed" in column for column in table), "an attack that does not search has no norms"


@pytest.mark.parametrize(
    ("error", "flag", "expected"),
    [(88.9, False, False), (89.2, False, True), (91, False, True), (5, True, True), (np.nan, False, True)],
)
def test_no_better_than_chance_counts_as_diverged(error, flag, expected):
    table, _, _ = tables([(IMPROVED, 0.1, 0, history(test=error, diverged=flag), attack())])
    assert table["diverged"][0] == expected


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
    assert summary["recipe"].tolist() == [XAVIER] * 3 + [MATCONVNET] * 3
    assert summary["n"].tolist() == [3, 3, 3, 3, 3, 2]
    assert summary["n_left_out"].tolist() == [0, 0, 0, 0, 0, 1]
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
    table = tables([*swept({0.1: [90.0]}), *swept({0.1: [1.0, 2.0]}, recipe=RECIPE)])[0]
    assert shown_recipe(table, "n2") == shown_recipe(table, "n0") == shown_recipe(table, "none") == MATCONVNET
    assert shown_recipe(tables(swept({0.1: [90.0]}))[0], "n0") == XAVIER


# Search


def published_recipe(start, factor=1.0, epochs=50):
    return [
        (start, decay, seed, history(side=side, factor=factor, epochs=epochs),
         attack(factor * article.ATTACK_MEAN[side]))
        for decay, side in SIDES.items()
        for seed in (0, 1)
    ]  # fmt: skip


def test_the_articles_own_figures_are_at_distance_0_and_come_first():
    table, histories, _ = tables([*published_recipe(RECIPE, 1.5), *published_recipe(IMPROVED)])
    found = search_table(table, histories)
    assert found["recipe"].tolist() == [XAVIER, MATCONVNET]
    for name in ("test_error", "train_error", "rms", "norm", "low", "high", "distance"):
        assert found[name][0] == pytest.approx(0, abs=1e-9)
    assert found["rms"][1] == pytest.approx(1)
    for name in ("norm", "test_error"):
        assert found[name][1] == pytest.approx(np.log(1.5) / np.log(1.25))
    groups = [found[name][1] for name in ("test_error", "train_error", "rms", "norm")]
    assert found["distance"][1] == pytest.approx(np.sqrt(np.mean(np.square(groups))))


def test_errors_too_small_to_read_off_a_plot_count_as_the_least_that_can_be():
    table, histories, _ = tables(published_recipe(IMPROVED))
    for name in histories:
        histories[name]["train_error"][12] = 0.0009  # published: 0 at epoch 13
    assert search_table(table, histories)["train_error"][0] == pytest.approx(0, abs=1e-9)


def test_figures_beyond_the_epochs_trained_are_left_out():
    table, histories, _ = tables(published_recipe(IMPROVED))
    cut = {name: {k: v[:10] for k, v in h.items()} for name, h in histories.items()}
    for history_ in histories.values():
        history_["test_error"][19] = 0.5
    assert search_table(table, cut)["test_error"][0] == pytest.approx(0, abs=1e-9)
    assert search_table(table, histories)["test_error"][0] > 1


def test_starts_without_both_decays_are_left_out_and_diverged_ones_come_last():
    diverged = [(RECIPE, decay, 0, history(test=90), attack()) for decay in SIDES]
    table, histories, _ = tables([*diverged, *published_recipe(IMPROVED, 1.2)])
    found = search_table(table, histories)
    assert found["recipe"].tolist() == [XAVIER, MATCONVNET]
    assert np.isnan(found["distance"][1])
    table, histories, networks = tables(swept({1e-4: [1.0], 1.0: [1.0]}))
    none = search_table(table, histories)
    assert len(none["recipe"]) == 0
    figures.distances(none).draw_without_rendering()
    summary = summary_table(table)
    assert not any("One recipe" in c.statement for c in sweep_claims(table, summary, none, numbers=True))
    written = sweep_section.captions(networks, table, summary, none, "n0")
    assert "not measured" in written["search"].measured


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
        ([1.6, 1.6], [90, 90], INCOMPARABLE),
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
        ({1e-4: [90, 90], 1e-2: [90, 90], 1e-1: [90, 90]}, INCOMPARABLE),
    ],
)
def test_the_best_decay_must_beat_both_ends(errors, expected):
    assert verdict(judge(swept(errors)), "intermediate") == expected


def test_one_weight_decay_is_compared_with_none():
    table, _, _ = tables(swept({0.1: [1.2, 1.3]}))
    assert judge(swept({0.1: [1.2, 1.3]})) == []
    assert sweep_answer(table | {"minimal_norm_median": np.ones(2)}, table["recipe"][0]) is None


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
    judged = judge(published_recipe(IMPROVED, factor), numbers)
    assert verdict(judged, "One recipe gives") == expected
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
        rows = summary["recipe"] == start
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
    rows = sweep_section.tables(table, summary, search)[0].rows
    assert rows[5][2] == "2 (1 diverged)"
    assert rows[0][4] == "1.60 (1.35 to 1.85)"
    assert len(sweep_section.tables(table, summary, search)[1].rows) == 2
