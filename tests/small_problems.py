"""Small binary problems of many kinds: `python tests/small_problems.py` counts those that are certified.

A problem is named by its family and its seed. Each is solved with both losses, and each gap that is certified
is computed anew in extended precision from the samples as they were given and the model as it was returned.
"""

import argparse
import warnings
from collections.abc import Callable, Iterator

import numpy as np

from tilt.linear import LinearPath, fit_path

Made = tuple[np.ndarray, np.ndarray]
Family = Callable[[np.random.Generator, int, int], Made]

TOLERANCE = 1e-6
LOSSES = ("hinge", "softplus")


def _labels(draw: np.random.Generator, n: int) -> np.ndarray:
    return np.where(draw.random(n) < draw.choice([0.5, 0.2, 0.05]), 1.0, -1.0)


def gaussian(draw, n, d):
    return draw.normal(size=(n, d)), _labels(draw, n)


def separable(draw, n, d):
    X, y = gaussian(draw, n, d)
    X[:, 0] = y * (np.abs(X[:, 0]) + 10.0 ** draw.uniform(-6, 1))
    return X, y


def fewer_samples_than_columns(draw, n, d):
    return gaussian(draw, n // 4 + 2, 5 * d + 50)


def duplicates(draw, n, d):
    X, y = gaussian(draw, n, d)
    X = X[draw.integers(n // 3 + 1, size=n)]
    return (np.concatenate([X, X]), np.concatenate([y, -y])) if draw.random() < 0.5 else (X, y)


def integers(draw, n, d):
    return draw.integers(0, draw.integers(2, 6), size=(n, d)).astype(float), _labels(draw, n)


def xor(draw, n, d):
    X = draw.choice([-1.0, 1.0], size=(n, 2))
    return X, X[:, 0] * X[:, 1]


def line(draw, n, d):
    places = np.arange(n, dtype=float) if draw.random() < 0.5 else draw.normal(size=n)
    return np.outer(places, draw.normal(size=d)), _labels(draw, n)


def low_rank(draw, n, d):
    rank = draw.integers(1, max(2, min(n, d) // 2))
    return draw.normal(size=(n, rank)) @ draw.normal(size=(rank, d)), _labels(draw, n)


def offset(draw, n, d):
    X, y = gaussian(draw, n, d)
    return X + 10.0 ** draw.uniform(0, 8), y


def one_in_a_thousand(draw, n, d):
    y = np.where(np.arange(1001) == draw.integers(1001), 1.0, -1.0)
    X = draw.normal(size=(1001, d // 4 + 1)) + draw.uniform(0, 2) * y[:, None]
    return (np.round(X) if draw.random() < 0.5 else X), y


def heavy_tails(draw, n, d):
    return draw.standard_cauchy(size=(n, d)) ** draw.choice([1, 3]), _labels(draw, n)


def column_scales(draw, n, d):
    X, y = integers(draw, n, d) if draw.random() < 0.5 else gaussian(draw, n, d)
    return X * 10.0 ** draw.uniform(-6, 6, size=d), y


FAMILIES: dict[str, Family] = {
    make.__name__: make
    for make in (gaussian, separable, fewer_samples_than_columns, duplicates, integers, xor, line, low_rank,
                 offset, one_in_a_thousand, heavy_tails, column_scales)
}  # fmt: skip


def problem(family: str, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """X (n, d), y (n,) and λ (k,), 1e-9 to 1e9 times the mean square norm of the centred samples."""
    draw = np.random.default_rng([seed, *family.encode()])
    X, y = FAMILIES[family](draw, int(draw.integers(4, 60)), int(draw.integers(1, 30)))
    if abs(y.sum()) == len(y):
        y[draw.integers(len(y))] *= -1
    kind = draw.integers(3)
    if kind == 0:
        relative = 10.0 ** draw.uniform(-9, 9, size=1)
    elif kind == 1:
        relative = 10.0 ** draw.uniform(-9, 9, size=draw.integers(2, 12))
    else:
        relative = np.logspace(draw.uniform(0, 9), draw.uniform(-9, 0), draw.integers(5, 30))
    square = np.square(X - X.mean(axis=0)).sum() / len(X)
    return X, y, relative * (square if square > 0 else 1.0)


def true_gaps(X: np.ndarray, y: np.ndarray, path: LinearPath, loss: str) -> np.ndarray:
    """Relative duality gaps (k,) in extended precision, for X, w and b as they are.

    So that the multipliers satisfy y·alpha = 0 to the last bit, those of the heavier class are scaled down.
    """
    X, y = X.astype(np.longdouble), y.astype(np.longdouble)
    centred = X - X.mean(axis=0)
    gaps = []
    for lam, w, b, alpha in zip(path.lambdas, path.w, path.b, path.alpha.astype(np.longdouble), strict=True):
        assert alpha.min() >= 0
        positive, negative = alpha[y > 0].sum(), alpha[y < 0].sum()
        lighter = min(positive, negative)
        for side, total in ((y > 0, positive), (y < 0, negative)):
            alpha[side] *= lighter / total if total > 0 else 0
        p = alpha * (2 * len(y) * np.longdouble(lam))
        assert p.max() <= 1 + 1e-12
        p = np.minimum(p, 1)
        margins = y * (X @ w + b)
        w_dual = (p * y) @ centred / (2 * len(y) * np.longdouble(lam))
        if loss == "hinge":
            losses, conjugates = np.maximum(1 - margins, 0), p
        else:
            losses = np.logaddexp(0, -margins)
            conjugates = _entropy(p) + _entropy(1 - p)
        primal = losses.mean() + lam * (w.astype(np.longdouble) @ w)
        dual = conjugates.mean() - lam * (w_dual @ w_dual)
        gaps.append(float((primal - dual) / primal))
    return np.array(gaps)


def _entropy(p: np.ndarray) -> np.ndarray:
    return -p * np.where(
        p < 0.5, np.log(np.maximum(p, np.finfo(p.dtype).tiny)), np.log1p(np.maximum(p, 0.5) - 1)
    )


def tried(family: str, seed: int, loss: str) -> tuple[bool, float]:
    """Whether all models of a problem are certified; the largest true gap of those that are."""
    X, y, lambdas = problem(family, seed)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "[0-9]+ of [0-9]+ models did not reach")
        path = fit_path(X, y, lambdas, loss=loss, tol=TOLERANCE)
    return bool(path.certified.all()), float(true_gaps(X, y, path, loss)[path.certified].max(initial=0))


def counted(seeds: range, families: Iterator[str]) -> None:
    """Print what is not certified or not true, by family and seed, and the counts."""
    total, missed, untrue = 0, 0, 0
    for family in families:
        for loss in LOSSES:
            for seed in seeds:
                certified, gap = tried(family, seed, loss)
                total += 1
                missed += not certified
                untrue += gap > TOLERANCE
                if not certified or gap > TOLERANCE:
                    print(
                        f"{family} {seed} {loss}: "
                        + ("not certified" if not certified else f"gap is {gap:.3g}"),
                        flush=True,
                    )
    print(f"{total - missed} of {total} problems certified, {untrue} of them with an untrue certificate")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Count the small problems that the path solver certifies.")
    parser.add_argument("--seeds", type=int, default=100, help="problems of each family (default: 100)")
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--family", choices=FAMILIES, action="append", help="(default: all)")
    arguments = parser.parse_args()
    counted(range(arguments.first, arguments.first + arguments.seeds), arguments.family or FAMILIES)
