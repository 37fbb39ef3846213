"""Numbers and plain text as the report writes them."""

import json

import numpy as np
import pytest

from report.numerals import plain, span
from report.templates import embedded
from report.typeset import marked
from report.words import described


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (14.1, ".1g", "14"), (9.96, ".1g", "10"), (140.2, ".2g", "140"), (123456.7, ".3g", "123457"),
        (2.5e6, ".2g", "2.5e+06"), (4.2e-6, ".1g", "4e-06"), (0, ".1g", "0"), (-1234, ".3g", "-1234"),
        (12.345, ".2f", "12.35"), (np.nan, ".2g", "nan"),
    ],
)  # fmt: skip
def test_numbers_are_written_in_full_below_a_million(value, digits, text):
    assert plain(value, digits) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("d_adv < 10^-2.5.", "<i>d</i><sub>adv</sub> &lt; 10<sup>−2.5</sup>."),
        ("λ = 1e-06 and 2.5e+07", "λ = 10<sup>−6</sup> and 2.5&nbsp;·&nbsp;10<sup>7</sup>"),
        ("xavier_low, max_steps 3.1 %", "xavier_low, max_steps 3.1&nbsp;%"),
        (
            "½‖x_m − x‖, |x·w_θ| (λ_article)",
            "½‖<i>x</i><sub>m</sub> − x‖, |x·<i>w</i><sub>θ</sub>| (<i>λ</i><sub>article</sub>)",
        ),
        ("d_adv: -1e-05.", "<i>d</i><sub>adv</sub>: −10<sup>−5</sup>."),
        ("10^2.5 to 10^3", "10<sup>2.5</sup> to 10<sup>3</sup>"),
        ("-3.2 to -1, 0-1 loss, 0-255, 2026-11-26", "−3.2 to −1, 0-1 loss, 0-255, 2026-11-26"),
    ],
)
def test_plain_text_is_typeset(text, expected):
    assert marked(text) == expected


@pytest.mark.parametrize(
    "name",
    [
        "w_net.py:build", "x_net", "d_1", "w_0.safetensors", "nets/x_m.py:f", "x_m:f", "a.py:d_adv", "x_m-2",
        "mlp_1e-05_0", "mlp-1e-05", "1e-05.pt", "runs/1e-05/w_net.npz", "1e-05-x", "w_optimal", "a-x_m",
        "d_adv+1",
    ],
)  # fmt: skip
def test_no_name_is_typeset_as_a_formula(name):
    assert marked(f"{name}, recipe {name}: ({name}).") == f"{name}, recipe {name}: ({name})."


def test_a_data_set_in_words():
    part = {"shape": [12, 8, 8], "images_per_class": {"0": 1000, "1": 5}}
    record = {
        "train": part,
        "test": part | {"images_per_class": {"0": 3, "1": 4}},
        "value_max": 16,
        "names": [],
    }
    assert described(record) == "1,005 training and 7 test images of 2 classes"
    vectors = {"train": part | {"shape": [12, 8]}, "test": part}
    assert described(record | vectors) == "1,005 training and 1,005 test samples of 2 classes"


def test_a_range_of_values_that_read_alike_is_one_value():
    assert span([2.501, 2.499], "{:.1f}".format) == "2.5"
    assert span([1.0, 3.0, 2.0], "{:.1f}".format) == "1.0 to 3.0"


def test_no_name_ends_or_begins_markup_in_an_embedded_record():
    record = {"name": "a<!--<script></script>"}
    assert "<" not in embedded(record)
    assert json.loads(embedded(record)) == record
