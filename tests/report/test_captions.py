"""Every figure that the rules draw has its caption, and captions carry the numbers."""

import re

import docutils.core
import numpy as np
import pytest

from conftest import ROOT
from experiments.svm import section as svm_section
from made import MARGINS, paths
from report.words import IMAGES
from tilt.linear.tables import summary_table
from written import everything

EXPERIMENTS = ROOT / "workflow" / "experiments"


def pictures():
    """Experiment, stem of the file and name of the caption of each figure that the rules draw."""
    rules = "".join(file.read_text() for file in sorted(EXPERIMENTS.glob("*/rules.smk")))
    found = re.findall(r'picture\(\s*"(\w+)",\s*"([^"]+)"(?:,\s*caption="(\w+)")?', rules)
    stems = ((name, file.rsplit("/", 1)[1], caption) for name, file, caption in found)
    return [(name, stem, caption or stem.removeprefix("{pair}_")) for name, stem, caption in stems]


def on_the_page():
    """Those of them that the page shows; the timings and the deep network are no part of it."""
    return [picture for picture in pictures() if picture[0] not in ("bench", "deep")]


CAPTIONS = sorted({(name, caption) for name, _, caption in pictures()})


@pytest.mark.parametrize(("name", "caption"), CAPTIONS)
def test_every_caption_has_its_two_paragraphs(name, caption):
    text = (EXPERIMENTS / name / "captions" / f"{caption}.rst").read_text()
    assert len(text.strip().split("\n\n")) == 2
    docutils.core.publish_doctree(text, settings_overrides={"report_level": 1, "halt_level": 1})


def test_no_caption_is_left_over():
    files = {(file.parts[-3], file.stem) for file in EXPERIMENTS.glob("*/captions/*.rst")}
    assert files == set(CAPTIONS)


@pytest.fixture(scope="module")
def written():
    return everything(IMAGES)


@pytest.mark.parametrize(("section", "stem", "caption"), on_the_page())
def test_every_figure_of_the_rules_has_a_caption_with_all_its_parts(written, section, stem, caption):
    found = written["captions"][section][stem]
    assert found.text == caption
    assert all(getattr(found, part) for part in ("title", "alt", "sample", "published", "measured"))
    assert not re.search(r"\b(nan|inf|None)\b", " ".join((found.sample, found.published, found.measured)))


def test_captions_carry_the_measured_numbers(written):
    svm = written["captions"]["svm"]
    assert "Least test error 2.000 % in the mean, 3.70 % at worst (7v9)" in svm["pair_maps"].measured
    assert "1.41, 1.41" in svm["{pair}_mirrors"].measured
    assert "mean 2.00, median 2.00, 20 of 20 found" in written["captions"]["attack"]["norms"].measured
    errors = written["captions"]["training"]["errors"].measured
    assert errors.endswith("small_low 1.60 % (0.00 %); small_high diverged.")
    assert written["captions"]["scaling"]["limits"].measured.endswith(f"d_adv = {MARGINS.mean():.4g} pixels.")


def test_both_rules_and_the_balanced_error_are_reported_where_they_differ():
    table = next(iter(paths(n=2, mean=2).values()))
    named = svm_section.tables(summary_table([(0, 1)], [table]), IMAGES)[0]
    assert not {"Balanced error there", "λ_article at λ_validation"} & set(named.header)
    table |= {"err_validation": np.array([0.3, 0.01, 0.02, 0.2, 0.3])}
    table["balanced_err_test"] = table["err_test"] + 0.001
    summary = summary_table([(0, 1)], [table])
    named = svm_section.tables(summary, IMAGES)[0]
    (row,) = named.rows
    cells = dict(zip(named.header, row, strict=True))
    at_validation, at_optimal = 100 * table["err_test"][[1, 2]]
    assert cells["Balanced error there"] == f"{at_optimal + 0.1:.2f} %"
    assert cells["λ_article at λ_validation"] == "10^1"
    assert cells["Test error there"] == f"{at_validation:.2f} %"
    maps = svm_section.captions(summary, 5, 3000, IMAGES)["pair_maps"].measured
    assert f"At λ_validation, chosen without the test images, it is {at_validation:.3f} %" in maps
    plane = {"positions": np.zeros((2, 5, 2)), "mirror_positions": np.ones((2, 5, 2))}
    curves = svm_section.pair_captions("0v1", table, plane, [-1], 3000, "", IMAGES)["curves"].measured
    assert f"(mean of the two classes {at_optimal + 0.1:.2f} %)" in curves
    assert (
        f"λ_article = 10^1: least validation error 1.00 %, test error there {at_validation:.2f} %" in curves
    )
