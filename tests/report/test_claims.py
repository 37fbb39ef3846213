"""Which claims are comparable with the article, and their table."""

from dataclasses import asdict

from made import SETTINGS
from report import claims
from report.claims import NOT, REPRODUCED, Claim
from tilt.io import read_table, write_table


def test_numbers_are_comparable_under_the_articles_protocol_only():
    assert claims.comparable("mnist", SETTINGS, "svm", "training", "attack")
    assert not claims.comparable("digits", SETTINGS, "svm")
    ascent = {"confidence": 0.95, "step": 5}
    for section, key, value in (
        ("svm", "pairs", ["7v9"]),
        ("training", "epochs", 49),
        ("attack", "attacks", {"targeted_ascent": ascent}),
        ("attack", "attacks", {"targeted_ascent": None}),
    ):
        changed = SETTINGS | {section: SETTINGS[section] | {key: value}}
        assert not claims.comparable("mnist", changed, section)


def test_the_table_of_claims_reads_back(tmp_path):
    judged = [
        Claim("toy", "a, b", "1", "2", "equal", NOT),
        Claim("svm", "c", "1 %", "1 %", "equal", REPRODUCED),
    ]
    write_table(tmp_path / "claims.csv", claims.claims_table(list(map(asdict, judged))))
    table = read_table(tmp_path / "claims.csv")
    assert list(table["verdict"]) == [NOT, REPRODUCED]
    assert list(table["statement"]) == ["a, b", "c"]
