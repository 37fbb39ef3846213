"""Support vector machines: captions of all pairs and of one, and the table of the pairs."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.svm.answer import svm_answer
from experiments.svm.claims import svm_claims
from report import article
from report.claims import Columns, Settings, comparable
from report.contract import NO_NUMBER, Caption, Captions, Section, Table, percent, power
from report.numerals import counted, plain, significant, span
from report.words import Words
from tilt.linear.tables import optimal_row


def section(
    *,
    summary: Columns,
    paths: Mapping[str, Columns],
    planes: Mapping[str, Columns],
    published: Mapping[str, Columns],
    words: Words,
    source: str,
    svm: Settings,
) -> Section:
    """The section of the SVM, from the tables of all pairs and the planes of those shown.

    `published` holds the summary of the article's tables where there are any.
    """
    tables_of, per_class = dict(paths), svm["train_per_class"]
    tabled = {pair for table in published.values() for pair in table["pair"]}
    written = captions(summary, len(next(iter(tables_of.values()))["lambda"]), per_class, words)
    for pair, plane in planes.items():
        printed = "a table of this pair, compared below" if pair in tabled else NO_NUMBER
        exponents = svm["shown_exponents"]
        of_pair = pair_captions(pair, tables_of[pair], plane, exponents, per_class, printed, words)
        written |= {f"{pair}_{figure}": caption for figure, caption in of_pair.items()}
    named = {words.pair(pair): table for pair, table in tables_of.items()}
    return Section(
        answer=svm_answer(tables_of),
        claims=svm_claims(named, numbers=comparable(source, {"svm": svm}, "svm")),
        captions=written,
        tables=tables(summary, words),
        values={"svm": svm, "words": words},
    )


def captions(summary: Columns, lambdas: int, train_per_class: int, words: Words) -> Captions:
    """Of all pairs together: their `summary_table`, the number of values of λ, training images a class."""
    least, theta = 100 * summary["err_test_optimal"], np.degrees(summary["theta_optimal"])
    best, worst = summary["lambda_article_optimal"], least.argmax()
    largest_gap = summary["largest_duality_gap"].max()
    of = (
        f"{counted(len(least), 'pair')}, n = {2 * train_per_class:,} training {words.samples} each, "
        f"{lambdas} values of λ; no seed, but a relative duality gap of at most {plain(largest_gap, '.1g')}."
    )
    return {
        "pair_maps": Caption(
            "pair_maps",
            "Every pair",
            "Four maps over class I and class J: tilt at two λ, adversarial distance, test error.",
            of,
            "least test error {:.3f} % in the mean, {:.2f} % at worst; θ at 10^-1 {} to {} rad".format(
                article.LEAST_ERROR_MEAN, article.LEAST_ERROR_WORST, *article.THETA_SMALLEST
            ),
            f"Least test error {_mean_and_worst(least)} ({words.pair(_pairs(summary)[worst])}). θ at the "
            f"smallest λ {span(summary['theta_smallest'], '{:.2f}'.format)} rad, at λ_optimal "
            f"{span(theta, '{:.0f}'.format)}°; d_adv there {span(summary['d_adv_optimal'], significant)} "
            f"{words.units}.{_of_validation(summary, words)}",
        ),
        "all_paths": Caption(
            "all_paths",
            "Every pair along λ",
            "Five panels against λ: tilt, distance, training and test error, places of the least error.",
            of,
            "λ_article of the least test error: median 10^{:g}, range 10^{:g} to 10^{:g}".format(
                article.OPTIMAL_EXPONENT, *article.OPTIMAL_EXPONENT_RANGE
            ),
            "λ_article of the least test error, of several λ the largest: "
            + (f"median {power(np.median(best))}, range " if len(best) > 1 else "")
            + f"{span(best, power)}.",
        ),
    }


def _of_validation(summary: Columns, words: Words) -> str:
    """The test error at λ_validation, where there is a validation part."""
    if "lambda_validation" not in summary:
        return ""
    error = 100 * summary["err_test_validation"]
    return f" At λ_validation, chosen without the test {words.samples}, it is {_mean_and_worst(error)}."


def _mean_and_worst(errors: NDArray[Any]) -> str:
    """Errors (n,) in % of pairs, in words."""
    if len(errors) == 1:
        return f"{errors[0]:.3f} %"
    return f"{errors.mean():.3f} % in the mean, {errors.max():.2f} % at worst"


def pair_captions(
    pair: str,
    table: Columns,
    plane: Columns,
    exponents: Sequence[float],
    train_per_class: int,
    published: str,
    words: Words,
) -> Captions:
    """Of one pair: its path table, `positions` and `mirror_positions` of its plane, the exponents drawn.

    `published` says what the article prints of the pair.
    """
    best, lam = optimal_row(table), table["lambda_article"]
    rows = [int(np.abs(np.log10(lam) - exponent).argmin()) for exponent in exponents]
    gaps = np.linalg.norm(plane["mirror_positions"] - plane["positions"], axis=2)
    degrees = np.degrees(table["theta"])
    of = f"n = {2 * train_per_class:,} training {words.samples}, {train_per_class:,} a class; no seed."
    name = words.pair(pair)

    error, of_classes = (percent(table[name][best]) for name in ("err_test", "balanced_err_test"))
    balanced = f" (mean of the two classes {of_classes})" if of_classes != error else ""
    least = f"Least test error {error}{balanced} at"
    if not table["err_test"].any():
        least = "No test error at any λ, so that λ_optimal is the largest:"
    validated = ""
    if "err_validation" in table:
        row = optimal_row(table, "validation")
        validated = (
            f" Chosen on validation {words.samples}, λ_article = {power(lam[row])}: least validation error "
            f"{percent(table['err_validation'][row])}, test error there {percent(table['err_test'][row])}."
        )

    def along(values: Sequence[str]) -> str:
        return "; ".join(f"{power(lam[k])}: {value}" for k, value in zip(rows, values, strict=True)) + "."

    return {
        "curves": Caption(
            "curves",
            f"{name}: tilt, distance and errors",
            f"Tilt, adversarial distance and errors of {name} against λ, with λ_optimal.",
            f"{of} {len(lam)} values of λ.",
            published,
            f"{least} λ_article = {power(lam[best])}, "
            f"where θ = {degrees[best]:.1f}° and d_adv = {significant(table['d_adv'][best])} {words.units}; "
            f"θ is {degrees[table['lambda'].argmin()]:.1f}° at the smallest λ.{validated}",
        ),
        "margins": Caption(
            "margins",
            f"{name}: distances from the boundary",
            f"Histograms of the signed distance of {name} from the boundary, under the scaled hinge.",
            of,
            published,
            "‖w‖ and d_adv by λ_article: "
            + along(
                [f"{plain(table['norm_w'][k])}, {significant(table['d_adv'][k])} {words.units}" for k in rows]
            ),
        ),
        "planes": Caption(
            "planes",
            f"{name}: tilt planes",
            f"Scatter plots of {name} in the tilt plane, with boundary, margins and mirror images.",
            of,
            published,
            "θ and training error by λ_article: "
            + along([f"{degrees[k]:.1f}°, {100 * table['err_train'][k]:.2f} %" for k in rows]),
        ),
        "mirrors": Caption(
            "mirrors",
            f"{name}: mirror images",
            f"A sample of each class of {name} and its mirror images; below them the weights.",
            f"One training {words.sample} a class, the nearest to its centroid.",
            published,
            f"‖x_m − x‖ in {words.units}, class I and class J, by λ_article: "
            + along([", ".join(map(significant, gaps[:, k])) for k in rows]),
        ),
    }


def tables(summary: Columns, words: Words) -> list[Table]:
    """The linear classifier of every pair: at both ends of λ, at λ_optimal and, if any, at λ_validation.

    The balanced error is there where it is not the error, as the test classes differ in size.
    """
    errors = zip(summary["err_test_optimal"], summary["balanced_err_test_optimal"], strict=True)
    balanced = any(percent(error) != percent(of_classes) for error, of_classes in errors)
    validated = "lambda_validation" in summary
    header = (
        "Pair",
        "λ_article at λ_optimal",
        "Least test error",
        *(["Balanced error there"] if balanced else []),
        "Training error there",
        "θ there",
        f"d_adv there ({words.units})",
        *([f"λ_optimal as a radius ε ({words.units})"] if "epsilon_optimal" in summary else []),
        *(["λ_article at λ_validation", "Test error there"] if validated else []),
        "Test error at smallest λ",
        "θ at smallest λ",
        "Test error at largest λ",
    )
    rows = []
    for k, pair in enumerate(_pairs(summary)):
        row = {name: column[k] for name, column in summary.items()}
        rows.append(
            (
                words.pair(pair),
                power(row["lambda_article_optimal"]),
                percent(row["err_test_optimal"]),
                *([percent(row["balanced_err_test_optimal"])] if balanced else []),
                percent(row["err_train_optimal"]),
                f"{np.degrees(row['theta_optimal']):.1f}°",
                significant(row["d_adv_optimal"], 4),
                *([significant(row["epsilon_optimal"])] if "epsilon_optimal" in row else []),
                *(
                    [power(row["lambda_article_validation"]), percent(row["err_test_validation"])]
                    if validated
                    else []
                ),
                percent(row["err_test_smallest"]),
                f"{np.degrees(row['theta_smallest']):.1f}°",
                percent(row["err_test_largest"]),
            )
        )
    return [Table(f"Summary of {counted(len(rows), 'pair')}", header, rows)]


def _pairs(summary: Columns) -> list[str]:
    """The pairs of the rows, "7v9"."""
    return [f"{i:.0f}v{j:.0f}" for i, j in zip(summary["class_i"], summary["class_j"], strict=True)]
