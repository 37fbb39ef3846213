"""Draw the adversarial examples of two networks; norms and accuracy under attack of all."""

import numpy as np

from pipeline.job import job
from report.article import ATTACK_NORMS
from experiments.attack.statistics import first_images
from experiments.attack.figures import (
    accuracy_curves,
    adversarial_examples,
    distance_curves,
    norm_distribution,
    norms_by_class,
)
from report.figures.style import save_figure
from tilt.io import read_arrays, read_json, read_table
from report.words import words_of


def main(input, output, params):
    tables, accuracy = (
        {name: read_table(path) for name, path in zip(params.networks, files, strict=True)}
        for files in (input.attacks, input.accuracy)
    )
    words = words_of(read_json(input.record))
    for side in ("low", "high"):
        network = params.shown[side]
        arrays, table = read_arrays(input[side], "originals", "adversarial"), tables[network]
        first = first_images(table)
        title = f"{network}: weight decay {params.networks[network]['weight_decay']:g}"
        shown = {name: column[first] for name, column in table.items()}
        images = (arrays[kind][first] for kind in ("originals", "adversarial"))
        figure = adversarial_examples(title, *images, shown, words)
        save_figure(output[side][0], figure)
    published = None
    if params.source == "mnist":
        published = {params.shown[side]: np.array(norms) for side, norms in ATTACK_NORMS.items()}
    save_figure(output.norms[0], norm_distribution(tables))
    save_figure(output.distances[0], distance_curves(tables))
    save_figure(output.classes[0], norms_by_class(tables, words, published))
    save_figure(output.accuracy[0], accuracy_curves(accuracy))


job(main, snakemake)
