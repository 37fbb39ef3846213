"""Names and legends in pictures, whatever they hold and however long."""

import os
import subprocess
import sys
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from conftest import MODULES, ROOT
from experiments.svm.drawings import margins, pair_maps, path_curves
from made import classes_apart
from report.figures.style import figure, legend_below, save_figure
from report.words import VECTORS
from tilt.io import write_json, write_table
from tilt.linear import fit_path
from tilt.linear.tables import lambda_grid, path_table, plane_arrays


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
