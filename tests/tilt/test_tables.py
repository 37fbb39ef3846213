"""Tables of one's own: CSV and Parquet, and what is refused in them."""

import decimal
import sys
from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from samples import SPECIES, TABLE, refused, table
from tilt.data.own import class_counts, own_images
from tilt.data.table import table_samples
from tilt.errors import InputError


@pytest.mark.parametrize("at", range(4))
@pytest.mark.parametrize("quote", ["", '"'])
def test_the_labels_may_stand_in_any_column(tmp_path, at, quote):
    rows = [
        ["label", "a", "b", "c"],
        *([f"{quote}{text}{quote}", "1", "2", "3"] for text in ("x", "y", "x", "y")),
    ]
    rows = [[*row[1 : at + 1], row[0], *row[at + 1 :]] for row in rows]
    path = table(tmp_path, "".join(",".join(row) + "\n" for row in rows))
    images, record = own_images("table", path, test_share=0.5)
    assert record["names"] == list(class_counts("table", path, test_share=0.5)) == ["x", "y"]
    np.testing.assert_array_equal(images.x_train, [[1, 2, 3]] * 2)


@pytest.mark.parametrize("name", ["own.csv", "own.CSV", "own.csv.gz", "own.tsv", "own.tsv.gz"])
def test_tables_are_read(tmp_path, name):
    path = table(tmp_path, TABLE.replace(",", "\t") if ".tsv" in name else TABLE, name)
    images, record = own_images("table", path, **SPECIES)
    assert record["names"] == ["newt", "toad"]
    assert images.bounds is None
    x = np.concatenate([images.x_train, images.x_test])
    np.testing.assert_array_equal(np.sort(x, axis=0), [[-2, 0], [1, 0.5], [3, 7], [4, 1000]])
    assert class_counts("table", path, **SPECIES) == {"newt": 1, "toad": 1}


def test_bounds_of_a_table(tmp_path):
    images, _ = own_images("table", table(tmp_path), value_min=-2, value_max=1000, **SPECIES)
    assert images.bounds == (-2, 1000)


@pytest.mark.parametrize(
    "text",
    [
        'a,label\n1,"x, y"\n2,NA\n3,"x, y"\n4,NA\n',
        'a,label\r\n1,"x, y"\r\n\r\n2,NA\r\n3,"x, y"\r\n4,NA',
        '\ufeff"a",label\n"1",NA\n2,"x, y"\n"3",NA\n"4","x, y"\n\n',
    ],
)
def test_quotes_blank_lines_and_marks_of_excel(tmp_path, text):
    path = table(tmp_path, text)
    images, record = own_images("table", path, test_share=0.5)
    assert record["names"] == ["NA", "x, y"]
    assert class_counts("table", path, test_share=0.5) == {"NA": 1, "x, y": 1}
    assert sorted([*images.x_train.ravel(), *images.x_test.ravel()]) == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no column is named species; set label to one of $"),
        ("a,b\n1,2\n", "no column is named species; set label to one of a, b"),
        ("species\nx\ny\nx\ny\n", "no column beside species"),
        (TABLE.replace("7", "x"), "the column b holds 'x', no number; encode the column"),
        (TABLE.replace("7", ""), "the column b has 1 missing values; fill them in"),
        (TABLE.replace("7", "inf"), "x_t.* has 1 values that are not finite"),
        (TABLE.replace("toad", "", 1), "the column species has samples without a label"),
        (TABLE.replace("0.5", "0.5,6"), "row 1 has 4 fields and the header 3"),
        (TABLE.replace(",7", ""), "row 4 has 2 fields and the header 3"),
        (TABLE.replace("a,", ",", 1), "a column has no name .*index=False"),
        (TABLE.replace("a,", "b,", 1), "2 columns are named b; give each"),
        (TABLE.replace("toad", "newt"), "has the class newt only"),
    ],
)  # fmt: skip
def test_tables_that_cannot_be_used(tmp_path, text, says):
    refused(rf"own\.csv: .*{says}", own_images, "table", table(tmp_path, text), **SPECIES)


