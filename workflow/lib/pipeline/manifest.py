"""What produced a folder of results: day, versions, processor, commit, seeds."""

import os
import platform
import subprocess
from collections.abc import Container, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

PACKAGES = ("snakemake", "numpy", "scipy", "scikit-learn", "torch", "torchvision", "pandas", "seaborn")
VECTORS = {"avx512f": "AVX-512", "avx2": "AVX2"}  # widest first


def manifest(seeds: Mapping[str, Sequence[int]], checkout: Path) -> dict[str, Any]:
    """A record of the day (UTC), software, machine, commit (None outside git) and seeds."""
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "python": platform.python_version(),
        "packages": {package: _version(package) for package in PACKAGES},
        "system": platform.platform(),
        "processor": processor_of(_cpuinfo()) or platform.processor(),
        "cores": os.cpu_count(),
        "git_commit": _git(checkout, "rev-parse", "HEAD"),
        "git_changes": bool(_git(checkout, "status", "--porcelain")),
        "seeds": dict(seeds),
    }


def seeds_of(
    dataset: Mapping[str, Any],
    networks: Mapping[str, Mapping[str, Mapping[str, Any]]],
    toy: Mapping[str, Any],
    experiments: Container[str],
) -> dict[str, list[int]]:
    """The seeds that some experiments of a resolved data set draw with, by what is drawn.

    `networks` are the settings of its networks by family and name.
    """
    seeds = {"toy": [toy["seed"]]}
    if dataset["test_share"] is not None:
        seeds["split"] = [dataset["split_seed"]]
    seeds |= {family: sorted({each["seed"] for each in of.values()}) for family, of in networks.items()}
    if dataset["two_layer"]:
        seeds["two_layer"] = dataset["two_layer"]["seeds"]
    seeds["calibration"] = [dataset["calibration"]["seed"]]
    return {name: found for name, found in seeds.items() if name == "split" or name in experiments}


def _version(package: str) -> str | None:
    """None where it is not installed, as in the environment of a single rule."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def processor_of(cpuinfo: str) -> str:
    """Name, family, model and widest vector instructions of the first processor of a cpuinfo, "" of none.

    Virtual machines of different generations have one name, and the instructions decide how sums are rounded.
    """
    lines = (line.partition(":") for line in cpuinfo.partition("\n\n")[0].splitlines())
    found = {key.strip(): value.strip() for key, _, value in lines}
    if "model name" not in found:
        return ""
    flags = found.get("flags", "").split()
    details = [f"{key} {found[key]}" for key in ("cpu family", "model") if key in found]
    details += [name for flag, name in VECTORS.items() if flag in flags][:1]
    return f"{found['model name']} ({', '.join(details)})" if details else found["model name"]


def _cpuinfo() -> str:
    try:
        return Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _git(checkout: Path, *arguments: str) -> str | None:
    try:
        return subprocess.run(
            ["git", *arguments],
            cwd=checkout,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=True,
        ).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None
