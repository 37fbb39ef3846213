"""Networks of growing depth: gains by hand, claims that can fail, figures, the panel, the keys."""

import copy

import numpy as np
import pytest
import yaml

from attacked import attack_rows
from conftest import ROOT
from deep import DECAYS, LAYERS, networks
from drawn import assert_labelled_and_inside, lay_out
from experiments.attack.statistics import LEAST
from experiments.calibration.tables import TRAINED
from experiments.depth import section
from experiments.depth.claims import depth_claims, relabelled_slopes
from experiments.depth.figures import figures
from experiments.depth.measure import attacked_row, label_of, tables
from experiments.depth.panel import panel
from experiments.depth.tables import gain_table, has_settled, seed_gains, slopes, summary_table
from panels import check_states, unpacked
from pipeline.config import resolve
from pipeline.networks import families
from report.prose import with_prose
from samples import refused
from tilt.attacks.minimal import minimal_norm
from tilt.data.sources import embedded_digits
from tilt.networks.model import build, input_images, save_network
from tilt.networks.scores import predict_scores

CONFIG = yaml.safe_load((ROOT / "config.yaml").read_text())
STUDY = {
    "recipe": {"initial_weights": "improved_xavier", "pixel_scale": 0.1},
    "models": {
        "softmax": {"model": "mlp", "options": {"hidden_layers": 0}},
        "small": {"model": "cnn", "options": {"layers": 4}},
    },
    "weight_decays": [0, 0.01],
    "seeds": [0, 1],
}


FALLING = networks(lambda layers: 1 + 1 / layers)


def test_gains_are_ratios_to_the_same_seed():
    decay, gains = seed_gains(FALLING, "softmax")
    assert decay == 0.1
    for seed, gain in gains.items():
        distance = {
            at: FALLING["minimal_norm_median"][
                (FALLING["label"] == "softmax") & (FALLING["weight_decay"] == at) & (FALLING["seed"] == seed)
            ][0]
            for at in DECAYS
        }
        assert gain == pytest.approx(np.log(distance[0.1] / distance[0.0]))
    table = gain_table(FALLING)
    assert table["label"].tolist() == list(LAYERS)
    np.testing.assert_allclose(table["gain"], [2, 1.5, 1.25, 1.125], rtol=0.03)
    assert (table["gain_low"] < table["gain"]).all()
    np.testing.assert_allclose(table["test_error"], 0.03)
    assert np.isnan(table["gain_equal"]).all()  # each decay costs test error
    assert (table["n_equal"] == 0).all()
    cheap = {**FALLING, "test_error": np.where(FALLING["weight_decay"] == 0.01, 0.02, FALLING["test_error"])}
    table = gain_table(cheap)
    assert (table["weight_decay_equal"] == 0.01).all()
    np.testing.assert_allclose(table["gain_equal"], [1.1, 1.05, 1.025, 1.0125], rtol=0.03)
    np.testing.assert_allclose(table["gain"], [2, 1.5, 1.25, 1.125], rtol=0.03)
    np.testing.assert_allclose(table["local_ratio_zero"], 1 / np.array(list(LAYERS.values())))


def test_networks_that_do_not_count_are_left_out():
    def status(label, decay):
        return "diverged" if (label, decay) == ("mlp_7", 0.1) else TRAINED

    table = networks(lambda layers: 2.0, status=status)
    gains, summary = gain_table(table), summary_table(table)
    assert gains["weight_decay"][3] == 0.01
    row = (summary["label"] == "mlp_7") & (summary["weight_decay"] == 0.1)
    assert summary["n"][row] == 0
    assert summary["n_left_out"][row] == 3
    assert summary["n_unsettled"][(summary["label"] == "mlp_1") & (summary["weight_decay"] == 0.1)] == 3
    written = section.tables(table, summary, gains)
    assert ("mlp_7, decay 0.1", "3 diverged", "3") in written[1].rows


