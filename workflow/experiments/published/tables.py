"""The article's tables of the SVM on MNIST, how far ours are from them, and libsvm's word where they differ.

The article publishes a file per pair of digits I < J, extras_IJ.csv: 14 rows of 81 numbers without a header.
Column k belongs to λ_article = 10^(7 - k/10). Rows 0-5 are θ, the signed distance of the midpoint between the
centroids, 1/‖w‖, d_adv and the two errors in %, to three decimals; the others are places in the tilt plane.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import numpy as np
from numpy.typing import NDArray

from pipeline.pair import pair_classes
from tilt.data.images import BinaryPair, Images, binary_pair
from tilt.data.transfer import SCHEMES, pause
from tilt.errors import InputError
from tilt.geometry import (
    adversarial_distance,
    error_rate,
    nearest_centroid_direction,
    signed_distance,
    tilt_angle,
)
from tilt.linear.libsvm import libsvm_models
from tilt.linear.tables import Array, Columns
from tilt.losses import hinge, regularised_risk

Pair = tuple[int, int]

SHAPE = (14, 81)
LAMBDAS = 10.0 ** (np.arange(70, -11, -1) / 10)
ROUNDING = 5e-4  # of the printed numbers
ERRORS = ("err_train", "err_test")

TOLERANCES = {"theta": 1.5e-3, "norm_w": 0.05, "d_adv": 2.5e-3, "err_train": 0.05, "err_test": 0.1}
"""Largest deviation that needs no explanation: radians, relative, pixels, and twice percentage points.

They allow for a solver that stopped early, for 1/‖w‖ printed with two digits at small λ, and for three
training and about two test images.
"""

_REMEDY = "give the folder or address that holds the article's tables, or turn this comparison off"

logger = logging.getLogger(__name__)


def tables(*, pairs: Sequence[str], source: Mapping[str, Any]) -> dict[str, Columns]:
    """The article's tables of the pairs as one, and the pairs that lack one."""
    found, absent = fetch_tables(
        source["location"], [pair_classes(pair) for pair in pairs], source["retries"], source["timeout_s"]
    )
    names = ["lambda_article", *(name for name in next(iter(found.values())) if name != "lambda_article")]
    tidy = {"pair": np.repeat([f"{i}v{j}" for i, j in found], [len(t["theta"]) for t in found.values()])}
    tidy |= {name: np.concatenate([table[name] for table in found.values()]) for name in names}
    return {"tables": tidy, "absent": {"pair": np.array([f"{i}v{j}" for i, j in absent], str)}}


def pair(
    *, tables: Columns, data: Images, path: Columns, name: str, train_per_class: int
) -> dict[str, Columns]:
    """How far a pair's path is from the article's table of it, and libsvm's word where it is too far."""
    rows = tables["pair"] == name
    if not rows.any():
        logger.info("the article's table of %s is absent", name)
        nothing = {"lambda_article": np.array([])}
        return {"deviations": nothing, "arbitration": nothing}
    published = {column: values[rows] for column, values in tables.items() if column != "pair"}
    samples = binary_pair(data, *pair_classes(name), train_per_class)
    return {
        "arbitration": arbitrate(samples, path, published),
        "deviations": deviations(path, published),
    }


def summary(*, deviations: Mapping[str, Columns], arbitrations: Mapping[str, Columns]) -> dict[str, Columns]:
    """The deviations of all pairs summarised, and where libsvm arbitrated."""
    compared = {pair_classes(name): table for name, table in present(deviations).items()}
    arbitrated = present(arbitrations)
    columns = next(iter(arbitrated.values()), {"lambda_article": np.array([])})
    collected = {"pair": np.repeat(list(arbitrated), [len(t["quantity"]) for t in arbitrated.values()])}
    for name in columns:
        collected[name] = np.concatenate([[], *(table[name] for table in arbitrated.values())])
    return {"summary": summarise(compared), "arbitration": collected}


def present(tables: Mapping[str, Columns]) -> dict[str, Columns]:
    """The tables that have rows, by pair."""
    read = dict(tables)
    return {name: table for name, table in read.items() if len(table["lambda_article"])}


def fetch_tables(
    location: str, pairs: Sequence[Pair], retries: int, timeout_s: float
) -> tuple[dict[Pair, Columns], list[Pair]]:
    """The published tables of `pairs`, as `read_table` has them, and the pairs that `location` does not hold.

    `location` is a folder or an http://, https:// or file:// address. A file gets `retries` attempts, each
    given up after `timeout_s` seconds of silence. Raises InputError when the location does not answer or
    holds none of the tables, when a table is damaged, or when an argument is out of its range.
    """
    if retries < 1 or timeout_s <= 0:
        raise InputError(f"retries is {retries} and timeout_s {timeout_s}; give at least 1 and more than 0")
    base = location if location.startswith(SCHEMES) else Path(location).resolve().as_uri()
    tables = {}
    for i, j in pairs:
        url = f"{base.rstrip('/')}/extras_{i}{j}.csv"
        text = _fetch(url, location, retries, timeout_s)
        if text is not None:
            tables[i, j] = read_table(text, url)
    if not tables:
        raise InputError(f"published tables: {location} has no extras_IJ.csv of the pairs; {_REMEDY}")
    return tables, [pair for pair in pairs if pair not in tables]


