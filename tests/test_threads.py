"""Threads of a job: as many as its rule declares, whatever the environment or the machine offers."""

import json
from pathlib import Path

from conftest import ROOT
from runs import succeed

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
    """A workflow whose jobs report their threads: one that declares two, three that declare none."""
    (folder / "Snakefile").write_text(SNAKEFILE)
    (folder / "threads.py").write_text(SCRIPT)


def test_a_script_has_the_threads_of_its_rule(tmp_path, monkeypatch):
    write_workflow(tmp_path)
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        monkeypatch.setenv(variable, "7")
    succeed(tmp_path, "wide.json", "narrow_0.json", checkout=tmp_path, config=None)
    for name, declared in (("narrow_0", 1), ("wide", 2)):
        record = json.loads((tmp_path / f"{name}.json").read_text())
        assert record["declared"] == declared
        assert len(record["threads"]) >= 2, "torch and at least one BLAS"
        assert max(record["threads"]) <= declared


def test_every_job_is_a_script():
    """Snakemake limits the threads of scripts, not of `run:` blocks."""
    for rules in (ROOT / "workflow" / "rules").glob("*.smk"):
        assert "    run:" not in rules.read_text(), rules.name
