"""Draw the scaling of the loss."""

from pipeline.job import job
from tilt.figures.scaling import histograms, limits, losses, scaled_losses
from tilt.figures.style import save_figure
from tilt.io import read_json, read_table


def main(input, output, params):
    margins = read_table(input.margins)
    norm = read_json(input.classifier)["norm_w"]
    save_figure(output.histograms[0], histograms(read_table(input.histograms), norm))
    save_figure(output.losses[0], losses())
    save_figure(output.scaled[0], scaled_losses(margins["y"] * margins["distance"], params.norms))
    save_figure(output.limits[0], limits(read_table(input.risk)))


job(main, snakemake)
