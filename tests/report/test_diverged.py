"""Networks all of which diverged: recorded, judged, drawn and told of, without nan."""

import re
import runpy
from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib.text import Text

from conftest import ROOT
from experiments.attack import figures as attack
from experiments.attack import section as attack_section
from experiments.attack.claims import attack_claims
from experiments.attack.panel import attack_panels
from experiments.attack.tables import accuracy_table, unattacked_table
from experiments.calibration import figures as calibration
from experiments.calibration import section as calibration_section
from experiments.calibration.claims import calibration_claims
from experiments.calibration.panel import calibration_panels
from experiments.calibration.tables import bins_table, calibrate
from experiments.calibration.tables import summary_table as calibration_summary
from experiments.map import section as map_section
from experiments.map.claims import map_claims
from experiments.map.figures import maps
from experiments.map.panel import map_panels
from experiments.random_labels import figures as random_labels
from experiments.random_labels import section as random_labels_section
from experiments.random_labels.claims import random_labels_claims
from experiments.random_labels.panel import random_labels_panels
from experiments.random_labels.tables import memorisation_table
from experiments.sweep import figures as sweep
from experiments.sweep import section as sweep_section
from experiments.sweep.claims import sweep_claims
from experiments.sweep.panel import sweep_panels
from experiments.sweep.tables import networks_table, search_table, summary_table
from experiments.training import figures as training
from experiments.training import section as training_section
from experiments.training.claims import training_claims
from experiments.training.panel import training_panels
from made import RECIPE
from panels import check_states, unpacked
from report import words
from report.claims import INCOMPARABLE
from report.networks import record_columns
from tilt.data.images import Images, save_images
from tilt.io import read_json, read_table, table_of
from tilt.networks.model import load_network
from tilt.networks.scores import predict_scores

IMPROVED = RECIPE | {"initial_weights": "improved_xavier", "pixel_scale": 0.1, "seed": 0}
NETWORKS = {"low": IMPROVED | {"weight_decay": 1e-4}, "high": IMPROVED | {"weight_decay": 0.1}}
SHOWN = {"low": "low", "high": "high"}
LAYERS = ("conv1", "conv2", "fc1", "fc2")
LABEL = np.repeat([0, 1], 3)
HISTORY = {
    "epoch": np.array([1]), "train_error": np.array([0.9]), "test_error": np.array([0.9]),
    "seconds": np.array([1.0]), "diverged": np.array([True]),
    **{f"rms_{layer}": np.array([np.nan]) for layer in LAYERS},
}  # fmt: skip
HISTORIES = dict.fromkeys(NETWORKS, HISTORY)
SEARCHING = ("targeted_ascent", "minimal_norm")
ATTACKS = dict.fromkeys(
    NETWORKS, unattacked_table(np.arange(6), LABEL, dict.fromkeys(SEARCHING, False), "diverged")
)
GRADED = {"signed_gradient_step": ([0, 0.1], np.nan), "projected_gradient": ([1], np.nan)}
ACCURACIES = dict.fromkeys(NETWORKS, accuracy_table(GRADED, 20, "diverged"))
TEMPERATURES: dict[str, None] = dict.fromkeys(NETWORKS)
FILTERS = dict.fromkeys(NETWORKS, np.full((20, 5, 5), np.nan))
NOTHING = dict.fromkeys(SEARCHING, np.full((6, 4, 4), np.nan))
IMAGES = {name: {"originals": np.zeros((6, 4, 4)), **NOTHING} for name in NETWORKS}


def swept():
    table = networks_table(NETWORKS, 2 * [HISTORY], list(ATTACKS.values()), [None, None], chance=0.9)
    return table, summary_table(table), search_table(table, HISTORIES)


def calibrated():
    scores, labels = np.full((20, 3), np.nan), np.arange(20) % 3
    rows = [
        columns | {"random_labels": False} | calibrate(True, scores, labels, np.full(4, np.nan))[0]
        for columns in record_columns(NETWORKS).values()
    ]
    table = table_of(rows)
    return table, bins_table({}), calibration_summary(table)


def memorised():
    return memorisation_table(NETWORKS, HISTORIES, train_images=50)


def test_a_network_that_diverges_is_recorded_and_leaves_no_checkpoint(tmp_path, monkeypatch):
    """Weight decay alone multiplies the weights by -1e8 in each of six steps."""
    rng = np.random.default_rng(0)
    x, y = rng.integers(0, 256, (6, 28, 28), dtype=np.uint8), np.arange(6) % 2
    save_images(tmp_path / "images.npz", Images(x, y, x, y, (0, 255)))
    names = {"history": "csv", "weights": "safetensors", "filters": "npz", "record": "json"}
    output = SimpleNamespace(**{name: tmp_path / f"{name}.{suffix}" for name, suffix in names.items()})
    params = SimpleNamespace(
        network=IMPROVED | {"weight_decay": 0.1, "batch_size": 1, "learning_rate": 1e9}, device="cpu",
        checkpoint=tmp_path / "checkpoint.safetensors",
    )  # fmt: skip
    job = SimpleNamespace(input=SimpleNamespace(images=tmp_path / "images.npz"), output=output, params=params)
    monkeypatch.setattr("pipeline.job.job", lambda main, job: main(job.input, job.output, job.params))
    runpy.run_path(str(ROOT / "workflow" / "scripts" / "train_network.py"), {"snakemake": job})
    record = read_json(output.record)
    assert record["diverged"]
    assert record["rms"] == dict.fromkeys(LAYERS)
    assert read_table(output.history)["diverged"][-1]
    assert np.isnan(predict_scores(load_network(output.weights), np.float32(x))).all()
    assert not params.checkpoint.exists()


