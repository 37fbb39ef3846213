"""Put the timings of the pairs into one table, and draw them and those against the size."""

from pipeline.job import job
from experiments.bench.figures import scaling, solvers
from report.figures.style import save_figure
from tilt.io import read_json, read_table, table_of, write_table


def main(input, output, params):
    records = [
        {"pair": pair, **read_json(file)} for pair, file in zip(params.pairs, input.records, strict=True)
    ]
    write_table(output.solvers, table_of(records))
    table = read_table(output.solvers)
    fits = {pair: read_table(file) for pair, file in zip(params.pairs, input.fits, strict=True)}
    save_figure(output.times[0], solvers(table, fits))
    save_figure(output.scaling[0], scaling(read_table(input.scaling[0])))


job(main, snakemake)
