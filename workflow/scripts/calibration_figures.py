"""Draw the calibration: reliability of two networks, every network against its weight decay."""

from pipeline.job import job
from experiments.calibration.figures import calibration_curves, reliability_diagrams, temperature_curves
from report.figures.style import save_figure
from tilt.io import read_table


def main(input, output, params):
    networks, bins, seeds = (read_table(input[name]) for name in ("networks", "reliability", "seeds"))
    save_figure(output.reliability_diagrams[0], reliability_diagrams(bins, networks, params.shown))
    save_figure(output.errors[0], calibration_curves(seeds, networks))
    save_figure(output.temperature[0], temperature_curves(seeds, networks))


job(main, snakemake)
