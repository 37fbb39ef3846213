"""The section of the data says how they were read."""

from experiments.data import section as data_section
from tilt.data.own import own_images


def test_the_data_section_says_how_the_data_were_read(tmp_path):
    rows = [f"{k / 7},{label}" for k, label in enumerate([1, 2, 3] * 4)]
    (tmp_path / "own.csv").write_text("a,label\n" + "\n".join(rows))
    _, record = own_images("table", tmp_path / "own.csv", test_share=0.25, split_seed=3)
    part = {"shape": [9, 1], "dtype": "float64", "value_range": [-2.43394714190809, 3.0907752482994253],
            "images_per_class": {"0": 3, "1": 3, "2": 3}, "sha256_x": "a", "sha256_y": "b"}  # fmt: skip
    record |= {"source": "own.csv", "train": part, "test": part, "value_min": None, "value_max": None}
    held, read = data_section.section(record=record).tables
    cells = {row[0]: row[1] for row in [*held.rows, *read.rows]}
    assert cells["Features"] == "-2.434 to 3.091, float64"
    assert cells["Samples per class"] == "class 0 (1): 3; class 1 (2): 3; class 2 (3): 3"
    assert cells["Test part"] == "Of each class a share of 0.25, drawn with seed 3, is the test part"
    assert cells["Classes"] == "The labels 1, 2, 3 are the classes 0 to 2"
    assert cells["Range of values"].startswith("Vectors in units as given")
