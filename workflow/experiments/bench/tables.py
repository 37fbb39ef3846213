"""Timings of the solver beside scikit-learn's and against the size, and libsvm's objective beside ours."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from experiments.bench.solvers import compare, compare_logistic, libsvm_check, scaling
from pipeline.pair import pair_classes
from tilt.data.images import Images, binary_pair
from tilt.errors import InputError
from tilt.io import table_of
from tilt.linear import fit_path
from tilt.linear.tables import Columns, lambda_grid

Settings = Mapping[str, Any]


def pair(
    *, data: Images, name: str, train_per_class: int, tolerance: float, grid: Settings, svc_step: int
) -> dict[str, Any]:
    """Times and objectives of a pair by solver and λ, and the record of the comparison."""
    samples = binary_pair(data, *pair_classes(name), train_per_class)
    article, lambdas = lambda_grid(**grid)
    table, record = compare(samples.x_train, samples.y_train, lambdas, tol=tolerance, svc_step=svc_step)
    record |= compare_logistic(samples.x_train, samples.y_train, lambdas, tol=tolerance)
    return {"fits": {"lambda_article": article, **table}, "record": record}


def sizes(
    *, data: Images, name: str, train_per_class: int, tolerance: float, grid: Settings, sizes: Settings
) -> dict[str, Any]:
    """Times of a pair's path against the number of samples, of features and of λ."""
    classes, lambdas = pair_classes(name), lambda_grid(**grid)[1]
    rows = []

    def time(axis: str, per_class: int, features: int | None = None, count: int = lambdas.size) -> None:
        samples = binary_pair(data, *classes, per_class)
        d = samples.x_train.shape[1]
        if features is not None and features > d:
            raise InputError(f"bench.features: {features} are more than the {d} pixels of an image")
        columns = ((np.arange(features or d) + 0.5) * d / (features or d)).astype(int)
        x = np.ascontiguousarray(samples.x_train[:, columns])
        along = np.geomspace(lambdas[0], lambdas[-1], count)
        rows.append({"axis": axis, **scaling(x, samples.y_train, along, tol=tolerance)})

    for per_class in sizes["train_per_class"]:
        time("samples", per_class)
    for features in sizes["features"]:
        time("features", train_per_class, features=features)
    for count in sizes["lambdas"]:
        time("lambdas", train_per_class, count=count)
    return {"scaling": table_of(rows)}


def solvers(*, records: Mapping[str, Settings]) -> dict[str, Any]:
    """The records of all pairs as one table."""
    return {"solvers": table_of([{"pair": name, **record} for name, record in records.items()])}


def libsvm_pair(
    *, data: Images, name: str, train_per_class: int, tolerance: float, grid: Settings, share: float
) -> dict[str, Any]:
    """Objectives of models of a pair, drawn at random, beside libsvm's at a tolerance of 1e-8."""
    class_i, class_j = pair_classes(name)
    samples = binary_pair(data, class_i, class_j, train_per_class)
    article, lambdas = lambda_grid(**grid)
    draw = np.random.default_rng([class_i, class_j])
    rows = np.sort(draw.choice(lambdas.size, max(round(share * lambdas.size), 1), replace=False))
    path = fit_path(samples.x_train, samples.y_train, lambdas, tol=tolerance)
    table = libsvm_check(samples.x_train, samples.y_train, path, rows)
    return {"libsvm": {"lambda_article": article[rows], **table}}


def libsvm(*, tables: Mapping[str, Columns]) -> dict[str, Any]:
    """The comparisons of all pairs as one table."""
    read = dict(tables)
    pairs = np.repeat(list(read), [len(table["lambda"]) for table in read.values()])
    names = next(iter(read.values()))
    return {
        "libsvm": {"pair": pairs}
        | {name: np.concatenate([table[name] for table in read.values()]) for name in names}
    }
