"""Too few samples are said before the first job."""

import pytest

from pipeline.config import resolve
from pipeline.counts import check_counts
from samples import refused


def study(**changed) -> dict:
    dataset = {"source": "digits", "train_per_class": 100, "svm": {"train_per_class": 100}} | changed
    return resolve({"main": "mine", "datasets": {"mine": dataset}})["datasets"]["mine"]


NETWORKS = {
    "xavier_low": {"weight_decay": 0, "initial_weights": "pytorch"},
    "xavier_high": {"weight_decay": 1, "initial_weights": "pytorch"},
}
RECIPE = {"initial_weights": "pytorch", "train_per_class": 101}
RANDOM = {"recipe": RECIPE, "weight_decays": [0, 1], "seeds": [0]}
RIVALS = {**RANDOM, "regularisers": {"l1": [1]}, "validation_per_class": 21}
HELD_OUT = RIVALS | {"recipe": RECIPE | {"train_per_class": 80}}
CONTROLS = {"train_per_class": 101, "epochs": 1}
MAP = {"recipe": RECIPE, "weight_scales": [1, 2], "weight_decays": [0, 1]}
SWEEP = {"recipes": {"a": RECIPE}, "weight_decays": [0, 1], "seeds": [0]}


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"svm": {"train_per_class": 101}}, r"svm\.train_per_class: 101 training .* 0 has 100; ask for"),
        ({"networks": NETWORKS, "attack": {"images_per_class": 75}}, r"attack\.images_per_class: 75 .* has"),
        ({"networks": NETWORKS, "training": {"train_per_class": 101}}, r"training\.train_per_class: 101"),
        ({"networks": NETWORKS | {"a": RECIPE | {"weight_decay": 0}}}, r"networks\.a\.train_per_class: 101"),
        ({"networks": NETWORKS, "map": MAP}, r"map\.recipe\.train_per_class: 101 training"),
        ({"networks": NETWORKS, "random_labels": RANDOM}, r"random_labels\.recipe\.train_per_class: 101"),
        ({"networks": NETWORKS, "rivals": RIVALS}, r"rivals\.recipe\.train_per_class: 101"),
        (
            {"networks": NETWORKS, "rivals": HELD_OUT},
            r"rivals\.validation_per_class: 21 training .* class 0 has 20 after those that train",
        ),
        (
            {"networks": NETWORKS, "rivals": HELD_OUT | {"validation_per_class": 20, "controls": CONTROLS}},
            r"rivals\.controls\.train_per_class: 101 training",
        ),
        ({"networks": NETWORKS, "sweep": SWEEP}, r"sweep\.recipes\.a\.train_per_class: 101 training"),
    ],
)  # fmt: skip
def test_too_few_samples_are_said_before_anything_is_trained(changed, says):
    refused(rf"^datasets\.mine\.{says}", check_counts, "mine", study(**changed))


def test_enough_samples_pass():
    check_counts("mine", study(networks=NETWORKS, attack={"images_per_class": 74}))
    check_counts("mine", study(attack={"images_per_class": 75}))
    pair = {"train_per_class": 6000, "pairs": ["1v7"], "shown_pairs": ["1v7"]}
    mnist = {
        "source": "mnist",
        "train_per_class": None,
        "scaling": {"pair": "1v7"},
        "logistic": {"pairs": ["1v7"]},
    }
    check_counts("mine", study(**mnist, svm=pair))
    refused("class 7 has 6265", check_counts, "mine", study(**mnist, svm=pair | {"train_per_class": 6266}))


def test_the_validation_part_is_counted_before_the_first_job():
    check_counts("mine", study(svm={"train_per_class": 60, "validation_per_class": 40}))
    refused(
        r"svm\.validation_per_class: 41 training .* class 0 has 40 after those that train; .* at most 40, or",
        check_counts, "mine", study(svm={"train_per_class": 60, "validation_per_class": 41}),
    )  # fmt: skip
