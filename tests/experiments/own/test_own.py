"""Networks trained elsewhere in the configuration; what is measured of one, in pieces; figures and words."""

import copy
import re

import numpy as np
import pytest
import torch
import yaml
from torch import nn

from attacked import attack_rows
from conftest import ROOT
from drawn import assert_labelled_and_inside, lay_out
from experiments.own import section
from experiments.own.figures import examples, figures, local
from experiments.own.measure import PIECE, Pieces, joined, measure, records
from experiments.own.panel import panel
from panels import check_states, unpacked
from pipeline.config import resolve
from report.words import IMAGES
from samples import refused
from tilt.attacks.minimal import minimal_norm
from tilt.attacks.signed import signed_gradient_step
from tilt.data.sources import embedded_digits
from tilt.networks.scores import predict_scores

CONFIG = yaml.safe_load((ROOT / "config.yaml").read_text())
MINE = {"model": "mine.py:build", "weights": "mine.safetensors"}


def study(**networks):
    config = copy.deepcopy(CONFIG)
    config["datasets"]["digits"]["networks"] |= networks
    return config


def test_a_network_with_weights_is_the_user_s_own():
    dataset = resolve(study(mine=MINE, line={"model": "line.npz", "std": [2]}))["datasets"]["digits"]
    assert list(dataset["networks"]) == ["xavier_low", "xavier_high"]
    assert list(dataset["own_networks"]) == ["mine", "line"]
    assert dataset["own_networks"]["mine"]["value_range"] == [0, 1]
    assert resolve({"datasets": {"digits": dataset}})["datasets"]["digits"] == dataset


def test_a_data_set_may_have_own_networks_alone():
    mine = {"source": "digits", "train_per_class": 100, "networks": {"mine": MINE}}
    dataset = resolve({"datasets": {"mine": mine}})["datasets"]["mine"]
    assert dataset["networks"] is None
    assert list(dataset["own_networks"]) == ["mine"]


@pytest.mark.parametrize(
    ("network", "says"),
    [
        (MINE | {"weights": None}, r"mine\.weights: mine\.py:build needs them"),
        ({"model": "mine.py:build"}, r"mine\.weights: mine\.py:build needs them"),
        (
            {"model": "mine.py:build", "weight": "w.pt"},
            r"mine: unknown key 'weight' \(did you mean",
        ),
        ({"model": "mine.pt"}, r"mine\.model: 'mine\.pt' .*Weights alone, .* give a function"),
        ({"model": "mine.onnx", "weights": "w.pt"}, r"mine\.weights: mine\.onnx holds them"),
        (MINE | {"value_range": [1, 0]}, r"mine\.value_range: 1 is not below 0"),
        (MINE | {"std": [1, 0]}, r"mine\.std: it divides"),
        (MINE | {"model": "mine.pkl"}, r"mine\.model: 'mine\.pkl' "),
        (MINE | {"layout": "nchw"}, r"mine\.layout: 'nchw' "),
        (MINE | {"weight_decay": 1}, r"mine: unknown key 'weight_decay'"),
    ],
)
def test_what_is_refused(network, says):
    refused(rf"^configuration: datasets\.digits\.networks\.{says}", resolve, study(mine=network))


def test_the_search_for_the_nearest_is_needed():
    config = study(mine=MINE)
    config["datasets"]["digits"] |= {"rivals": None, "depth": None}
    config["datasets"]["digits"]["attack"]["attacks"]["minimal_norm"] = None
    refused(r"digits\.attack\.attacks\.minimal_norm: one's own networks need it", resolve, config)


DATA = embedded_digits(10)
ATTACK = {
    "images_per_class": 2,
    "median_top_score": 0.95,
    "attacks": {
        "targeted_ascent": None,
        "minimal_norm": {"steps": 20},
        "signed_gradient_step": {"epsilons": [0, 0.1]},
        "projected_gradient": None,
    },
}
CALIBRATION = {"seed": 0, "bins": 15, "gradient_images": 50}


