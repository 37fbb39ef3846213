"""What produced a folder of results: versions, processor, commit, seeds."""

import os
import platform
import subprocess
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

PACKAGES = ("snakemake", "numpy", "scipy", "scikit-learn", "torch", "torchvision", "pandas", "seaborn")


def manifest(seeds: Mapping[str, int], checkout: Path) -> dict[str, Any]:
    """A record of the software, the machine, the commit (None outside git) and the networks' seeds."""
    return {
        "python": platform.python_version(),
        "packages": {package: _version(package) for package in PACKAGES},
        "system": platform.platform(),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "git_commit": _git(checkout, "rev-parse", "HEAD"),
        "git_changes": bool(_git(checkout, "status", "--porcelain")),
        "seeds": dict(seeds),
    }


def _version(package: str) -> str | None:
    """None where it is not installed, as in the environment of a single rule."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return platform.processor()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "")


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
