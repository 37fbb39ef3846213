"""Time an epoch of LeNet by three recipes."""

from pipeline.job import job
from experiments.bench.training import training_floor, training_times, usual_dataset
from tilt.data.images import load_images
from tilt.io import write_json, write_table
from tilt.networks.lenet import resize_to_28


def main(input, output, params):
    images = load_images(input.images)
    times = training_times(
        resize_to_28(images.x_train, images.bounds),
        images.y_train,
        usual_dataset(params.data_dir),
        repeats=params.repeats,
        threads=params.threads,
        images=params.images,
    )
    floor = training_floor()
    write_table(output.times, times)
    write_json(output.floor, {**floor, "epoch_seconds": floor["seconds_per_image"] * len(images.x_train)})


job(main, snakemake)
