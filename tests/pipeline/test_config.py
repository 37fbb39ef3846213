"""The configuration: defaults, and one readable line for each mistake."""

import copy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from snakemake.utils import update_config

from conftest import ROOT
from pipeline.config import resolve, with_left_out
from pipeline.counts import check_counts
from pipeline.networks import FAMILIES, families
from pipeline.pair import pairs
from pipeline.schema import schema as whole_schema
from tilt.errors import InputError

ATTACKS = "datasets.mnist.attack.attacks"
CONFIG = yaml.safe_load((ROOT / "config.yaml").read_text())


def changed(path: str, value: Any) -> dict[str, Any]:
    config = copy.deepcopy(CONFIG)
    *parents, last = path.split(".")
    node = config
    for key in parents:
        node = node[key]
    node[last] = value
    return config


def test_the_shipped_configuration_is_valid_and_complete():
    config = resolve(CONFIG)
    assert list(config["datasets"]) == ["digits", "mnist", "fashion_mnist", "kmnist"]
    for dataset in config["datasets"].values():
        assert len(pairs(dataset)) == 45
        assert dataset["svm"]["tolerance"] == 1e-6
        assert dataset["attack"]["attacks"]["targeted_ascent"]["confidence"] == 0.95
    assert config["datasets"]["digits"]["published"] is None
    mnist = config["datasets"]["mnist"]
    assert mnist["networks"]["xavier_low"]["weight_decay"] == 1e-4
    for name in ("fashion_mnist", "kmnist"):
        assert config["datasets"][name] == {**mnist, "source": name, "published": None}


OWN = {"source": "npz", "path": "a.npz", "classes": 13, "scaling": {"pair": "3v12"},
       "svm": {"train_per_class": 9, "shown_pairs": ["3v12"]}}  # fmt: skip


@pytest.fixture(autouse=True)
def own_data(tmp_path, monkeypatch):
    """In the working directory, a.npz of 13 classes with 9 training samples each, but 8 of class 12."""
    monkeypatch.chdir(tmp_path)
    y = np.repeat(np.arange(13), 9)
    save_labels("a.npz", y[:-1], y)


def save_labels(path, y_train, y_test):
    np.savez(path, y_train=y_train, y_test=y_test, x_train=np.eye(len(y_train)), x_test=np.eye(len(y_test)))


def test_own_data_need_no_networks():
    config = resolve({"main": "own", "datasets": {"own": OWN}})["datasets"]["own"]
    assert config["networks"] is config["value_max"] is None
    assert len(pairs(config)) == 78
    assert "3v12" in pairs(config, "logistic")
    assert families("own", config) == {family: {} for family in FAMILIES}


def resolved(**settings):
    return resolve({"datasets": {"own": settings}})["datasets"]["own"]


def test_source_and_path_suffice():
    own = resolved(source="npz", path="a.npz")
    assert (own["classes"], own["svm"]["train_per_class"]) == (13, 8)
    assert (own["svm"]["shown_pairs"], own["scaling"]["pair"]) == (["0v1", "0v2", "0v3"], "0v1")
    assert len(pairs(own)) == 78
    few = resolved(source="npz", path="a.npz", svm={"pairs": ["3v12", "1v2"]}, logistic={"pairs": ["1v2"]})
    assert (few["svm"]["shown_pairs"], few["scaling"]["pair"]) == (["1v2"], "1v2")
    save_labels("two.npz", [0, 1, 1], [0, 1])
    two = resolved(source="npz", path="two.npz")
    assert (two["classes"], two["svm"]["train_per_class"], two["svm"]["shown_pairs"]) == (2, 1, ["0v1"])


