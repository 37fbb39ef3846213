"""Weight decay and its rivals: tables by hand, masked gradients, claims at both sides of their rules."""

import re

import numpy as np
import pytest
import torch
from matplotlib.text import Text

import rivals as made
from attacked import attack_rows, images, pixels, weights
from drawn import assert_labelled_and_inside, lay_out
from experiments.attack.statistics import accuracy_within
from experiments.attack.tables import accuracy_table, attack_table, unattacked_table
from experiments.rivals import section
from experiments.rivals.claims import rivals_claims
from experiments.rivals.figures import figures, trade_off
from experiments.rivals.measure import signs, transferred_norms
from experiments.rivals.panel import rivals_panels
from experiments.rivals.reported import reported_table
from experiments.rivals.tables import (
    POINTS,
    SIGNS,
    attacked_row,
    farthest,
    is_masked,
    lines,
    nearer_share,
    vanishing_share,
)
from made import linear_accuracy
from panels import part, shown
from report.claims import INCOMPARABLE, NOT, PARTLY, REPRODUCED
from tilt.attacks.minimal import minimal_norm
from tilt.attacks.models import linear_model, predict
from tilt.attacks.signed import signed_gradient_step
from tilt.io import table_of


def test_a_network_s_attacks_by_hand():
    """One image is misclassified as it is, one has no adversarial example."""
    table = attack_rows(
        [0, 1, 2, 3, 4],
        {
            "minimal_norm": {"norm": [0, 0.4, 0.6, 1.2, np.nan]},
            "targeted_ascent": {"norm": [0, 9, 0.5, 9, 9]},
        },
    )
    row = attacked_row(table, linear_accuracy([0, 0.1], np.array([0.9, 0.3]), 10))
    assert row["minimal_norm_median"] == 0.6
    assert [row[f"accuracy_l2_{radius}"] for radius in (0.3, 0.5, 1.0, 1.5)] == [0.8, 0.4, 0.4, 0.2]
    assert row["accuracy_signed_0.1"] == 0.3
    assert np.isnan(attacked_row(table, linear_accuracy([0, 0.2], 0.5, 10))["accuracy_signed_0.1"])
    nothing = attacked_row(
        attack_rows([0, 1], {"minimal_norm": {"norm": [np.nan] * 2}}), accuracy_table({}, 9)
    )
    assert np.isnan(nothing["minimal_norm_median"])
    assert nothing["accuracy_l2_1.5"] == 1
    none = unattacked_table(np.arange(2), np.arange(2), {"minimal_norm": False}, "diverged")
    assert np.isnan(accuracy_within(none, [0, 1])).all()


def test_signs_of_masking_by_hand():
    assert vanishing_share(np.array([1.0, 4.1, 1.0]), np.array([1.0, 1.0, 0.0]), 16) == pytest.approx(2 / 3)
    own = np.array([0, 1.0, 1.0, 1.0, np.nan])
    assert nearer_share(np.array([0, 0.995, 0.98, np.nan, 5]), own) == 0.5
    assert np.isnan(nearer_share(np.zeros(1), np.zeros(1)))
    shares = dict.fromkeys(SIGNS, 5 / 50) | {"right_images": 50}  # 4.3 % at least
    assert not is_masked(shares | {"signed_nearer": np.nan})
    assert all(is_masked(shares | {sign: 6 / 50}) for sign in SIGNS)  # 5.6 % at least


def measured(model, reference):
    """The signs of masking of a model, with the adversarial examples of a reference for transfer."""
    x = images(20)
    y = predict(reference, torch.as_tensor(x)).numpy()
    found = {
        "minimal_norm": minimal_norm(model, x, y, steps=40),
        "signed_gradient_step": signed_gradient_step(model, x, y, epsilons=(0.01, 0.03, 0.1, 0.3)),
    }
    attack = attack_table(np.arange(20), y, predict(model, torch.as_tensor(x)).numpy(), found)
    examples = minimal_norm(reference, x, y, steps=40).images
    return signs(model, torch.as_tensor(x), torch.as_tensor(examples), attack=attack)


W, X = weights(), images(20)
HONEST = linear_model(W, -float(np.median(pixels(X) @ W.ravel())))


