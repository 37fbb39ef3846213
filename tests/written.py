"""All captions, tables and claims of a report, from made-up results."""

from functools import cache

import numpy as np

from deep import networks as of_depth
from experiments.adversarial_linear import section as adversarial_linear_section
from experiments.adversarial_linear.answer import adversarial_linear_answer
from experiments.adversarial_linear.claims import adversarial_linear_claims
from experiments.adversarial_linear.tables import path as adversarial_linear_path
from experiments.attack import section as attack_section
from experiments.attack.answer import attack_answer
from experiments.attack.claims import attack_claims
from experiments.calibration import section as calibration_section
from experiments.calibration.claims import calibration_claims
from experiments.calibration.tables import summary_table as calibration_summary
from experiments.data import section as data_section
from experiments.depth import section as depth_section
from experiments.depth.answer import depth_answer
from experiments.depth.claims import depth_claims
from experiments.depth.tables import gain_table
from experiments.depth.tables import summary_table as deep_means
from experiments.logistic import section as logistic_section
from experiments.logistic.claims import logistic_claims
from experiments.map import section as map_section
from experiments.map.claims import map_claims
from experiments.own import section as own_section
from experiments.own.measure import image_table
from experiments.published import section as published_section
from experiments.published.claims import published_claims
from experiments.random_labels import section as random_labels_section
from experiments.random_labels.claims import random_labels_claims
from experiments.random_labels.tables import memorisation_table
from experiments.rivals import section as rivals_section
from experiments.rivals.answer import rivals_answer
from experiments.rivals.claims import rivals_claims
from experiments.run import section as run_section
from experiments.scaling import section as scaling_section
from experiments.scaling.claims import scaling_claims
from experiments.scaling.tables import risk_table
from experiments.svm import section as svm_section
from experiments.svm.answer import svm_answer
from experiments.svm.claims import svm_claims
from experiments.sweep import section as sweep_section
from experiments.sweep.claims import sweep_claims
from experiments.sweep.tables import search_table
from experiments.sweep.tables import summary_table as sweep_summary
from experiments.toy import section as toy_section
from experiments.toy.claims import toy_claims
from experiments.training import section as training_section
from experiments.training.claims import training_claims
from experiments.two_layer import section as two_layer_section
from experiments.two_layer.claims import two_layer_claims
from made import (
    LINEAR,
    MARGINS,
    NETWORKS,
    NO_ARBITRATION,
    SHOWN,
    accuracies,
    arbitration,
    attacked,
    calibrated_networks,
    deviations,
    history,
    paths,
    toy_tables,
    two_layer_networks,
)
from report.words import IMAGES
from rivals import reach as rival_reach
from rivals import settings as of_rivals
from rivals import study as rival_study
from rivals import tables as rival_tables
from sweeps import example, mapped
from tilt.data.sources import embedded_digits
from tilt.linear.tables import summary_table


def given(name, table):
    """Attacks, images, accuracies and record of one network trained elsewhere."""
    measured = {"test_error": 0.02, "images": 20, "doubts": ["odd"], "temperature": 1.2, "ece_before": 0.1,
                "gradient_norm_median": 3.0}  # fmt: skip
    images = image_table(table, np.full(20, 2.0), np.full(20, 4.0))
    return {name: table}, {name: images}, {name: accuracies()["small_low"]}, {name: measured}


@cache
def trained_pair():
    """Adversarially trained linear models of a pair of the digits."""
    return adversarial_linear_path(
        data=embedded_digits(100), dataset="digits", pair="7v9", train_per_class=50,
        shares=(0.5, 0.9), pixel_shares=(0.5, 0.9), checked=0.5,
    )  # fmt: skip


