"""Draw the adversarial examples: one image of each class for two networks, norms for all."""

import numpy as np

from pipeline.job import job
from tilt.figures.attack import adversarial_examples, norm_distribution
from tilt.figures.style import save_figure
from tilt.io import read_arrays, read_table


def main(input, output, params):
    tables = {name: read_table(path) for name, path in zip(params.networks, input.attacks, strict=True)}
    for side in ("low", "high"):
        network = params.shown[side]
        arrays, table = read_arrays(input[side]), tables[network]
        first = np.unique(table["label"], return_index=True)[1]
        title = f"{network}: weight decay {params.networks[network]['weight_decay']:g}"
        shown = {name: column[first] for name, column in table.items()}
        figure = adversarial_examples(title, arrays["originals"][first], arrays["adversarial"][first], shown)
        save_figure(output[side][0], figure)
    save_figure(output.norms[0], norm_distribution(tables))


job(main, snakemake)
