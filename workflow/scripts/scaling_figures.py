"""Draw the scaling of the loss."""

from pipeline.job import job
from experiments.scaling.figures import histograms, limits, losses, scaled_losses
from report.figures.style import save_figure
from tilt.io import read_json, read_table
from report.words import words_of


def main(input, output, params):
    margins = read_table(input.margins)
    classifier, words = read_json(input.classifier), words_of(read_json(input.record))
    along = margins["y"] * margins["distance"]
    save_figure(output.histograms[0], histograms(read_table(input.histograms), classifier, words))
    save_figure(output.losses[0], losses())
    save_figure(output.scaled[0], scaled_losses(along, classifier["norms"], words))
    save_figure(output.limits[0], limits(read_table(input.risk), words))


job(main, snakemake)
