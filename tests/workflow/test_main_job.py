"""What the main job left in this checkout, of more experiments than the tiny study has."""

import pytest

from conftest import ROOT
from pipeline.show import summary
from pipeline.show.files import FILES

RESULTS = ROOT / "results" / "digits"
KINDS = {
    "": "data set",
    "adversarial_linear/7v9": "adversarially trained linear models",
    "depth": "networks of growing depth",
    "rivals": "rivals of weight decay",
    "map": "networks",
}

pytestmark = pytest.mark.skipif(
    not (RESULTS / "report" / "index.html").exists(), reason="the main job has not run here"
)


def test_every_file_is_documented():
    documented = (ROOT / "results" / "README.md").read_text()
    for file in RESULTS.rglob("[!.]*"):
        if file.is_file() and "figures" not in file.parts:
            assert file.name in documented or file.suffix in (".log", ".tsv"), file


def test_every_folder_and_table_can_be_shown():
    for path in RESULTS.rglob("[!.]*"):
        if path.is_dir() or path.suffix in FILES:
            assert summary(path).startswith(f"{path}: ")
    for folder, kind in KINDS.items():
        first, *lines = summary(RESULTS / folder).splitlines()
        assert f": {kind}, " in first
        assert not folder or not lines[-1].startswith("not there"), lines[-1]
