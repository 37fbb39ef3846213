"""The claims of the attacked networks, at both sides of their tolerances."""

import numpy as np
import pytest

from attacked import attack_rows
from experiments.attack import section as attack_section
from experiments.attack.claims import attack_claims
from experiments.attack.statistics import first_images
from made import LINEAR, NETWORKS, NOISE, SHOWN, accuracies, attacked, linear_accuracy, not_attacked, verdict
from report.claims import INCOMPARABLE, NOT, PARTLY, REPRODUCED
from report.words import IMAGES
from tilt.io import read_table, write_table


def attacks(low, high):
    tables = {"small_low": attacked(low), "small_high": attacked(high)}
    return attack_claims(NETWORKS, tables, accuracies(), numbers=True)


@pytest.mark.parametrize(
    ("low", "high", "distances", "ratio", "farther"),
    [
        (1.77, 5.75, REPRODUCED, REPRODUCED, REPRODUCED),
        (1.77 * 1.24, 5.75 * 1.24, REPRODUCED, REPRODUCED, REPRODUCED),
        (1.77 * 1.26, 5.75, PARTLY, REPRODUCED, REPRODUCED),
        (1.77 * 1.34, 5.75, PARTLY, PARTLY, REPRODUCED),
        (4.0, 4.0 * 3.3 * 1.2, NOT, REPRODUCED, REPRODUCED),
        (4.0, 4.5, PARTLY, PARTLY, REPRODUCED),
        (4.0, 3.9, NOT, NOT, NOT),
    ],
)
def test_distances_of_adversarial_examples(low, high, distances, ratio, farther):
    judged = attacks(np.full(20, low), high + NOISE - NOISE.mean())
    assert verdict(judged, "Mean distance") == distances
    assert verdict(judged, "Times as far") == ratio
    assert verdict(judged, "With high weight decay adversarial") == farther


@pytest.mark.parametrize(
    "other", [{"model": "mlp"}, {"regulariser": "l1", "strength": 1}, {"train_per_class": 3000}]
)
def test_numbers_of_the_article_are_those_of_its_networks(other):
    networks = {name: network | other for name, network in NETWORKS.items()}
    tables = {"small_low": attacked(np.full(20, 1.77)), "small_high": attacked(np.full(20, 5.75))}
    judged = attack_claims(networks, tables, accuracies(), numbers=True)
    assert verdict(judged, "Mean distance") == verdict(judged, "Times as far") == INCOMPARABLE
    assert verdict(judged, "With high weight decay adversarial") == REPRODUCED


def test_a_difference_within_two_standard_errors_is_partly_reproduced():
    difference = NOISE - NOISE.mean()
    error = difference.std(ddof=1) / np.sqrt(20)
    for shift, expected in ((2.1, REPRODUCED), (1.9, PARTLY)):
        judged = attacks(np.full(20, 4.0), 4 + shift * error + difference)
        assert verdict(judged, "With high weight decay adversarial") == expected


def test_only_images_that_reached_their_target_on_both_sides_count(tmp_path):
    tables = {
        "small_low": attacked([1, 1, 1, 50], success=[True, True, True, False]),
        "small_high": attacked([3, 3, 90, 3], success=[True, True, False, True]),
    }
    for name, table in tables.items():
        write_table(tmp_path / name, table)
    read = {name: read_table(tmp_path / name) for name in tables}
    judged = attack_claims(NETWORKS, read, accuracies(), numbers=False)
    assert "1.00 and 3.00, 2 images" in judged[0].measured
    assert judged[0].verdict == judged[1].verdict == INCOMPARABLE
    none = {name: attacked([1, 2], success=[False, False]) for name in NETWORKS}
    judged = attack_claims(NETWORKS, none, accuracies(), numbers=True)
    assert [claim.measured for claim in judged[:3]] == ["not measured"] * 3
    assert [claim.verdict for claim in judged[:3]] == [INCOMPARABLE] * 3


