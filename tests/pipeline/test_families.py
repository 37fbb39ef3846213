"""Networks of a data set: what each inherits, and no two of them alike."""

import copy

import pytest
import yaml

from conftest import ROOT
from pipeline.config import resolve
from pipeline.networks import FAMILIES, SPARED, attacks_of, check_model, families, own_model
from samples import refused
from tilt.attacks.registry import ATTACKS
from tilt.errors import InputError

CONFIG = yaml.safe_load((ROOT / "config.yaml").read_text())


def configured(**changed) -> dict:
    dataset = {"source": "digits", "train_per_class": 100, "svm": {"train_per_class": 60}} | changed
    return resolve({"main": "mine", "datasets": {"mine": dataset}})["datasets"]["mine"]


def of_networks(networks: dict, recipes: dict) -> dict:
    recipe = {"initial_weights": "pytorch"}
    return {
        "training": {"epochs": 2},
        "networks": {name: recipe | own for name, own in networks.items()},
        "sweep": {
            "recipes": {label: recipe | own for label, own in recipes.items()},
            "weight_decays": [0, 1],
            "seeds": [0],
        },
    }


TWO = {"xavier_low": {"weight_decay": 0}, "xavier_high": {"weight_decay": 1}}


@pytest.mark.parametrize(
    ("networks", "recipes", "says"),
    [
        (
            TWO | {"again": {"weight_decay": 1.0, "epochs": 2}},
            {"a": {}},
            r"networks\.xavier_high and networks\.again .* weight decay 1 and seed 0",
        ),
        (
            TWO,
            {"a": {}, "b": {"epochs": 2, "weight_decays": [1, 2]}},
            r"sweep\.recipes\.a and sweep\.recipes\.b .* weight decay 1 and seed 0",
        ),
    ],
)
def test_a_network_under_two_keys_is_refused(networks, recipes, says):
    refused(
        rf"^configuration: datasets\.mine\.{says}",
        families,
        "mine",
        configured(**of_networks(networks, recipes)),
    )


def test_a_network_has_the_model_of_training_unless_it_names_one():
    training = {"model": "mlp", "options": {"width": 3}, "epochs": 4}
    own = {
        "a": {},
        "b": {"options": {"width": 5}},
        "c": {"model": "lenet"},
        "d": {"model": "m.py:f", "epochs": 1},
    }
    settings = configured(**of_networks(TWO, {"r": {}}) | {"training": training})
    settings["networks"] = {name: settings["networks"]["xavier_low"] | each for name, each in own.items()}
    made = families("mine", settings)["training"]
    assert {name: (each["model"], each["options"], each["epochs"]) for name, each in made.items()} == {
        "a": ("mlp", {"width": 3}, 4),
        "b": ("mlp", {"width": 5}, 4),
        "c": ("lenet", {}, 4),
        "d": ("m.py:f", {}, 1),
    }
    assert [own_model(each) for each in made.values()] == [None, None, None, "m.py"]
    settings["networks"]["a"]["learning_rate"] = 0.5
    made = families("mine", settings)["training"]
    assert [made[name]["learning_rate"] for name in "ab"] == [0.5, 5e-4]
    assert [made[name]["batch_size"] for name in "ab"] == [300, 300]
    refused(
        r"^configuration: datasets\.mine: the model of .* 'd': m\.py: no such file",
        check_model,
        "mine",
        "d",
        made["d"],
    )


@pytest.mark.parametrize(
    ("own", "says"),
    [
        ({"strength": 1}, r"a\.strength: there is no regulariser"),
        ({"regulariser": "l1"}, r"a\.strength: the regulariser l1 needs one"),
        ({"regulariser": "l3", "strength": 1}, r"a\.regulariser: 'l3' is not one of"),
        (
            {"model": "vgg"},
            r"a\.model: 'vgg' does not match .* \(lenet, mlp, maxout, cnn, resnet, or FILE\.py:FUNCTION",
        ),
        ({"options": {"width": {}}}, r"a\.options\.width: \{\} is not of type"),
    ],
)
def test_what_a_recipe_cannot_be(own, says):
    refused(
        rf"networks\.{says}", configured, **of_networks(TWO | {"a": {"weight_decay": 3} | own}, {"r": {}})
    )
    refused(rf"sweep\.recipes\.{says}", configured, **of_networks(TWO, {"a": own}))


def test_networks_that_differ_and_named_ones_in_a_grid_pass():
    recipes = {"a": {}, "b": {"weight_decays": [2, 3]}, "c": {"seeds": [1]}}
    made = families("mine", configured(**of_networks(TWO, recipes)))
    assert list(made["sweep"]) == ["xavier_low", "xavier_high", "b_2_0", "b_3_0", "c_0_1", "c_1_1"]


def test_networks_of_a_grid_take_the_settings_of_training_and_the_names_of_equal_ones():
    config = resolve(CONFIG)["datasets"]["mnist"]
    config["training"]["epochs"] = 7
    made = families("mnist", config)
    assert made["sweep"]["xavier_low"] == made["training"]["xavier_low"]
    assert "xavier_0.0001_0" not in made["sweep"]
    assert made["sweep"]["xavier_0.0001_1"] == made["training"]["xavier_low"] | {"seed": 1}
    grid = config["sweep"]
    assert len(made["sweep"]) == len(grid["recipes"]) * len(grid["weight_decays"]) * len(grid["seeds"])
    grid["recipes"]["pytorch"] |= {"weight_decays": [0.1], "seeds": [7, 8]}
    of_recipe = {name for name in families("mnist", config)["sweep"] if name.startswith("pytorch")}
    assert of_recipe == {"pytorch_0.1_7", "pytorch_0.1_8"}
    assert made["sweep"]["matconvnet_3000_1_4"]["train_per_class"] == 3000
    assert (made["map"]["map_0.5_0.01"]["weight_scale"], made["map"]["map_0.5_0.01"]["epochs"]) == (0.5, 20)
    assert made["random_labels"]["random_0.3_1"]["random_labels"]
    assert families("mnist", {**config, "sweep": None, "map": None, "random_labels": None})["map"] == {}


@pytest.mark.parametrize(
    ("family", "change", "name"),
    [
        ("sweep", {"recipes": {"map": {"initial_weights": "pytorch", "pixel_scale": 1}}}, "map_0.1_0"),
        ("sweep", {"weight_decays": [1e-2, 1.0000001e-2]}, "matconvnet_0.01_0"),
        ("map", {"weight_scales": [0.5, 0.50000001]}, "map_0.5_0"),
    ],
)
def test_two_networks_of_one_name_are_refused(family, change, name):
    config = copy.deepcopy(CONFIG)
    config["datasets"]["mnist"][family] |= change
    with pytest.raises(InputError, match=rf"^configuration: datasets\.mnist\.\w+: the name '{name}' would"):
        families("mnist", resolve(config)["datasets"]["mnist"])


def test_a_network_is_spared_attacks_that_no_family_of_its_needs():
    asked = {"targeted_ascent": {"step": 1}, "minimal_norm": {}, "signed_gradient_step": {"epsilons": [0]}}
    assert attacks_of(["sweep"], asked) == asked
    assert attacks_of(["rivals"], asked) == asked | {"targeted_ascent": None}
    assert attacks_of(["depth"], asked) == dict.fromkeys(asked) | {"minimal_norm": {}}
    assert attacks_of(["rivals", "depth"], asked) == attacks_of(["rivals"], asked)
    assert attacks_of(["training", "depth"], asked) == asked
    assert SPARED.keys() <= set(FAMILIES)
    assert set().union(*SPARED.values()) <= ATTACKS.keys()
