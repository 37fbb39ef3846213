"""The arrays behind the panels of the SVM: every state of a pair's curves, pictures and planes."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from report.figures.colours import CHANNELS
from report.panels.base import (
    packed,
    packed_in,
    power,
)
from report.words import Words, short
from tilt.geometry import tilt_directions
from tilt.linear.tables import Array, Columns, optimal_row

SHOWN_PER_CLASS = 1500  # training images in the plane
STEPS = 1000  # of a length, or a feature, from 0 to the greatest drawn
LINE = 20.0  # of a line to either side, in half widths of what a figure has to show
RADII = {  # what a radius of adversarial training is
    "unique": "trained against it",
    "separable": "the hard margin: below it no one model",
    "collapsed": "½‖j − i‖: from it on w = 0 is optimal",
}
MOST_PIXELS = 96  # of a picture along either side


def pair_banks(name: str, path: Columns, planes: Columns, weights: Columns, words: Words) -> dict[str, Any]:
    """The banks of a pair's SVM: its curves and pictures, and the data in both planes."""
    best = optimal_row(path)
    edges, counts = planes["histogram_edges"], [planes["histogram_i"], planes["histogram_j"]]
    every: Array = np.add(*counts)
    if (edges == edges[0]).all():
        edges, every = edges[:1], every.sum(axis=0, keepdims=True)
    filled = [np.flatnonzero(row) for row in every]
    last = np.array([row[bins[-1] + 1] for row, bins in zip(edges, filled, strict=True)])
    first = np.minimum([row[bins[0]] for row, bins in zip(edges, filled, strict=True)], -0.02 * last)
    norm = path["norm_w"]
    distance = np.stack(np.broadcast_arrays(1 / norm, first, last), axis=1)
    distance.sort(axis=1)
    gaps = np.linalg.norm(planes["mirror_images"] - planes["images"][:, None], axis=-1)
    bank = _curve_bank(path, weights) | {
        "optimal": packed(path["lambda_article"][best]),
        "optimal_text": power(np.log10(path["lambda_article"][best]))
        + ("" if path["err_test"].any() else " (no test error at any λ)"),
        "outline_x": packed(np.repeat(edges, 2, axis=1)),
        "outline_i": packed(_outline(counts[0]), 1),
        "outline_j": packed(_outline(counts[1]), 1),
        "highest": packed([_ceiling(count) for count in np.maximum(*counts).max(axis=1)]),
        "highest_d_adv": packed(1.2 * path["d_adv"].max()),
        "highest_error": packed(120 * max(path["err_train"].max(), path["err_test"].max(), 0.001)),
        "first": packed(first),
        "last": packed(last),
        "hinge_x": packed(distance),
        "hinge_y": packed(np.maximum(1 - norm[:, None] * distance, 0)),
        "norm_w": packed(norm),
        "gap_i": packed(gaps[0]),
        "gap_j": packed(gaps[1]),
        "epsilon": packed(path["epsilon"]),
        "epsilon_kind": [RADII[kind] for kind in path["epsilon_kind"].tolist()],
        "d_adv_optimal": packed(path["d_adv"][best : best + 1]),
        "errors_optimal": packed(100 * np.array([path["err_train"][best], path["err_test"][best]])),
    }
    if "err_validation" in path:
        row = optimal_row(path, "validation")
        exponent, error = np.log10(path["lambda_article"][row]), 100 * path["err_test"][row]
        bank["validation_text"] = f"{power(exponent)} (test error there {error:.2f} %)"
    bank["class_i"], bank["class_j"] = words.sides(name)
    for side, label in zip("ij", name.split("v"), strict=True):
        called = short(words.class_name(int(label)))
        bank |= {f"title_image_{side}": f"x: {called}", f"title_mirror_{side}": f"xₘ of {called}"}
    shape = weights["image_shape"].tolist()
    for c, side in enumerate("ij"):
        x, mirrors = (shrunk(planes[kind][c], shape) for kind in ("images", "mirror_images"))
        if len(shape) > 1:
            bank[f"image_{side}"] = packed(x, 1 / 127)
            bank[f"mirror_{side}"] = packed(mirrors.clip(-0.5, 1.5), 1 / 84)
        else:
            bank[f"image_{side}"], bank[f"mirror_{side}"] = packed_in(x, STEPS), packed_in(mirrors, STEPS)
    return {f"svm/{name}": bank} | {
        f"plane/{name}/{view}": arrays for view, arrays in _planes(path, planes, weights, best).items()
    }


def logistic_bank(path: Columns, weights: Columns) -> dict[str, Any]:
    """The bank of a pair's logistic regression."""
    return _curve_bank(path, weights)


def _curve_bank(path: Columns, weights: Columns) -> dict[str, Any]:
    shape = weights["image_shape"].tolist()
    w = shrunk(weights["w"], shape)
    relative = w / np.abs(w).max(axis=1, keepdims=True)
    step = 1 / 127 if len(shape) > 1 else 1 / STEPS
    names = directions(shape)
    return {name: packed(relative[:, k :: len(names)], step) for k, name in enumerate(names)} | {
        "lambda_article": packed(path["lambda_article"]),
        "d_adv": packed(path["d_adv"]),
        "theta_degrees": packed(np.degrees(path["theta"])),
        "errors": packed(100 * np.stack([path["err_train"], path["err_test"]], axis=1)),
        "train_percent": packed(100 * path["err_train"]),
        "test_percent": packed(100 * path["err_test"]),
    }