@pytest.mark.parametrize(
    ("differences", "expected"),
    [([0.1, 0.2, 0.3, 0.2], REPRODUCED), ([0.5, -0.4, 0.5, -0.4], PARTLY), ([-0.1, -0.2, 0.1, 0.0], NOT)],
)
def test_minimal_norms_are_judged_by_the_interval_of_their_difference(differences, expected):
    low = np.linspace(1, 2, 40)
    (claim,) = (
        claim
        for claim in attacks(3 * low, 3 * (low + np.tile(differences, 10)))
        if claim.statement.startswith("With high weight decay the nearest")
    )
    assert claim.verdict == expected
    assert f"by {np.mean(differences):.2f} in the mean" in claim.measured
    assert "median 1.50" in claim.measured


@pytest.mark.parametrize(
    ("low", "high", "images", "expected"),
    [
        (0.49, 0.52, 10_000, REPRODUCED),
        (0.49, 0.50, 10_000, PARTLY),
        (0.49, 0.52, 500, PARTLY),
        (0.51, 0.60, 10_000, PARTLY),
        (0.51, 0.51, 10_000, NOT),
        (0.80, 0.70, 10_000, NOT),
    ],
)
def test_linear_attacks_are_judged_at_a_small_magnitude(low, high, images, expected):
    tables = {name: attacked([1, 2]) for name in NETWORKS}
    judged = attack_claims(NETWORKS, tables, accuracies(low, high, images), numbers=True)
    assert verdict(judged, "Networks regularised too little") == expected
    assert f"accuracy at ε = 0.1: {100 * low:.1f} % (low)" in judged[-1].measured


def test_linear_attacks_that_are_not_small_are_not_judged():
    tables = {name: attacked([1, 2]) for name in NETWORKS}
    judged = attack_claims(NETWORKS, tables, accuracies(epsilons=(0.0, 0.2)), numbers=True)
    assert judged[-1].measured == "not measured"
    assert judged[-1].verdict == INCOMPARABLE


def test_a_network_that_diverged_is_named_and_left_out():
    tables = {"small_low": attacked(np.full(20, 1.0)), "small_high": not_attacked(20)}
    given = accuracies() | {"small_high": linear_accuracy([0.0, 0.1], np.nan, 10_000, "diverged")}
    judged = attack_claims(NETWORKS, tables, given, numbers=True)
    assert len(judged) == 5
    assert {claim.measured for claim in judged} == {"not measured; small_high: diverged"}
    assert {claim.verdict for claim in judged} == {INCOMPARABLE}

    networks = NETWORKS | {"second": NETWORKS["small_high"] | {"seed": 1}}
    judged = attack_claims(
        networks,
        tables | {"second": attacked(2 + NOISE)},
        given | {"second": accuracies()["small_high"]},
        numbers=True,
    )
    assert all(claim.measured.endswith("; small_high: diverged") for claim in judged)
    assert "median 0.33 and 0.67" in judged[3].measured
    assert judged[4].verdict == REPRODUCED


def test_captions_and_tables_name_a_network_that_diverged():
    tables = {"small_low": attacked(np.linspace(1, 3, 20)), "small_high": not_attacked(20)}
    given = accuracies() | {"small_high": linear_accuracy([0.0, 0.05, 0.1, 0.2], np.nan, 10_000, "diverged")}
    temperatures = {"small_low": 4.5, "small_high": None}
    found = attack_section.captions(NETWORKS, tables, given, temperatures, SHOWN)
    assert found["high"].measured == "Not attacked: diverged."
    for name in ("norms", "distances", "classes", "accuracy"):
        assert found[name].measured.endswith("; small_high diverged.")
        assert "nan" not in found[name].measured
    ascent, nearest, least, accuracy, _ = attack_section.tables(tables, temperatures, given, LINEAR, IMAGES)
    assert ascent.rows[1][:5] == ("small_high", "diverged", "0 of 20", "0", "–")
    assert nearest.rows[1][2:5] == ("0 of 20", "0", "–")
    assert least.rows[1][1:4] == ("0 of 20", "0", "–")
    assert set(accuracy.rows[1][1:]) == {"–"}


def test_the_examples_show_ten_classes_at_most():
    labels = np.repeat(np.arange(12), 3)
    for first, expected in ((36, 3 * np.arange(10)), (6, [0, 3])):
        table = attack_rows(labels[:first], {"minimal_norm": {"norm": np.ones(first)}})
        np.testing.assert_array_equal(first_images(table), expected)
