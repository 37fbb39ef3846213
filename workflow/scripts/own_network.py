"""Measure one network of the user's: scores, doubts, attacks, a row an image."""

import hashlib
import logging
from pathlib import Path

from experiments.attack.tables import summary_table
from experiments.own.checks import OF_MEASUREMENT
from experiments.own.measure import Pieces, measure, records
from pipeline.job import job
from tilt.data.images import load_images
from tilt.errors import InputError
from tilt.io import write_arrays, write_json, write_table
from tilt.networks.device import choose_device
from tilt.networks.given.declared import Given
from tilt.networks.given.network import load_given
from tilt.settings import settings_key


def main(input, output, params):
    images = load_images(input.images)
    own = dict(params.network)
    stated, sought = (own.pop(key) for key in OF_MEASUREMENT)
    given = Given(**own)
    model = load_given(given, images.x_train.shape[1:], int(images.y_train.max()) + 1)
    device = choose_device(params.device)
    files = [*input.own, input.images]
    digests = {file: hashlib.sha256(Path(file).read_bytes()).hexdigest() for file in files}
    key = settings_key({"network": own, "sought": sought, "attack": params.attack, "files": digests})
    pieces = Pieces(Path(params.pieces), key)
    made = measure(
        model.to(device),
        images,
        pieces,
        device=device,
        attack=params.attack,
        calibration=params.calibration,
        stated_error=stated,
        outputs=given.outputs,
        sought_classes=sought,
    )
    for doubt in made["record"]["doubts"]:
        logging.warning("%s: %s", params.name, doubt)
    if "attacks" not in made:
        raise InputError(f"{given.model}: {made['record']['doubts'][0]}")
    write_table(output.attacks, made["attacks"])
    write_table(output.summary, summary_table(made["attacks"]))
    write_table(output.accuracy, made["accuracy"])
    write_table(output.table, made["images"])
    write_arrays(output.pictures, made["pictures"], compressed=True)
    write_json(output.record, made["record"])
    write_json(output.json, {**made["record"], "rows": records(made["images"])})
    pieces.clear()


job(main, snakemake)
