"""Many networks at once: a row for each, intervals over seeds, distance to the article's figures.

Networks that diverged are listed and left out of every mean.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.attack.statistics import found_norms, searching
from experiments.attack.styles import ASCENT
from report.article import ATTACK_MEAN, LENET_CURVES, LENET_DECAYS, LENET_RMS
from report.networks import OF_SEEDS, is_of_article, layers_of, record_columns
from report.seeds import over_seeds
from tilt.chance import at_chance, chance_error
from tilt.intervals import mean_interval
from tilt.io import table_of

Array = NDArray[np.float64]
Columns = Mapping[str, NDArray[Any]]
Settings = Mapping[str, Any]

TRAINED = ("train_error", "test_error", "train_error_best", "test_error_best")
OF_ATTACK = ("mean", "median", "success")  # columns of each attack, after its name

# Groups of published figures, with the factor by which a figure of ours may differ from the article's.
TOLERANCES = {"test_error": 1.25, "train_error": 1.5, "rms": 1.5, "norm": 1.25}
GROUPS = {
    "test_error": "test error",
    "train_error": "training error",
    "rms": "RMS of the weights",
    "norm": "adversarial norm",
}
ERROR_FLOOR = 0.1  # in %: errors below it count as this, for a plot shows no less


def tables(
    *,
    histories: Mapping[str, Columns],
    attacks: Mapping[str, Columns],
    records: Mapping[str, Settings],
    record: Settings,
    settings: Mapping[str, Settings],
) -> dict[str, Columns]:
    """The networks, their summary over seeds, and the search for the article's recipe."""
    table = collected(histories, attacks, records, record, settings)
    along = {name: histories[name] for name in settings}
    of_article = {name: along[name] for name in settings if is_of_article(settings[name])}
    return {"networks": table, "summary": summary_table(table), "search": search_table(table, of_article)}


def collected(
    histories: Mapping[str, Columns],
    attacks: Mapping[str, Columns],
    records: Mapping[str, Settings],
    record: Settings,
    settings: Mapping[str, Settings],
) -> dict[str, NDArray[Any]]:
    """The `networks_table` of the networks in `settings`; `record` is that of the data set."""
    return networks_table(
        settings,
        [histories[name] for name in settings],
        [attacks[name] for name in settings],
        [records[name]["temperature"] for name in settings],
        chance=chance_error(record["test"]["images_per_class"].values()),
    )


def networks_table(
    networks: Mapping[str, Settings],
    histories: Sequence[Columns],
    attacks: Sequence[Columns],
    temperatures: Sequence[float | None],
    *,
    chance: float,
) -> dict[str, NDArray[Any]]:
    """A row per network: its record, the columns TRAINED, those of the attacks, and whether it diverged.

    Takes settings by name and, in the same order, training histories, tables of attacked images and
    temperatures. Errors are those at the end and, as `_best`, the least along the epochs; there is one column
    `rms_LAYER` for each layer. Each attack that searches, and the article's at any rate, has the `_mean` and
    `_median` norm of the images for which it succeeded, and their share as `_success`. What was not measured
    is nan. A network diverged if its training says so or its final test error is `at_chance`.
    """
    rows = []
    records, layers = record_columns(networks), [f"rms_{layer}" for layer in layers_of(*histories)]
    searched = dict.fromkeys([ASCENT, *(name for table in attacks for name in searching(table))])
    for (name, network), history, attack, temperature in zip(
        networks.items(), histories, attacks, temperatures, strict=True
    ):
        end = float(history["test_error"][-1])
        rows.append(
            {
                **records[name],
                "weight_scale": network["weight_scale"],
                "epochs": len(history["epoch"]),
                "diverged": bool(history["diverged"][-1]) or at_chance(end, chance),
                "train_error": float(history["train_error"][-1]),
                "test_error": end,
                "train_error_best": _least(history["train_error"]),
                "test_error_best": _least(history["test_error"]),
                **{layer: float(history[layer][-1]) if layer in history else np.nan for layer in layers},
                "temperature": np.nan if temperature is None else temperature,
                **{key: value for of in searched for key, value in _norms(attack, of).items()},
            }
        )
    return table_of(rows)


