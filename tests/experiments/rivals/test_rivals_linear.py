"""Decay of logistic regression as published: batches, steps and accuracies by hand; the claim."""

import numpy as np
import pytest

from experiments.rivals.identities import PROTOCOL, linear_claim, linear_table
from experiments.rivals.linear import BATCH, batch_starts, descend, initial, measured, tables
from report.claims import INCOMPARABLE, NOT, PARTLY, REPRODUCED
from samples import refused
from tilt.data.images import Images
from tilt.io import table_of


def test_batches_of_the_published_code_begin_within_the_first_rows():
    """88 batches: the row 128 k is taken modulo 87, so that no batch ends after row 214."""
    starts = batch_starts(11_353, 200, published=True)
    assert starts[:3].tolist() == [0, 128 % 87, 256 % 87]
    assert starts.max() + BATCH == 214
    starts = batch_starts(300, 5, published=False)
    assert starts.tolist() == [0, 128, 0, 128, 0]
    refused("255 images are left to train; name classes that have 256 or more",
            batch_starts, 255, 1, published=True)  # fmt: skip


@pytest.mark.parametrize(("penalty", "of_weights"), [("none", 0), ("l2", 3.25), ("l1", 3.25 / 2)])
def test_the_first_step_goes_against_the_sign_of_the_gradient(penalty, of_weights):
    """Adam's first step is its rate times the sign of the gradient, here the penalty's against the loss's."""
    x = np.tile(np.array([[1, -1]], np.float32), (BATCH, 1))
    for weight in (0.05, 0.4):
        w = np.full(2, weight, np.float32)
        descend(w, x, np.ones(BATCH, bool), np.array([0]), penalty, 3.25)
        gradient = -0.5 * x[0] + of_weights * (weight if penalty == "l2" else 1)
        np.testing.assert_allclose(w - np.float32(weight), -1e-5 * np.sign(gradient), rtol=2e-3)


def test_a_linear_model_is_attacked_as_far_as_it_goes():
    """The score x1 - x2 loses 0.5, or less where the box ends."""
    w = np.array([1, -1], np.float32)
    x = np.array([[0.9, 0.2], [0.6, 0.2], [0.1, 0.9], [0.7, 0.6]], np.float32)
    y = np.array([True, True, False, False])
    assert measured(w, x, y) == {"test_error": 0.25, "accuracy_signed_0.25": 0.5}


def test_initial_weights_are_cut_off_at_two_deviations():
    drawn = initial(5000, 1)
    assert 0.19 < np.abs(drawn).max() <= 0.2
    assert drawn.std() == pytest.approx(0.088, abs=0.003)  # of a normal cut off there, 0.8796 of its own
    assert (drawn == initial(5000, 1)).all()


def two_classes(n):
    rng = np.random.default_rng(0)
    y = np.tile([0, 1], n // 2)
    x = rng.uniform(0, 0.02, (n, 3, 3))
    x[np.arange(n), y, 0] += 0.9
    return x, y


def test_rows_are_those_of_both_sets_of_images():
    x, y = two_classes(5300)
    data = Images(x, y, x[:100], y[:100], bounds=(0, 1))
    settings = {"pair": "0v1", "strength": 3.25, "steps": 30}
    table = tables(data=data, settings=settings, seeds=[0, 1], dataset="mine")["linear"]
    assert table["images"].tolist() == ["published"] * 7 + ["all"] * 7
    assert table["penalty"].tolist() == 2 * ["means", *["none"] * 2, *["l1"] * 2, *["l2"] * 2]
    assert table["train_images"].tolist() == [300, *[BATCH] * 6, 5300, *[30 * BATCH] * 6]
    assert table["accuracy_signed_0.25"][0] == 1
    short = Images(x[:5200], y[:5200], x, y, bounds=(0, 1))
    refused(r"datasets\.mine\.rivals\.linear\.pair: 200 images are left",
            tables, data=short, settings=settings, seeds=[0], dataset="mine")  # fmt: skip


def published(l1_all=0.5, l1=0.5805, means=0.396, seeds=(0, 1, 2)):
    rows = []
    trained = {("published", True): 11_353, ("published", False): 214,
               ("all", True): 12_396, ("all", False): 12_288}  # fmt: skip
    for images in ("published", "all"):
        here = {"means": (0.9485, means), "none": (0.97, 0), "l1": (0.9642, l1), "l2": (0.9603, 0.3572)}
        if images == "all":
            here["l1"] = (0.97, l1_all)
        for penalty, (clean, moved) in here.items():
            for seed in seeds[:1] if penalty == "means" else seeds:
                rows.append(
                    {"images": images, "penalty": penalty, "seed": seed,
                     "train_images": trained[images, penalty == "means"],
                     "test_error": 1 - clean, "accuracy_signed_0.25": moved + 1e-3 * seed}
                )  # fmt: skip
    return table_of(rows)


@pytest.mark.parametrize(
    ("given", "verdict"),
    [
        ({}, REPRODUCED),
        ({"l1_all": 0.35}, PARTLY),
        ({"l1": 0.61}, PARTLY),
        ({"means": 0.37}, PARTLY),
        ({"seeds": (0,)}, PARTLY),
        ({"l1": 0.61, "l1_all": 0.35}, NOT),
    ],
)
def test_published_decays_are_judged(given, verdict):
    assert linear_claim(published(**given), PROTOCOL, numbers=True).verdict == verdict


def test_other_data_and_other_settings_are_not_comparable():
    for settings, numbers in ((PROTOCOL, False), (PROTOCOL | {"steps": 100}, True)):
        assert linear_claim(published(), settings, numbers=numbers).verdict == INCOMPARABLE


def test_reported_accuracies_stand_beside_ours():
    rows = {row[0]: row[1:] for row in linear_table(published()).rows}
    assert rows["L1, 214 images"] == (
        "3",
        "96.42 (96.42 to 96.42)",
        "96.42",
        "58.15 (57.90 to 58.40)",
        "58.05",
    )
    assert rows["no decay, 214 images"][2] == "–"
    assert rows["difference of the means, 11,353 images"][1:3] == ("94.85", "94.85")
