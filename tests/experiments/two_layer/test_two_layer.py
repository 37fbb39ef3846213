"""Two-layer networks: gradients, exact distances, training, tables, claims, figures."""

import re
from dataclasses import replace

import numpy as np
import pytest
import torch
from matplotlib.text import Text

from experiments.two_layer import figures
from experiments.two_layer import section as two_layer_section
from experiments.two_layer.claims import two_layer_claims
from experiments.two_layer.tables import over_seeds, study_tables
from made import two_layer_networks
from report.claims import INCOMPARABLE, NOT, PARTLY, REPRODUCED
from report.words import IMAGES, VECTORS
from tilt.data.images import BinaryPair
from tilt.errors import InputError
from tilt.io import read_table, write_table
from tilt.networks.two_layer import loss_gradient, train_two_layer
from tilt.two_layer import TwoLayer, first_crossing, local_distance, local_view, nearest_adversarial

RNG = np.random.default_rng(0)
DECAYS = [0.0, 1e-3, 1e-2, 1e-1]
NAMED = replace(VECTORS, names=[f"class {label}" for label in range(10)])


def random_network(hidden, inputs, seed=0):
    rng = np.random.default_rng(seed)
    return TwoLayer(rng.normal(size=(hidden, inputs)), rng.normal(size=hidden), rng.normal(size=hidden), 0.1)


def linear_network(w, b):
    """w·x + b = φ(w·x + b) - φ(-w·x - b)."""
    return TwoLayer(np.stack([w, -w]), np.array([b, -b]), np.array([1.0, -1.0]), 0.0)


def make_pair(n=120, inputs=12):
    rng = np.random.default_rng(1)
    y = np.tile([-1.0, 1.0], n)
    x = rng.normal(0, 1, (2 * n, inputs))
    x[:, 0] += 1.5 * y
    x[:, 1] += np.where(y > 0, x[:, 0] ** 2, 0) / 4
    return BinaryPair(x[:n], y[:n], x[n:], y[n:], (3, 4), 7, 9)


@pytest.fixture(scope="module")
def pair():
    return make_pair()


@pytest.fixture(scope="module")
def trained(pair):
    return [
        network
        for seed in (0, 1, 2)
        for network in train_two_layer(
            pair.x_train, pair.y_train, DECAYS, seed=seed, hidden=20, epochs=40, batch_size=20
        )
    ]


@pytest.fixture(scope="module")
def study(pair, trained):
    return study_tables(pair, trained, 3 * DECAYS, np.repeat([0, 1, 2], len(DECAYS)).tolist(), 30)


def test_scores_and_gradients_are_those_of_autograd():
    network, x = random_network(7, 5), RNG.normal(size=(40, 5))
    inputs = torch.tensor(x, requires_grad=True)
    scores = torch.relu(inputs @ torch.tensor(network.w1.T) + torch.tensor(network.b1))
    scores = scores @ torch.tensor(network.w2) + network.b2
    (gradients,) = torch.autograd.grad(scores.sum(), inputs)
    np.testing.assert_allclose(network.scores(x), scores.detach().numpy(), rtol=1e-12)
    np.testing.assert_allclose(network.gradients(x), gradients.numpy(), rtol=1e-12, atol=1e-12)


def test_the_gradient_of_the_loss_is_that_of_autograd():
    generator = torch.Generator().manual_seed(0)
    shapes = (3, 4 * 5), (3, 4), (3, 4), (3, 1)
    parameters = [torch.randn(shape, generator=generator, dtype=torch.float64) for shape in shapes]
    for parameter in parameters:
        parameter.requires_grad_()
    x = torch.randn(11, 5, generator=generator, dtype=torch.float64)
    y = torch.tensor([1.0, -1.0] * 5 + [1.0], dtype=torch.float64)
    loss = 0
    for w1, b1, w2, b2 in zip(*parameters, strict=True):
        scores = torch.relu(x @ w1.view(4, 5).T + b1) @ w2 + b2
        loss = loss + torch.nn.functional.softplus(-y * scores).mean()
    expected = torch.autograd.grad(loss, parameters)
    with torch.no_grad():
        for ours, theirs in zip(loss_gradient(parameters, x, y), expected, strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=1e-10, atol=1e-12)


def test_the_distance_to_a_linear_boundary_is_exact():
    w, x = RNG.normal(size=6), RNG.normal(size=(50, 6))
    network = linear_network(w, 0.3)
    points, found = nearest_adversarial(network, x)
    exact = np.abs(x @ w + 0.3) / np.linalg.norm(w)
    np.testing.assert_allclose(found, exact, rtol=1e-8)
    np.testing.assert_allclose(np.abs(local_distance(*local_view(network, x))), exact, rtol=1e-12)
    np.testing.assert_allclose(np.linalg.norm(points - x, axis=1), found, rtol=1e-6)
    assert (network.scores(points) * network.scores(x) < 0).all()