def summary_table(table: Columns) -> dict[str, NDArray[Any]]:
    """Means over seeds with their 95 % intervals, a row per recipe and weight decay of a `networks_table`.

    See `over_seeds`; networks that diverged do not count.
    """
    layers = (f"rms_{layer}" for layer in layers_of(table))
    of_attacks = (f"{attack}_{part}" for attack in attacks_of(table) for part in OF_ATTACK)
    return over_seeds(table, OF_SEEDS, (*TRAINED, *layers, "temperature", *of_attacks), ~table["diverged"])


def attacks_of(table: Columns) -> list[str]:
    """The attacks that a `networks_table` or `summary_table` has columns of, in their order."""
    return list(dict.fromkeys(column.split("_success")[0] for column in table if "_success" in column))


def shown_recipe(table: Columns, network: str) -> str:
    """The recipe of the named network, or the first, of those with a network that did not diverge if any."""
    recipes = table["recipe"][~table["diverged"]] if not table["diverged"].all() else table["recipe"]
    named = table["recipe"][table["network"] == network]
    return str(named[0] if np.isin(named, recipes).any() else recipes[0])


def by_seed(table: Columns, recipe: str, decays: Sequence[float], quantity: str) -> Array:
    """A quantity of the networks of a recipe at each weight decay, (n, len(decays)).

    Of a `networks_table`, a row for each seed whose networks all count and have the quantity.
    """
    found = []
    for seed in np.unique(table["seed"]):
        rows = [
            np.flatnonzero(
                (table["recipe"] == recipe)
                & (table["seed"] == seed)
                & (table["weight_decay"] == decay)
                & ~table["diverged"]
                & np.isfinite(table[quantity])
            )
            for decay in decays
        ]
        if all(len(r) for r in rows):
            found.append([table[quantity][r[0]] for r in rows])
    return np.array(found).reshape(-1, len(decays))


def search_table(table: Columns, histories: Mapping[str, Columns]) -> dict[str, NDArray[Any]]:
    """How far each recipe is from all figures that the article prints of LeNet, the nearest first.

    From a `networks_table` and, by name, the histories of the networks of the article's kind, a row per
    recipe of these that has the article's two weight decays. A figure's deviation is the logarithm of ours
    (the mean over seeds) over the article's, divided by the logarithm of the tolerated factor: 1 where it is
    just tolerated. The columns of TOLERANCES hold the root mean square over a group of figures: `test_error`
    and `train_error` along the epochs (those that were trained), `rms` of the layers, `norm` of adversarial
    perturbations. `distance` is the root mean square of the groups; `low` and `high` are the same for the
    figures of one weight decay alone. A recipe with nothing but diverged networks on a side, or without a
    norm there, has no distance (nan) and comes last.
    """
    rows = []
    for recipe in dict.fromkeys(table["recipe"][np.isin(table["network"], list(histories))].tolist()):
        counted = {
            side: (table["recipe"] == recipe) & (table["weight_decay"] == decay) & ~table["diverged"]
            for side, decay in LENET_DECAYS.items()
        }
        decays = table["weight_decay"][table["recipe"] == recipe]
        if not np.isin(list(LENET_DECAYS.values()), decays).all():
            continue
        deviations = {
            side: _deviations(
                side,
                {name: column[rows] for name, column in table.items()},
                [histories[name] for name in table["network"][rows]],
            )
            for side, rows in counted.items()
        }
        groups = {
            group: _rms(np.concatenate([deviations[side][group] for side in deviations]))
            for group in TOLERANCES
        }
        sides = {side: _rms([_rms(d) for d in of.values()]) for side, of in deviations.items()}
        seeds = {f"n_{side}": int(rows.sum()) for side, rows in counted.items()}
        distance = _rms(list(groups.values()))
        rows.append({"recipe": recipe, **seeds, **groups, **sides, "distance": distance})
    names = ("recipe", *(f"n_{side}" for side in LENET_DECAYS), *TOLERANCES, *LENET_DECAYS, "distance")
    rows.sort(key=lambda row: (np.isnan(row["distance"]), row["distance"]))
    return {name: np.array([row[name] for row in rows]) for name in names}


