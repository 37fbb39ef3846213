"""Adversarial examples: captions, and tables of each attack."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.attack.claims import attack_claims
from experiments.attack.statistics import ATTACKED, first_images, found_norms
from report import article
from report.claims import Columns, Settings, comparable
from report.contract import NO_NUMBER, Caption, Captions, Section, Table, join, percent
from report.numerals import counted, plain
from report.words import Words


def section(
    *,
    attacks: Mapping[str, Columns],
    accuracies: Mapping[str, Columns],
    records: Mapping[str, Settings],
    linear: Columns,
    words: Words,
    source: str,
    training: Settings,
    attack: Settings,
    shown: Mapping[str, str],
    networks: Mapping[str, Settings],
) -> Section:
    """The section of the adversarial examples of the networks named, and of linear models."""
    found = {name: attacks[name] for name in networks}
    accuracy = {name: accuracies[name] for name in networks}
    temperatures = {name: records[name]["temperature"] for name in networks}
    numbers = comparable(source, {"training": training, "attack": attack}, "training", "attack")
    return Section(
        claims=attack_claims(networks, found, accuracy, numbers=numbers),
        captions=captions(networks, found, accuracy, temperatures, shown),
        tables=tables(found, temperatures, accuracy, linear, words),
        values={"attack": attack},
    )


def captions(
    networks: Mapping[str, Settings],
    attacks: Mapping[str, Columns],
    accuracies: Mapping[str, Columns],
    temperatures: Mapping[str, float | None],
    shown: Mapping[str, str],
) -> Captions:
    """Of the attacks: the networks' settings, tables of images and accuracies, temperatures (None for a
    network that was not attacked); `shown` names "low" and "high".
    """
    made = {}
    for side, name in shown.items():
        table, network, temperature = attacks[name], networks[name], temperatures[name]
        first = first_images(table)
        norms = table["norm"][first]
        made[side] = Caption(
            "examples",
            f"Adversarial examples, {side} weight decay",
            f"A row of images, their adversarial examples with {side} weight decay, and the perturbations.",
            f"n = {len(first)} test images; network {name}, weight decay {network['weight_decay']:g}, seed "
            f"{network['seed']}" + ("." if temperature is None else f", temperature {plain(temperature)}."),
            f"norms {_fixed(article.ATTACK_NORMS[side])}; mean {article.ATTACK_MEAN[side]:.2f}",
            f"Not attacked: {table['status'][0]}."
            if temperature is None
            else f"Norms {_fixed(norms)}; mean {norms.mean():.2f}.",
        )
    images = max(len(table["norm"]) for table in attacks.values())
    seeds = f"seed {join(sorted({str(network['seed']) for network in networks.values()}))}."
    of = f"n = {counted(images, 'test image')} for each network; {seeds}"
    printed = "mean of 10 images {low:.2f} (low) and {high:.2f} (high), ".format(**article.ATTACK_MEAN)
    printed += f"{article.ATTACK_RATIO:.1f} times as far"
    made["norms"] = Caption(
        "norms",
        "How far the targeted adversarial examples are",
        "Strips of dots with boxes: the norms of the perturbations for each network.",
        of,
        printed,
        _by_network(attacks, lambda table: _norms_in_words(table, "norm", "reached")),
    )
    made["distances"] = Caption(
        "distances",
        "How far adversarial examples are, really",
        "Rising curves, two per network: images with an adversarial example against the distance.",
        of,
        NO_NUMBER,
        _by_network(attacks, lambda table: _norms_in_words(table, "minimal_norm", "misclassified")),
    )
    classes = len(np.unique(next(iter(attacks.values()))["label"]))
    made["classes"] = Caption(
        "classes",
        "How far, by class",
        "Two panels of medians with bars over the quartiles, for each class and network.",
        f"{of} {counted(images // classes, 'image')} of each class.",
        printed,
        _by_network(attacks, _medians_by_class),
    )
    made["accuracy"] = Caption(
        "accuracy",
        "Accuracy under a linear attack",
        "Falling curves, one per network: test accuracy against the change of every pixel.",
        f"n = {next(iter(accuracies.values()))['images'][0]:,} test images for each network; {seeds}",
        NO_NUMBER,
        _by_network(accuracies, _accuracies_in_words),
    )
    return made


def tables(
    attacks: Mapping[str, Columns],
    temperatures: Mapping[str, float | None],
    accuracies: Mapping[str, Columns],
    linear: Columns,
    words: Words,
) -> list[Table]:
    """Of the tables of images and accuracies and the temperatures, by network, and of the attacked SVMs."""
    return [
        _ascent(attacks, temperatures),
        _nearest(attacks),
        _accuracies(accuracies),
        _linear_models(linear, words),
    ]


def _ascent(attacks: Mapping[str, Columns], temperatures: Mapping[str, float | None]) -> Table:
    """Outcome of the targeted ascent on each network."""
    rows = []
    for name, table in attacks.items():
        norms = found_norms(table, "norm")
        statistics = _statistics(norms, np.mean, np.median, np.min, np.max)
        temperature, status = temperatures[name], table["status"][0]
        rows.append(
            (
                name,
                status if temperature is None else plain(temperature),
                f"{np.isfinite(norms).sum()} of {len(norms)}",
                *statistics,
                f"{np.median(table['steps']):.0f}" if status == ATTACKED else "–",
            )
        )
    header = (
        "Network",
        "Temperature",
        "Targets reached",
        "Mean norm",
        "Median",
        "Least",
        "Greatest",
        "Median steps",
    )
    return Table("Targeted ascent; norms of the attacks that reached their target", header, rows)


def _nearest(attacks: Mapping[str, Columns]) -> Table:
    """The nearest adversarial examples of each network."""
    rows = []
    for name, table in attacks.items():
        norms = found_norms(table, "minimal_norm")
        rows.append(
            (
                name,
                f"{np.isfinite(norms).sum()} of {len(norms)}",
                str(np.sum(norms == 0)),
                *_statistics(norms, np.median, _quartile(0.25), _quartile(0.75), np.mean),
                *_statistics(found_norms(table, "least_norm"), np.median),
            )
        )
    header = (
        *("Network", "Misclassified", "Of these as they are", "Median norm", "Lower quartile"),
        *("Upper quartile", "Mean", "Median of the least of all attacks"),
    )
    return Table(
        "Nearest adversarial examples; L2 norms, 0 for images misclassified as they are", header, rows
    )


def _accuracies(accuracies: Mapping[str, Columns]) -> Table:
    """Accuracy of each network under the linear attack."""
    rows = [
        (name, *("–" if np.isnan(value) else percent(value) for value in table["accuracy"]))
        for name, table in accuracies.items()
    ]
    first = next(iter(accuracies.values()))
    header = ("Network", *(f"ε = {epsilon:g}" for epsilon in first["epsilon"]))
    return Table(f"Accuracy under the linear attack, {first['images'][0]:,} test images", header, rows)


def _linear_models(linear: Columns, words: Words) -> Table:
    """The minimal-norm attack against exact distances, on the SVM of the shown pairs."""
    rows = []
    for k, pair in enumerate(linear["pair"]):
        row = {name: column[k] for name, column in linear.items()}
        rows.append(
            (
                words.pair(pair),
                f"{row['found']} of {row['images'] - row['misclassified']}",
                percent(row["box_active"]),
                *(f"{row[name]:.4f}" for name in ("ratio_median", "ratio_max")),
                percent(row["ratio_within_1_percent"]),
                *(f"{row[name]:.4f}" for name in ("box_ratio_median", "box_ratio_max")),
                percent(row["box_ratio_within_1_percent"]),
            )
        )
    header = (
        *("Pair", "Found", "Pixel range active", "Norm ÷ distance, median", "Greatest", "Within 1 %"),
        *("Norm ÷ distance within the range, median", "Greatest", "Within 1 %"),
    )
    return Table("The same attack on the SVM, whose exact distances are known", header, rows)


def _by_network(tables: Mapping[str, Columns], said: Callable[[Columns], str]) -> str:
    """What is to be said of each table, or why its network was not attacked."""
    parts = (
        f"{name} {said(table) if table['status'][0] == ATTACKED else table['status'][0]}"
        for name, table in tables.items()
    )
    return f"{'; '.join(parts)}."


def _norms_in_words(table: Columns, quantity: str, reached: str) -> str:
    norms = found_norms(table, quantity)
    found = norms[np.isfinite(norms)]
    middle = f"mean {np.mean(found):.2f}, median {np.median(found):.2f}, " if found.size else ""
    return f"{middle}{len(found)} of {len(norms)} {reached}"


def _medians_by_class(table: Columns) -> str:
    norms, found = table["minimal_norm"], table["minimal_success"]
    medians = [
        np.median(norms[found & (table["label"] == label)]) for label in np.unique(table["label"][found])
    ]
    if not medians:
        return "none found"
    return f"medians of the minimal norm from {min(medians):.2f} to {max(medians):.2f}"


def _accuracies_in_words(table: Columns) -> str:
    return join(
        f"{100 * accuracy:.1f} % at ε = {epsilon:g}"
        for epsilon, accuracy in zip(table["epsilon"], table["accuracy"], strict=True)
    )


def _fixed(values: Any) -> str:
    return join(f"{value:.2f}" for value in values)


def _statistics(norms: NDArray[np.float64], *functions: Callable[[NDArray[np.float64]], Any]) -> list[str]:
    """Statistics of the norms that are finite, as text."""
    found = norms[np.isfinite(norms)]
    return [f"{function(found):.2f}" if found.size else "–" for function in functions]


def _quartile(share: float) -> Callable[[NDArray[np.float64]], Any]:
    return lambda norms: np.quantile(norms, share)
