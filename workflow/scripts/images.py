"""Fetch, read or build a data set, verify it, and write its array file and record.

Where and how it is fetched comes from the configuration, not from parameters of the rule: what was verified
does not depend on it, and a change of it reruns no training.
"""

import logging
from functools import partial

from pipeline.job import job
from tilt.data.images import check_images, describe, save_images
from tilt.data.own import own_images
from tilt.data.sources import embedded_digits, torchvision_images
from tilt.errors import InputError
from tilt.io import write_json


def main(input, output, params, *, fetching):
    name, record = params.source, {"names": []} | dict.fromkeys(("labels", "split", "range", "spread"))
    if params.source == "digits":
        images = embedded_digits(params.train_per_class)
        source = "scikit-learn's embedded digits"
    elif params.own["path"] is not None:
        name = params.own["path"]
        images, record = own_images(params.source, **params.own)
        source = f"the {'folder' if params.source == 'folder' else 'file'} {name}"
    else:
        images = torchvision_images(params.source, **fetching)
        source = f"torchvision {params.source}, archives verified by MD5"
    check_images(images, name)
    if record["labels"]:
        logging.info("%s; pairs go by the classes", record["labels"])
    if record["spread"]:
        logging.warning("%s: %s", name, record["spread"])
    found = len(set(images.y_train.tolist()))
    if found != params.classes:
        raise InputError(f"{name}: {found} classes, but the configuration says classes: {params.classes}")
    save_images(output.images, images)
    write_json(output.record, {"source": source, **record, **describe(images)})


(name,) = snakemake.wildcards
fetching = {key: snakemake.config["datasets"][name][key] for key in ("mirrors", "retries", "timeout_s")}
job(partial(main, fetching={"data_dir": snakemake.config["data_dir"], **fetching}), snakemake)
