"""What every source of data has to hold; a new entry is tested without being told."""

import subprocess
import sys

import pytest

from conftest import ROOT
from pipeline.config import resolve
from pipeline.schema import schema
from samples import refused
from tilt.data.own import READERS, own_images, part_counts
from tilt.data.sources import DOWNLOADS, TORCHVISION_CLASSES, standard_counts, torchvision_images

HEAVY = {"torch", "torchvision", "pandas", "pyarrow", "PIL"}


def test_the_schema_names_every_source():
    named = schema()["$defs"]["dataset"]["properties"]["source"]["enum"]
    assert sorted(named) == sorted(["digits", *DOWNLOADS, *READERS])
    assert DOWNLOADS.keys() == TORCHVISION_CLASSES.keys()


@pytest.mark.parametrize("name", DOWNLOADS)
def test_a_download_is_configured_by_its_name_and_refused_without_its_files(name, tmp_path):
    resolved = resolve({"datasets": {"x": {"source": name}}})["datasets"]["x"]
    train, test = standard_counts(name, None)
    assert resolved["classes"] == len(train) == len(test)
    assert resolved["svm"]["train_per_class"] == min(train.values())
    refused(
        str(tmp_path), torchvision_images, name, tmp_path / "data", [(tmp_path / "mirror").as_uri()],
        retries=1, timeout_s=1,
    )  # fmt: skip


@pytest.mark.parametrize("name", READERS)
def test_a_file_of_ones_own_that_is_none_is_refused_in_one_line(name, tmp_path):
    path = tmp_path / "mine"
    given = {"label": "label", "test_share": None, "split_seed": 0}
    for content in (None, b"", b"no data"):
        if content is not None:
            path.write_bytes(content)
        refused(str(path), part_counts, name, path, **given)
        refused(str(path), own_images, name, path, **given)


@pytest.mark.parametrize("name", READERS)
def test_labels_are_read_without_heavy_packages(name, tmp_path):
    """Snakemake reads them each time it starts."""
    program = f"""
import sys
from tilt.data.own import READERS
from tilt.errors import InputError
reader = READERS[{name!r}]
try:
    reader.labels({str(tmp_path / "mine.csv")!r}, **reader.options("label"))
except InputError:
    pass
assert not {HEAVY!r} & set(sys.modules)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT / "workflow" / "lib", capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