def _deviations(side: str, table: Columns, histories: Sequence[Columns]) -> dict[str, Array]:
    """Deviations of the networks of one side, in tolerances, by group; nan where no network counts."""
    length = min((len(history["epoch"]) for history in histories), default=0)
    pairs: dict[str, list[tuple[float, float]]] = {group: [] for group in TOLERANCES}
    for group in ("test_error", "train_error"):
        for epoch, value in LENET_CURVES[side, group].items():
            if epoch <= length:
                ours = 100 * float(np.mean([history[group][epoch - 1] for history in histories]))
                pairs[group].append((max(ours, ERROR_FLOOR), max(value, ERROR_FLOOR)))
    pairs["rms"] = [
        (mean_interval(table[f"rms_{layer}"])[0], value) for layer, value in LENET_RMS[side].items()
    ]
    norms = table[f"{ASCENT}_mean"]
    pairs["norm"] = [(mean_interval(norms[np.isfinite(norms)])[0], ATTACK_MEAN[side])]
    return {
        group: np.array([np.log(ours / value) for ours, value in found] or [np.nan])
        / np.log(TOLERANCES[group])
        for group, found in pairs.items()
    }


def grid(table: Columns, quantity: str) -> tuple[Array, Array, Array]:
    """A quantity over initial weight scale × weight decay, of a `networks_table` with one seed.

    Returns the scales (r,), the decays (c,), and the quantity (r, c), nan where the network diverged.
    """
    scales, row = np.unique(table["weight_scale"], return_inverse=True)
    decays, column = np.unique(table["weight_decay"], return_inverse=True)
    cells = np.full((len(scales), len(decays)), np.nan)
    cells[row, column] = np.where(table["diverged"], np.nan, table[quantity])
    return scales.astype(np.float64), decays, cells


def complete_rows(cells: Array) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows and columns of a complete part of a grid (r, c): the emptiest are left out until none is nan."""
    rows, columns = np.arange(cells.shape[0]), np.arange(cells.shape[1])
    while (missing := np.isnan(cells[np.ix_(rows, columns)])).any():
        by_row, by_column = missing.mean(axis=1), missing.mean(axis=0)
        if by_row.max() > by_column.max():
            rows = np.delete(rows, by_row.argmax())
        else:
            columns = np.delete(columns, by_column.argmax())
    return rows, columns


def variance_shares(cells: Array) -> tuple[float, float, float]:
    """Shares of the variance of complete cells (r, c) that rows, columns and both together explain.

    The two-way decomposition into the means of the rows, the means of the columns, and what is left over;
    the shares add up to 1. nan for cells that are all equal, or none.
    """
    if cells.size == 0 or np.ptp(cells) == 0:
        return np.nan, np.nan, np.nan
    centred = cells - cells.mean()
    of_rows, of_columns = centred.mean(axis=1, keepdims=True), centred.mean(axis=0, keepdims=True)
    total = np.mean(centred**2)
    rest = np.mean((centred - of_rows - of_columns) ** 2)
    return float(np.mean(of_rows**2) / total), float(np.mean(of_columns**2) / total), float(rest / total)


def _norms(attack: Columns, name: str) -> dict[str, float]:
    """The columns OF_ATTACK of one attack, which the table may lack."""
    norms = found_norms(attack, name)
    success = float(np.isfinite(norms).mean()) if norms.size else np.nan
    values = (_of_finite(np.mean, norms), _of_finite(np.median, norms), success)
    return {f"{name}_{part}": value for part, value in zip(OF_ATTACK, values, strict=True)}


def _rms(values: Array | list[float]) -> float:
    return float(np.sqrt(np.mean(np.square(values))))


def _least(values: Array) -> float:
    return _of_finite(np.min, values)


def _of_finite(statistic: Any, values: Array) -> float:
    finite = values[np.isfinite(values)]
    return float(statistic(finite)) if finite.size else np.nan
