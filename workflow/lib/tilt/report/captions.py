"""What the report says under each figure: sample and seeds, what the article printed, what was measured.

Functions take settings and tables and return captions by figure; every measured number is computed here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tilt import article
from tilt.attacks.statistics import ATTACKED, first_images, found_norms
from tilt.claims import Columns, Settings
from tilt.claims.published import PUBLISHED_QUANTITIES
from tilt.linear.tables import optimal_row
from tilt.losses import LOSSES, empirical_risk, scaled

NO_NUMBER = "no number"


@dataclass(frozen=True)
class Caption:
    """What stands under one figure: its title, a description for who cannot see it, n and seeds, both values.

    `text` names the two paragraphs that say what is drawn and what the article claims of it.
    """

    text: str
    title: str
    alt: str
    sample: str
    published: str
    measured: str


Captions = dict[str, Caption]


def toy(settings: Settings, mirror: Columns, fits: Columns, table: Columns) -> Captions:
    """Of the toy problem: its settings, `mirror_distance_table`, `four_fits`, `noisy_point_table`."""
    n, seed = settings["points_per_class"], settings["seed"]
    points = f"n = {2 * n} points, {n} a class, p one of them; seed {seed}."
    angles = np.degrees(mirror["theta"])
    shown = [int(np.abs(angles - angle).argmin()) for angle in (0, 45, 85)]
    distances = [f"{mirror['distance'][k]:.2f} at {angles[k]:.0f}°" for k in shown]
    gap = np.abs(mirror["distance"] - mirror["closed_form"]).max()
    fitted = [
        f"{name} {l2} L2 {theta:.1f}°"
        for name, l2, theta in zip(fits["classifier"], fits["l2"], np.degrees(fits["theta"]), strict=True)
    ]
    classified = []
    for loss, name in (("hinge", "The SVM"), ("softplus", "logistic regression")):
        rows = (table["loss"] == loss) & (table["noisy_point_correct"] == 1)
        classified.append(
            f"{name} classifies p as labelled "
            + (f"up to λ = {table['lambda'][rows].max():.2g}" if rows.any() else "at no λ")
        )
    return {
        "boundaries": Caption(
            "toy_boundaries",
            "Boundaries with more and more tilt",
            "Three panels with a boundary at 0, 45 and 85 degrees, an image x, x_p and x_m.",
            "One image; no data set, no seed.",
            NO_NUMBER,
            f"‖x_m − x‖ is {_join(distances)}.",
        ),
        "mirror_distance": Caption(
            "toy_mirror_distance",
            "How far away the mirror image is",
            "The distance falls to zero as the tilt grows; pictures of x and of its mirror image.",
            f"{len(angles)} angles; no data set, no seed.",
            NO_NUMBER,
            f"Measured distance and closed form differ by at most {gap:.0e}.",
        ),
        "noisy_point": Caption(
            "toy_noisy_point",
            "One noisy point, four classifiers",
            "Four panels: both boundaries are tilted without L2 and upright with it.",
            f"{points} Without L2: λ = {fits['lambda'].min():g}; with L2: λ = {fits['lambda'].max():g}.",
            NO_NUMBER,
            f"θ: {_join(fitted)}.",
        ),
        "tilt": Caption(
            "toy_tilt",
            "Tilt against regularization",
            "The tilt of both classifiers against λ: it falls from tilted to upright.",
            f"{points} {len(np.unique(table['lambda']))} values of λ.",
            NO_NUMBER,
            f"{_join(classified)}.",
        ),
    }


def scaling(classifier: Settings, margins: Columns, norms: Sequence[float]) -> Captions:
    """Of the scaled loss: the classifier's record, its margins, and the norms that are drawn."""
    distance = margins["y"] * margins["distance"]
    norm = classifier["norm_w"]
    d_adv, d_err = distance.mean(), np.maximum(-distance, 0).mean()
    of = (
        f"n = {len(distance):,} training images of {classifier['pair']}, "
        f"λ_article = {_power(classifier['lambda_article'])}; no seed."
    )

    def risks(norm: float) -> str:
        return _join(
            f"{name} {empirical_risk(scaled(loss, norm), distance):.3f}" for name, loss in LOSSES.items()
        )

    return {
        "histograms": Caption(
            "scaling_histograms",
            "From score to loss",
            "Four histograms: score, margin, hinge loss and softplus loss of the training images.",
            of,
            NO_NUMBER,
            f"‖w‖ = {norm:.3g}; {100 * np.mean(distance <= 0):.2f} % errors; mean loss {risks(norm)}.",
        ),
        "losses": Caption(
            "scaling_losses",
            "Three losses",
            "Curves of the 0-1, the hinge and the softplus loss against the margin.",
            "Formulas; no data.",
            NO_NUMBER,
            "At margin 0: "
            + _join(f"{name} α = {loss.alpha:.3g}, slope −{loss.beta:g}" for name, loss in LOSSES.items())
            + ".",
        ),
        "scaled_losses": Caption(
            "scaling_scaled_losses",
            "The norm scales the loss",
            "Panels with growing norm of the weights: the losses steepen over the same histogram.",
            of,
            NO_NUMBER,
            "Risk " + "; ".join(f"at ‖w‖ = {norm:g}: {risks(norm)}" for norm in norms) + ".",
        ),
        "limits": Caption(
            "scaling_limits",
            "Two limits",
            "Three panels: risk against the norm of the weights, and its limits for large and small norm.",
            of,
            NO_NUMBER,
            f"d_err = {d_err:.4f} and d_adv = {d_adv:.4f} pixels.",
        ),
    }


