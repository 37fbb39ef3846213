"""The training of the networks: captions and the table of the networks."""

from collections.abc import Callable, Mapping
from typing import Any

from experiments.training.claims import training_claims
from report import article
from report.claims import Columns, Settings, comparable
from report.contract import NO_NUMBER, Caption, Captions, Section, Table, join, percent
from report.networks import layers_of, recipe_labels
from report.numerals import counted, plain


def section(
    *,
    histories: Mapping[str, Columns],
    records: Mapping[str, Settings],
    record: Settings,
    source: str,
    training: Settings,
    networks: Mapping[str, Settings],
) -> Section:
    """The section of the networks named; `record` is that of the data set."""
    tables_of = {name: histories[name] for name in networks}
    trained = {name: records[name] for name in networks}
    test_images = next(iter(trained.values()))["test_images"]
    numbers = comparable(source, {"training": training}, "training")
    return Section(
        claims=training_claims(networks, tables_of, test_images=test_images, numbers=numbers),
        captions=captions(networks, tables_of, trained),
        tables=tables(networks, tables_of),
        values={
            **{key: _all(trained, key) for key in ("batch_size", "learning_rate", "momentum")},
            "models": [network["model"] for network in networks.values()],
            "epochs": _epochs(tables_of),
            "shape": record["train"]["shape"][1:],
        },
    )


def captions(
    networks: Mapping[str, Settings], histories: Mapping[str, Columns], records: Mapping[str, Settings]
) -> Captions:
    """Of the networks: their settings, histories and records by name."""
    seeds = join(sorted({str(network["seed"]) for network in networks.values()}))
    trained = sorted({record["train_images"] for record in records.values()})
    of = (
        f"{counted(len(networks), 'network')}, n = {' or '.join(f'{n:,}' for n in trained)} training and "
        f"{next(iter(records.values()))['test_images']:,} test images, {_epochs(histories)}; seed {seeds}."
    )
    ends = {
        name: {column: values[-1] for column, values in history.items()}
        for name, history in histories.items()
    }

    def each(separator: str, words: Callable[[Mapping[str, Any]], str]) -> str:
        """What is to be said of the end of each network's training, or that it diverged."""
        said = (f"{name} {'diverged' if end['diverged'] else words(end)}" for name, end in ends.items())
        return f"{separator.join(said)}."

    return {
        "errors": Caption(
            "errors",
            "Errors along the training",
            "Curves of training and test error against the epoch, by recipe and weight decay.",
            of,
            "final test error {low:g} % (low) and {high:g} % (high)".format(**article.LENET_TEST_ERROR),
            "Test (training) error at the end: "
            + each("; ", lambda end: f"{100 * end['test_error']:.2f} % ({100 * end['train_error']:.2f} %)"),
        ),
        "rms": Caption(
            "rms",
            "Size of the weights",
            "Bars of the root mean square of each layer's weights, by network.",
            of,
            "; ".join(f"{side} {_rms(layers)}" for side, layers in article.LENET_RMS.items()),
            each("; ", lambda end: _rms({layer: end[f"rms_{layer}"] for layer in layers_of(end)})),
        ),
        "filters": Caption(
            "filters",
            "Filters of the first layer",
            "Rows of small filters, one row per network.",
            f"Filters chosen with seed 0; networks of seed {seeds}.",
            NO_NUMBER,
            "RMS of the first layer: "
            + each(", ", lambda end: plain(end[f"rms_{layers_of(end)[0]}"], ".2g")),
        ),
    }


def tables(networks: Mapping[str, Settings], histories: Mapping[str, Columns]) -> list[Table]:
    """Settings and outcome of each network."""
    rows, layers = [], layers_of(*histories.values())
    for (name, network), recipe in zip(networks.items(), recipe_labels(networks).values(), strict=True):
        history = histories[name]
        best, diverged = history["test_error"].argmin(), history["diverged"][-1]
        measured = (
            percent(history["train_error"][-1]),
            percent(history["test_error"][-1]),
            f"{percent(history['test_error'][best])}, epoch {history['epoch'][best]:.0f}",
            *(f"{history[f'rms_{layer}'][-1]:.2g}" if f"rms_{layer}" in history else "–" for layer in layers),
        )
        rows.append(
            (
                name,
                recipe,
                f"{network['weight_decay']:g}",
                str(network["seed"]),
                f"{len(history['epoch'])}" + (", diverged" if diverged else ""),
                *(("–",) * len(measured) if diverged else measured),
                f"{history['seconds'].sum() / 60:.1f} min",
            )
        )
    header = (
        *("Network", "Recipe", "Weight decay", "Seed", "Epochs", "Training error", "Test error"),
        *("Least test error", *(f"RMS {layer}" for layer in layers), "Time"),
    )
    return [Table("The networks at the end of their training", header, rows)]


def _epochs(histories: Mapping[str, Columns]) -> str:
    """How many epochs the networks were trained for, but for those that diverged before their end."""
    whole = [history for history in histories.values() if not history["diverged"][-1]]
    lengths = sorted({len(history["epoch"]) for history in whole or histories.values()})
    return " or ".join([*map(str, lengths[:-1]), counted(lengths[-1], "epoch")])


def _all(records: Mapping[str, Settings], key: str) -> str:
    """What the records say of a setting, each value once."""
    return " or ".join(f"{value:g}" for value in sorted({record[key] for record in records.values()}))


def _rms(layers: Mapping[str, float]) -> str:
    return join(f"{layer} {plain(value)}" for layer, value in layers.items())
