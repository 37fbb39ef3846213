"""Debian's Chromium for the tests of the report."""

import os
import shutil
import subprocess

import pytest

FLAGS = ["--no-sandbox", "--disable-dev-shm-usage"]  # root, and containers with little shared memory
ALL_READY = "document.readyState === 'complete' && !document.querySelector('.panel:not([data-ready])')"


def find_chromium() -> str:
    """Debian's Chromium, installed if it is missing and that is possible."""
    if not shutil.which("chromium") and os.geteuid() == 0 and shutil.which("apt-get"):
        for arguments in (["update"], ["install", "--yes", "--no-install-recommends", "chromium"]):
            subprocess.run(["apt-get", "--quiet", *arguments], capture_output=True)
    if not (found := shutil.which("chromium")):
        pytest.skip("Chromium is not installed, and only root can install it, with apt-get")
    return found
