"""Panel of the two-layer networks of pairs: distributions, local and found distances, the weight decay."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from bokeh.models import Range1d, Span
from bokeh.plotting import figure
from numpy.typing import NDArray

from experiments.two_layer.tables import over_seeds, reached
from report.figures.colours import CLASS_I, CLASS_J, HIGH
from report.numerals import counted
from report.panels.base import CURRENT, GREY, INK, Control, Panel, axes, packed, section
from report.panels.shared import decay_axes, greatest, plain_log
from report.words import Words
from tilt.histograms import edges_between
from tilt.linear.tables import optimal_row
from tilt.two_layer import local_distance

Array = NDArray[np.float64]
Columns = Mapping[str, NDArray[Any]]

BANK = "two-layer/{two_layer_pair}"
STATE = ("two_layer_seed", "two_layer_decay")
FOUND = "#56B4E9"
BINS = 60
CLASSES = {"i": (-1, CLASS_I, "circle", "class I"), "j": (1, CLASS_J, "triangle", "class J")}
NAMES = {"class I": ("class_i",), "class J": ("class_j",)}  # what legends say until a pair is shown
MEANS = ("err_train", "err_test", "d_adv", "found_mean")
SINGLE = (*MEANS, "ratio_median", "flat")


def panel(
    *,
    networks: Mapping[str, Columns],
    images: Mapping[str, Columns],
    local: Mapping[str, Columns],
    paths: Mapping[str, Columns],
    words: Words,
) -> dict[str, Any]:
    """The panel of the two-layer networks, from the tables of each pair."""
    return two_layer_panels(dict(networks), dict(images), dict(local), dict(paths), words)


def two_layer_panels(
    networks: Mapping[str, Columns],
    images: Mapping[str, Columns],
    local: Mapping[str, Columns],
    svm: Mapping[str, Columns],
    words: Words,
) -> dict[str, Any]:
    """The section from the tables and arrays of `study_tables` and the path table of the SVM, by pair."""
    seeds = _union(networks, "seed")
    decays = _union(networks, "weight_decay")
    tokens = [f"{value:g}" for value in decays]
    pairs = list(networks)
    controls = [
        Control("two_layer_pair", "Pair", pairs, list(map(words.pair, pairs)), slider=False),
        Control("two_layer_decay", "Weight decay", tokens, tokens),
        Control("two_layer_seed", "Seed", [str(s) for s in seeds], [str(s) for s in seeds], slider=False),
    ]
    sizes = "; ".join(
        f"{words.pair(pair)}: {counted(table['test_images'][0], f'test {words.sample}')}, up to "
        f"{table['attacked'].max():,} attacked"
        for pair, table in networks.items()
    )
    runs = (
        f"means over {len(seeds)} seeds with 95 % intervals (Student’s t, cut at the axes)"
        if len(seeds) > 1
        else "one seed, no interval"
    )
    panel = Panel(
        "panel-two-layer",
        f"A two-layer network around each {words.sample}",
        controls,
        f"{sizes}. Class I is the first of the pair. Histograms: all test {words.samples}, in percent of "
        f"their class; what lies beyond the axis counts in the last bin, and {words.samples} where ∇s(x) = 0 "
        f"have no d(x). Dots: attacked test {words.samples} classified right, the nearest point of the other "
        f"class that was found against |d(x)| (on the line both are equal); {words.features} may leave their "
        f"range, and less than one dot in a hundred may lie beyond the axes. Below: {runs}, networks that "
        "diverged left out; the network shown is pink; the lines across are the SVM of the pair at its λ of "
        "least test error, certified, no interval. The article prints no number for these networks: all of "
        "them are ours.",
    )
    banks = {
        BANK.format(two_layer_pair=pair): _bank(
            networks[pair], images[pair], local[pair], svm[pair], seeds, decays
        )
        | dict(zip(("class_i", "class_j"), words.sides(pair), strict=True))
        for pair in pairs
    }
    _distributions(panel, words)
    _distances(panel, words)
    _along(panel, tokens, words)
    return section([panel], banks)


def _distributions(panel: Panel, words: Words) -> None:
    for name, x, scale, alt in (
        ("norm", f"gradient norm ‖∇s(x)‖ (per {words.unit})", "log", "gradient norms"),
        ("distance", f"local distance y d(x) ({words.units}, L2)", "linear", "local distances"),
    ):
        plot = axes(
            x,
            f"test {words.samples} (% of their class)",
            x_axis_type=scale,
            x_range=Range1d(0.1, 1),
            y_range=Range1d(0, 1),
        )
        if scale == "log":
            plain_log(plot.xaxis)
        else:
            edge = Span(dimension="height", location=0, line_color=GREY)
            plot.add_layout(edge)
        for key, (_, colour, _, label) in CLASSES.items():
            source = panel.source(
                BANK, left=(f"{name}_left",), right=(f"{name}_right",), top=(f"{name}_{key}", *STATE)
            )
            plot.quad(
                left="left", right="right", top="top", bottom=0, source=source,
                fill_color=colour, fill_alpha=0.45, line_color=colour, line_alpha=0.6, legend_label=label,
            )  # fmt: skip
        panel.follow_legend(plot, BANK, NAMES)
        panel.follow(plot.x_range, BANK, start=(f"{name}_low",), end=(f"{name}_high",))
        panel.follow(plot.y_range, BANK, end=(f"{name}_top",))
        panel.plot(plot, f"Histograms of the {alt} of both classes")


def _distances(panel: Panel, words: Words) -> None:
    plot = axes(
        f"local distance |d(x)| ({words.units}, L2)", f"distance found ({words.units}, L2)",
        x_range=Range1d(0.1, 1), y_range=Range1d(0.1, 1), x_axis_type="log", y_axis_type="log",
    )  # fmt: skip
    plain_log(plot.axis)
    diagonal = panel.source(BANK, x=("found_reach",))
    plot.line("x", "x", source=diagonal, legend_label="equal").glyph.tags = [INK]
    for key, (_, colour, marker, label) in CLASSES.items():
        source = panel.source(BANK, x=(f"local_{key}", *STATE), y=(f"found_{key}", *STATE))
        plot.scatter(
            "x", "y", source=source, color=colour, alpha=0.6, size=6, marker=marker, legend_label=label
        )
    panel.follow_legend(plot, BANK, NAMES)
    for shown in (plot.x_range, plot.y_range):
        panel.follow(shown, BANK, start=("found_low",), end=("found_high",))
    panel.plot(plot, "Distance of the nearest point of the other class found against the local distance")
    state = dict(zip(SINGLE, ((name, *STATE) for name in SINGLE), strict=True))
    panel.readout("training error", BANK, state["err_train"], 2, unit=" %")
    panel.readout("test error", BANK, state["err_test"], 2, unit=" %")
    for label, name in (("mean y d(x), training set", "d_adv"), ("mean distance found", "found_mean")):
        panel.readout(label, BANK, state[name], 4, unit=f" {words.units}", significant=True)
    panel.readout("median of found / |d(x)|", BANK, state["ratio_median"], 3)
    panel.readout(f"test {words.samples} where ∇s(x) = 0", BANK, state["flat"], 0)
    panel.readout("network", BANK, ("outcome", *STATE))


def _along(panel: Panel, tokens: Sequence[str], words: Words) -> None:
    for name, y, curves in (
        (
            "error",
            "error (%)",
            (("err_train", "training set", GREY, "square"), ("err_test", "test set", CLASS_J, "circle")),
        ),
        (
            "length",
            f"distance ({words.units}, L2)",
            (
                ("d_adv", "mean y d(x), training set", CLASS_I, "circle"),
                ("found_mean", "mean distance found, test set", FOUND, "square"),
            ),
        ),
    ):
        plot = decay_axes(tokens, y, y_range=Range1d(0, 1), height=300)
        for quantity, label, colour, marker in curves:
            _curve(panel, plot, quantity, label, colour, marker)
        known = "err_test" if name == "error" else "d_adv"
        across = panel.source(BANK, x=("ends",), y=(f"svm_{known}",))
        label = "SVM, test set" if name == "error" else "SVM, mean y d(x), training set"
        plot.line("x", "y", source=across, color=HIGH, line_dash="dashed", line_width=2, legend_label=label)
        panel.cursor(plot, BANK, ("place", "two_layer_decay"))
        panel.follow(plot.y_range, BANK, start=(f"{name}_base",), end=(f"{name}_top",))
        panel.plot(plot, f"Mean {'errors' if name == 'error' else 'distances'} against weight decay")


def _curve(panel: Panel, plot: figure, quantity: str, label: str, colour: str, marker: str) -> None:
    """Means over the seeds with their intervals, and the network shown."""
    parts = {name: (f"{quantity}_{name}",) for name in ("mean", "low", "high")}
    source = panel.source(BANK, x=("place",), **parts)
    plot.segment("x", "low", "x", "high", source=source, color=colour, line_width=2)
    plot.line("x", "mean", source=source, color=colour, legend_label=label)
    plot.scatter("x", "mean", source=source, color=colour, marker=marker, size=6, legend_label=label)
    here = panel.source(BANK, x=("place", "two_layer_decay"), y=(quantity, *STATE))
    plot.scatter("x", "y", source=here, color=CURRENT, marker=marker, size=12)


def _bank(
    networks: Columns, images: Columns, local: Columns, svm: Columns, seeds: Array, decays: Array
) -> dict[str, Any]:
    """Everything of one pair; arrays over networks are (seeds, decays, ...), nan where one diverged."""
    shape = (len(seeds), len(decays))

    def cells(table: Columns) -> tuple[Any, Any]:
        return np.searchsorted(seeds, table["seed"]), np.searchsorted(decays, table["weight_decay"])

    outcome = np.full(shape, "no such network", object)
    outcome[cells(networks)] = np.where(networks["diverged"], "diverged or at chance", "trained")
    factor = {name: 100 if name.startswith("err") else 1 for name in SINGLE}
    single = {name: np.full(shape, np.nan) for name in SINGLE}
    for name, values in single.items():
        values[cells(networks)] = factor[name] * networks[name]
    best = optimal_row(svm)
    of_svm = {name: factor[name] * svm[name][best] for name in ("err_test", "d_adv")}
    bank = {
        "place": packed(np.arange(len(decays)), 1),
        "ends": packed([-0.5, len(decays) - 0.5]),
        "outcome": outcome.tolist(),
        **{name: packed(values) for name, values in single.items()},
        **{f"svm_{name}": packed([value, value]) for name, value in of_svm.items()},
    }
    trained = outcome == "trained"
    for top, quantities, known in (("error", MEANS[:2], "err_test"), ("length", MEANS[2:], "d_adv")):
        reach = [single[name][trained] for name in quantities]
        most = greatest([*np.concatenate(reach), of_svm[known]])
        bank |= {f"{top}_base": packed([-0.04 * most]), f"{top}_top": packed([1.1 * most])}
    for name in MEANS:
        of = over_seeds(networks, name)
        ends = {"mean": of["mean"], "low": of["mean"] - of["half"], "high": of["mean"] + of["half"]}
        for part, values in ends.items():
            along = np.full(len(decays), np.nan)
            along[np.searchsorted(decays, of["weight_decay"])] = factor[name] * values
            bank[f"{name}_{part}"] = packed(along)
    return bank | _histograms(local, cells(local), trained) | _dots(images, cells(images), shape)


def _histograms(local: Columns, cells: tuple[Any, Any], trained: NDArray[np.bool_]) -> dict[str, Any]:
    """Gradient norms and local distances of all test images, in bins that all networks share."""
    kept = trained[cells]
    norm = np.where(kept[:, None], local["gradient_norm"], np.nan)
    norm[norm == 0] = np.nan
    distance = local["y"] * local_distance(local["score"], norm)
    low, high = np.nanquantile(norm, (0.001, 1)) if np.isfinite(norm).any() else (0.1, 1.0)
    low = min(max(low, 1e-4 * high), high / 1.5)
    inner, outer = np.nanquantile(distance, (0.002, 0.995)) if np.isfinite(distance).any() else (0.0, 1.0)
    bank: dict[str, Any] = {}
    for name, values, edges in (
        ("norm", norm, np.geomspace(low, high, BINS + 1)),
        ("distance", distance, edges_between(min(inner, 0), outer if outer > 0 else 1.0, BINS)),
    ):
        bank |= {f"{name}_left": packed(edges[:-1]), f"{name}_right": packed(edges[1:])}
        bank |= {f"{name}_low": packed(edges[:1]), f"{name}_high": packed(edges[-1:])}
        top = 0.0
        for key, (label, *_) in CLASSES.items():
            shares = np.zeros((*trained.shape, BINS))
            of_class = values[:, local["y"] == label]
            shares[cells] = [
                100 / max(of_class.shape[1], 1)
                * np.histogram(np.clip(row[np.isfinite(row)], edges[0], edges[-1]), edges)[0]
                for row in of_class
            ]  # fmt: skip
            bank[f"{name}_{key}"] = packed(shares, 0.01)
            top = max(top, float(shares.max()))
        bank[f"{name}_top"] = packed([1.05 * top if top else 1])
    return bank


def _dots(images: Columns, cells: tuple[Any, Any], shape: tuple[int, int]) -> dict[str, Any]:
    """Local and found distances of the attacked images that were `reached`, by class."""
    usable = reached(images)
    bank: dict[str, Any] = {}
    drawn = []
    for key, (label, *_) in CLASSES.items():
        rows = images["y"] == label
        order = np.unique(images["index"][rows], return_inverse=True)
        for name, values in (("local", np.abs(images["distance"])), ("found", images["found"])):
            placed = np.full((*shape, len(order[0])), np.nan)
            placed[(*(axis[rows] for axis in cells), order[1])] = np.where(usable, values, np.nan)[rows]
            bank[f"{name}_{key}"] = packed(placed)
            drawn.append(placed[placed > 0])
    every = np.concatenate(drawn)
    low, high = np.quantile(every, (0.005, 1)) if every.size else (0.1, 1.0)
    low, high = low / 1.1, 1.1 * high
    return bank | {
        "found_low": packed([low]),
        "found_high": packed([high]),
        "found_reach": packed([low, high]),
    }


def _union(tables: Mapping[str, Columns], name: str) -> Array:
    """The values of a column that any of the tables has, rising."""
    return np.unique(np.concatenate([table[name] for table in tables.values()]))