def _fetch(url: str, location: str, retries: int, timeout_s: float) -> str | None:
    """The text behind an address, or None where there is no such file."""
    for attempt in range(1, retries + 1):
        try:
            with urlopen(url, timeout=timeout_s) as response:
                return str(response.read().decode(errors="replace"))
        except (OSError, HTTPException, ValueError) as error:
            if isinstance(error, HTTPError):
                error.close()
            if getattr(error, "code", None) == 404 or (
                isinstance(error, URLError) and isinstance(error.reason, FileNotFoundError)
            ):
                logger.info("%s: not there", url)
                return None
            failure = str(error) or type(error).__name__
            logger.warning("%s: attempt %d of %d: %s", url, attempt, retries, failure)
        if attempt < retries:
            pause(attempt)
    raise InputError(f"published tables: {location} does not deliver {url} ({failure}); {_REMEDY}")


def read_table(text: str, name: str) -> Columns:
    """The published table of one pair from the text of its file; `name` says which file in messages.

    Columns lambda_article (rising), theta (radians), midpoint_distance, inverse_norm_w and d_adv (pixels),
    err_train and err_test (fractions), 81 rows. Raises InputError when the text is not such a table.
    """
    cells = [line.split(",") for line in text.strip().splitlines()]
    widths = sorted({len(row) for row in cells})
    if (len(cells), *widths) != SHAPE:
        raise InputError(
            f"{name}: {len(cells)} rows of {' or '.join(map(str, widths))} values instead of "
            f"{SHAPE[0]} rows of {SHAPE[1]}; fetch the file again"
        )
    try:
        rows = np.array(cells, dtype=np.float64)
    except ValueError as error:
        raise InputError(f"{name}: not a table of numbers ({error}); fetch the file again") from None
    for row, quantity, low, high in (
        (0, "theta", 0, np.pi / 2 + ROUNDING),
        (2, "1/‖w‖", ROUNDING, np.inf),
        (4, "err_train", 0, 100),
        (5, "err_test", 0, 100),
    ):
        if not ((rows[row] >= low) & (rows[row] <= high)).all():
            raise InputError(
                f"{name}: row {row} ({quantity}) leaves the range {low:g} to {high:.5g}; fetch the file again"
            )
    if not np.isfinite(rows).all():
        raise InputError(f"{name}: has numbers that are not finite; fetch the file again")
    theta, midpoint_distance, inverse_norm_w, d_adv, err_train, err_test = rows[:6, ::-1]
    return {
        "lambda_article": LAMBDAS[::-1],
        "theta": theta,
        "midpoint_distance": midpoint_distance,
        "inverse_norm_w": inverse_norm_w,
        "d_adv": d_adv,
        "err_train": err_train / 100,
        "err_test": err_test / 100,
    }


def deviations(ours: Columns, published: Columns) -> Columns:
    """Ours beside the published values of one pair, for each λ that both tables have.

    `ours` has columns lambda_article, bias_low, bias_high, n_margin, theta, norm_w, d_adv, err_train and
    err_test. The result has lambda_article, bias_unique (1 or 0) and, for each quantity of TOLERANCES,
    quantity_ours, quantity_published and quantity_deviation: ours minus published, for norm_w relative to
    published, for the errors (fractions) in percentage points. The bias is unique where one sample has its
    multiplier inside (0, C), however wide the interval found with inexact weights; where it is not, both
    tables follow one convention, the middle of the interval. Raises InputError when no λ is common.
    """
    mine, theirs = np.nonzero(
        np.isclose(ours["lambda_article"][:, None], published["lambda_article"], rtol=1e-6, atol=0)
    )
    if mine.size == 0:
        raise InputError(
            "lambda_article: none of the values is the article's; give some of 10^(k/10), k = -10..70"
        )
    one_bias = ours["bias_low"][mine] == ours["bias_high"][mine]
    published = {**published, "norm_w": 1 / published["inverse_norm_w"]}
    table = {
        "lambda_article": ours["lambda_article"][mine],
        "bias_unique": (one_bias | (ours["n_margin"][mine] > 0)).astype(int),
    }
    for quantity in TOLERANCES:
        a, b = ours[quantity][mine], published[quantity][theirs]
        table |= {
            f"{quantity}_ours": a,
            f"{quantity}_published": b,
            f"{quantity}_deviation": _deviation(quantity, a, b),
        }
    return table