@pytest.mark.parametrize(
    ("source", "smallest"),
    [("digits", 20), ("mnist", 5421), ("fashion_mnist", 6000), ("kmnist", 6000), ("cifar10", 5000)],
)
def test_a_source_of_ten_classes_suffices(source, smallest):
    ten = resolved(source=source, **({"train_per_class": 20} if source == "digits" else {}))
    assert (ten["classes"], ten["svm"]["train_per_class"]) == (10, smallest)
    assert (ten["svm"]["shown_pairs"], ten["scaling"]["pair"]) == (["0v1", "4v9", "7v9"], "7v9")
    listed = resolved(source="digits", train_per_class=20, svm={"pairs": ["0v1", "2v3"]})
    assert (listed["svm"]["shown_pairs"], listed["scaling"]["pair"]) == (["0v1"], "0v1")


def test_numbers_that_are_given_are_checked_against_the_data():
    check_counts("own", resolved(source="npz", path="a.npz"))
    with pytest.raises(InputError, match=r"own.classes: 12 are asked for, and the data have 13"):
        check_counts("own", resolved(source="npz", path="a.npz", classes=12))
    with pytest.raises(InputError, match=r"own.svm.train_per_class: 9 training .* class 12 has 8"):
        check_counts("own", resolved(source="npz", path="a.npz", svm={"train_per_class": 9}))


def test_a_file_that_cannot_be_read_stops_only_the_data_set_that_is_read_from_it():
    Path("bad.npz").write_text("no arrays")
    own = {"source": "npz", "path": "none.npz", "svm": {"pairs": ["3v12"]}}
    config = {"datasets": {"own": own, "bad": {"source": "npz", "path": "bad.npz"}, "good": OWN}}
    unreadable = {}
    assert resolve(config, unreadable)["datasets"]["good"]["classes"] == 13
    assert unreadable.keys() == {"own", "bad"}
    assert unreadable["own"] == (
        "configuration: datasets.own: none.npz: no such file or folder; correct path"
    )
    assert unreadable["bad"].startswith("configuration: datasets.bad: bad.npz: ")
    with pytest.raises(InputError, match=r"datasets.own: none.npz: no such file"):
        resolve(config)


def test_the_first_data_set_is_the_main_one_where_none_is_named():
    config = resolve({"datasets": {"own": OWN, "more": OWN}})
    assert config["main"] == "own"


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"path": None}, r"own.path: the source npz needs a file or folder; name it"),
        ({"source": "kmnist"}, r"own.path: only the sources npz, table, .*folder.* take it; leave it null"),
        *(
            (
                {"source": "kmnist", "path": None, key: 0.5},
                rf"own.{key}: only the sources npz, table, .*folder",
            )
            for key in ("value_min", "value_max", "test_share")
        ),
        ({"value_min": 1, "value_max": 1}, r"own.value_min: 1 is not less than value_max, 1"),
        ({"test_share": 1}, r"own.test_share: 1 is greater than or equal"),
        ({"split_seed": 3}, r"own.split_seed: it draws the test part of test_share, which is null"),
        (
            {"source": "table", "networks": CONFIG["datasets"]["mnist"]["networks"]},
            r"own.networks: they need",
        ),
        ({"label": "species"}, r"own.label: only the source table takes it"),
        ({"classes": 101}, r"own.classes: 101 is greater than"),
        ({"classes": 12}, r"own.svm.shown_pairs: there is no pair '3v12'"),
        ({"train_per_class": 9}, r"own.train_per_class: npz has its own training part; leave it null"),
        ({"sweep": CONFIG["datasets"]["mnist"]["sweep"]}, r"own.sweep: it needs networks, which is null"),
        ({"random_labels": CONFIG["datasets"]["mnist"]["random_labels"]}, r"own.random_labels: it needs"),
    ],
)
def test_mistakes_about_own_data(changed, message):
    with pytest.raises(InputError, match=message):
        resolve({"main": "own", "datasets": {"own": OWN | changed}})


