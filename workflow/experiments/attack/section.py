"""Adversarial examples: captions, and tables of each attack."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.attack.answer import attack_answer
from experiments.attack.claims import attack_claims
from experiments.attack.statistics import (
    ATTACKED,
    LEAST,
    attack_names,
    finite,
    first_images,
    found_norms,
    rows_of,
    searching,
)
from experiments.attack.styles import label, styles
from report import article
from report.claims import NOT_MEASURED, Columns, Settings, comparable
from report.contract import NO_NUMBER, Caption, Captions, Section, Table, join, percent
from report.numerals import counted, plain
from report.words import Words

OUTCOME = (
    "Found",
    "As they are",
    "Mean norm",
    "Median",
    "Lower quartile",
    "Upper quartile",
    "Least",
    "Greatest",
)


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
    sizes = sorted({" × ".join(map(str, records[name]["input_shape"])) for name in networks})
    numbers = comparable(source, {"training": training, "attack": attack}, "training", "attack")
    return Section(
        answer=attack_answer(networks, found, accuracy),
        claims=attack_claims(networks, found, accuracy, numbers=numbers),
        captions=captions(networks, found, accuracy, temperatures, shown),
        tables=tables(found, temperatures, accuracy, linear, words),
        values={"attack": attack, "sizes": sizes},
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
    some = next(iter(attacks.values()))
    searched = searching(some)
    leading = searched[0]
    for side, name in shown.items():
        table, network, temperature = attacks[name], networks[name], temperatures[name]
        first = first_images(table)
        norms = finite(rows_of(table, leading)["norm"][first])
        made[side] = Caption(
            "examples",
            f"Adversarial examples, {side} weight decay",
            f"A row of images, their adversarial examples with {side} weight decay, and the perturbations.",
            f"n = {len(first)} test images, {label(leading)}; network {name}, weight decay "
            f"{network['weight_decay']:g}, seed {network['seed']}"
            + ("." if temperature is None else f", temperature {plain(temperature)}."),
            f"norms {_fixed(article.ATTACK_NORMS[side])}; mean {article.ATTACK_MEAN[side]:.2f}",
            f"Not attacked: {table['status'][0]}."
            if temperature is None
            else f"Norms {_fixed(norms)}; mean {norms.mean():.2f}."
            if norms.size
            else "None found.",
        )
    images = len(rows_of(some, LEAST)["norm"])
    seeds = f"seed {join(sorted({str(network['seed']) for network in networks.values()}))}."
    of = f"n = {counted(images, 'test image')} for each network; {seeds}"
    printed = "mean of 10 images {low:.2f} (low) and {high:.2f} (high), ".format(**article.ATTACK_MEAN)
    printed += f"{article.ATTACK_RATIO:.1f} times as far"
    made["norms"] = Caption(
        "norms",
        f"How far adversarial examples are: {label(leading)}",
        "Strips of dots with boxes: the norms of the perturbations for each network.",
        of,
        printed,
        _by_network(attacks, lambda table: _norms_in_words(table, leading)),
    )
    made["distances"] = Caption(
        "distances",
        "How far adversarial examples are, really",
        f"Rising curves, {len(searched)} per network: share of the images with an example within a distance.",
        of,
        NO_NUMBER,
        _by_network(attacks, lambda table: _each_in_words(table, searched, _norms_in_words)),
    )
    classes = len(np.unique(some["label"]))
    made["classes"] = Caption(
        "classes",
        "How far, by class",
        "A panel of medians with bars over the quartiles for each attack, by class and network.",
        f"{of} {counted(images // classes, 'image')} of each class.",
        printed,
        _by_network(
            attacks, lambda table: " and ".join(_medians_by_class(table, attack) for attack in searched)
        ),
    )
    made["accuracy"] = Caption(
        "accuracy",
        "Accuracy under attacks of given magnitudes",
        "Falling curves, one per network: test accuracy against the magnitude, a panel for each attack.",
        f"{_tested(accuracies)} for each network; {seeds}",
        NO_NUMBER,
        _by_network(accuracies, _accuracies_in_words, attacks),
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
    some = next(iter(attacks.values()))
    return [
        *(_norms(attacks, temperatures, attack) for attack in searching(some)),
        _least(attacks),
        *(_accuracies(accuracies, attack) for attack in attack_names(next(iter(accuracies.values())))),
        _linear_models(linear, words),
    ]


def _norms(attacks: Mapping[str, Columns], temperatures: Mapping[str, float | None], attack: str) -> Table:
    """Outcome of an attack that searches, on each network."""
    rows = []
    for name, table in attacks.items():
        norms, steps = found_norms(table, attack), rows_of(table, attack)["steps"]
        temperature, status = temperatures[name], table["status"][0]
        rows.append(
            (
                name,
                status if temperature is None else plain(temperature),
                *_outcome(norms),
                f"{np.median(steps):.0f}" if status == ATTACKED else "–",
            )
        )
    header = ("Network", "Temperature", *OUTCOME, "Median steps")
    title = f"{label(attack).capitalize()}; L2 norms of the images for which it succeeded"
    return Table(title, header, rows)


def _least(attacks: Mapping[str, Columns]) -> Table:
    """The nearest adversarial examples of each network, by whatever attack."""
    rows = [(name, *_outcome(found_norms(table, LEAST))) for name, table in attacks.items()]
    title = "Nearest of all attacks; L2 norms, 0 for images misclassified as they are"
    return Table(title, ("Network", *OUTCOME), rows)


def _accuracies(accuracies: Mapping[str, Columns], attack: str) -> Table:
    """Accuracy of each network under an attack of given magnitudes."""
    tables = {name: rows_of(table, attack) for name, table in accuracies.items()}
    rows = [
        (name, *("–" if np.isnan(value) else percent(value) for value in table["accuracy"]))
        for name, table in tables.items()
    ]
    first, look = next(iter(tables.values())), styles([attack])[attack]
    header = ("Network", *(f"{look.symbol} = {magnitude:g}" for magnitude in first["magnitude"]))
    return Table(f"Accuracy under the {look.label}, {first['images'][0]:,} test images", header, rows)


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
    return Table("The minimal norm on the SVM, whose exact distances are known", header, rows)


def _outcome(norms: NDArray[np.float64]) -> tuple[str, ...]:
    """The cells under OUTCOME, of norms that are nan where an attack failed."""
    found = finite(norms)
    quartiles = (_quartile(0.25), _quartile(0.75))
    statistics = (np.mean, np.median, *quartiles, np.min, np.max)
    return (
        f"{len(found)} of {len(norms)}",
        str(np.sum(norms == 0)),
        *(f"{statistic(found):.2f}" if found.size else "–" for statistic in statistics),
    )


def _by_network(
    tables: Mapping[str, Columns],
    said: Callable[[Columns], str],
    states: Mapping[str, Columns] | None = None,
) -> str:
    """What is to be said of each table, or why its network was not attacked (by `states`, or the table)."""
    status = {name: table["status"][0] for name, table in (states or tables).items()}
    parts = (
        f"{name} {said(table) if status[name] == ATTACKED else status[name]}"
        for name, table in tables.items()
    )
    return f"{'; '.join(parts)}."


def _norms_in_words(table: Columns, attack: str) -> str:
    norms = found_norms(table, attack)
    found = finite(norms)
    middle = f"mean {np.mean(found):.2f}, median {np.median(found):.2f}, " if found.size else ""
    return f"{middle}{len(found)} of {len(norms)} found"


def _each_in_words(table: Columns, attacks: Sequence[str], said: Callable[[Columns, str], str]) -> str:
    return " and ".join(f"{label(attack)} {said(table, attack)}" for attack in attacks)


def _medians_by_class(table: Columns, attack: str) -> str:
    norms, labels = found_norms(table, attack), rows_of(table, attack)["label"]
    found = np.isfinite(norms)
    medians = [np.median(norms[found & (labels == one)]) for one in np.unique(labels[found])]
    if not medians:
        return "none found"
    return f"medians from {min(medians):.2f} to {max(medians):.2f}"


def _accuracies_in_words(table: Columns) -> str:
    looks = styles(attack_names(table))
    return (
        join(
            f"{100 * accuracy:.1f} % at {looks[attack].symbol} = {magnitude:g}"
            for attack, magnitude, accuracy in zip(
                *(table[name] for name in ("attack", "magnitude", "accuracy")), strict=True
            )
        )
        or NOT_MEASURED
    )


def _tested(accuracies: Mapping[str, Columns]) -> str:
    images = next(iter(accuracies.values()))["images"]
    return f"n = {images[0]:,} test images" if len(images) else "No attack of given magnitudes"


def _fixed(values: Any) -> str:
    return join(f"{value:.2f}" for value in values)


def _quartile(share: float) -> Callable[[NDArray[np.float64]], Any]:
    return lambda norms: np.quantile(norms, share)
