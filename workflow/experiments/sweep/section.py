"""The sweep and the map: captions, and tables of the sweep."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from experiments.attack.statistics import finite
from experiments.attack.styles import ASCENT, styles
from experiments.sweep.answer import sweep_answer
from experiments.sweep.claims import sweep_claims
from experiments.sweep.tables import GROUPS, TOLERANCES, attacks_of, shown_recipe
from report import article
from report.claims import NOT_MEASURED, Columns, Settings, comparable
from report.contract import Caption, Captions, Section, Table, join
from report.networks import inner_layer, layers_of
from report.numerals import counted, or_dash, plain
from report.seeds import mean_text


def section(
    *,
    networks: Columns,
    summary: Columns,
    search: Columns,
    source: str,
    training: Settings,
    attack: Settings,
    shown: str,
    settings: Mapping[str, Settings],
) -> Section:
    """The section of the sweep, from its tables and the settings of its networks."""
    numbers = comparable(source, {"training": training, "attack": attack}, "training", "attack")
    return Section(
        answer=sweep_answer(networks, shown_recipe(networks, shown)),
        claims=sweep_claims(networks, summary, search, numbers=numbers),
        captions=captions(settings, networks, summary, search, shown),
        tables=tables(networks, summary, search),
    )


def captions(
    networks: Mapping[str, Settings], table: Columns, summary: Columns, search: Columns, shown: str
) -> Captions:
    """Of the sweep: its networks' settings, its tables, and the network whose recipe has its curves drawn."""
    seeds, decays = np.unique(table["seed"]), np.unique(table["weight_decay"])
    recipes = len(np.unique(table["recipe"]))
    up_to = "" if len(networks) == recipes * len(decays) * len(seeds) else "up to "
    of = (
        f"{len(networks)} networks: {counted(recipes, 'recipe')}, {up_to}{len(decays)} weight decays, {up_to}"
        f"{counted(len(seeds), 'seed')} ({join(seeds)})"
        + ("; bands are 95 % intervals over seeds (Student's t)" if len(seeds) > 1 else "; no interval")
        + f". {diverged(table)}"
    )
    recipe = shown_recipe(table, shown)
    of_recipe = table["recipe"] == recipe
    curves = of_recipe & ~table["diverged"]
    inner = inner_layer(table)
    return {
        "errors": Caption(
            "errors",
            "Errors against weight decay",
            "Two panels: training error and test error at the end against weight decay, a line per recipe.",
            of,
            "final test error {low:g} % at 1e-04 and {high:g} % at 1e-01".format(**article.LENET_TEST_ERROR),
            f"Least mean test error: {_per_recipe(summary, 'test_error_mean', 100, '.2f', ' %')}.",
        ),
        "robustness": Caption(
            "robustness",
            "Adversarial distance and temperature against weight decay",
            "Panels against weight decay, a line per recipe: adversarial norms, temperature.",
            f"{of} Each norm is over the attacked images of a network for which the attack succeeded"
            + _at_least([table[f"{name}_success"][~table["diverged"]] for name in attacks_of(table)])
            + ".",
            "mean norm {low:.2f} at 1e-04 and {high:.2f} at 1e-01, 10 images".format(**article.ATTACK_MEAN),
            f"Greatest mean norm: {_per_recipe(summary, f'{ASCENT}_mean_mean', -1, '.2f', '')}.",
        ),
        "rms": Caption(
            "rms",
            "Size of the weights against weight decay",
            "A panel for each layer: root mean square of its weights against weight decay.",
            of,
            "; ".join(
                f"{side} {join(f'{value:g}' for value in values.values())}"
                for side, values in article.LENET_RMS.items()
            ),
            f"RMS of {inner} from the least to the greatest weight decay that trained: "
            + "; ".join(_ends(summary, name, f"rms_{inner}_mean") for name in _recipes(summary))
            + ".",
        ),
        "curves": Caption(
            "curves",
            "Errors along the epochs",
            "Curves of training and test error against the epoch, coloured by weight decay.",
            f"{curves.sum()} networks of one recipe ({recipe}); "
            f"seed {join(np.unique(table['seed'][of_recipe]))}. "
            f"Left out: {join(table['network'][of_recipe & table['diverged']]) or 'none'}.",
            "curves of two weight decays, one network each",
            "Test error at the end: "
            + "; ".join(
                f"{100 * mean:.2f} % at {decay:g}" if np.isfinite(mean) else f"diverged at {decay:g}"
                for decay, mean in zip(
                    *(summary[k][summary["recipe"] == recipe] for k in ("weight_decay", "test_error_mean")),
                    strict=True,
                )
            )
            + ".",
        ),
        "search": Caption(
            "search",
            "Which recipe comes nearest to the article",
            "A row of dots per recipe: its distance from each group of published figures, nearest on top.",
            f"{counted(len(search['recipe']), 'recipe')} with the article's two weight decays. "
            "Tolerated factors: "
            + join(f"{GROUPS[group]} {factor:g}" for group, factor in TOLERANCES.items())
            + ".",
            "errors along the epochs, RMS of the weights, adversarial norms",
            "Root mean square deviation in tolerances: "
            + (
                "; ".join(
                    f"{name} {distance:.1f}" if np.isfinite(distance) else f"{name} {NOT_MEASURED}"
                    for name, distance in zip(search["recipe"], search["distance"], strict=True)
                )
                or NOT_MEASURED
            )
            + ".",
        ),
    }