class Means(nn.Module):
    """Scores by the distance from the mean of each class; counts the images that it sees."""

    def __init__(self):
        super().__init__()
        x = DATA.scaled(DATA.x_train).reshape(100, -1)
        means = np.stack([x[DATA.y_train == label].mean(0) for label in range(10)])
        self.means = nn.Parameter(torch.tensor(means, dtype=torch.float32), requires_grad=False)
        self.seen = 0
        self.eval()

    def forward(self, x):
        self.seen += len(x)
        return 4 * ((x / 255).flatten(1) @ self.means.T - self.means.square().sum(1) / 2)


def run(folder, model=None, **changed):
    settings = {
        "device": torch.device("cpu"),
        "attack": ATTACK,
        "calibration": CALIBRATION,
        "stated_error": None,
    }
    return measure(model or Means(), DATA, Pieces(folder, "key"), **(settings | changed))


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    return run(tmp_path_factory.mktemp("own") / "pieces")


def test_a_network_is_measured_as_its_attacks_alone_say(measured):
    model = Means()
    scores = predict_scores(model, (255 / 16 * DATA.x_test).astype(np.float32))
    assert measured["record"]["test_error"] == np.mean(scores.argmax(1) != DATA.y_test)
    table = measured["images"]
    x = (255 / 16 * DATA.x_test[table["index"]]).astype(np.float32)
    alone = minimal_norm(model, x, table["label"], steps=20)
    np.testing.assert_allclose(table["norm_minimal_norm"], alone.norm, rtol=1e-3)
    step = signed_gradient_step(
        model, (255 / 16 * DATA.x_test).astype(np.float32), DATA.y_test, epsilons=(0, 0.1),
        temperature=measured["record"]["median_temperature"],
    )  # fmt: skip
    np.testing.assert_allclose(measured["accuracy"]["accuracy"], step.accuracy)
    best = np.sort(scores[table["index"]], axis=1)
    np.testing.assert_allclose(table["margin"], best[:, -1] - best[:, -2], rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(table["local_distance"], table["margin"] / table["gradient_norm"])
    assert (table["least_norm"] <= np.nan_to_num(table["norm_minimal_norm"], nan=np.inf)).all()
    assert records(table)[3]["index"] == table["index"][3]
    assert measured["pictures"]["originals"].shape == (10, 8, 8)


def test_classes_that_the_data_lack_are_called_by_their_output(tmp_path):
    """A network of eleven classes; the eleventh, its output 3, scores highest in some images."""

    class Eleven(Means):
        def forward(self, x):
            scores = super().forward(x)
            return torch.cat([scores, scores[:, :1] + 0.1], dim=1)

    outputs = [*range(3), *range(4, 11)]
    table = run(tmp_path / "pieces", Eleven(), outputs=outputs)["images"]
    assert set(table["predicted"][table["label"] == 0]) == {-4}
    assert IMAGES.class_name(-4) == "output 3"
    assert table["predicted"][table["label"] > 0].min() >= 0


def test_a_kill_loses_no_piece_and_changed_settings_use_none(tmp_path):
    """A network that fails after some images: the next run attacks the others only."""

    class Killed(Means):
        def forward(self, x):
            if self.seen > 2200:
                raise KeyboardInterrupt
            return super().forward(x)

    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "pieces", Killed())
    done = len(list((tmp_path / "pieces").glob("*.npz")))
    assert done > 0
    again, whole = Means(), Means()
    resumed = run(tmp_path / "pieces", again)
    fresh = run(tmp_path / "other", whole)
    assert again.seen < whole.seen
    np.testing.assert_array_equal(resumed["images"]["least_norm"], fresh["images"]["least_norm"])
    pieces = Pieces(tmp_path / "pieces", "another key")
    assert pieces("minimal_norm_0", lambda: {"a": np.ones(2)})["a"].sum() == 2
    pieces.clear()
    assert not (tmp_path / "pieces").exists()


