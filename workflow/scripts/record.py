"""Record the configuration of a data set and the software and machine that produced its results."""

import yaml

from pipeline.code import LIBRARY
from pipeline.job import job
from pipeline.manifest import manifest
from tilt.io import replacing, write_json


def main(input, output, params):
    config = {
        "main": params.name,
        "data_dir": params.data_dir,
        "device": params.device,
        "toy": params.toy,
        "datasets": {params.name: params.dataset},
    }
    with replacing(output.config) as temporary:
        temporary.write_text(yaml.safe_dump(config, sort_keys=False, allow_unicode=True), encoding="utf-8")
    write_json(output.manifest, manifest(params.seeds, LIBRARY))


job(main, snakemake)
