"""Train one LeNet, and write its history, its weights, its first filters and a record."""

from pathlib import Path

import numpy as np

from pipeline.job import job
from tilt.data.images import first_per_class, load_images
from tilt.io import write_arrays, write_json, write_table
from tilt.networks.lenet import layer_rms, resize_to_28, save_network
from tilt.networks.training import train


def main(input, output, params):
    images = load_images(input.images)
    network = params.network
    if network["train_per_class"] is not None:
        images = first_per_class(images, network["train_per_class"])
    y_train, n_classes = images.y_train, int(images.y_train.max()) + 1
    if network["random_labels"]:
        y_train = np.random.default_rng(network["seed"]).integers(n_classes, size=len(y_train))
    training = train(
        resize_to_28(images.x_train, images.bounds),
        y_train,
        resize_to_28(images.x_test, images.bounds),
        images.y_test,
        n_classes=n_classes,
        weight_decay=network["weight_decay"],
        seed=network["seed"],
        scheme=network["initial_weights"],
        pixel_scale=network["pixel_scale"],
        weight_scale=network["weight_scale"],
        epochs=network["epochs"],
        batch_size=params.batch_size,
        learning_rate=params.learning_rate,
        momentum=params.momentum,
        device=params.device,
        checkpoint=params.checkpoint,
    )
    model = training.model.cpu()
    record = {
        **network,
        "epochs": len(training.history["epoch"]),
        "diverged": training.diverged,
        "train_images": len(images.x_train),
        "test_images": len(images.x_test),
        "rms": layer_rms(model),
    }
    write_table(output.history, training.history)
    write_arrays(output.filters, {"conv1": model.conv1.weight.detach().numpy()[:, 0]})
    save_network(output.weights, model, record)
    write_json(output.record, record)
    Path(params.checkpoint).unlink(missing_ok=True)


job(main, snakemake)