def _deviation(quantity: str, value: Any, reference: Any) -> Any:
    if quantity == "norm_w":
        return value / reference - 1
    return (100 if quantity in ERRORS else 1) * (value - reference)


def _comparable(compared: Columns, quantity: str) -> NDArray[np.bool_]:
    """Rows in which the problem determines the quantity: for the errors those whose bias is unique."""
    return compared["bias_unique"].astype(bool) | (quantity not in ERRORS)


def summarise(compared: Mapping[Pair, Columns]) -> Columns:
    """The `deviations` of each pair in short: one row per pair and quantity.

    Columns pair, quantity, rows, within (of these rows, how many within the tolerance), median and largest
    (absolute deviations, in the units of TOLERANCES), lambda_article (of the largest). Errors whose bias is
    not unique stay out of these and are counted apart: rows_not_unique, within_not_unique. The statistics of
    no row at all are NaN.
    """
    lines = []
    for (i, j), table in compared.items():
        for quantity, tolerance in TOLERANCES.items():
            size, rows = np.abs(table[f"{quantity}_deviation"]), _comparable(table, quantity)
            within = size <= tolerance
            worst = np.where(rows, size, -1).argmax()
            statistics = (np.nan,) * 3
            if rows.any():
                statistics = (np.median(size[rows]), size[worst], table["lambda_article"][worst])
            counts, apart = (rows.sum(), within[rows].sum()), ((~rows).sum(), within[~rows].sum())
            lines.append((f"{i}v{j}", quantity, *counts, *statistics, *apart))
    names = ("pair", "quantity", "rows", "within", "median", "largest", "lambda_article")
    return _columns(lines, (*names, "rows_not_unique", "within_not_unique"))


def arbitrate(pair: BinaryPair, ours: Columns, published: Columns) -> Columns:
    """A third opinion where ours and the published values of a pair differ by more than the tolerance.

    `ours` has the columns that `deviations` reads, lambda and objective (mean hinge + λ‖w‖²). At each λ with
    such a quantity libsvm is fitted to the whole training set to a tolerance of 1e-6, and the quantities are
    taken from its own w and b. Columns lambda_article, quantity, ours, published, libsvm, objective_ours,
    objective_libsvm, agrees_with: "ours" or "published" where libsvm lies within half the tolerance of it
    (it cannot of both), else "neither". No row where nothing differs.
    """
    compared = deviations(ours, published)
    over = {
        quantity: _comparable(compared, quantity) & (np.abs(compared[f"{quantity}_deviation"]) > tolerance)
        for quantity, tolerance in TOLERANCES.items()
    }
    fitted = np.flatnonzero(np.any(list(over.values()), axis=0))
    own = np.flatnonzero(np.isin(ours["lambda_article"], compared["lambda_article"][fitted]))
    lines = []
    for row, k, libsvm in zip(fitted, own, _libsvm(pair, ours["lambda"][own]), strict=False):
        for quantity in (quantity for quantity, rows in over.items() if rows[row]):
            values = {who: compared[f"{quantity}_{who}"][row] for who in ("ours", "published")}
            found, reach = libsvm[quantity], TOLERANCES[quantity] / 2
            near = [who for who, value in values.items() if abs(_deviation(quantity, found, value)) <= reach]
            objectives = (ours["objective"][k], libsvm["objective"])
            verdict = near[0] if near else "neither"
            lines.append((ours["lambda_article"][k], quantity, *values.values(), found, *objectives, verdict))
    names = ("lambda_article", "quantity", "ours", "published", "libsvm")
    return _columns(lines, (*names, "objective_ours", "objective_libsvm", "agrees_with"))


def _columns(lines: list[tuple[Any, ...]], names: tuple[str, ...]) -> Columns:
    return {name: np.array([line[k] for line in lines]) for k, name in enumerate(names)}


def _libsvm(pair: BinaryPair, lambdas: Array) -> Iterator[dict[str, float]]:
    """The quantities of libsvm's model at each λ, and its objective."""
    x, y = pair.x_train, pair.y_train
    z_hat = nearest_centroid_direction(x, y)
    for lam, (w, b) in zip(lambdas.tolist(), libsvm_models(x, y, lambdas, tol=1e-6), strict=True):
        norm_w, distance = float(np.linalg.norm(w)), signed_distance(x, w, b)
        yield {
            "theta": tilt_angle(w, z_hat),
            "norm_w": norm_w,
            "d_adv": adversarial_distance(y, distance),
            "err_train": error_rate(y, distance),
            "err_test": error_rate(pair.y_test, signed_distance(pair.x_test, w, b)),
            "objective": regularised_risk(hinge, y * norm_w * distance, norm_w, lam),
        }