def svm(summary: Columns, lambdas: int, train_per_class: int) -> Captions:
    """Of all pairs together: their `summary_table`, the number of values of λ, training images a class."""
    least, theta = 100 * summary["err_test_optimal"], np.degrees(summary["theta_optimal"])
    best, worst = summary["lambda_article_optimal"], least.argmax()
    of = (
        f"{len(least)} pairs, n = {2 * train_per_class:,} training images each, {lambdas} values of λ; "
        f"no seed, but a relative duality gap of at most {summary['largest_duality_gap'].max():.0e}."
    )
    return {
        "pair_maps": Caption(
            "svm_pair_maps",
            "Every pair",
            "Four maps over class I and class J: tilt at two λ, adversarial distance, test error.",
            of,
            "least test error {:.3f} % in the mean, {:.2f} % at worst; θ at 10^-1 {} to {} rad".format(
                article.LEAST_ERROR_MEAN, article.LEAST_ERROR_WORST, *article.THETA_SMALLEST
            ),
            f"Least test error {least.mean():.3f} % in the mean, {least[worst]:.2f} % at worst "
            f"({summary['class_i'][worst]:.0f}v{summary['class_j'][worst]:.0f}). θ at the smallest λ "
            f"{_range(summary['theta_smallest'], '.2f')} rad, at λ_optimal {_range(theta, '.0f')}°; "
            f"d_adv there {_range(summary['d_adv_optimal'], '.2f')} pixels.",
        ),
        "all_paths": Caption(
            "svm_all_paths",
            "Every pair along λ",
            "Five panels against λ: tilt, distance, training and test error, places of the least error.",
            of,
            "λ_article of the least test error: median 10^{:g}, range 10^{:g} to 10^{:g}".format(
                article.OPTIMAL_EXPONENT, *article.OPTIMAL_EXPONENT_RANGE
            ),
            "λ_article of the least test error, of several λ the largest: median "
            f"{_power(np.median(best))}, range {_power(best.min())} to {_power(best.max())}.",
        ),
    }