def test_nothing_is_judged_and_each_network_is_named():
    table, summary, search = swept()
    judged = [
        *training_claims(NETWORKS, HISTORIES, test_images=20, numbers=True),
        *attack_claims(NETWORKS, ATTACKS, ACCURACIES, numbers=True),
        *sweep_claims(table, summary, search, numbers=True),
        *map_claims(table | {"steps": 680 + 0 * table["seed"], "weights_left": table["weight_decay"]}),
        *calibration_claims(*calibrated()[::2]),
        *random_labels_claims(memorised(), 10),
    ]
    assert len(judged) == 6 + 5 + 3 + 2 + 3 + 2
    assert [claim for claim in judged if claim.verdict != INCOMPARABLE] == []
    for claim in judged:
        assert claim.measured.startswith("not measured"), claim
        assert "diverged" in claim.measured or claim.statement.startswith("One recipe gives")


@pytest.mark.parametrize(
    ("draw", "note"),
    [
        (lambda: training.error_curves(epochs()), "diverged: low, high"),
        (
            lambda: training.weight_rms(dict.fromkeys(NETWORKS, dict.fromkeys(LAYERS, np.nan))),
            "diverged: low, high",
        ),
        (lambda: training.first_filters(FILTERS), "low\n(diverged)"),
        (lambda: attack.norm_distribution(ATTACKS, "targeted_ascent"), "low\n(diverged)"),
        (lambda: attack.distance_curves(ATTACKS), "low (diverged)"),
        (lambda: attack.accuracy_curves(ACCURACIES), "low (diverged)"),
        (lambda: attack.norms_by_class(ATTACKS, words.IMAGES), "low (diverged)"),
        (lambda: sweep.errors(swept()[1], swept()[0], published=False), "diverged or at chance"),
        (lambda: sweep.robustness(swept()[1], swept()[0], published=False), "diverged or at chance"),
        (lambda: sweep.layer_rms(swept()[1], swept()[0], published=True), "diverged or at chance"),
        (lambda: sweep.distances(swept()[2]), "diverged or without a norm"),
        (lambda: maps(swept()[0]), "–"),
        (lambda: calibration.reliability_diagrams(*calibrated()[1::-1], SHOWN), "(diverged)"),
        (lambda: calibration.calibration_curves(*calibrated()[::-2]), "diverged or at chance"),
        (lambda: calibration.temperature_curves(*calibrated()[::-2]), "diverged or at chance"),
        (lambda: random_labels.memorisation(memorised(), HISTORIES, 10), "diverged: low, high"),
    ],
)
def test_every_figure_says_so(draw, note):
    figure = draw()
    figure.draw_without_rendering()
    assert any(note in text.get_text() for text in figure.findobj(Text))


def epochs():
    own = {
        "network": list(NETWORKS),
        "recipe": ["one"] * 2,
        "weight_decay": [1e-4, 0.1],
        "diverged": [True] * 2,
    }
    return training.along_epochs(list(HISTORIES.values()), **own)


def test_captions_and_tables_say_so_without_nan():
    table, summary, search = swept()
    records = {name: {"train_images": 50, "test_images": 20} for name in NETWORKS}
    networks, _, seeds = calibrated()
    captions = [
        *training_section.captions(NETWORKS, HISTORIES, records).values(),
        *attack_section.captions(NETWORKS, ATTACKS, ACCURACIES, TEMPERATURES, SHOWN).values(),
        *sweep_section.captions(NETWORKS, table, summary, search, "low").values(),
        *map_section.captions(table).values(),
        *calibration_section.captions(networks, seeds, SHOWN).values(),
        *random_labels_section.captions(memorised(), 10).values(),
    ]
    for caption in captions:
        said = f"{caption.sample} {caption.measured}"
        assert not re.search(r"\b(nan|inf|None)\b", said), said
        assert re.search(r"[Dd]iverged|not measured|no trained network|no networks?", said), said
    cells = [
        cell
        for made in (
            training_section.tables(NETWORKS, HISTORIES),
            sweep_section.tables(table, summary, search),
        )
        for rows in made
        for row in rows.rows
        for cell in row
    ]
    assert "1, diverged" in cells
    assert not {"nan", "nan %"} & set(cells)


def test_every_panel_has_its_states():
    table, summary, _ = swept()
    networks, bins, seeds = calibrated()
    made = {
        "training": training_panels(
            NETWORKS, "high", HISTORIES, FILTERS, chance=0.9, test_images=20, published=False
        ),
        "attack": attack_panels(
            NETWORKS, "high", ATTACKS, ACCURACIES, TEMPERATURES, IMAGES, words.IMAGES, published=False
        ),
        "sweep": sweep_panels(NETWORKS, "high", summary, published=False),
        "map": map_panels(table),
        "calibration": calibration_panels(NETWORKS, networks, bins, seeds, "high"),
        "random-labels": random_labels_panels(memorised(), HISTORIES, 10),
    }
    for name, record in made.items():
        assert check_states(record) >= 1, name
        assert "nan" not in str(unpacked(record)[name].get("title")), name
    bank = unpacked(made["training"])["training"]
    assert bank["fate"] == [["diverged"] * 2]
    assert np.isnan(bank["least_error"]).all()
    ends = unpacked(made["sweep"])["sweep"]
    assert ((ends["low"] < ends["cross_0"].T) & (ends["high"] > ends["cross_0"].T)).all()
    assert np.isnan(unpacked(made["calibration"])["calibration"]["evaluated_errors"]).all()
