"""Data, settings and names at the edge of the usual: rare classes, numbers as text, lost links, odd names."""

import decimal
import os
import subprocess
import sys
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import combinations
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from conftest import MODULES, ROOT
from experiments.lenet.claims import lenet_claims
from experiments.lenet.section import captions
from experiments.logistic.claims import logistic_claims
from experiments.random_labels.claims import random_labels_claims
from experiments.svm.drawings import margins, pair_maps, path_curves
from experiments.two_layer.tables import study_tables
from pipeline.config import resolve
from pipeline.counts import check_counts
from pipeline.networks import families
from report.claims import INCOMPARABLE, NOT
from report.figures.style import figure, legend_below, save_figure
from report.words import VECTORS
from tilt.chance import at_chance, chance_error
from tilt.data.folder import folder_changes, folder_labels
from tilt.data.images import BinaryPair, Images, check_images
from tilt.data.own import class_counts, own_images
from tilt.data.table import table_labels, table_samples
from tilt.errors import InputError
from tilt.io import write_json, write_table
from tilt.linear import fit_path
from tilt.linear.tables import lambda_grid, path_table, plane_arrays
from tilt.two_layer import TwoLayer


def refused(says: str, read, *arguments, **options) -> None:
    with pytest.raises(InputError, match=says) as caught:
        read(*arguments, **options)
    assert "\n" not in str(caught.value)


# Rare classes


@pytest.mark.parametrize(
    ("counts", "error", "expected"),
    [
        ([150, 1], 0, False), ([150, 1], 1 / 151, True), ([600, 4], 2 / 604, False), ([600, 4], 0.5, True),
        ([100, 100], 0.494, False), ([100, 100], 0.496, True), ([100, 100], np.nan, True),
    ],
)  # fmt: skip
def test_chance_is_a_share_of_the_error_of_a_constant_answer(counts, error, expected):
    assert at_chance(error, chance_error(counts)) == expected


def test_a_perfect_network_of_unbalanced_classes_is_attacked():
    y = np.repeat([-1.0, 1.0], [600, 4])
    x = y[:, None] * np.ones((604, 2))
    network = TwoLayer(np.array([[1.0, 1.0], [-1.0, -1.0]]), np.zeros(2), np.array([1.0, -1.0]), 0.0)
    networks, images, _ = study_tables(BinaryPair(x, y, x, y, (2,), 0, 1), [network], [0.0], [0], 1)
    assert networks["err_test"][0] == 0
    assert not networks["diverged"][0]
    np.testing.assert_allclose(images["found"], np.sqrt(2), rtol=1e-6)


# Labels and names


def npz(folder: Path, y, **more) -> Path:
    x = np.linspace(0, 1, 2 * len(y)).reshape(-1, 2)
    np.savez(folder / "own.npz", x_train=x, y_train=np.array(y), x_test=x, y_test=np.array(y), **more)
    return folder / "own.npz"


@pytest.mark.parametrize(
    ("y", "names", "expected"),
    [
        (["2"] * 8 + ["10"] * 4, ["10", "2"], {"2": 8, "10": 4}),
        ([2] * 8 + [10] * 4, ["10", "2"], {"2": 8, "10": 4}),
        (["2.0"] * 8 + ["10.0"] * 4, ["10.0", "2.0"], {"2": 8, "10": 4}),
        ([0, 0, 1], ["1", "0"], {"0": 2, "1": 1}),
        ([0, 0, 1], [" newt", "0.5"], {"newt": 2, "0.5": 1}),
        (["b", "b", "a"], ["b", "a"], {"b": 2, "a": 1}),
    ],
)
def test_names_that_are_the_labels_name_them(tmp_path, y, names, expected):
    path = npz(tmp_path, y, names=np.array(names))
    assert list(class_counts("npz", path).items()) == list(expected.items())


@pytest.mark.parametrize("blank", ["", " "])
def test_blank_names_are_refused(tmp_path, blank):
    refused(
        "a class whose name is blank",
        class_counts,
        "npz",
        npz(tmp_path, [0, 1], names=np.array(["a", blank])),
    )


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (["1.000000000000000000e+00", "0.000000000000000000e+00"], ["1", "0"]),
        (["+1", "-1"], ["1", "-1"]),
        (["-0.0", "0", "01", "1", "1e0"], ["0", "0", "1", "1", "1"]),
        (["9223372036854775806", "1000000000000000000", "999999999999999999"], None),
        (["1", "1_0"], ["1", "1_0"]),
        (["01", "x"], ["01", "x"]),
    ],
)
def test_labels_that_all_read_as_numbers_are_numbers(tmp_path, labels, expected):
    path = tmp_path / "own.csv"
    path.write_text("label,a\n" + "".join(f"{label},1\n" for label in labels))
    assert table_labels(path, "label").train.tolist() == (expected or labels)


