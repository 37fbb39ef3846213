"""LeNet: captions and the table of the networks."""

from collections.abc import Mapping
from typing import Any

from tilt import article
from tilt.claims import Columns, Settings
from tilt.numerals import plain
from tilt.report.sections.base import NO_NUMBER, Caption, Captions, Table, join, percent
from tilt.starts import INITIAL_WEIGHTS


def captions(
    networks: Mapping[str, Settings], histories: Mapping[str, Columns], record: Settings
) -> Captions:
    """Of the networks: their settings and histories, and the record of one of them."""
    seeds = join(sorted({str(network["seed"]) for network in networks.values()}))
    epochs = max(len(history["epoch"]) for history in histories.values())
    of = (
        f"{len(networks)} networks, n = {record['train_images']:,} training and "
        f"{record['test_images']:,} test images, {epochs} epochs; seed {seeds}."
    )
    ends = {
        name: {column: values[-1] for column, values in history.items()}
        for name, history in histories.items()
    }
    return {
        "errors": Caption(
            "lenet_errors",
            "Errors along the training",
            "Curves of training and test error against the epoch, by weight decay and initial weights.",
            of,
            "final test error {low:g} % (low) and {high:g} % (high)".format(**article.LENET_TEST_ERROR),
            "Test (training) error at the end: "
            + "; ".join(
                f"{name} {100 * end['test_error']:.2f} % ({100 * end['train_error']:.2f} %)"
                for name, end in ends.items()
            )
            + ".",
        ),
        "rms": Caption(
            "lenet_rms",
            "Size of the weights",
            "Bars of the root mean square of each layer's weights, by network.",
            of,
            "Conv1, Conv2, FC1, FC2: "
            + "; ".join(f"{side} {_numbers(layers.values())}" for side, layers in article.LENET_RMS.items()),
            "Conv1, Conv2, FC1, FC2: "
            + "; ".join(
                f"{name} {_numbers(end[f'rms_{layer}'] for layer in article.LENET_RMS['low'])}"
                for name, end in ends.items()
            )
            + ".",
        ),
        "filters": Caption(
            "lenet_filters",
            "Filters of the first layer",
            "Rows of small filters, one row per network.",
            f"Of 20 filters those chosen with seed 0; networks of seed {seeds}.",
            NO_NUMBER,
            "RMS of Conv1: "
            + join(f"{name} {plain(end['rms_conv1'], '.2g')}" for name, end in ends.items())
            + ".",
        ),
    }


def tables(networks: Mapping[str, Settings], histories: Mapping[str, Columns]) -> list[Table]:
    """Settings and outcome of each network."""
    rows = []
    for name, network in networks.items():
        history = histories[name]
        best = history["test_error"].argmin()
        rows.append(
            (
                name,
                INITIAL_WEIGHTS[network["initial_weights"]],
                f"{network['pixel_scale']:g}",
                f"{network['weight_decay']:g}",
                str(network["seed"]),
                f"{len(history['epoch'])}" + (", diverged" if history["diverged"][-1] else ""),
                percent(history["train_error"][-1]),
                percent(history["test_error"][-1]),
                f"{percent(history['test_error'][best])}, epoch {history['epoch'][best]:.0f}",
                *(f"{history[f'rms_{layer}'][-1]:.2g}" for layer in ("conv1", "conv2", "fc1", "fc2")),
                f"{history['seconds'].sum() / 60:.1f} min",
            )
        )
    header = (
        *("Network", "Initial weights", "Pixel scale", "Weight decay", "Seed", "Epochs", "Training error"),
        *("Test error", "Least test error", "RMS Conv1", "Conv2", "FC1", "FC2", "Time"),
    )
    return [Table("The networks at the end of their training", header, rows)]


def _numbers(values: Any) -> str:
    return join(plain(value) for value in values)
