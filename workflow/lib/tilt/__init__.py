"""The science of the benchmark: tilted class boundaries and L2 regularization.

Plain arrays and keyword arguments in, arrays and tables out; nothing here knows Snakemake,
``config.yaml`` or the paths of ``results/``. Imports run one way: data, losses and geometry at the
bottom; svm, networks and attacks on them; published and claims above; figures and report on top.
"""
