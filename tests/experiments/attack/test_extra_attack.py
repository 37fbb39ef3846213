"""One more attack, of either kind, is in every table, figure, panel and caption without an edit there."""

import inspect

import numpy as np
import pytest
import torch
from numpy.testing import assert_array_equal

from experiments.attack import section as attack_section
from experiments.attack.claims import attack_claims
from experiments.attack.figures import accuracy_curves, distance_curves, norms_by_class
from experiments.attack.panel import attack_panels
from experiments.attack.statistics import rows_of, searching
from experiments.attack.tables import accuracy_table, attack_table, summary_table
from experiments.sweep import figures as sweep_figures
from experiments.sweep import section as sweep_section
from experiments.sweep.panel import sweep_panels
from experiments.sweep.tables import networks_table
from experiments.sweep.tables import summary_table as sweep_summary
from made import LINEAR, NETWORKS, SHOWN
from panels import check_states, unpacked
from pipeline.schema import schema
from report.words import IMAGES
from sweeps import history
from tilt.attacks.models import Found, Graded, ended, graded, in_batches, linear_model, predict, wrong
from tilt.attacks.registry import ATTACKS, Attack

SHAPE = (4, 6, 3)


def to_black(model, images, labels, *, steps=10):
    """The first image on the way to black that has another class."""

    def attacked(x, y):
        end, taken = x.clone(), torch.full_like(y, steps)
        for step in range(steps, -1, -1):
            dark = x * (1 - step / steps)
            over = wrong(predict(model, dark), y)
            end[over], taken[over] = dark[over], step
        return ended(model, x, y, end, taken)

    return Found(*in_batches(2, images, labels, attacked))


def veil(model, images, labels, *, greys=(0.0, 0.5, 1.0)):
    """The image under a grey veil of given strengths."""

    def attacked(x, y):
        veiled = [x + strength * (127.5 - x) for strength in greys]
        over = torch.stack([wrong(predict(model, each), y) for each in veiled], dim=1)
        end = torch.stack(veiled)[over.int().argmax(dim=1), torch.arange(len(x))]
        end = torch.where(over.any(dim=1).view(-1, 1, 1, 1), end, x)
        return *ended(model, x, y, end, torch.ones_like(y)), over

    return graded(greys, in_batches(2, images, labels, attacked))


@pytest.fixture(scope="module")
def made():
    """Tables of images and accuracies, and images, of two networks by the attacks there are and two more."""
    attacks = ATTACKS | {"to_black": Attack(to_black), "veil": Attack(veil, magnitudes="greys")}
    rng = np.random.default_rng(0)
    images = rng.uniform(0, 255, (8, *SHAPE)).astype(np.float32)
    labels = np.arange(8) % 2
    tables, accuracies, pictures = {}, {}, {}
    for k, name in enumerate(NETWORKS):
        w = rng.normal(size=SHAPE)
        model = linear_model(w, -np.median(images.reshape(8, -1) @ w.ravel()) / 255 + k)
        found = {name: attack(model, torch.tensor(images), labels) for name, attack in attacks.items()}
        graded = {name: of for name, of in found.items() if isinstance(of, Graded)}
        tables[name] = attack_table(np.arange(8), labels, predict(model, torch.tensor(images)).numpy(), found)
        accuracies[name] = accuracy_table({n: (of.magnitudes, of.accuracy) for n, of in graded.items()}, 8)
        pictures[name] = {"originals": images} | {n: found[n].images for n in found.keys() - graded.keys()}
    return tables, accuracies, pictures


def test_it_is_in_the_tables(made):
    table = made[0]["small_low"]
    assert searching(table) == ["targeted_ascent", "minimal_norm", "to_black"]
    assert len(rows_of(table, "to_black")["norm"]) == 8
    assert set(summary_table(table)["attack"]) == {*ATTACKS, "to_black", "veil", "least"}
    assert_array_equal(rows_of(made[1]["small_low"], "veil")["magnitude"], [0, 0.5, 1])


