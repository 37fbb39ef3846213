"""What the main job left in this checkout, of more experiments than the tiny study has."""

import pytest

from conftest import ROOT
from runs import check_documented, check_shown

RESULTS = ROOT / "results" / "digits"
SHOWN = {
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
    check_documented(RESULTS)


def test_every_folder_and_table_can_be_shown():
    check_shown(RESULTS, SHOWN)