def of_step(x):
    """The same classes from a step of the score: without a gradient."""
    return HONEST(x) * 0 + 1e3 * torch.sign(HONEST(x) - HONEST(x).mean(1, keepdim=True))


def times_step(x):
    """A huge step at the boundary hides the gradient of one class of the two."""
    score = HONEST(x)
    return score * 1e-6 + 1e6 * (score > 0).double()


@pytest.mark.parametrize("model", [of_step, times_step])
def test_hidden_gradients_are_flagged(model):
    shares = measured(model, HONEST)
    assert shares["vanishing"] >= 0.5
    assert is_masked(shares)
    assert of_step is not model or shares["transfer_nearer"] > 0.9


def test_honest_linear_models_are_not():
    other = linear_model(weights(2), -float(np.median(pixels(X) @ weights(2).ravel())))
    for reference in (HONEST, other):
        shares = measured(HONEST, reference)
        assert [shares[sign] for sign in SIGNS] == [0, 0, 0]
        assert not is_masked(shares)


def test_transferred_examples_by_hand():
    """One pixel of 42 moves: the class changes above 150, at the second scale; clipped at 255."""

    def model(x):
        first = x.flatten(1)[:, 0]
        return torch.stack([torch.zeros_like(first), first - 150], dim=1)

    originals = torch.full((3, 6, 7), 100.0)
    examples = originals.clone()
    examples[:, 0, 0] = torch.tensor([140.0, 99.0, 240.0])
    found = transferred_norms(model, originals, examples, torch.zeros(3, dtype=torch.long))
    np.testing.assert_allclose(found, [60 / 255, np.nan, 140 / 255], rtol=1e-6)


def test_means_leave_out_what_was_not_trained_and_count_what_is_masked():
    rows = [made.network("", 0, 0, 0, 0.02, 1), made.network("", 0, 0, 1, 0.04, 2, masked=True),
            made.left_out("l1", 1, 0, 0), made.network("l1", 1, 0, 1, 0.03, 3),
            made.left_out("l1", 0.1, 0, 0, "at chance")]  # fmt: skip
    summary, curve = made.tables(table_of(rows))
    assert summary["regulariser"].tolist() == ["", "l1", "l1"]
    assert summary["strength"].tolist() == [0, 0.1, 1]
    assert summary["n"].tolist() == [2, 0, 1]
    assert summary["n_left_out"].tolist() == [0, 1, 1]
    assert summary["n_masked"].tolist() == [1, 0, 0]
    np.testing.assert_allclose(summary["test_error_mean"], [0.03, np.nan, 0.03])
    assert len(curve["radius"]) == 3 * POINTS
    at = (curve["regulariser"] == "l1") & (curve["strength"] == 1)
    np.testing.assert_allclose(curve["accuracy_mean"][at][[0, -1]], [1, 0])


def test_lines_begin_with_the_reference():
    rows = [made.network("", 0, 0.1, 0, 0.02, 1), made.network("", 0, 0, 0, 0.02, 1),
            made.network("l1", 3, 0.1, 0, 0.02, 1), made.network("l1", 2, 0.1, 0, 0.02, 1)]  # fmt: skip
    found = lines(table_of(rows), 0.1)
    assert [line.label for line in found.values()] == ["weight decay", "L1"]
    assert found[""].rows.tolist() == [1, 0]
    assert found["l1"].rows.tolist() == [0, 3, 2]
    assert (found[""].texts(), found["l1"].texts()) == (["0", "0.1"], ["none", "2", "3"])


def test_farthest_at_an_error_is_on_the_segments():
    error, distance = np.array([0.02, 0.01, 0.05]), np.array([1.0, 2.0, 4.0])
    assert farthest(error, distance, 0.03) == pytest.approx(1.5)
    assert farthest(error, distance, 0.05) == 2
    assert farthest(error, distance, 0.01) == 1
    assert np.isnan(farthest(error, distance, 0.001))


