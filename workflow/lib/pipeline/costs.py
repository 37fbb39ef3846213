"""What the jobs of a run took, by stage, as Snakemake's benchmarks tell."""

from math import floor, log10
from pathlib import Path
from typing import Any

import yaml

from pipeline.config import present
from pipeline.networks import families
from tilt.errors import InputError
from tilt.io import DAMAGE

Cost = dict[str, Any]  # stage, jobs, cpu_seconds, wall_seconds, memory_megabytes


def at_least(number: float) -> str:
    """A number that is at least so much in two digits, rounded down: 3.26 is "3.2"."""
    if not number:
        return "0"
    step = 10.0 ** (floor(log10(number)) - 1)
    return f"{floor(number / step + 1e-9) * step:.2g}"


def costs(results: Path) -> list[Cost]:
    """A row for each stage of a data set whose rules keep benchmarks, in the order of their names.

    Times are summed over the jobs, of memory the largest is told; training and attacks count apart for each
    family of networks. CPU times fall short by up to 30 s a job, between two samples of Snakemake, and by
    what a training had taken before it was killed and resumed. Raises InputError where there is no benchmark
    or one is damaged.
    """
    family = _families(results)
    found: dict[str, list[tuple[float, float, float]]] = {}
    for file in sorted((results / "benchmarks").rglob("[!.]*.tsv")):
        stage = (file.stem if file.parent.name == "benchmarks" else file.parent.name).replace("_", " ")
        if family and stage in ("training", "attack"):
            if file.stem not in family:  # of an earlier configuration
                continue
            stage += family[file.stem]
        found.setdefault(stage, []).append(_job(file))
    if not found:
        raise InputError(f"{results}: holds no benchmarks; name the folder of a data set that was run")
    return [
        {
            "stage": stage,
            "jobs": len(jobs),
            "cpu_seconds": round(sum(cpu for cpu, _, _ in jobs), 1),
            "wall_seconds": round(sum(wall for _, wall, _ in jobs), 1),
            "memory_megabytes": max(memory for _, _, memory in jobs),
        }
        for stage, jobs in sorted(found.items())
    ]


def _families(results: Path) -> dict[str, str]:
    """Of each network by its name, " of " the last grid that it is in, or "" where it is in none."""
    file = results / "config.yaml"
    if not file.exists():  # as where only a part was run
        return {}
    try:
        ((name, dataset),) = yaml.safe_load(file.read_text(encoding="utf-8"))["datasets"].items()
        found = families(name, present(dataset))
    except (*DAMAGE, AttributeError, KeyError, yaml.YAMLError) as error:
        raise InputError(f"{file}: not the configuration of this run; make it again") from error
    words = {family: f" of {family.replace('_', ' ')}" for family in found} | {"training": ""}
    return {name: words[family] for family, networks in found.items() for name in networks}


def _job(file: Path) -> tuple[float, float, float]:
    """CPU seconds, wall seconds and megabytes; Snakemake has no CPU time of a job that is over at once."""
    try:
        header, *rows = (line.split("\t") for line in file.read_text(encoding="utf-8").splitlines())
        last = dict(zip(header, rows[-1], strict=True))
        wall = float(last["s"])
        cpu, memory = (
            0.0 if last[key] in ("-", "NA") else float(last[key]) for key in ("cpu_time", "max_rss")
        )
    except (KeyError, ValueError, IndexError) as error:
        raise InputError(f"{file}: not a benchmark of Snakemake; run the job again") from error
    return cpu, wall, memory