def svm_pair(
    pair: str,
    table: Columns,
    plane: Columns,
    exponents: Sequence[float],
    train_per_class: int,
    published: str,
) -> Captions:
    """Of one pair: its path table, `positions` and `mirror_positions` of its plane, the exponents drawn.

    `published` says what the article prints of the pair.
    """
    best, lam = optimal_row(table), table["lambda_article"]
    rows = [int(np.abs(np.log10(lam) - exponent).argmin()) for exponent in exponents]
    gaps = np.linalg.norm(plane["mirror_positions"] - plane["positions"], axis=2)
    degrees = np.degrees(table["theta"])
    of = f"n = {2 * train_per_class:,} training images, {train_per_class:,} a class; no seed."

    def along(values: Sequence[str]) -> str:
        return "; ".join(f"{_power(lam[k])}: {value}" for k, value in zip(rows, values, strict=True)) + "."

    return {
        "curves": Caption(
            "svm_curves",
            f"{pair}: tilt, distance and errors",
            f"Tilt, adversarial distance and errors of {pair} against λ, with λ_optimal.",
            f"{of} {len(lam)} values of λ.",
            published,
            f"Least test error {100 * table['err_test'][best]:.2f} % at λ_article = {_power(lam[best])}, "
            f"where θ = {degrees[best]:.1f}° and d_adv = {table['d_adv'][best]:.2f} pixels; θ is "
            f"{degrees[table['lambda'].argmin()]:.1f}° at the smallest λ.",
        ),
        "margins": Caption(
            "svm_margins",
            f"{pair}: distances from the boundary",
            f"Histograms of the signed distance of {pair} from the boundary, under the scaled hinge.",
            of,
            published,
            "‖w‖ and d_adv by λ_article: "
            + along([f"{table['norm_w'][k]:.3g}, {table['d_adv'][k]:.2f} pixels" for k in rows]),
        ),
        "planes": Caption(
            "svm_planes",
            f"{pair}: tilt planes",
            f"Scatter plots of {pair} in the tilt plane, with boundary, margins and mirror images.",
            of,
            published,
            "θ and training error by λ_article: "
            + along([f"{degrees[k]:.1f}°, {100 * table['err_train'][k]:.2f} %" for k in rows]),
        ),
        "mirrors": Caption(
            "svm_mirrors",
            f"{pair}: mirror images",
            f"A sample of each class of {pair} beside its mirror images; below them the weights.",
            "One training image a class, the nearest to its centroid.",
            published,
            "‖x_m − x‖ in pixels, class I and class J, by λ_article: "
            + along([f"{gaps[0, k]:.2f}, {gaps[1, k]:.2f}" for k in rows]),
        ),
    }


def logistic_pair(pair: str, hinge: Columns, softplus: Columns, train_per_class: int) -> Captions:
    """Of one pair: its path tables with either loss."""
    parts = []
    for name, table in (("SVM", hinge), ("logistic regression", softplus)):
        best, end = optimal_row(table), table["lambda"].argmin()
        parts.append(
            f"{name}: least test error {100 * table['err_test'][best]:.2f} % at λ_article = "
            f"{_power(table['lambda_article'][best])} (‖w‖ = {table['norm_w'][best]:.3g}), θ = "
            f"{np.degrees(table['theta'][best]):.1f}° there and {np.degrees(table['theta'][end]):.1f}° at "
            f"the smallest λ (‖w‖ = {table['norm_w'][end]:.3g})"
        )
    return {
        f"{pair}_comparison": Caption(
            "logistic_comparison",
            f"{pair}: two losses",
            f"Tilt, distance and errors of {pair} for both losses, against λ and against the norm of w.",
            f"n = {2 * train_per_class:,} training images, {train_per_class:,} a class; "
            f"{len(hinge['lambda'])} values of λ; no seed.",
            NO_NUMBER,
            f"{'; '.join(parts)}.",
        )
    }


def published(summary: Columns, arbitration: Columns, absent: Columns, shown: str) -> Captions:
    """Of the article's tables: `published.summarise`, all pairs' arbitration, pairs that lack a table, the
    pair that is drawn.
    """
    names = np.unique(summary["pair"])
    pair = shown if shown in names else str(summary["pair"][0])

    def worst(rows: NDArray[np.bool_]) -> str:
        parts = []
        for quantity, (name, unit, _) in PUBLISHED_QUANTITIES.items():
            largest = summary["largest"][rows & (summary["quantity"] == quantity)]
            if np.isfinite(largest).any():
                parts.append(f"{name} {np.nanmax(largest):.2g} {unit}")
        return _join(parts)

    counts = "none"
    if len(arbitration["pair"]):
        agrees = arbitration["agrees_with"]
        counts = _join(f"{who} {np.sum(agrees == who)}" for who in ("ours", "published", "neither"))
    return {
        "deviations": Caption(
            "published_deviations",
            "Ours minus the article's",
            "Panels of the deviation of each quantity against λ, dots within the tolerance lines.",
            f"{len(names)} pairs whose table is there; absent: {_join(absent['pair']) or 'none'}. No seed.",
            "the tables",
            f"Largest deviations: {worst(summary['rows'] >= 0)}. Cells beyond the tolerance, by whom libsvm "
            f"agrees with: {counts}.",
        ),
        "pair": Caption(
            "published_pair",
            f"{pair}: curves and published values",
            f"Tilt, distance and errors of {pair} against λ: the article's dots lie on our curves.",
            "Every λ that both tables have; no seed.",
            "the table of the pair",
            f"Largest deviations: {worst(summary['pair'] == pair)}.",
        ),
    }


