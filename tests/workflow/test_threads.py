"""Threads of a job: as many as its rule declares, whatever the environment or the machine offers."""

import json

from conftest import ROOT
from runs import succeed
from threads import write_workflow


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
