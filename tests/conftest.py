"""What the tests share: the checkout, and the folder of reference data that some of them need."""

import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path

# Before NumPy is imported: the problems are small, and waiting threads cost more than they save.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import pytest
from hypothesis import settings

settings.register_profile("repeatable", derandomize=True, deadline=None)  # the same on every machine
settings.load_profile("repeatable")

ROOT = Path(__file__).resolve().parents[1]
MODULES = os.pathsep.join(str(ROOT / folder) for folder in ("workflow/lib", "workflow"))


@pytest.fixture(scope="session")
def reference() -> Path:
    """The folder with the official MNIST files (mnist/) and the article's tables (published/)."""
    folder = os.environ.get("TILT_REFERENCE")
    if not folder or not Path(folder, "mnist").is_dir():
        pytest.skip("TILT_REFERENCE names no folder with mnist/ and published/")
    return Path(folder)


COUNTS = Counter[str]()


@pytest.fixture
def inputs_tried() -> Callable[[str], None]:
    """Counts an input of the named kind, for the summary at the end."""
    return lambda kind: COUNTS.update([kind])


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whole runs first, the longest before the others, so that the workers end with what is short."""
    items.sort(key=lambda item: (item.path.name != "test_workflow.py", item.path.parent.name != "workflow"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for kind, count in COUNTS.items():
        terminalreporter.write_line(f"inputs tried: {count} ({kind})")