def test_classes_of_long_numbers_rise(tmp_path):
    path = npz(tmp_path, ["1000000000000000000", "999999999999999999"] * 2)
    assert list(class_counts("npz", path)) == ["999999999999999999", "1000000000000000000"]


@pytest.mark.parametrize("labels", [["0.5", "1.5"], ["1", "nan"], ["1e-1", "1"]])
def test_labels_that_are_fractions_are_refused_as_text_too(tmp_path, labels):
    (tmp_path / "own.csv").write_text("label,a\n" + "".join(f"{label},1\n" for label in labels))
    refused("give whole numbers or text", table_labels, tmp_path / "own.csv", "label")


# Values


def vectors(x, bounds) -> Images:
    return Images(np.array(x), np.array([0, 1]), np.array(x), np.array([0, 1]), bounds)


@pytest.mark.parametrize(
    ("x", "bounds", "says"),
    [
        ([[0.0], [16.0]], (-1e308, 1e308), "value_min is -1e[+]308"),
        ([[0.0], [16.0]], (-1e300, 1e300), "becomes a single value between value_min"),
        ([[2**62], [2**62 + 1]], None, r"integers beyond 2\^53"),
        ([[0], [2**53 + 1]], (0, 2**54), r"integers beyond 2\^53"),
        (np.array([[-(2**63)], [0]]), None, r"integers beyond 2\^53"),
    ],
)
def test_values_that_double_precision_makes_one_are_refused(x, bounds, says):
    refused(f"^mine: .*{says}", check_images, vectors(x, bounds), "mine")


def test_integers_of_double_precision_pass():
    check_images(vectors([[2**53], [-(2**53)]], None), "mine")
    check_images(vectors([[3], [3]], (0, 255)), "mine")


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


# Folders


def pictures(folder: Path) -> Path:
    for name in ("cat", "dog"):
        (folder / name).mkdir()
        Image.fromarray(np.full((4, 4), 9, np.uint8)).save(folder / name / "1.png")
    return folder


@pytest.mark.parametrize("link", ["cat/2.png", "mouse"])
def test_a_link_to_nothing_is_named(tmp_path, link):
    (pictures(tmp_path) / link).symlink_to("nowhere")
    for read in (folder_changes, folder_labels):
        refused(rf"{link}: a link to what is not there; mend or remove it$", read, tmp_path)


def test_what_systems_leave_behind_is_passed_over(tmp_path):
    for name in ("__MACOSX", "cat/__MACOSX", ".git"):
        (pictures(tmp_path) if name == "__MACOSX" else tmp_path).joinpath(name).mkdir()
    assert folder_labels(tmp_path).train.tolist() == ["cat", "dog"]


def test_a_folder_without_a_name_is_refused(tmp_path):
    (pictures(tmp_path) / "cat").rename(tmp_path / " ")
    refused("a class whose name is blank", own_images, "folder", tmp_path, test_share=0.5)


# Settings


def configured(**changed) -> dict:
    dataset = {"source": "digits", "train_per_class": 100, "svm": {"train_per_class": 60}} | changed
    return resolve({"main": "mine", "datasets": {"mine": dataset}})["datasets"]["mine"]


def of_lenet(networks: dict, starts: dict) -> dict:
    start = {"initial_weights": "pytorch"}
    return {
        "lenet": {"epochs": 2, "networks": {name: start | own for name, own in networks.items()}},
        "sweep": {
            "starts": {label: start | own for label, own in starts.items()},
            "weight_decays": [0, 1],
            "seeds": [0],
        },
    }


TWO = {"xavier_low": {"weight_decay": 0}, "xavier_high": {"weight_decay": 1}}


@pytest.mark.parametrize(
    ("networks", "starts", "says"),
    [
        (
            TWO | {"again": {"weight_decay": 1.0, "epochs": 2}},
            {"a": {}},
            r"lenet\.networks\.xavier_high and lenet\.networks\.again .* weight decay 1 and seed 0",
        ),
        (
            TWO,
            {"a": {}, "b": {"epochs": 2, "weight_decays": [1, 2]}},
            r"sweep\.starts\.a and sweep\.starts\.b .* weight decay 1 and seed 0",
        ),
    ],
)
def test_a_network_under_two_keys_is_refused(networks, starts, says):
    refused(
        rf"^configuration: datasets\.mine\.{says}", families, "mine", configured(**of_lenet(networks, starts))
    )