def test_slopes_by_hand():
    abscissa = {
        (label, seed): float(np.log2(layers)) for label, layers in LAYERS.items() for seed in (0, 1, 2)
    }
    expected = np.polyfit([0, 1, 2, 3], np.log([2, 1.5, 1.25, 1.125]), 1)[0]
    np.testing.assert_allclose(slopes(FALLING, abscissa), expected, atol=0.02)


@pytest.mark.parametrize(
    ("table", "verdicts"),
    [
        (FALLING, ("reproduced", "reproduced")),
        (networks(lambda layers: 1 + layers / 8), ("not reproduced", "not reproduced")),
        (networks(lambda layers: 1.5), ("not comparable", "not comparable")),
        (networks(lambda layers: 1 + 1 / layers, seeds=(0,)), ("not comparable", "not comparable")),
        (networks(lambda layers: 1 + 1 / layers, ratio=lambda layers: 0.5), ("reproduced", "not comparable")),
    ],
)
def test_claims_can_fail(table, verdicts):
    falls, linear, _ = depth_claims(table)
    assert (falls.verdict, linear.verdict) == verdicts


def test_one_curve_over_relabelled_decay_is_the_scale_of_the_logits():
    """Distances that depend on the relabelled decay alone, and then on depth as well."""
    table = networks(lambda layers: 1.0)
    draw = np.random.default_rng(1)
    noise = np.exp(draw.normal(0, 0.01, len(table["label"])))
    alone = {**table, "minimal_norm_median": 2 * (1 + 5 * table["decay_relabelled"]) * noise}
    assert depth_claims(alone)[2].verdict == "reproduced"
    deeper = {
        **table,
        "minimal_norm_median": 2 * (1 + 5 * table["decay_relabelled"] / table["layers"]) * noise,
    }
    assert depth_claims(deeper)[2].verdict == "not reproduced"
    assert relabelled_slopes(deeper).mean() < 0
    unsure = {**alone, "minimal_norm_median": alone["minimal_norm_median"] * noise**30}
    assert depth_claims(unsure)[2].verdict == "not comparable"


def test_a_training_settles():
    assert has_settled(np.r_[np.linspace(3, 1, 10), np.full(10, 1.0)], 0.1)
    assert not has_settled(np.geomspace(1, 1e-3, 20), 0.1)
    assert not has_settled([1.0, np.nan], 0.1)
    assert has_settled([1.0, 0.95], 0.1)


def test_figures_words_and_panel():
    summary, gains = summary_table(FALLING), gain_table(FALLING)
    assert_labelled_and_inside(lay_out(figures(networks=FALLING, summary=summary, gains=gains)))
    written = section.section(networks=FALLING, summary=summary, gains=gains)
    folder = ROOT / "workflow" / "experiments" / "depth"
    files = [folder / "text.html.j2", *folder.glob("captions/*.rst")]
    assert "nan" not in str(with_prose("depth", "Depth", written, files))
    made = panel(summary=summary)
    assert check_states(made) == len(LAYERS) * len(DECAYS)
    bank = unpacked(made)["depth"]
    row = (summary["label"] == "mlp_3") & (summary["weight_decay"] == 0.01)
    assert bank["minimal_norm_median"][2, 1] == pytest.approx(
        summary["minimal_norm_median_mean"][row][0], rel=1e-6
    )


