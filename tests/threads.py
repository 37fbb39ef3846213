"""A workflow whose jobs report the threads, cores and GPUs that they have."""

from pathlib import Path

SNAKEFILE = """\
rule all:
    input: "wide.json", expand("narrow_{n}.json", n=range(3))
    localrule: True

rule narrow:
    output: "narrow_{n}.json"
    group: "together"
    resources: mem_mb=800, runtime=5
    script: "threads.py"

rule wide:
    output: "wide.json"
    threads: 2
    resources: mem_mb=800, runtime=5
    script: "threads.py"
"""
SCRIPT = """\
import json, os, time

start = time.time()
import numpy, torch
from threadpoolctl import threadpool_info

record = {
    "declared": snakemake.threads,
    "threads": [torch.get_num_threads(), *(pool["num_threads"] for pool in threadpool_info())],
    "cores": len(os.sched_getaffinity(0)),
    "cluster_job": os.environ.get("SLURM_JOB_ID"),
    "gpus": os.environ.get("CUDA_VISIBLE_DEVICES"),
    "start": start,
    "end": time.time(),
}
json.dump(record, open(snakemake.output[0], "w"))
"""


def write_workflow(folder: Path) -> None:
    """One job declares two threads, three declare none."""
    (folder / "Snakefile").write_text(SNAKEFILE)
    (folder / "threads.py").write_text(SCRIPT)