def test_networks_that_differ_and_those_of_lenet_in_a_grid_pass():
    starts = {"a": {}, "b": {"weight_decays": [2, 3]}, "c": {"seeds": [1]}}
    made = families("mine", configured(**of_lenet(TWO, starts)))
    assert list(made["sweep"]) == ["xavier_low", "xavier_high", "b_2_0", "b_3_0", "c_0_1", "c_1_1"]


def test_the_validation_part_is_counted_before_the_first_job():
    check_counts("mine", configured(svm={"train_per_class": 60, "validation_per_class": 40}))
    refused(
        r"svm\.validation_per_class: 41 training .* class 0 has 40 after those that train; .* at most 40, or",
        check_counts, "mine", configured(svm={"train_per_class": 60, "validation_per_class": 41}),
    )  # fmt: skip


# What cannot be told


def memorised(**errors) -> dict:
    """A table of the final training errors by weight decay."""
    decays = [float(name[1:]) for name in errors]
    end = np.array(list(errors.values()))
    return {
        "network": np.array(list(errors)), "weight_decay": np.array(decays), "seed": np.zeros(len(end), int),
        "train_images": np.full(len(end), 50), "epochs": np.full(len(end), 3), "final_train_error": end,
        "best_train_error": end, "zero_epoch": np.where(end == 0, 3, np.nan),
        "diverged": np.zeros(len(end), bool),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("errors", "expected"),
    [
        ({"d0": 0.88, "d1": 0.9}, INCOMPARABLE),
        ({"d0": 0.88, "d1": 0.0}, NOT),
        ({"d0": 0.1, "d1": 0.9}, "reproduced"),
    ],
)
def test_nothing_is_prevented_where_nothing_is_memorised(errors, expected):
    assert random_labels_claims(memorised(**errors), 10)[1].verdict == expected


def classes_apart(scale: float) -> BinaryPair:
    rng = np.random.default_rng(0)
    y = np.tile([-1.0, 1.0], 30)
    x = rng.normal(0, 0.5, (60, 4)) * [1, 1, 3, 1]
    x[:, 0] += y
    return BinaryPair(scale * x, y, scale * x, y, (4,), 0, 1)


@pytest.mark.parametrize(("scale", "expected"), [(0.1, "reproduced"), (30, INCOMPARABLE)])
def test_a_grid_that_is_too_short_for_logistic_regression_refutes_nothing(scale, expected):
    pair = classes_apart(scale)
    article, lambdas = lambda_grid(-1, 5, 0.5, 1e-5)
    hinge, softplus = (
        {"0v1": path_table(pair, fit_path(pair.x_train, pair.y_train, lambdas, loss=loss), article)}
        for loss in ("hinge", "softplus")
    )
    (claim,) = logistic_claims(hinge, softplus)
    assert claim.verdict == expected
    assert "would do" not in claim.measured
    assert ("ends too early for 1 of 1 pair: try a greater" in claim.measured) == (expected == INCOMPARABLE)


# LeNet of few epochs

NETWORKS = {
    name: {"weight_decay": decay, "seed": 0, "initial_weights": "matconvnet", "pixel_scale": 1}
    for name, decay in (("low", 1e-4), ("high", 0.1))
}


def history(epochs: int, diverged: bool = False) -> dict:
    columns = ("test_error", "train_error", "rms_conv1", "rms_conv2", "rms_fc1", "rms_fc2", "seconds")
    return {
        "epoch": np.arange(1.0, epochs + 1),
        "diverged": np.array([False] * (epochs - 1) + [diverged]),
        **{name: np.full(epochs, 0.1) for name in columns},
    }


def test_a_curve_that_ends_before_its_published_points_is_not_measured():
    judged = lenet_claims(NETWORKS, dict.fromkeys(NETWORKS, history(2)), test_images=100, numbers=False)
    (along,) = (claim for claim in judged if claim.statement.startswith("Errors along"))
    assert "nan" not in along.measured
    assert "and not measured" in along.measured