@pytest.mark.parametrize("seed", [0, 1, 3])
def test_in_the_plane_few_directions_lead_nearer_to_the_boundary(seed):
    network, x = random_network(12, 2, seed), np.random.default_rng(100).normal(size=(60, 2))
    angles = np.linspace(0, 2 * np.pi, 1801)
    circle = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    around = first_crossing(network, np.repeat(x, angles.size, axis=0), np.tile(circle, (len(x), 1)))
    nearest = around.reshape(len(x), -1).min(axis=1)
    points, found = nearest_adversarial(network, x)
    reached = np.isfinite(found)
    assert reached.mean() > 0.9
    assert (found[reached] >= 0.99 * nearest[reached]).all()
    assert np.mean(found[reached] <= 1.01 * nearest[reached]) > 0.8
    assert (network.scores(points)[reached] * network.scores(x)[reached] < 0).all()
    np.testing.assert_array_equal(points[~reached], x[~reached])


def test_the_first_crossing_is_the_first_change_of_sign_on_the_ray():
    network, x, rays = random_network(9, 4, 3), RNG.normal(size=(30, 4)), RNG.normal(size=(30, 4))
    t = np.linspace(0, 20, 20001)
    along = network.scores((x[:, None] + t[:, None] * rays[:, None]).reshape(-1, 4)).reshape(30, -1)
    changed = np.sign(along) != np.sign(along[:, :1])
    crossing = first_crossing(network, x, rays)
    assert 0 < changed.any(axis=1).sum() < 30
    for k in range(30):
        if changed[k].any():
            assert crossing[k] == pytest.approx(t[changed[k].argmax()], abs=2e-3)
        else:
            assert crossing[k] > 20


def test_where_the_score_is_constant_there_is_no_distance():
    network = TwoLayer(np.zeros((3, 2)), np.ones(3), np.ones(3), 1.0)
    x = RNG.normal(size=(5, 2))
    points, found = nearest_adversarial(network, x)
    assert np.isnan(found).all()
    assert np.isnan(local_distance(*local_view(network, x))).all()
    np.testing.assert_array_equal(points, x)


def settings(**changed):
    return {"seed": 3, "hidden": 6, "epochs": 3, "batch_size": 25, **changed}


def test_training_is_deterministic_and_networks_do_not_depend_on_each_other(pair):
    def weights(decays, **changed):
        networks = train_two_layer(pair.x_train, pair.y_train, decays, **settings(**changed))
        return np.array([np.concatenate([n.w1.ravel(), n.b1, n.w2, [n.b2]]) for n in networks])

    both = weights([0.0, 0.1])
    np.testing.assert_array_equal(both, weights([0.0, 0.1]))
    np.testing.assert_allclose(both[1], weights([0.1])[0], rtol=1e-5, atol=1e-6)
    assert np.abs(both - weights([0.0, 0.1], seed=4)).max() > 0.1


def test_a_step_without_gradient_decays_the_weights_and_not_the_biases():
    x, y = np.zeros((4, 3)), np.array([1.0, 1.0, -1.0, -1.0])
    rate, decay, steps = 0.5, 0.2, 4
    kept, decayed = train_two_layer(
        x, y, [0.0, decay], seed=0, hidden=5, epochs=steps, batch_size=4, learning_rate=rate, momentum=0
    )
    shrunk = np.prod([1 - rate * (1 - k / steps) * decay for k in range(steps)])
    np.testing.assert_allclose(decayed.w1, shrunk * kept.w1, rtol=1e-5)
    np.testing.assert_allclose(decayed.w2, shrunk * kept.w2, rtol=1e-5)
    for network in (kept, decayed):  # at x = 0 and with balanced classes the biases have no gradient
        np.testing.assert_allclose(network.b1, 0, atol=1e-7)


def test_biases_are_not_decayed():
    kept, decayed = train_two_layer(
        np.zeros((4, 3)), np.ones(4), [0.0, 50.0], seed=0, hidden=1, epochs=50, learning_rate=0.01
    )
    assert kept.b2 == pytest.approx(decayed.b2)
    assert kept.b2 > 0.5
    assert np.abs(decayed.w1).max() < 0.1 * np.abs(kept.w1).max()


@pytest.mark.parametrize(
    ("decays", "changed", "message"),
    [
        ([0.0, -1.0], {}, "weight decays"),
        ([], {}, "weight decays"),
        ([0.0], {"hidden": 0}, "hidden is 0"),
        ([0.0], {"epochs": 0}, "epochs is 0"),
        ([0.0], {"batch_size": 0}, "batch_size is 0"),
        ([0.0], {"learning_rate": 0.0}, "learning_rate is 0"),
        ([0.0], {"momentum": 1.0}, "momentum is 1"),
        ([0.0], {"device": "tpu"}, "device 'tpu'"),
    ],
)
def test_bad_settings_are_refused(pair, decays, changed, message):
    with pytest.raises(InputError, match=message):
        train_two_layer(pair.x_train, pair.y_train, decays, **settings(**changed))