def test_defaults_fill_every_level():
    minimal = {
        "datasets": {
            "digits": {
                "source": "digits",
                "train_per_class": 9,
                "svm": {"train_per_class": 9},
                "networks": {
                    "xavier_low": {"weight_decay": 0, "initial_weights": "matconvnet"},
                    "xavier_high": {"weight_decay": 1, "initial_weights": "matconvnet"},
                },
            }
        }
    }
    config = resolve(minimal)
    digits = config["datasets"]["digits"]
    assert config["main"] == "digits"
    assert digits["svm"]["lambda_article"] == {
        "first_exponent": -1, "last_exponent": 7, "step": 0.1, "scale": 1e-5,
    }  # fmt: skip
    assert digits["networks"]["xavier_low"] == {
        "weight_decay": 0, "seed": 0, "initial_weights": "matconvnet", "pixel_scale": 1, "weight_scale": 1,
        "random_labels": False, "epochs": None, "train_per_class": None, "model": None, "options": None,
        "batch_size": None, "learning_rate": None, "momentum": None, "regulariser": None, "strength": 0,
    }  # fmt: skip


@pytest.mark.parametrize("example", sorted(ROOT.glob("examples/*.yaml")), ids=lambda path: path.stem)
def test_examples_merge_over_the_configuration(example):
    config = copy.deepcopy(CONFIG)
    update_config(config, yaml.safe_load(example.read_text()))
    for name, dataset in resolve(config)["datasets"].items():
        families(name, dataset)


def test_null_entries_are_left_out():
    config = copy.deepcopy(CONFIG)
    config["datasets"]["digits"] = None
    config["datasets"]["mnist"]["sweep"]["recipes"]["pytorch"] = None
    config["main"] = "mnist"
    resolved = resolve(config)
    assert resolved["datasets"].keys() == CONFIG["datasets"].keys() - {"digits"}
    recipes = CONFIG["datasets"]["mnist"]["sweep"]["recipes"].keys() - {"pytorch"}
    assert resolved["datasets"]["mnist"]["sweep"]["recipes"].keys() == recipes
    config["datasets"]["mnist"]["sweep"]["recipes"] = dict.fromkeys(recipes)
    with pytest.raises(InputError, match=r"^configuration: datasets\.mnist\.sweep\.recipes: "):
        resolve(config)


def test_what_was_left_out_is_recorded_so_that_the_record_resolves_to_the_same():
    given = copy.deepcopy(CONFIG)
    update_config(given, {"datasets": {"mnist": {"networks": {"matconvnet_low": None}}}})
    expected = resolve(given)["datasets"]["mnist"]
    again = copy.deepcopy(CONFIG)
    update_config(again, {"datasets": {"mnist": with_left_out(expected, given["datasets"]["mnist"])}})
    assert resolve(again)["datasets"]["mnist"] == expected