def everything(words):
    """Those of 0v1 and 7v9 and two networks."""
    toy = toy_tables()
    tables = dict(zip(("0v1", "7v9"), paths(n=2, mean=2).values(), strict=True))
    summary = summary_table([(0, 1), (7, 9)], list(tables.values()))
    plane = {"positions": np.zeros((2, 5, 2)), "mirror_positions": np.ones((2, 5, 2))}
    histories = {"small_low": history(1.6), "small_high": history(1.2, diverged=True)}
    attacks = {name: attacked(np.linspace(1, 3, 20)) for name in NETWORKS}
    own = given("{network}", attacks["small_low"])
    temperatures = dict.fromkeys(NETWORKS, 4.5)
    beyond = arbitration("d_adv", ["ours"])
    classifier = {"pair": "7v9", "lambda_article": 100.0, "norm_w": 2.0, "norms": [0.1, 10]}
    part = {"shape": [20, 8, 8], "dtype": "uint8", "value_range": [0, 16], "images_per_class": {"0": 20},
            "sha256_x": "a" * 64, "sha256_y": "b" * 64}  # fmt: skip
    bounds = {"value_min": 0.0, "value_max": 16.0}
    two_layer = two_layer_networks(distance_mean=[1.0, 1.4, 1.5])
    records = {name: {"train_images": 1000, "test_images": 797} for name in NETWORKS}
    table, swept, networks = example()
    sweep = (table, sweep_summary(table), search_table(table, swept))
    cells = mapped(lambda scale, decay: 2 + scale + decay)
    calibrated = calibrated_networks()
    over_seeds = calibration_summary(calibrated)
    rivals = rival_study()
    rival_means = rival_tables(rivals)[0]
    memorised = memorisation_table(NETWORKS, {name: history(90, 0) for name in NETWORKS}, 50)
    trained = trained_pair()
    deep = of_depth(lambda layers: 1 + 1 / layers)
    of_losses = logistic_section.pair_captions("7v9", *tables.values(), 3000, words)
    of_pair = svm_section.pair_captions("7v9", tables["7v9"], plane, [-1, 2.5], 3000, "no number", words)
    return {
        "captions": {
            "toy": toy_section.captions(
                {"points_per_class": 6, "seed": 0}, toy["mirror"], toy["fits"], toy["table"]
            ),
            "scaling": scaling_section.captions(
                classifier, {"y": np.ones(200), "distance": MARGINS}, words
            ),
            "logistic": {
                f"{{pair}}_{name.split('_')[1]}": caption for name, caption in of_losses.items()
            },
            "adversarial_linear": {
                f"{{pair}}_{name.split('_')[1]}": caption
                for name, caption in adversarial_linear_section.pair_captions(
                    "7v9", trained["path"], trained["robust"], 3000, words
                ).items()
            },
            "svm": svm_section.captions(summary, 5, 3000, words)
            | {f"{{pair}}_{name}": caption for name, caption in of_pair.items()},
            "published": published_section.captions(deviations(d_adv=999), beyond, {"pair": ["0v3"]}, "7v9"),
            "training": training_section.captions(NETWORKS, histories, records),
            "attack": attack_section.captions(NETWORKS, attacks, accuracies(), temperatures, SHOWN),
            "sweep": sweep_section.captions(networks, *sweep, "n0"),
            "map": map_section.captions(cells),
            "two_layer": {
                f"{{pair}}_{name.removeprefix('7v9_')}": caption
                for name, caption in two_layer_section.captions(
                    "7v9", two_layer, tables["7v9"], {"seeds": [0, 1], "hidden": 9, "images_per_class": 3},
                    30, words,
                ).items()
            },
            "calibration": calibration_section.captions(calibrated, over_seeds, SHOWN),
            "rivals": rivals_section.captions(rivals, rival_means, 0, 20, 10_000, published=True),
            "random_labels": random_labels_section.captions(memorised, 10),
            "own": own_section.captions(*own),
            "depth": depth_section.captions(deep, gain_table(deep)),
        },
        "tables": {
            "toy": toy_section.tables(toy["fits"]),
            "svm": svm_section.tables(summary, words),
            "logistic": svm_section.tables(summary, words),
            "adversarial_linear": [adversarial_linear_section.best_table({"7v9": trained["path"]}, words)],
            "published": published_section.tables(deviations(d_adv=999), beyond),
            "training": training_section.tables(NETWORKS, histories),
            "attack": attack_section.tables(attacks, temperatures, accuracies(), LINEAR, words),
            "two_layer": two_layer_section.tables({"7v9": two_layer}, words),
            "sweep": sweep_section.tables(*sweep),
            "own": own_section.section(
                **dict(zip(("attacks", "tables", "accuracies", "records"), own, strict=True)),
                words=words, networks=own[0],
            ).tables,
            "rivals": rivals_section.tables(rivals, rival_means, rival_reach(rivals), 0),
            "depth": depth_section.tables(deep, deep_means(deep), gain_table(deep)),
            "data": data_section.tables(
                {"train": part, "test": part, "split": None, "labels": None, "range": None, "spread": None}
                | (bounds if words is IMAGES else dict.fromkeys(bounds)),
                words,
            ),
            "run": run_section.tables({"python": "3", "packages": {"numpy": "2"}, "git_commit": None}),
        },
        "claims": [
            *toy_claims(toy["mirror"], toy["fits"]),
            *scaling_claims(risk_table(MARGINS, [1e-3, 1e3]), words),
            *svm_claims({words.pair(pair): table for pair, table in tables.items()}, numbers=True),
            *logistic_claims(tables, tables),
            *adversarial_linear_claims({"7v9": trained["path"]}, {"7v9": trained["check"]}, words),
            *published_claims(deviations(), NO_ARBITRATION),
            *training_claims(NETWORKS, histories, test_images=797, numbers=False),
            *attack_claims(NETWORKS, attacks, accuracies(), numbers=True),
            *sweep_claims(*sweep, numbers=False),
            *map_claims(cells),
            *two_layer_claims("7v9", two_layer, words),
            *calibration_claims(calibrated, over_seeds),
            *rivals_claims(rivals, rival_reach(rivals), 0, of_rivals(rivals), numbers=True),
            *random_labels_claims(memorised, 10),
            *depth_claims(deep),
        ],
        "answers": {
            "svm": svm_answer(tables, words),
            "adversarial_linear": adversarial_linear_answer(
                {"7v9": trained["path"]}, {"7v9": trained["check"]}
            ),
            "attack": attack_answer(NETWORKS, attacks, accuracies()),
            "rivals": rivals_answer(rivals, rival_reach(rivals), 0),
            "depth": depth_answer(deep, gain_table(deep)),
        },
    }  # fmt: skip