def _outline(counts: Array) -> Array:
    """The heights of a histogram's outline at each edge, twice: (k, 2 (bins + 1)) of counts (k, bins)."""
    return np.pad(np.repeat(counts, 2, axis=1), ((0, 0), (1, 1)))


def _ceiling(count: float) -> float:
    """1, 2 or 5 times a power of ten, so that the axis of a histogram changes seldom."""
    steps = np.outer(10.0 ** np.arange(8), [1, 2, 5]).ravel()
    return float(steps[np.searchsorted(steps, count)])


def directions(shape: Sequence[int]) -> list[str]:
    """The arrays that hold the weights of samples of a shape, one for each channel of colour."""
    return [f"direction_{channel}" for channel in CHANNELS] if len(shape) > 2 else ["direction"]


def block_of(shape: Sequence[int]) -> int:
    """How many pixels of an image, along either side, are shown as one."""
    return -(-max(shape[:2]) // MOST_PIXELS) if len(shape) > 1 else 1


def shrunk(samples: Array, shape: Sequence[int]) -> Array:
    """Samples (..., d) of a shape as they are shown, the blocks of large images by their means."""
    block = block_of(shape)
    if block == 1:
        return samples
    images = samples.reshape(*samples.shape[:-1], *shape[:2], -1)
    for axis in (-3, -2):
        edges = np.arange(0, images.shape[axis], block)
        sizes = np.diff([*edges, images.shape[axis]]).reshape(-1, *[1] * (-axis - 1))
        images = np.add.reduceat(images, edges, axis=axis) / sizes
    return images.reshape(*samples.shape[:-1], -1)


def _planes(path: Columns, planes: Columns, weights: Columns, fixed: int) -> dict[str, dict[str, Any]]:
    """Data, boundary, margins, representative and mirror images in the tilting and in the fixed plane."""
    rows = [np.flatnonzero(planes["y"] == side)[:SHOWN_PER_CLASS] for side in (-1, 1)]
    shown = np.concatenate(rows)
    reach = max(np.abs(planes["z"][shown]).max(), np.abs(planes["n"][:, shown]).max())
    cells = cells_of(len(shown))

    def cell_of(values: Array) -> Array:
        cell: Array = np.floor((values + reach) / (2 * reach) * cells).clip(0, cells - 1)
        return cell

    n_hat = tilt_directions(weights["w"], weights["z_hat"])
    z, n = planes["positions"][..., 0], planes["positions"][..., 1]
    cos, sin, middle = np.cos(path["theta"]), np.sin(path["theta"]), path["midpoint_distance"]
    signed = cos * z + sin * n + middle
    mirrors = planes["mirror_positions"]
    edges = {
        axis: 1.05 * max(0.05 * reach, *(np.abs(each).max() for each in (planes[axis], mirrors[..., k])))
        for k, axis in enumerate("zn")
    }
    far = LINE * max(edges.values())
    found = {}
    for name in ("tilting", "fixed"):
        if name == "tilting":
            across, own = sin, n
            samples = planes["n"]
        else:
            across = sin * (n_hat @ n_hat[fixed])
            own = np.repeat(n[:, fixed : fixed + 1], n.shape[1], axis=1)
            samples = planes["n"][fixed : fixed + 1]
        boundary = _line(cos, across, middle, far)
        margins = np.stack(
            [_line(cos, across, middle - score / path["norm_w"], far) for score in (-1, 1)], axis=1
        )
        mirror_z, mirror_n = z - 2 * signed * cos, own - 2 * signed * across
        bank = {
            "boundary_z": packed(boundary[..., 0]),
            "boundary_n": packed(boundary[..., 1]),
            "x_z": packed_in(z.T, STEPS),
            "x_n": packed_in(own.T, STEPS),
            "mirror_z": packed_in(mirror_z.T, STEPS),
            "mirror_n": packed_in(mirror_n.T, STEPS),
            "corner": packed(-reach),
            "side": packed(2 * reach),
        }
        for end in (0, 1):
            bank[f"margins_z{end}"] = packed(margins[:, :, end, 0])
            bank[f"margins_n{end}"] = packed(margins[:, :, end, 1])
        for c, side in enumerate("ij"):
            bank |= {
                f"column_{side}": packed(cell_of(planes["z"][rows[c]]), 1),
                f"row_{side}": packed(cell_of(samples[:, rows[c]]), 1),
                f"path_{side}_z": packed_in(mirror_z[c], STEPS),
                f"path_{side}_n": packed_in(mirror_n[c], STEPS),
            }
        for axis in "zn":
            bank[f"window_{axis}"] = packed([-edges[axis], edges[axis]])
        found[name] = bank
    return found


def cells_of(points: int) -> int:
    """Cells along each side of the picture of the points, so that a few of them can be seen as well."""
    return int(np.clip(6 * np.sqrt(points), 64, 160))


def _line(along: Array, across: Array, offset: Array, far: float) -> Array:
    """Two points (k, 2, 2) on each line along · z + across · n + offset = 0, as `far` from its foot."""
    normal = np.stack([along, across], axis=1)
    size = np.linalg.norm(normal, axis=1, keepdims=True)
    foot = -(offset[:, None] / size) * (normal / size)
    direction = far * np.stack([-normal[:, 1], normal[:, 0]], axis=1) / size
    return np.stack([foot - direction, foot + direction], axis=1)
