"""Prepare the interactive panel of LeNet."""

from pipeline.job import job
from tilt.chance import chance_error
from tilt.io import read_arrays, read_json, read_table, write_json
from experiments.lenet.panel import lenet_panels


def main(input, output, params):
    data = read_json(input.data)["test"]["images_per_class"].values()
    record = lenet_panels(
        params.networks,
        params.shown,
        dict(zip(params.networks, map(read_table, input.histories), strict=True)),
        {name: read_arrays(file)["conv1"] for name, file in zip(params.networks, input.filters, strict=True)},
        chance=chance_error(data),
        test_images=sum(data),
        published=params.source == "mnist",
    )
    write_json(output.panels, record, indent=None)


job(main, snakemake)
