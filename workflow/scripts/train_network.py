"""Train one network, and write its history, its weights, its first filters and a record."""

from functools import partial
from pathlib import Path

import numpy as np

from pipeline.job import job
from tilt.data.images import first_per_class, load_images
from tilt.io import write_arrays, write_json, write_table
from tilt.networks.layers import first_filters, layer_rms
from tilt.networks.model import MODELS, Network, called, input_images, save_network
from tilt.networks.regularisers.registry import regulariser_of
from tilt.networks.training import train


def main(input, output, params):
    images = load_images(input.images)
    network = Network(**params.network)
    if network.train_per_class is not None:
        images = first_per_class(images, network.train_per_class)
    y_train, n_classes = images.y_train, int(images.y_train.max()) + 1
    if network.random_labels:
        y_train = np.random.default_rng(network.seed).integers(n_classes, size=len(y_train))
    x_train, x_test = (input_images(network.model, x, images.bounds) for x in (images.x_train, images.x_test))
    model = network.start(x_train, n_classes)
    trained = train if network.model in MODELS else partial(called, network.model, train)
    training = trained(
        model,
        x_train,
        y_train,
        x_test,
        images.y_test,
        weight_decay=network.weight_decay,
        regulariser=regulariser_of(network.regulariser, network.strength),
        seed=network.seed,
        epochs=network.epochs,
        batch_size=network.batch_size,
        learning_rate=network.learning_rate,
        momentum=network.momentum,
        device=params.device,
        checkpoint=params.checkpoint,
    )
    model.cpu()
    record = {
        **params.network,
        "image_shape": list(images.x_train.shape[1:]),
        "input_shape": list(x_train.shape[1:]),
        "epochs": len(training.history["epoch"]),
        "diverged": training.diverged,
        "train_images": len(images.x_train),
        "test_images": len(images.x_test),
        "rms": layer_rms(model),
    }
    write_table(output.history, training.history)
    write_arrays(output.filters, {"filters": first_filters(model, x_train.shape[1:])})
    save_network(output.weights, model, record)
    write_json(output.record, record)
    Path(params.checkpoint).unlink(missing_ok=True)


job(main, snakemake)