def test_pieces_are_joined_along_the_images():
    model, x = Means(), (255 / 16 * DATA.x_test[:7]).astype(np.float32)
    whole = signed_gradient_step(model, x, DATA.y_test[:7], epsilons=(0, 0.1))
    parts = [whole.of(np.arange(3)), whole.of(np.arange(3, 7))]
    found = joined([vars(part) for part in parts])
    np.testing.assert_array_equal(found.successes, whole.successes)
    np.testing.assert_array_equal(found.images, whole.images)
    assert PIECE <= 10


def test_scores_that_are_not_finite_end_the_measurement(tmp_path):
    class Broken(Means):
        def forward(self, x):
            return super().forward(x) / 0

    made = run(tmp_path / "pieces", Broken())
    assert "attacks" not in made
    assert "scores are not finite" in made["record"]["doubts"][0]


def test_a_network_at_chance_is_measured_and_doubted(tmp_path):
    class Chance(Means):
        def forward(self, x):
            return super().forward(x).roll(5, 1)

    made = run(tmp_path / "pieces", Chance())
    said = " ".join(made["record"]["doubts"])
    assert "no better than chance" in said
    assert "another order" in said
    assert (made["images"]["least_norm"] == 0).mean() > 0.5


def test_figures_and_words(measured):
    both = dict.fromkeys(("mine", "other"), measured["attacks"])
    accuracies = dict.fromkeys(both, measured["accuracy"])
    tables = dict.fromkeys(both, measured["images"])
    found = dict.fromkeys(both, measured["record"])
    drawn = figures(attacks=both, accuracies=accuracies, tables=tables)
    drawn |= examples(attacks=both["mine"], pictures=measured["pictures"], words=IMAGES, name="mine")
    drawn = lay_out(drawn)
    assert_labelled_and_inside({name: drawn[name] for name in ("radii", "local", "accuracy")})
    made = section.section(
        attacks=both, accuracies=accuracies, tables=tables, records=found, words=IMAGES,
        networks=dict.fromkeys(both),
    )  # fmt: skip
    assert set(made.captions) == {"radii", "local", "accuracy", "mine_examples", "other_examples"}
    text = str((made.captions, made.tables))
    assert not re.search(r"\b(nan|inf|None)\b", text)
    rows = {row[0]: row for row in made.tables[1].rows}
    assert rows["mine"][1] == f"{100 * measured['record']['test_error']:.2f}"


def test_the_panel(measured):
    """Every state of it, and the chosen image's numbers, read as the page does."""
    names = ("mine", "other")
    made = panel(
        words=IMAGES, networks=dict.fromkeys(names), attacks=dict.fromkeys(names, measured["attacks"]),
        tables=dict.fromkeys(names, measured["images"]), records=dict.fromkeys(names, measured["record"]),
        pictures=dict.fromkeys(names, measured["pictures"]),
    )  # fmt: skip
    assert check_states(made) == 20
    banks = unpacked(made)
    first = np.flatnonzero(np.diff(measured["images"]["label"], prepend=-1))
    np.testing.assert_allclose(
        banks["own"]["found_here"][1], measured["images"]["least_norm"][first], rtol=1e-6
    )
    shown = banks["own/mine"]["original"][3]
    np.testing.assert_allclose(shown, measured["pictures"]["originals"][3] / 255, atol=1 / 127)
    assert np.abs(banks["own/mine"]["change"]).max() == pytest.approx(1, abs=0.01)


def test_a_network_that_gets_no_attacked_image_right_is_drawn(measured):
    wrong = {**measured["images"], "least_norm": np.zeros(20)}
    assert_labelled_and_inside(lay_out({"local": local({"mine": wrong})}))


def test_many_classes_make_a_short_table():
    labels = np.arange(50)
    table = attack_rows(labels, {"minimal_norm": {"norm": 1.0 + labels}})
    rows = section.classes_table("mine", {**table, "label": table["index"]}, IMAGES).rows
    assert len(rows) == 20
    assert (rows[0][2], rows[-1][2]) == ("1", "50")
