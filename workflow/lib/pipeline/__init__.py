"""The plumbing between Snakemake and the science: configuration, code dependencies, jobs, records."""
