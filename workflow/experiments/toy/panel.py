"""Panels of the toy problem: the boundary at an angle, and the noisy point with more or less L2."""

from typing import Any

import numpy as np
from bokeh.models import ColumnDataSource

from experiments.toy.tables import PATTERNS, REPRESENTATIVE, SPREAD, Array, Columns, image
from report.figures.colours import CLASS_I, CLASS_J, LOSS_COLOURS
from report.panels.base import (
    CURRENT,
    GREY,
    INK,
    Control,
    Panel,
    axes,
    packed,
    picture,
    plane,
    power,
    section,
)

PLANE = ("a (along the data, pixels)", "b (off the data, pixels)")
REACH = 20.0  # longer than any figure is wide
LOSSES = {"hinge": "SVM (hinge)", "softplus": "logistic regression (softplus)"}
STEP = 1e-3


def panel(*, mirror_distance: Columns, training_set: Columns, noisy_point: Columns) -> dict[str, Any]:
    """The panels of the toy problem, from its tables."""
    tilted, of_tilted = _tilted(mirror_distance)
    noisy, of_noisy = _noisy(training_set, noisy_point)
    return section([tilted, noisy], {"toy-tilt": of_tilted, "toy-noisy": of_noisy})


def _tilted(mirror: Columns) -> tuple[Panel, dict[str, Any]]:
    degrees = np.degrees(mirror["theta"])
    tokens = [f"{value:g}" for value in degrees.round(6)]
    theta = Control("theta", "Tilt θ", tokens, [f"{token}°" for token in tokens], start=len(tokens) // 2)
    panel = Panel(
        "panel-tilt",
        "A tilted boundary and the mirror image",
        [theta],
        f"x is an image of class I; the boundary is not fitted but placed at each of {len(degrees)} angles. "
        "Its mirror image has the same distance from the boundary and the same confidence, on the other "
        "side. Upright, it is an image of the other class; the more the boundary leans towards the data, the "
        "less it differs from x.",
    )
    x = REPRESENTATIVE
    of = {
        name: np.stack([mirror[f"{name}_a"], mirror[f"{name}_b"]], axis=1) for name in ("projected", "mirror")
    }
    along = REACH * np.stack([-np.sin(mirror["theta"]), np.cos(mirror["theta"])], axis=1)
    bank = {
        "line_a": packed(np.stack([-along[:, 0], along[:, 0]], axis=1), STEP),
        "line_b": packed(np.stack([-along[:, 1], along[:, 1]], axis=1), STEP),
        "projected": packed(image(*of["projected"].T), STEP),
        "mirror": packed(image(*of["mirror"].T), STEP),
        "theta": packed(degrees),
        "distance": packed(mirror["distance"]),
    }
    for name, points in of.items():
        bank[f"{name}_a"], bank[f"{name}_b"] = packed(points[:, 0], STEP), packed(points[:, 1], STEP)
    for axis, name in enumerate("ab"):
        ends = [np.full(len(degrees), x[axis]), of["mirror"][:, axis]]
        bank[f"path_mirror_{name}"] = packed(np.stack(ends, axis=1), STEP)

    data = plane(*PLANE, ColumnDataSource({"x": [-4, 4], "y": [-4, 4]}))
    for side, colour, name in ((-1, CLASS_I, "class I"), (1, CLASS_J, "class J")):
        data.line([side * value for value in SPREAD], [0, 0], color=colour, line_width=8, legend_label=name)
    boundary = panel.source("toy-tilt", x=("line_a", "theta"), y=("line_b", "theta"))
    data.line("x", "y", source=boundary, line_width=2, legend_label="boundary").glyph.tags = [INK]
    path = panel.source("toy-tilt", x=("path_mirror_a", "theta"), y=("path_mirror_b", "theta"))
    data.line("x", "y", source=path, color=GREY, line_dash="dotted", line_width=2)
    data.scatter(*([value] for value in x), size=11, color=CLASS_I, marker="square", legend_label="x")
    for name, marker, label in (("projected", "triangle", "projected"), ("mirror", "circle", "mirror image")):
        source = panel.source("toy-tilt", x=(f"{name}_a", "theta"), y=(f"{name}_b", "theta"))
        data.scatter("x", "y", source=source, size=12, color=CURRENT, marker=marker, legend_label=label)
    panel.plot(
        data,
        "The plane of images with both classes, the boundary, x, its projected and its mirror image",
        "large",
    )

    curve = axes(
        "tilt θ of the boundary (degrees)",
        "‖xₘ − x‖ (L2, pixels in [0, 1])",
        x_range=(0, 90),
        y_range=(0, 6.3),
    )
    everything = panel.source("toy-tilt", x=("theta",), y=("distance",))
    curve.line("x", "y", source=everything, line_width=2, color=GREY)
    here = panel.source("toy-tilt", x=("theta", "theta"), y=("distance", "theta"))
    curve.scatter("x", "y", source=here, size=12, color=CURRENT)
    panel.plot(curve, "The distance of the mirror image falls with the cosine of the tilt")

    shape = PATTERNS[0].shape
    bank["x"] = packed(image(*x), STEP)
    for array, index, title in (
        ("x", (), "x"),
        ("projected", ("theta",), "projected"),
        ("mirror", ("theta",), "mirror image"),
    ):
        source = panel.image("toy-tilt", shape, (array, *index))
        panel.plot(picture(source, shape, title), f"{title} as an image", "small")
    panel.readout("θ", "toy-tilt", ("theta", "theta"), 0, unit="°")
    panel.readout("‖x_m − x‖", "toy-tilt", ("distance", "theta"), 3, unit=" pixels")
    return panel, bank


def _noisy(points: Columns, fits: Columns) -> tuple[Panel, dict[str, Any]]:
    of_loss = [{name: column[fits["loss"] == loss] for name, column in fits.items()} for loss in LOSSES]
    lambdas = of_loss[0]["lambda"]
    exponents = np.log10(lambdas).round(6)
    strength = Control("toy_lambda", "λ", [f"{e:.4g}" for e in exponents], [power(e) for e in exponents])
    loss = Control("toy_loss", "Loss", list(LOSSES), list(LOSSES.values()), slider=False)
    panel = Panel(
        "panel-noisy",
        "One noisy point, with more or less L2",
        [strength, loss],
        f"{len(points['y'])} training points; the star is p, labelled J on the side of I. Each λ of the grid "
        f"of {len(lambdas)} is fitted to a certified optimum. Where λ is small the boundary leans over to "
        "classify p, where it is large p is ignored.",
    )

    def stacked(name: str) -> Array:
        return np.stack([table[name] for table in of_loss])

    norm, bias = stacked("norm_w"), stacked("bias")
    w = np.stack([stacked("w_1"), stacked("w_2")], axis=-1)
    unit, offset = w / norm[..., None], bias / norm
    foot = -offset[..., None] * unit
    along = REACH * np.stack([-unit[..., 1], unit[..., 0]], axis=-1)
    bank = {
        "line_a": packed(np.stack([foot - along, foot + along], axis=-1)[..., 0, :]),
        "line_b": packed(np.stack([foot - along, foot + along], axis=-1)[..., 1, :]),
        "lambda": packed(lambdas),
        "theta": packed(np.degrees(stacked("theta"))),
        "norm_w": packed(norm),
        "fate": [
            ["classified as labelled" if value else "ignored" for value in row]
            for row in stacked("noisy_point_correct")
        ],
    }
    state = ("toy_loss", "toy_lambda")
    data = plane(*PLANE, ColumnDataSource({"x": [-3.6, 3.6], "y": [-1.8, 1.8]}), height=330)
    for label, colour, name in ((-1, CLASS_I, "class I"), (1, CLASS_J, "class J")):
        rows = points["y"][:-1] == label
        data.scatter(
            points["a"][:-1][rows], points["b"][:-1][rows], size=7, color=colour, alpha=0.7, legend_label=name
        )
    data.scatter(
        points["a"][-1:], points["b"][-1:], size=18, marker="star", color=CLASS_J, legend_label="p (class J)"
    )
    boundary = panel.source("toy-noisy", x=("line_a", *state), y=("line_b", *state))
    data.line("x", "y", source=boundary, line_width=2, legend_label="boundary").glyph.tags = [INK]
    panel.plot(data, "Training points of both classes, the noisy point and the fitted boundary", "large")

    curve = axes(
        "λ of λ‖w‖²",
        "tilt θ (degrees)",
        x_axis_type="log",
        y_range=(0, 90),
        x_range=(lambdas[0], lambdas[-1]),
    )
    for name, table in zip(LOSSES, of_loss, strict=True):
        dash = "dashed" if name == "softplus" else "solid"
        line = curve.line(
            table["lambda"],
            np.degrees(table["theta"]),
            line_dash=dash,
            line_width=2,
            color=LOSS_COLOURS[name],
            legend_label=LOSSES[name],
        )
        if name == "hinge":
            line.glyph.tags = [INK]
    here = panel.source("toy-noisy", x=("lambda", "toy_lambda"), y=("theta", *state))
    curve.scatter("x", "y", source=here, size=12, color=CURRENT)
    panel.cursor(curve, "toy-noisy", ("lambda", "toy_lambda"))
    panel.plot(curve, "The tilt against λ for both losses")
    panel.readout("θ", "toy-noisy", ("theta", *state), 2, unit="°")
    panel.readout("‖w‖", "toy-noisy", ("norm_w", *state), 3)
    panel.readout("p", "toy-noisy", ("fate", *state))
    return panel, bank
