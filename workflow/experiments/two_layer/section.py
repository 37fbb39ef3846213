"""Two-layer networks: captions of a pair's figures, and the table of its networks."""

from collections.abc import Mapping

import numpy as np

from experiments.two_layer.claims import two_layer_claims
from experiments.two_layer.tables import over_seeds
from report.claims import NOT_MEASURED, Columns, Settings
from report.contract import NO_NUMBER, Caption, Captions, Section, Table, join
from report.numerals import plain, span
from report.words import Words
from tilt.linear.tables import optimal_row


def section(
    *,
    networks: Mapping[str, Columns],
    paths: Mapping[str, Columns],
    words: Words,
    settings: Settings,
    per_class: int,
) -> Section:
    """The section of the two-layer networks, from the tables of each pair and its SVM."""
    read, claims = dict(networks), []
    written: Captions = {}
    for pair, table in read.items():
        claims += two_layer_claims(pair, table, words)
        written |= captions(pair, table, paths[pair], settings, per_class, words)
    return Section(claims, written, tables(read, words), {"words": words})


def captions(
    pair: str, networks: Columns, svm: Columns, settings: Settings, train_per_class: int, words: Words
) -> Captions:
    """Of one pair: the table of its networks, the path table of its SVM, the settings of the stage."""
    means = {
        name: over_seeds(networks, name)
        for name in ("err_test", "d_adv", "gradient_norm_mean", "found_mean", "ratio_median", "correlation")
    }
    decays, n = means["err_test"]["weight_decay"], means["err_test"]["n"]
    best_svm = optimal_row(svm)
    seeds = join(settings["seeds"])
    intervals = "one seed, no interval"
    if n.max(initial=0) > 1:
        intervals = "95 % intervals over the seeds (Student's t)"
    of = (
        f"n = {2 * train_per_class:,} training and {networks['test_images'][0]:,} test {words.samples}; "
        f"{len(networks['seed'])} networks of {settings['hidden']} units, seed {seeds}; {intervals}."
    )
    attacked = f"The first {settings['images_per_class']} test {words.samples} of each class at most"

    def along(name: str, digits: str = ".3g", unit: str = "") -> str:
        each = (f"{decay:g}: {_with_half(means[name], k, digits)}" for k, decay in enumerate(decays))
        return f"{join(each)}{unit}" if decays.size else NOT_MEASURED

    least = "every network diverged"
    if decays.size:
        best = int(means["err_test"]["mean"].argmin())
        least = f"{100 * means['err_test']['mean'][best]:.2f} % at weight decay {decays[best]:g}"
    least = f"Least test error: {least}; SVM {100 * svm['err_test'][best_svm]:.2f} %"
    name = words.pair(pair)
    made = {
        "errors": Caption(
            "errors",
            f"{name}: errors and distances",
            "Errors and mean distances against weight decay on the left, those of the SVM on the right.",
            of,
            NO_NUMBER,
            f"{least}. Mean distance found by weight decay: {along('found_mean', unit=f' {words.units}')}.",
        ),
        "distributions": Caption(
            "distributions",
            f"{name}: local scale and local distance",
            "Cumulative distributions of gradient norm and local distance, a curve per weight decay.",
            of,
            NO_NUMBER,
            f"Mean ‖∇s(x)‖ by weight decay: {along('gradient_norm_mean')}.",
        ),
        "found": Caption(
            "found",
            f"{name}: is the local distance the distance?",
            "Dots of the distance found against the local distance, on or below the line of equality.",
            f"{of} {attacked}.",
            NO_NUMBER,
            f"Median of found / |d(x)| by weight decay: {along('ratio_median', '.3f')}. Correlation: "
            f"{along('correlation', '.2f')}.",
        ),
        "trade_off": Caption(
            "trade_off",
            f"{name}: error against distance",
            "Test error against mean distance: the path of the SVM, and dots of the two-layer networks.",
            of,
            NO_NUMBER,
            f"{least}. Mean distance by weight decay: {along('d_adv', unit=f' {words.units}')}; SVM "
            f"{span(svm['d_adv'], plain)}.",
        ),
    }
    return {f"{pair}_{figure}": caption for figure, caption in made.items()}


def tables(networks: Mapping[str, Columns], words: Words) -> list[Table]:
    """Of the tables of networks by pair."""
    return [_networks(pair, table, words) for pair, table in networks.items()]


def _networks(pair: str, networks: Columns, words: Words) -> Table:
    """The networks of a pair by weight decay, means over the seeds with 95 % intervals."""
    columns = (
        ("Training error (%)", "err_train", 100, ".2f"),
        ("Test error (%)", "err_test", 100, ".2f"),
        ("Mean ‖∇s(x)‖", "gradient_norm_mean", 1, ".3g"),
        (f"Mean y d(x), training set ({words.units})", "d_adv", 1, ".4g"),
        ("The same, test set", "distance_mean", 1, ".4g"),
        ("Mean distance found", "found_mean", 1, ".4g"),
        ("Median of found / |d(x)|", "ratio_median", 1, ".3f"),
        ("Correlation", "correlation", 1, ".2f"),
    )
    of = {quantity: over_seeds(networks, quantity) for _, quantity, _, _ in columns}
    rows = []
    for decay in np.unique(networks["weight_decay"]):
        diverged = networks["diverged"] & (networks["weight_decay"] == decay)
        k = np.flatnonzero(of["err_test"]["weight_decay"] == decay)
        cells = ["–"] * len(columns)
        if k.size:
            cells = [_with_half(of[name], k[0], digits, factor) for _, name, factor, digits in columns]
        kept = of["err_test"]["n"][k[0]] if k.size else 0
        rows.append((f"{decay:g}", str(kept), str(diverged.sum()), *cells))
    header = ("Weight decay", "Networks", "Diverged", *(title for title, *_ in columns))
    return Table(f"{words.pair(pair)}: the networks by weight decay", header, rows)


def _with_half(of: Columns, k: int, digits: str, factor: float = 1) -> str:
    """A mean with half its interval, where there is one; less than a billionth counts as 0."""
    half = round(factor * of["half"][k], 9)
    return plain(factor * of["mean"][k], digits) + (f" ± {plain(half, '.2g')}" if np.isfinite(half) else "")