@pytest.mark.parametrize(
    ("of", "text"),
    [
        ((history(2), history(4)), "2 networks, n = 9 training and 5 test images, 2 or 4 epochs; seed 0."),
        ((history(1, diverged=True), history(4)), ", 4 epochs;"),
        ((history(1), history(1)), ", 1 epoch;"),
    ],
)
def test_captions_list_the_epochs_as_they_are(of, text):
    records = {name: {"train_images": 9, "test_images": 5} for name in NETWORKS}
    assert text in captions(NETWORKS, dict(zip(NETWORKS, of, strict=True)), records)["errors"].sample


# Names in pictures


def test_names_with_dollar_signs_are_drawn_as_they_are(tmp_path):
    words = replace(VECTORS, names=("$10k_$20k", "a$b", "$" * 20)).for_matplotlib
    assert words.sides("0v2") == (r"I: \$10k_\$20k", "J: " + 14 * r"\$" + "…")
    pair = classes_apart(1)
    article, lambdas = lambda_grid(-1, 3, 2, 1e-3)
    path = fit_path(pair.x_train, pair.y_train, lambdas)
    table = path_table(pair, path, article)
    save_figure(tmp_path / "curves.png", path_curves(table, "0v1", words))
    save_figure(tmp_path / "margins.png", margins(plane_arrays(pair, path), table, [0], "0v2", words))


DRAWING = """
import runpy, sys
from types import SimpleNamespace
files = {name: f"{sys.argv[2]}/{name}.csv" for name in ("hinge", "softplus")}
snakemake = SimpleNamespace(
    rule="logistic_figures", wildcards=[], log=[f"{sys.argv[2]}/log"],
    input=files | {"words": f"{sys.argv[2]}/record.json"}, output={"comparison": [f"{sys.argv[2]}/made.png"]},
    params={"function": "logistic.figures.figures", "pair": "0v1"},
)
snakemake.params = type("Params", (dict,), {"__getattr__": dict.__getitem__})(snakemake.params)
runpy.run_path(sys.argv[1], init_globals={"snakemake": snakemake})
"""


def test_figures_of_the_workflow_take_names_with_dollar_signs(tmp_path):
    pair = classes_apart(1)
    article, lambdas = lambda_grid(-1, 3, 2, 1e-3)
    for loss in ("hinge", "softplus"):
        path = fit_path(pair.x_train, pair.y_train, lambdas, loss=loss)
        write_table(tmp_path / f"{loss}.csv", path_table(pair, path, article))
    record = {"train": {"shape": [60, 4]}, "value_max": None, "names": ["$10k_$20k", "b"]}
    write_json(tmp_path / "record.json", record)
    script = ROOT / "workflow" / "scripts" / "draw.py"
    command = [sys.executable, "-c", DRAWING, str(script), str(tmp_path)]
    done = subprocess.run(command, env=os.environ | {"PYTHONPATH": MODULES}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "made.svg").is_file()


def test_a_legend_takes_the_rows_that_it_needs():
    for names, rows in (
        ("IJ", 1),
        (["I: malignant tumor", "J: benign", "scaled hinge"], 2),
        (3 * ["W" * 40], 3),
    ):
        fig, ax = figure(4.2, 2)
        for name in names:
            ax.plot([], [], label=name)
        legend_below(fig, ax)
        (legend,) = fig.legends
        assert -(-len(names) // legend._ncols) == rows


@pytest.mark.parametrize("count", [2, 4])
def test_maps_of_pairs_with_names_of_fourteen_letters_stay_apart_and_inside(count):
    names = tuple(f"mmmmmmmmmmmm{k:02d}" for k in range(count))
    pairs = np.array(list(combinations(range(count), 2)))
    quantities = ("theta_smallest", "theta_optimal", "d_adv_optimal", "err_test_optimal")
    summary = {"class_i": pairs[:, 0], "class_j": pairs[:, 1]} | {
        name: np.linspace(0.1, 1, len(pairs)) for name in quantities
    }
    fig = pair_maps(summary, replace(VECTORS, names=names))
    fig.draw_without_rendering()
    boxes = [ax.get_tightbbox() for ax in fig.axes]
    assert all(fig.bbox.x0 <= box.x0 and box.x1 <= fig.bbox.x1 for box in boxes)
    for one, other in combinations(boxes, 2):
        width = min(one.x1, other.x1) - max(one.x0, other.x0)
        assert width <= 0 or min(one.y1, other.y1) <= max(one.y0, other.y0)


def test_a_sign_that_no_font_has_gives_no_warning(tmp_path):
    fig, ax = figure(2, 1)
    ax.plot([], [], label="\ue123")
    legend_below(fig, ax)
    save_figure(tmp_path / "box.png", fig)