def test_labels_that_do_not_fit_are_refused(pair):
    with pytest.raises(InputError, match="each -1 or 1"):
        train_two_layer(pair.x_train, pair.y_train + 1, [0.0], **settings())
    with pytest.raises(InputError, match=re.escape("(120, 12) with labels of shape (119,)")):
        train_two_layer(pair.x_train, pair.y_train[1:], [0.0], **settings())


def test_the_tables_say_what_the_networks_do(pair, trained, study):
    table, images, local = study
    assert len(table["seed"]) == len(trained) == 12
    for k, network in enumerate(trained):
        score, norm = local_view(network, pair.x_test)
        margin = pair.y_test * score / norm
        assert table["err_test"][k] == pytest.approx(np.mean(margin <= 0))
        assert table["distance_median"][k] == pytest.approx(np.median(margin))
        assert table["gradient_norm_upper_quartile"][k] == pytest.approx(np.quantile(norm, 0.75))
        np.testing.assert_allclose(local["gradient_norm"][k], norm, rtol=1e-6)
        rows = (images["weight_decay"] == table["weight_decay"][k]) & (images["seed"] == table["seed"][k])
        assert rows.sum() == 60
        right = rows & (images["y"] * images["score"] > 0)
        assert table["attacked"][k] == right.sum() == table["found"][k]
        assert table["found_mean"][k] == pytest.approx(images["found"][right].mean())
        np.testing.assert_allclose(images["distance"][rows], (score / norm)[images["index"][rows]])
    assert images["success"].all()


def test_a_network_that_answers_alike_has_diverged_and_is_left_out(pair, trained):
    constant = TwoLayer(np.zeros((2, 12)), np.zeros(2), np.zeros(2), 1.0)
    infinite = replace(trained[0], b2=np.nan)
    networks = [trained[0], trained[1], constant, infinite]
    table, images, _ = study_tables(pair, networks, [0.0, 0.1, 1.0, 0.0], [0, 0, 0, 1], 5)
    assert table["diverged"].tolist() == [False, False, True, True]
    assert np.isnan(images["found"][images["weight_decay"] == 1]).all()
    means = over_seeds(table, "err_test")
    assert means["weight_decay"].tolist() == [0, 0.1]
    assert means["n"].tolist() == [1, 1]
    assert np.isnan(means["half"]).all()


def test_networks_all_of_which_diverged_are_counted_and_shown(pair):
    constant = TwoLayer(np.zeros((2, 12)), np.zeros(2), np.zeros(2), 1.0)
    table, images, local = study_tables(pair, 2 * [constant], [0.0, 1.0], [0, 0], 5)
    assert over_seeds(table, "err_test")["mean"].size == 0
    judged = two_layer_claims("7v9", table, IMAGES)
    assert {claim.verdict for claim in judged} == {INCOMPARABLE}
    assert {claim.measured for claim in judged} == {
        "not measured; 1 seed, no interval; 2 networks diverged and are left out"
    }
    for drawn in (
        figures.along_decay(table, svm_path(), "7v9", IMAGES),
        figures.distributions(local, table, "7v9", IMAGES),
        figures.distances_found(images, table, "7v9", IMAGES),
        figures.trade_off(table, svm_path(), "7v9", IMAGES),
    ):
        drawn.draw_without_rendering()
        texts = [text.get_text() for text in drawn.findobj(Text)]
        assert any("diverged: 2, decay 0, 1" in text for text in texts)
    made = two_layer_section.captions(
        "7v9", table, svm_path(), {"seeds": [0], "hidden": 2, "images_per_class": 5}, 60, IMAGES
    )
    said = " ".join(f"{caption.sample} {caption.measured}" for caption in made.values())
    assert "every network diverged" in said
    assert not re.search(r"\b(nan|inf)\b", said)
    rows = two_layer_section.tables({"7v9": table}, IMAGES)[0].rows
    assert [row[:4] for row in rows] == [("0", "0", "1", "–"), ("1", "0", "1", "–")]


def test_one_weight_decay_that_trained_shows_nothing():
    table = two_layer_networks(**{"diverged": [False, True, True]})
    assert {claim.verdict for claim in two_layer_claims("7v9", table, IMAGES)} == {INCOMPARABLE}


def test_intervals_over_seeds_are_those_of_student():
    table = {
        "weight_decay": np.zeros(3),
        "diverged": np.zeros(3, bool),
        "q": np.array([1.0, 2.0, 3.0]),
    }
    means = over_seeds(table, "q")
    assert (means["mean"][0], means["n"][0]) == (2, 3)
    assert means["half"][0] == pytest.approx(4.3027 / np.sqrt(3), rel=1e-4)