def test_a_linear_network_has_its_boundary_where_the_gradient_says(tmp_path):
    """Two classes, pixels far from their bounds: the local distance is the distance."""
    data = embedded_digits(30)
    few = data.y_train < 2, data.y_test < 2
    part = type(data)(
        **{
            **vars(data),
            **{f"{name}_train": getattr(data, f"{name}_train")[few[0]] for name in "xy"},
            **{f"{name}_test": getattr(data, f"{name}_test")[few[1]] for name in "xy"},
        }
    )
    model = build("mlp", (8, 8), 2, hidden_layers=0)
    x = input_images("mlp", part.x_train, part.bounds).reshape(len(part.x_train), -1)
    means = np.stack([x[part.y_train == label].mean(0) for label in (0, 1)])
    state = model.state_dict()
    weight = next(name for name in state if name.endswith("weight"))
    bias = next(name for name in state if name.endswith("bias"))
    state[weight][:] = state[weight].new_tensor(means / 255**2)
    state[bias][:] = state[bias].new_tensor(-(means**2).sum(1) / 2 / 255**2)
    save_network(tmp_path / "net.safetensors", model, {})
    images = input_images("mlp", part.x_test, part.bounds)
    rows = np.concatenate([np.flatnonzero(part.y_test == label)[:5] for label in (0, 1)])
    found = minimal_norm(model, images[rows], part.y_test[rows])
    scores = predict_scores(model, images)
    attack = attack_rows(part.y_test[rows], {"minimal_norm": {"norm": found.norm, "success": found.success}})
    attack["index"] = np.tile(rows, len(set(attack["attack"].tolist())))
    network = {
        "model": "mlp", "options": {"hidden_layers": 0}, "initial_weights": "pytorch", "pixel_scale": 1,
        "weight_scale": 1, "epochs": 1, "train_per_class": None, "regulariser": None, "strength": 0,
        "random_labels": False, "weight_decay": 0.0, "seed": 0,
    }  # fmt: skip
    history = {name: np.array([0.5, 0.4]) for name in ("train_error", "train_loss", "seconds")}
    made = tables(
        data=part, weights={"one": tmp_path / "net.safetensors"}, histories={"one": history},
        records={"one": {"diverged": False}}, attacks={"one": attack}, device="cpu",
        networks={"one": network}, models={"softmax": {"model": "mlp", "options": {"hidden_layers": 0}}},
        learnt_error=0.01, settled=0.5, calibration={"seed": 0, "bins": 5},
        attack_settings={"median_top_score": 0.95},
    )["networks"]  # fmt: skip
    assert made["label"].tolist() == ["softmax"]
    assert made["layers"][0] == 1
    assert made["local_ratio"][0] == pytest.approx(1, abs=0.01)  # within the bounds of the pixels
    assert made["test_error"][0] == np.mean(scores.argmax(1) != part.y_test)
    assert made["settled"][0]


def test_keys_and_names():
    config = copy.deepcopy(CONFIG)
    config["datasets"]["digits"]["depth"] = STUDY
    dataset = resolve(config)["datasets"]["digits"]
    found = families("digits", dataset)["depth"]
    assert list(found)[:2] == ["depth_softmax_0_0", "depth_softmax_0_1"]
    assert len(found) == 8
    assert found["depth_small_0.01_1"]["options"] == {"layers": 4}
    assert label_of(found["depth_small_0_0"], dataset["depth"]["models"]) == "small"
    for changed, says in (
        ({"weight_decays": [0.1, 0.01]}, r"depth\.weight_decays: 0 is missing"),
        ({"recipe": STUDY["recipe"] | {"model": "mlp"}}, r"depth\.recipe\.model: models has them"),
        ({"models": {"one": {"model": "mlp"}}}, r"depth\.models: 1 given"),
        ({"settled": 2}, r"depth\.settled"),
    ):
        config["datasets"]["digits"]["depth"] = STUDY | changed
        refused(says, resolve, config)


def test_the_attacked_row_by_hand():
    attack = attack_rows(np.array([0, 1, 2]), {"minimal_norm": {"norm": [2.0, 0.0, 4.0]}})
    scores = np.array([[3.0, 1, 0], [5, 4, 0], [1, 0, 9]], np.float32)
    row = attacked_row(attack, scores, np.array([1.0, 2.0, 4.0]), np.array([1.0, 0.0, 6.0]))
    assert row["minimal_norm_median"] == 2
    assert row["mean_margin"] == pytest.approx((2 + 1 + 8) / 3)
    assert row["local_ratio"] == pytest.approx(np.median([1 / 2, 6 / 4]))
    assert LEAST in attack["attack"]