def test_files_that_are_no_tables(tmp_path):
    refused(
        r"own\.xlsx: not a table by its name; give one of \.csv, ",
        own_images,
        "table",
        table(tmp_path, name="own.xlsx"),
    )
    refused(r"none\.csv: no such file", own_images, "table", tmp_path / "none.csv")
    (tmp_path / "own.csv").write_bytes(TABLE.encode("utf-16"))
    refused(r"own\.csv: not a readable table .*UTF-8", own_images, "table", tmp_path / "own.csv")
    (tmp_path / "own.csv.gz").write_bytes(TABLE.encode())
    refused(r"own\.csv\.gz: not a readable table", own_images, "table", tmp_path / "own.csv.gz")


def test_parquet(tmp_path):
    pytest.importorskip("pyarrow")
    import pandas as pd

    frame = pd.DataFrame({"a": [1, 2, 3, 4], "species": ["x", "y", "x", "y"], "b": [True, False, True, True]})
    path = tmp_path / "own.parquet"
    frame.to_parquet(path)
    images, record = own_images("table", path, **SPECIES)
    assert record["names"] == ["x", "y"]
    assert sorted(np.concatenate([images.x_train, images.x_test])[:, 0]) == [1, 2, 3, 4]
    assert class_counts("table", path, **SPECIES) == {"x": 1, "y": 1}
    refused(
        r"own\.parquet: no column is named label; set label to one of a, species", own_images, "table", path
    )
    frame.assign(species=["x", None, "x", "y"]).to_parquet(path)
    refused(r"own\.parquet: row 2 has no species", own_images, "table", path, **SPECIES)
    frame.set_index("species").to_parquet(path)
    assert own_images("table", path, **SPECIES)[0].x_train.shape == (2, 2)
    path.write_bytes(b"PAR1")
    refused(r"own\.parquet: not a readable table", own_images, "table", path, **SPECIES)


def test_parquet_needs_a_package(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    refused("needs the package pyarrow; install it", own_images, "table", tmp_path / "own.parquet")


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ([decimal.Decimal("1.5"), decimal.Decimal(2)], None),
        (["1.5", "2"], None),
        ([datetime(2020, 1, 1)] * 2, "holds '2020-01-01 00:00:00', no number"),
        ([timedelta(1)] * 2, "holds '1 days 00:00:00', no number"),
        ([2**62, 2**62 + 1], r"integers beyond 2\^53"),
    ],
    ids=["decimals", "texts", "times", "durations", "long integers"],
)
def test_columns_of_parquet_are_numbers_or_refused(tmp_path, values, says):
    path = tmp_path / "own.parquet"
    pq.write_table(pa.table({"a": values, "label": ["x", "y"]}), path)
    if says:
        refused(f"the column a .*{says}", table_samples, path, "label")
    else:
        np.testing.assert_array_equal(table_samples(path, "label")[0], [[1.5], [2]])


def test_integers_of_thirty_digits_are_refused(tmp_path):
    (tmp_path / "own.csv").write_text(f"label,a\nx,1{29 * '0'}\ny,2\n")
    refused(r"the column a has integers beyond 2\^53", table_samples, tmp_path / "own.csv", "label")


def test_columns_that_are_close_to_the_label_are_named_first(tmp_path):
    columns = [f"feature{k}" for k in range(50)]
    (tmp_path / "own.csv").write_text(",".join([*columns, "Label"]) + "\n")
    with pytest.raises(InputError, match=r"set label to one of Label, feature0, .*feature38, …$"):
        own_images("table", tmp_path / "own.csv", test_share=0.5)
    (tmp_path / "own.csv").write_text(",".join([*columns[:30], "kind"]) + "\n")
    with pytest.raises(InputError, match=r"feature29, kind$"):
        own_images("table", tmp_path / "own.csv", test_share=0.5)