@pytest.mark.parametrize(
    ("changed", "claim", "verdict"),
    [
        ({}, slice(None), REPRODUCED),
        ({"gradient_norm_mean": [8, 9, 2]}, slice(0, 1), PARTLY),
        ({"gradient_norm_mean": [8, 9, 10]}, slice(0, 1), NOT),
        ({"ratio_median": [0.89, 0.97, 1.0]}, slice(1, 2), PARTLY),
        ({"correlation": [0.89, 0.97, 1.0]}, slice(1, 2), PARTLY),
        ({"correlation": [0.5, 0.5, 0.5]}, slice(1, 2), NOT),
        ({"found_mean": [1.0, 1.4, 1.3]}, slice(2, 3), PARTLY),
        ({"found_mean": [1.0, 1.0, 0.9]}, slice(2, 3), NOT),
        ({"d_adv": [1.4, 1.5, 1.4]}, slice(3, 4), PARTLY),
        ({"err_test": [0.011, 0.01, 0.06]}, slice(4, 5), PARTLY),
        ({"err_test": [0.01, 0.02, 0.06]}, slice(4, 5), NOT),
    ],
)
def test_claims_are_judged_by_their_rules(changed, claim, verdict):
    judged = [claim.verdict for claim in two_layer_claims("7v9", two_layer_networks(**changed), IMAGES)]
    assert judged[claim] == [verdict] * len(judged[claim])


def svm_path():
    return {
        "lambda": np.array([1e-6, 1e-4, 1e-2]),
        "lambda_article": np.array([0.1, 10.0, 1e3]),
        "d_adv": np.array([0.4, 0.8, 1.2]),
        "err_train": np.array([0.0, 0.01, 0.04]),
        "err_test": np.array([0.03, 0.02, 0.05]),
    }


def test_figures_captions_and_table_take_the_tables_as_they_are_read_back(study, tmp_path):
    table, images, local = study
    for name, content in (("table", table), ("images", images)):
        write_table(tmp_path / name, content)
    table, images, svm = read_table(tmp_path / "table"), read_table(tmp_path / "images"), svm_path()
    drawn = {
        "errors": figures.along_decay(table, svm, "7v9", NAMED),
        "distributions": figures.distributions(local, table, "7v9", NAMED),
        "found": figures.distances_found(images, table, "7v9", NAMED),
        "trade_off": figures.trade_off(table, svm, "7v9", NAMED),
    }
    for figure in drawn.values():
        figure.draw_without_rendering()
        page = figure.bbox
        for ax in figure.axes:
            assert ax.get_xlabel() or not ax.get_subplotspec().is_last_row()
            box = ax.get_tightbbox()
            assert box.x0 >= page.x0 - 1
            assert box.x1 <= page.x1 + 1
            assert box.y0 >= page.y0 - 1
            assert box.y1 <= page.y1 + 1
        told = " ".join(text.get_text() for text in figure.findobj(Text))
        assert "class 7" in told
        assert not re.search("pixel|image", told)
    assert len(drawn["distributions"].axes[0].lines) == len(DECAYS)
    below = [np.asarray(ax.collections[0].get_offsets()) for ax in drawn["found"].axes if ax.collections]
    assert sum(len(points) for points in below) > 0
    made = two_layer_section.captions(
        "7v9", table, svm, {"seeds": [0, 1, 2], "hidden": 20, "images_per_class": 30}, 60, NAMED
    )
    assert {f"7v9_{name}" for name in drawn} == set(made)
    assert "nan" not in " ".join(caption.measured for caption in made.values())
    rows = two_layer_section.tables({"7v9": table}, NAMED)[0].rows
    assert [row[:3] for row in rows] == [(f"{decay:g}", "3", "0") for decay in DECAYS]


def test_more_weight_decay_means_a_smaller_local_scale(study):
    assert (np.diff(over_seeds(study[0], "gradient_norm_mean")["mean"]) < 0).all()


def test_a_perfect_network_of_unbalanced_classes_is_attacked():
    y = np.repeat([-1.0, 1.0], [600, 4])
    x = y[:, None] * np.ones((604, 2))
    network = TwoLayer(np.array([[1.0, 1.0], [-1.0, -1.0]]), np.zeros(2), np.array([1.0, -1.0]), 0.0)
    networks, images, _ = study_tables(BinaryPair(x, y, x, y, (2,), 0, 1), [network], [0.0], [0], 1)
    assert networks["err_test"][0] == 0
    assert not networks["diverged"][0]
    np.testing.assert_allclose(images["found"], np.sqrt(2), rtol=1e-6)