def test_it_is_in_the_figures_and_captions(made):
    tables, accuracies, _ = made
    assert len(norms_by_class(tables, IMAGES).axes) == 3
    assert "to black" in norms_by_class(tables, IMAGES).axes[2].get_title()
    named = [text.get_text() for text in distance_curves(tables).legends[0].get_texts()]
    assert "to black, median" in named
    assert [ax.get_title() for ax in accuracy_curves(accuracies).axes][2] == "veil"
    temperatures = dict.fromkeys(NETWORKS, 1.0)
    captions = attack_section.captions(NETWORKS, tables, accuracies, temperatures, SHOWN)
    assert "to black" in captions["distances"].measured
    assert "magnitude = 0.5" in captions["accuracy"].measured
    titles = [made.title for made in attack_section.tables(tables, temperatures, accuracies, LINEAR, IMAGES)]
    assert any(title.startswith("To black") for title in titles)
    assert any("under the veil" in title for title in titles)


def test_it_is_in_the_panel(made):
    tables, accuracies, pictures = made
    record = attack_panels(
        NETWORKS, "small_low", tables, accuracies, dict.fromkeys(NETWORKS, 1.0), pictures, IMAGES,
        published=False,
    )  # fmt: skip
    assert check_states(record) == 4
    banks = unpacked(record)
    assert {"median_to_black", "share_to_black_x", "accuracy_veil"} <= banks["attack"].keys()
    assert all("to_black_change" in bank for name, bank in banks.items() if name != "attack")
    assert any("example of the to black" in title for title in banks["attack"]["titles"][0][0])


def test_it_is_in_the_sweep(made):
    table = networks_table(
        NETWORKS,
        [history()] * 2, list(made[0].values()), [1.0, 1.0], chance=0.9,
    )  # fmt: skip
    assert {"to_black_mean", "to_black_median", "to_black_success"} <= table.keys()
    assert not {"veil_mean", "signed_gradient_step_mean"} & table.keys()
    summary = sweep_summary(table)
    labels = [ax.get_ylabel() for ax in sweep_figures.robustness(summary, table, published=False).axes]
    assert any(label.startswith("median L2 norm of the to black") for label in labels)
    (control, _) = sweep_panels(NETWORKS, "small_low", summary, published=False)["panels"][0]["controls"]
    assert "to_black_median" in control["tokens"]
    assert "Median L2 norm of the to black" in sweep_section.tables(table, summary, NOTHING)[0].header


@pytest.mark.parametrize("left_out", [("targeted_ascent",), ("minimal_norm", "signed_gradient_step", "veil")])
def test_those_left_out_are_nowhere(made, left_out):
    """Neither the article's attack nor any of given magnitudes has to be there."""
    left_out = ("to_black", "projected_gradient", *left_out)
    tables, accuracies = (
        {name: without(table, *left_out) for name, table in tables.items()} for tables in made[:2]
    )
    temperatures, shown = dict.fromkeys(NETWORKS, 1.0), "small_low"
    for figure in (norms_by_class(tables, IMAGES), distance_curves(tables), accuracy_curves(accuracies)):
        figure.draw_without_rendering()
    captions = attack_section.captions(NETWORKS, tables, accuracies, temperatures, SHOWN)
    assert not any("nan" in caption.measured for caption in captions.values())
    assert attack_section.tables(tables, temperatures, accuracies, LINEAR, IMAGES)
    claims = attack_claims(NETWORKS, tables, accuracies, numbers=True)
    assert any(claim.measured.startswith("not measured") for claim in claims)
    record = attack_panels(NETWORKS, shown, tables, accuracies, temperatures, made[2], IMAGES, published=True)
    assert check_states(record) == 4
    table = networks_table(
        NETWORKS,
        [history()] * 2, list(tables.values()), [1.0, 1.0], chance=0.9,
    )  # fmt: skip
    assert np.isnan(table["targeted_ascent_mean"]).all() == ("targeted_ascent" in left_out)
    known = [name for name in ("targeted_ascent", "minimal_norm") if name not in left_out]
    assert [sweep_summary(table)[f"{name}_mean_n"].tolist() for name in known] == [[1, 1]] * len(known)


def without(table, *attacks):
    """The rows of other attacks."""
    return {name: column[~np.isin(table["attack"], attacks)] for name, column in table.items()}


NOTHING = {"recipe": np.array([])}


def test_the_schema_has_the_attacks_of_the_registry_with_their_defaults():
    attacks = schema()["$defs"]["attacks"]["properties"]
    assert list(attacks) == list(ATTACKS)
    for name, attack in ATTACKS.items():
        keys = attacks[name]["properties"]
        usual = inspect.signature(attack.function).parameters
        assert not attack.magnitudes or attack.magnitudes in keys
        for key, part in keys.items():
            default = usual[key].default
            assert part["default"] == (list(default) if isinstance(default, tuple) else default), key