def levels(value: Any, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """The paths of all mappings of the configuration whose keys are fixed."""
    if not isinstance(value, dict):
        return []
    named_by_the_user = path and path[-1] in ("datasets", "networks", "recipes", "models")
    if path and path[-1] == "options":
        return []
    below = [found for key, part in value.items() for found in levels(part, (*path, key))]
    return below if named_by_the_user else [path, *below]


@pytest.mark.parametrize("level", levels(resolve(CONFIG)), ids=".".join)
def test_an_unknown_key_is_refused_at_every_level(level):
    config = resolve(CONFIG)
    node = config
    for key in level:
        node = node[key]
    node["no_such_key"] = 1
    with pytest.raises(InputError, match=f"{'.'.join(level) or 'top level'}: unknown key 'no_such_key'"):
        resolve(config)


MISTAKES = [
    (
        "main",
        "letters",
        r"main: no data set is named 'letters' \(there are: digits, mnist, fashion_mnist, kmnist\)",
    ),
    ("main", 3, r"main: 3 is not of type 'string'"),
    ("device", "tpu", r"device: 'tpu' is not one of"),
    ("data_dir", "", r"data_dir: '' should be non-empty"),
    ("data_dir", "a{b}", r"data_dir: 'a\{b\}' does not match .* without braces"),
    ("datasets.mnist.published.location", "a{b}", r"published.location: .* without braces"),
    ("datasets", {}, r"datasets: 0 given \(one or more data sets by name"),
    ("toy.points_per_class", 2, r"toy.points_per_class: 2 is less than the minimum"),
    ("toy.angles", 0, r"toy.angles: 0 is less than"),
    ("toy.lambda_exponents", [float("-inf"), 1], r"toy.lambda_exponents.0: not a finite number"),
    ("datasets.mnist.svm.tolerance", float("nan"), r"svm.tolerance: not a finite number"),
    ("datasets.mnist.sweep.weight_decays", [0, 10**400], r"sweep.weight_decays.1: not a finite number"),
    ("toy.seed", -1, r"toy.seed: -1 is less than"),
    ("toy.lambda_exponents", [1], r"toy.lambda_exponents: \[1\] is too short"),
    ("toy.lambda_exponents", [1, 1], r"toy.lambda_exponents: .* second .* greater"),
    ("toy.lambda_count", 1, r"toy.lambda_count: 1 is less"),
    ("datasets.digits.source", "letters", r"datasets.digits.source: 'letters' is not one of"),
    ("datasets.digits.train_per_class", None, r"datasets.digits.train_per_class: .* give a number"),
    ("datasets.digits.train_per_class", 0, r"datasets.digits.train_per_class: 0 is less than"),
    ("datasets.mnist.train_per_class", 10, r"datasets.mnist.train_per_class: .* leave it null"),
    ("datasets.mnist.classes", 1, r"datasets.mnist.classes: 1 is less than"),
    ("datasets.mnist.mirrors", ["ftp://x"], r"datasets.mnist.mirrors.0: 'ftp://x' does not match"),
    ("datasets.mnist.retries", 0, r"datasets.mnist.retries: 0 is less than"),
    ("datasets.mnist.timeout_s", 0, r"datasets.mnist.timeout_s: 0 is less than or equal"),
    ("datasets.mnist.svm.pairs", ["0v1", "7v7"], r"svm.pairs: there is no pair '7v7'"),
    ("datasets.mnist.svm.pairs", ["9v7"], r"svm.pairs: there is no pair '9v7' .* smaller first"),
    ("datasets.mnist.svm.pairs", ["0v10"], r"svm.pairs: there is no pair '0v10'"),
    ("datasets.mnist.svm.pairs", ["0v1"], r"the pair '4v9' is to be shown but is not among svm.pairs"),
    ("datasets.mnist.svm.pairs", [], r"datasets.mnist.svm.pairs: \[\]"),
    ("datasets.mnist.svm.pairs", "some", r"datasets.mnist.svm.pairs: 'some'"),
    ("datasets.mnist.svm.shown_pairs", ["a"], r"svm.shown_pairs.0: 'a' does not match"),
    ("datasets.mnist.svm.shown_pairs", ["1v11"], r"svm.shown_pairs: there is no pair '1v11'"),
    ("datasets.mnist.svm.shown_exponents", [1, 9], r"svm.shown_exponents: 9 lies outside the grid"),
    ("datasets.mnist.svm.train_per_class", 1.5, r"svm.train_per_class: 1.5 is not of type 'integer'"),
    ("datasets.mnist.svm.validation_per_class", 0, r"svm.validation_per_class: 0 is less than"),
    ("datasets.mnist.svm.tolerance", 0, r"svm.tolerance: 0 is less than or equal"),
    ("datasets.mnist.svm.tolerance", 0.5, r"svm.tolerance: 0.5 is greater than"),
    ("datasets.mnist.svm.lambda_article.step", 0, r"lambda_article.step: 0 is less than or equal"),
    ("datasets.mnist.svm.lambda_article.step", 0.3, r"lambda_article: step 0.3 does not divide"),
    ("datasets.mnist.svm.lambda_article.scale", -1, r"lambda_article.scale: -1 is less than"),
    ("datasets.mnist.svm.lambda_article.last_exponent", -1, r"last_exponent must be greater"),
    ("datasets.mnist.svm.lambda_article.first_exponent", "a", r"first_exponent: 'a' is not of type"),
    ("datasets.mnist.scaling.pair", "1v0", r"the pair '1v0' is to be shown but is not among svm.pairs"),
    ("datasets.mnist.scaling.norms", [1, 0], r"scaling.norms.1: 0 is less than or equal"),
    ("datasets.mnist.published", {"url": "x"}, r"datasets.mnist.published: "),
    ("datasets.mnist.published", "x", r"datasets.mnist.published: 'x' is not of type"),
    ("datasets.mnist.published.location", "", r"published.location: '' should be non-empty"),
    ("datasets.mnist.training.epochs", 0, r"training.epochs: 0 is less than"),
    ("datasets.mnist.training.batch_size", 0, r"training.batch_size: 0 is less than"),
    ("datasets.mnist.training.learning_rate", 0, r"training.learning_rate: 0 is less than or equal"),
    ("datasets.mnist.training.learning_rate", "1e-3", r"training.learning_rate: '1e-3' is not of type"),
    ("datasets.mnist.training.momentum", 1, r"training.momentum: 1 is greater than or equal"),
    ("datasets.mnist.training.train_per_class", 0, r"training.train_per_class: 0 is less than"),
    ("datasets.mnist.networks", {}, r"networks: "),
    ("datasets.mnist.networks.xavier_low.weight_decay", -1, r"xavier_low.weight_decay: -1 is less"),
    ("datasets.mnist.networks.xavier_low.seed", 0.5, r"xavier_low.seed: 0.5 is not of type"),
    ("datasets.mnist.networks.xavier_low.pixel_scale", 0, r"xavier_low.pixel_scale: 0 is less"),
    ("datasets.mnist.networks.xavier_low.initial_weights", "he", r"initial_weights: 'he' is not one"),
    ("datasets.mnist.shown_networks.low", "no", r"shown_networks.low: no network is named 'no'"),
    ("datasets.mnist.shown_networks.low", "xavier_high", r"low has weight decay 0.1 and high 0.1; low must"),
    ("datasets.mnist.svm.shown_pairs", ["7v9", "7v9"], r"svm.shown_pairs: .* has non-unique elements"),
    (f"{ATTACKS}.targeted_ascent", {"step": 0}, r"targeted_ascent.step: 0 is less than or equal"),
    (f"{ATTACKS}.targeted_ascent", {"confidence": 1}, r"ascent.confidence: 1 is greater than or equal"),
    ("datasets.mnist.attack", {"median_top_score": 0}, r"attack.median_top_score: 0 is less than or"),
    ("datasets.mnist.attack", {"images_per_class": 0}, r"attack.images_per_class: 0 is less than"),
    (
        "datasets.mnist.attack",
        {"confidence": 0.95},
        r"attack: unknown key 'confidence' \(did you mean 'attacks'",
    ),
    (f"{ATTACKS}.targeted_ascent", {"max_steps": 0}, r"targeted_ascent.max_steps: 0 is less than"),
    (f"{ATTACKS}.minimal_norm", {"steps": 0}, r"minimal_norm.steps: 0 is less than"),
    (f"{ATTACKS}.signed_gradient_step", {"epsilons": [0, 1.1]}, r"epsilons.1: 1.1 is greater than .* 0 to 1"),
    (f"{ATTACKS}.signed_gradient_step", {"epsilons": [-0.1]}, r"epsilons.0: -0.1 is less than"),
    (f"{ATTACKS}.signed_gradient_step", {"epsilons": []}, r"epsilons: \[\] should be non-empty"),
    (f"{ATTACKS}.signed_gradient_step", {"epsilons": [0.1, 0.1]}, r"epsilons: .* non-unique"),
    (f"{ATTACKS}.projected_gradient", {"radii": [-1]}, r"radii.0: -1 is less than"),
    (f"{ATTACKS}.deepfool", {}, r"attacks: unknown key 'deepfool' \(known keys: targeted_ascent, "),
    (
        "datasets.mnist.attack.attacks",
        {"targeted_ascent": None, "minimal_norm": None},
        r"mnist.attack.attacks: none of targeted_ascent, minimal_norm .*; give one",
    ),
    ("datasets.mnist.two_layer.pairs", ["1v0"], r"two_layer.pairs: there is no pair '1v0'"),
    ("datasets.mnist.two_layer.weight_decays", [0, 1], r"two_layer.weight_decays: \[0, 1\] is too short"),
    ("datasets.mnist.two_layer.seeds", [], r"two_layer.seeds: \[\]"),
    ("datasets.mnist.two_layer.hidden", 0, r"two_layer.hidden: 0 is less than"),
    ("datasets.mnist.two_layer.momentum", 1, r"two_layer.momentum: 1 is greater than or equal"),
    (
        "datasets.Big",
        CONFIG["datasets"]["digits"],
        r"datasets: 'Big' does not .*a name starts with a letter",
    ),
    ("datasets", yaml.safe_load("yes: {source: digits}"), r"datasets: the key True is not text .* quotes"),
    ("datasets", yaml.safe_load("2024: {source: digits}"), r"datasets: the key 2024 is not text"),
    ("datasets.mnist.sweep.recipes", yaml.safe_load("no: {}"), r"sweep.recipes: the key False is not text"),
    (
        "datasets.mnist.svm.tolerance",
        yaml.safe_load("1e-6"),
        r"not of type 'number' .*; write 1.0e-6, without",
    ),
    ("datasets.mnist.sweep.weight_decays", [0, "2e3"], r"decays.1: '2e3' .*; write 2000.0, without quotes"),
    ("datasets.mnist.training.epochs", yaml.safe_load("1e1"), r"not of type 'integer' .*; write 10, without"),
    *(
        (key, float(value), rf"{key}.*: {value}.0 is not of type 'integer'.*; write {value}$")
        for key, value in {
            "datasets.mnist.training.batch_size": 50,
            "datasets.mnist.svm.train_per_class": 3000,
            "datasets.digits.train_per_class": 100,
            "datasets.mnist.attack.images_per_class": 1,
            "datasets.mnist.classes": 10,
            "toy.seed": 0,
        }.items()
    ),
    ("datasets.mnist.sweep.seeds", [0, 1.0], r"seeds.1: 1.0 is not of type 'integer'.*; write 1$"),
    ("datasets.mnist.training.epochs", 2.5, r"training.epochs: 2.5 is not of type 'integer' .*10000\)$"),
    ("datasets.mnist.training.epochs", "2.5", r"training.epochs: '2.5' is not of type 'integer' .*10000\)$"),
    ("datasets.mnist.training.epochs", "ten", r"training.epochs: 'ten' is not of type 'integer' .*10000\)$"),
]


@pytest.mark.parametrize(("path", "value", "message"), MISTAKES)
def test_a_mistake_is_one_line_that_names_the_key(path, value, message):
    with pytest.raises(InputError, match=message) as caught:
        resolve(changed(path, value))
    assert "\n" not in str(caught.value)


def test_a_misspelt_key_gets_a_hint():
    with pytest.raises(InputError, match=r"unknown key 'tolerence' \(did you mean 'tolerance'\?\)"):
        resolve(changed("datasets.mnist.svm.tolerence", 1e-6))


def test_a_missing_key_is_named():
    config = copy.deepcopy(CONFIG)
    del config["datasets"]["mnist"]["source"]
    with pytest.raises(InputError, match=r"datasets\.mnist: 'source' is a required property"):
        resolve(config)


def test_every_property_of_the_schema_has_a_default_or_is_required():
    schema = whole_schema()
    for name, part in [("top level", schema), *schema["$defs"].items()]:
        for key, entry in part.get("properties", {}).items():
            assert "default" in entry or key in part.get("required", []), f"{name}: {key}"
        if part.get("type") == "object" or "properties" in part:
            assert part["additionalProperties"] is False or name == "options", name