def test_reach_is_of_each_seed_and_without_masked_networks():
    """An error of 2 % over 1e4 images has a standard error of 0.14 points: 2.28 % are allowed."""
    table = made.study(seeds=(0, 1))
    table["validation_error"][1] = 0.0228 * 2 - 0.02  # twice as far above the reference as is allowed
    table["masked"][2] = True
    table["status"][3] = "diverged"
    found = made.reach(table)
    assert found["regulariser"].tolist() == ["", "adversarial_l2"] * 2
    assert found["seed"].tolist() == [0, 0, 1, 1]
    np.testing.assert_allclose(found["reach"], [1.25, *[np.nan] * 3], atol=1e-3)
    assert (found["strength_low"][0], found["strength_high"][0]) == (0, 0.1)


def test_test_images_choose_nothing():
    """What held-out images choose is measured on the test images, whatever these would have chosen."""
    table = made.study(seeds=(0,))
    of_decay = table["network"] == "decay_0_0.1_0"
    table["test_error"][of_decay], table["minimal_norm_median"][of_decay] = 0.9, 1.2
    table["validation_norm_median"][table["regulariser"] == "adversarial_l2"] = 0.5
    found = made.reach(table)
    np.testing.assert_allclose(found["test_error"], [0.9, 0.02])
    np.testing.assert_allclose(found["reach"], [1.2, 1])
    np.testing.assert_allclose(found["validation_norm_median"], [1.5, 1])
    assert found["strength_high"].tolist() == [0.1, 0]


def judge(table, **changed):
    given = {"networks": made.settings(table), "numbers": True} | changed
    return rivals_claims(table, made.reach(table), 0, given["networks"], numbers=given["numbers"])


@pytest.mark.parametrize(
    ("study", "adversarial", "all_rivals"),
    [
        ({"adversarial": 1.6, "decay": 1.5}, REPRODUCED, REPRODUCED),
        ({"adversarial": 1.6, "decay": 1.5, "seeds": (0,)}, PARTLY, PARTLY),
        ({"adversarial": 3, "decay": 1.5}, NOT, NOT),
        ({"adversarial": 1, "decay": 1.5}, NOT, REPRODUCED),
        ({"adversarial": 0.5, "decay": 0.9, "seeds": (0, 1)}, INCOMPARABLE, REPRODUCED),
    ],
)
def test_trade_offs_are_judged_by_the_ratio_at_equal_error(study, adversarial, all_rivals):
    of_training, of_all = judge(made.study(**study))
    assert (of_training.verdict, of_all.verdict) == (adversarial, all_rivals)
    assert of_training.measured.split(" times")[0] in of_all.measured


def test_a_rival_that_was_not_measured_is_named_and_not_judged():
    rows = [made.left_out("l1", 1, 0, seed) for seed in range(3)]
    table = {name: np.concatenate([column, table_of(rows)[name]]) for name, column in made.study().items()}
    _, of_all = judge(table)
    assert of_all.verdict == REPRODUCED
    assert "L1 not measured" in of_all.measured
    assert "l1_1_0_2: diverged" in of_all.measured


def test_a_masked_network_never_counts():
    table = made.study(adversarial=3)
    table["masked"] = table["regulariser"] == "adversarial_l2"
    of_training, of_all = judge(table)
    assert of_training.verdict == of_all.verdict == INCOMPARABLE
    assert of_training.measured.startswith("not measured; adversarial_l2_1_0_0: masked")
    assert "adversarial training (L2 ball) not measured" in of_all.measured


STRENGTH = 255 * 0.1 * 0.0025


def goodfellow(train_error=0.88, weaker=0.02, model="maxout", strength=STRENGTH, numbers=True, seeds=3):
    rows = []
    for seed in range(seeds):
        less = weaker + 1e-4 * seed
        rows += [
            made.network("", 0, 0, seed, 0.02, 1, model=model),
            made.network("l1_first", strength, 0, seed, 0.9, 1, model=model, train_error=train_error,
                         status="at chance"),
            made.network("l1_first", strength / 100, 0, seed, less, 1, model=model, train_error=0),
        ]  # fmt: skip
    table = table_of(rows)
    (claim,) = (
        each
        for each in judge(table, networks=made.settings(table, model=model), numbers=numbers)
        if each.statement.startswith("L1 decay of a maxout")
    )
    return claim