def lenet(networks: Mapping[str, Settings], histories: Mapping[str, Columns], record: Settings) -> Captions:
    """Of the networks: their settings and histories, and the record of one of them."""
    seeds = _join(sorted({str(network["seed"]) for network in networks.values()}))
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
            "RMS of Conv1: " + _join(f"{name} {end['rms_conv1']:.2g}" for name, end in ends.items()) + ".",
        ),
    }


def attack(
    networks: Mapping[str, Settings],
    attacks: Mapping[str, Columns],
    accuracies: Mapping[str, Columns],
    temperatures: Mapping[str, float | None],
    shown: Mapping[str, str],
) -> Captions:
    """Of the attacks: the networks' settings, tables of images and accuracies, temperatures (None for a
    network that was not attacked); `shown` names "low" and "high".
    """
    captions = {}
    for side, name in shown.items():
        table, network, temperature = attacks[name], networks[name], temperatures[name]
        first = first_images(table)
        norms = table["norm"][first]
        captions[side] = Caption(
            "attack_examples",
            f"Adversarial examples, {side} weight decay",
            f"A row of images, their adversarial examples with {side} weight decay, and the perturbations.",
            f"n = {len(first)} test images; network {name}, weight decay {network['weight_decay']:g}, seed "
            f"{network['seed']}" + ("." if temperature is None else f", temperature {temperature:.3g}."),
            f"norms {_fixed(article.ATTACK_NORMS[side])}; mean {article.ATTACK_MEAN[side]:.2f}",
            f"Not attacked: {table['status'][0]}."
            if temperature is None
            else f"Norms {_fixed(norms)}; mean {norms.mean():.2f}.",
        )
    images = max(len(table["norm"]) for table in attacks.values())
    seeds = f"seed {_join(sorted({str(network['seed']) for network in networks.values()}))}."
    of = f"n = {images} test images for each network; {seeds}"
    printed = "mean of 10 images {low:.2f} (low) and {high:.2f} (high), ".format(**article.ATTACK_MEAN)
    printed += f"{article.ATTACK_RATIO:.1f} times as far"
    captions["norms"] = Caption(
        "attack_norms",
        "How far the targeted adversarial examples are",
        "Strips of dots with boxes: the norms of the perturbations for each network.",
        of,
        printed,
        _by_network(attacks, lambda table: _norms_in_words(table, "norm", "reached")),
    )
    captions["distances"] = Caption(
        "attack_distances",
        "How far adversarial examples are, really",
        "Rising curves, two per network: images with an adversarial example against the distance.",
        of,
        NO_NUMBER,
        _by_network(attacks, lambda table: _norms_in_words(table, "minimal_norm", "misclassified")),
    )
    classes = len(np.unique(next(iter(attacks.values()))["label"]))
    captions["classes"] = Caption(
        "attack_classes",
        "How far, by class",
        "Two panels of medians with bars over the quartiles, for each class and network.",
        f"{of} {images // classes} images of each class.",
        printed,
        _by_network(attacks, _medians_by_class),
    )
    captions["accuracy"] = Caption(
        "attack_accuracy",
        "Accuracy under a linear attack",
        "Falling curves, one per network: test accuracy against the change of every pixel.",
        f"n = {next(iter(accuracies.values()))['images'][0]:,} test images for each network; {seeds}",
        NO_NUMBER,
        _by_network(accuracies, _accuracies_in_words),
    )
    return captions


def _by_network(tables: Mapping[str, Columns], words: Callable[[Columns], str]) -> str:
    """What is to be said of each table, or why its network was not attacked."""
    parts = (
        f"{name} {words(table) if table['status'][0] == ATTACKED else table['status'][0]}"
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
    return _join(
        f"{100 * accuracy:.1f} % at ε = {epsilon:g}"
        for epsilon, accuracy in zip(table["epsilon"], table["accuracy"], strict=True)
    )


def _join(parts: Any) -> str:
    return ", ".join(parts)


def _numbers(values: Any) -> str:
    return _join(f"{value:.3g}" for value in values)


def _fixed(values: Any) -> str:
    return _join(f"{value:.2f}" for value in values)


def _range(values: NDArray[Any], digits: str) -> str:
    return f"{values.min():{digits}} to {values.max():{digits}}"


def _power(value: float) -> str:
    return f"10^{np.log10(value):.3g}"
