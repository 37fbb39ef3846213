"""Train the two-layer networks of one pair, and write what they make of the test images."""

from itertools import product

import numpy as np

from pipeline.job import job
from pipeline.pair import pair_classes
from tilt.data.images import binary_pair, load_images
from tilt.io import write_arrays, write_table
from tilt.networks.two_layer import train_two_layer
from experiments.two_layer.tables import study_tables


def main(input, output, params):
    class_i, class_j = pair_classes(params.pair)
    pair = binary_pair(load_images(input.images), class_i, class_j, params.train_per_class)
    networks = []
    for seed in params.seeds:
        networks += train_two_layer(
            pair.x_train,
            pair.y_train,
            params.weight_decays,
            seed=seed,
            hidden=params.hidden,
            epochs=params.epochs,
            batch_size=params.batch_size,
            learning_rate=params.learning_rate,
            momentum=params.momentum,
            device=params.device,
        )
    seeds, decays = zip(*product(params.seeds, params.weight_decays), strict=True)
    table, images, local = study_tables(pair, networks, decays, seeds, params.images_per_class)
    write_table(output.networks, table)
    write_table(output.images, images)
    write_arrays(output.local, local)
    weights = {
        name: np.stack([getattr(network, name) for network in networks]).astype(np.float32)
        for name in ("w1", "b1", "w2", "b2")
    }
    write_arrays(output.weights, {**weights, "weight_decay": local["weight_decay"], "seed": local["seed"]})


job(main, snakemake)