@pytest.mark.parametrize(
    ("given", "verdict"),
    [
        ({}, REPRODUCED),
        ({"train_error": np.nan}, REPRODUCED),
        ({"train_error": 0.04}, PARTLY),
        ({"weaker": 0.015}, PARTLY),
        ({"seeds": 1}, PARTLY),
        ({"seeds": 1, "train_error": 0.04}, NOT),
        ({"train_error": 0.04, "weaker": 0.015}, NOT),
        ({"model": "mlp"}, INCOMPARABLE),
        ({"strength": 2 * STRENGTH}, INCOMPARABLE),
        ({"numbers": False}, INCOMPARABLE),
    ],
)
def test_l1_of_the_first_layer(given, verdict):
    assert goodfellow(**given).verdict == verdict
    if not given:
        assert "c = 2.5e-05: -0.01" in goodfellow().measured


def all_diverged():
    return table_of(
        [made.left_out("", 0, 0, 0), made.left_out("", 0, 1, 0), made.left_out("adversarial_l2", 1, 0, 0)]
    )


def test_networks_all_of_which_diverged():
    table = all_diverged()
    summary, curve = made.tables(table)
    for claim in judge(table):
        assert claim.verdict == INCOMPARABLE
        assert "not measured" in claim.measured
        assert "decay_0_0_0: diverged" in claim.measured
    drawn = lay_out(figures(summary=summary, curve=curve, weight_decay=0, published=True))
    assert_labelled_and_inside(drawn)
    assert any(
        "diverged or at chance: weight decay 0 (1 of 1)" in text.get_text()
        for text in drawn["trade_off"].findobj(Text)
    )
    shown(rivals_panels(summary, curve, 0))
    for caption in section.captions(table, summary, 0, 20, 100, published=False).values():
        assert not re.search(r"\b(nan|inf|None)\b", f"{caption.sample} {caption.measured}")
    shown_tables = section.tables(table, summary, made.reach(table), 0)
    cells = [cell for of in shown_tables for row in of.rows for cell in row]
    assert not {"nan", "nan %"} & set(cells)


def test_points_far_above_the_others_are_named_and_not_drawn():
    table = made.study()
    table["test_error"][table["regulariser"] == "adversarial_l2"] = 0.11
    summary, _ = made.tables(table)
    ax = trade_off(summary, 0).axes[0]
    assert ax.get_title("left") == "beyond the frame: adversarial training (L2 ball) 1 (11 %)"
    assert ax.get_ylim()[1] < 11


def test_figures_mark_masked_networks_and_name_every_line():
    table = made.study()
    table["masked"] = table["regulariser"] == "adversarial_l2"
    summary, curve = made.tables(table)
    drawn = lay_out(figures(summary=summary, curve=curve, weight_decay=0, published=True))
    assert_labelled_and_inside(drawn)
    texts = [text.get_text() for text in drawn["trade_off"].findobj(Text)]
    assert {"weight decay", "adversarial training (L2 ball)", "masked gradients"} <= set(texts)
    assert any(line.get_linestyle() == "--" for line in drawn["radii"].axes[1].lines)
    crosses = [line for line in drawn["radii"].axes[0].lines if line.get_label() == "others"]
    assert [line.get_xydata().tolist() for line in crosses] == [[[0.5, 0.89], [1, 0.61], [1.5, 0.08]]]
    assert not any(line.get_label() == "others" for line in drawn["radii"].axes[1].lines)


def test_panel_states_are_the_means():
    table = made.study()
    summary, curve = made.tables(table)
    record = rivals_panels(summary, curve, 0)
    (bank,) = shown(record).values()
    assert bank["accuracy"].shape == (2, 2, POINTS)
    strong = np.mean([1.6 * (1 + k / 100) ** 2 for k in range(3)])
    np.testing.assert_allclose(bank["here_x"][1], [1.01, strong], rtol=1e-6)
    assert part(record, "strength", rival="adversarial_l2", rival_strength="2") == "1"
    assert part(record, "networks", rival="none", rival_strength="1") == "3 networks"


def test_what_others_report_stands_beside_ours():
    table = made.study()
    rows = [row[:4] for row in reported_table(made.tables(table)[0], 0).rows]
    assert rows[0] == ("median L2 norm", "plain CNN", "1.09", "1.01 (0.99 to 1.03)")
    assert rows[1][2:] == ("89 %", "50 % (50 to 50)")
    assert not any("gradient penalty" in row[1] for row in rows)  # not in this study