def tables(networks: Columns, summary: Columns, search: Columns) -> list[Table]:
    """Of the means over seeds, and of the recipes' distances from the article's figures."""
    return [_means(summary, layers_of(networks)), _distances(search)]


def _means(summary: Columns, layers: Sequence[str]) -> Table:
    """The means over seeds, a row per recipe and weight decay."""
    rows, attacks = [], styles(attacks_of(summary))
    for k in range(len(summary["recipe"])):
        row = {name: column[k] for name, column in summary.items()}
        rows.append(
            (
                row["recipe"],
                f"{row['weight_decay']:g}",
                f"{row['n']:.0f}" + (f" ({row['n_left_out']:.0f} diverged)" if row["n_left_out"] else ""),
                mean_text(summary, "train_error", k, 100, ".2f"),
                mean_text(summary, "test_error", k, 100, ".2f"),
                mean_text(summary, "test_error_best", k, 100, ".2f"),
                *(mean_text(summary, f"rms_{layer}", k, 1, ".2g") for layer in layers),
                mean_text(summary, "temperature", k, 1, ".2f"),
                *(
                    mean_text(summary, f"{attack}_{part}", k, 1, ".2f")
                    for attack in attacks
                    for part in ("mean", "median")
                ),
            )
        )
    header = (
        *("Recipe", "Weight decay", "n", "Training error (%)", "Test error (%)", "Least test error (%)"),
        *(f"RMS {layer}" for layer in layers),
        "Temperature",
        *(f"{part} {look.norm}" for look in attacks.values() for part in ("Mean", "Median")),
    )
    return Table("Means over seeds, with 95 % intervals where there are several", header, rows)


def _distances(search: Columns) -> Table:
    """Distances of the recipes from the article's figures."""
    names = [*GROUPS, "low", "high", "distance"]
    rows = [
        (recipe, *(or_dash(search[name][k], ".2f") for name in names))
        for k, recipe in enumerate(search["recipe"])
    ]
    header = ("Recipe", *(name.capitalize() for name in GROUPS.values()), "Low alone", "High alone", "All")
    return Table("Distance from the article's figures, in tolerances", header, rows)


def _per_recipe(summary: Columns, quantity: str, factor: float, digits: str, unit: str) -> str:
    """The least value of factor × quantity along weight decay, for each recipe; -1 finds the greatest."""
    parts = []
    for recipe in _recipes(summary):
        rows = (summary["recipe"] == recipe) & np.isfinite(summary[quantity])
        if not rows.any():
            parts.append(f"{recipe} {NOT_MEASURED}")
            continue
        values, decays = factor * summary[quantity][rows], summary["weight_decay"][rows]
        best = values.argmin()
        parts.append(f"{recipe} {plain(abs(values[best]), digits)}{unit} at {decays[best]:g}")
    return "; ".join(parts)


def _ends(summary: Columns, recipe: str, quantity: str) -> str:
    values = summary[quantity][(summary["recipe"] == recipe) & np.isfinite(summary[quantity])]
    return f"{recipe} " + (
        f"{plain(values[0], '.2g')} to {plain(values[-1], '.2g')}" if len(values) else NOT_MEASURED
    )


def diverged(table: Columns) -> str:
    """How many networks diverged, by weight decay."""
    decays, counts = np.unique(table["weight_decay"][table["diverged"]], return_counts=True)
    parts = [f"{count} at weight decay {decay:g}" for decay, count in zip(decays, counts, strict=True)]
    return f"Diverged: {join(parts) or 'none'}."


def _recipes(summary: Columns) -> list[str]:
    return list(dict.fromkeys(summary["recipe"].tolist()))


def _at_least(shares: Sequence[NDArray[np.float64]]) -> str:
    known = finite(np.concatenate(shares))
    return f", at least {100 * known.min():.0f} % of them" if known.size else ""
