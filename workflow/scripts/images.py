"""Fetch or build a data set, verify it, and write its array file and record."""

from pipeline.job import job
from tilt.data.images import check_images, describe, save_images
from tilt.data.npz import npz_images
from tilt.data.sources import embedded_digits, torchvision_images
from tilt.errors import InputError
from tilt.io import write_json


def main(input, output, params):
    name, names = params.source, []
    if params.source == "digits":
        images = embedded_digits(params.train_per_class)
        source = "scikit-learn's embedded digits"
    elif params.source == "npz":
        name = params.path
        images, names = npz_images(name, params.value_max)
        source = f"the file {name}"
    else:
        images = torchvision_images(
            params.source, params.data_dir, params.mirrors, params.retries, params.timeout_s
        )
        source = f"torchvision {params.source}, archives verified by MD5"
    check_images(images, name)
    found = len(set(images.y_train.tolist()))
    if found != params.classes:
        raise InputError(f"{name}: {found} classes, but the configuration says classes: {params.classes}")
    save_images(output.images, images)
    write_json(output.record, {"source": source, "names": names, **describe(images)})


job(main, snakemake)
