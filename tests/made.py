"""Made-up tables of the experiments, whose numbers are known."""

from functools import cache

import numpy as np

from attacked import attack_rows
from experiments.attack.tables import accuracy_table
from experiments.calibration.tables import MEASURED, TRAINED
from experiments.published.tables import TOLERANCES, read_table
from experiments.toy.tables import four_fits, mirror_distance_table, noisy_point_table, noisy_training_set
from report import article
from report.claims import PROTOCOLS
from tilt.data.images import BinaryPair

MARGINS = np.random.default_rng(0).normal(1, 0.6, 200)
RECIPE = {"model": "lenet", "options": {}, "initial_weights": "matconvnet", "pixel_scale": 1,
          "weight_scale": 1, "epochs": 50, "batch_size": 300, "learning_rate": 5e-4, "momentum": 0.9,
          "train_per_class": None, "regulariser": None, "strength": 0, "random_labels": False}  # fmt: skip
NETWORKS = {
    "small_low": RECIPE | {"weight_decay": 1e-4, "seed": 0},
    "small_high": RECIPE | {"weight_decay": 1e-1, "seed": 0},
}
SHOWN = {"low": "small_low", "high": "small_high"}
LINEAR = {  # of attacked SVMs
    "pair": np.array(["0v1", "7v9"]),
    **dict.fromkeys(("images", "misclassified", "found"), np.array([9, 9])),
    **{
        f"{kind}_{name}": np.array([1.0, 1.01])
        for kind in ("ratio", "box_ratio")
        for name in ("median", "max", "within_1_percent")
    },
    "box_active": np.array([0.5, 1.0]),
}
SETTINGS = {
    "svm": PROTOCOLS["svm"] | {"tolerance": 1e-6, "validation_per_class": None},
    "training": PROTOCOLS["training"],
    "networks": NETWORKS,
    "attack": PROTOCOLS["attack"],
}


def verdict(judged, start):
    """The verdict of the only claim whose text starts like this."""
    (found,) = (claim.verdict for claim in judged if claim.statement.startswith(start))
    return found


@cache
def toy_tables():
    """The toy problem as the workflow computes it, of few points and angles."""
    X, y = noisy_training_set(6, seed=0)
    table = noisy_point_table(X, y, np.logspace(-6, 1, 8))
    return {
        "mirror": mirror_distance_table(np.linspace(0, np.pi / 2, 7)),
        "fits": four_fits(table),
        "table": table,
    }


def path(*, theta, err_test, err_train=(0.0, 0.01, 0.02, 0.03, 0.04), exponents=(-1, 1, 2.5, 4, 7)):
    article, theta = 10.0 ** np.array(exponents), np.array(theta)
    return {
        "lambda_article": article,
        "lambda": 1e-5 * article,
        "theta": theta,
        "d_adv": 2 * np.cos(theta),
        "norm_w": 1 / article,
        "err_train": np.array(err_train),
        "err_test": np.array(err_test),
        "balanced_err_test": np.array(err_test),
        "lambda_inside": np.full(len(theta), 1.0),
        "duality_gap": np.full(len(theta), 1e-7),
    }


def paths(*, mean=1.110, worst=3.70, tilts=(1.06, 1.49), n=45):
    """Paths of n pairs in which every claim of the article holds, with these headline numbers."""
    spread = np.linspace(-0.1, 0.1, n - 1)
    least = np.append((mean * n - worst) / (n - 1) + spread - spread.mean(), worst) / 100
    tables = [
        path(theta=[t, 0.8, 0.4, 0.2, 0.0], err_test=[e + 0.02, e + 0.01, e, e + 0.01, e + 0.03])
        for t, e in zip(np.linspace(*tilts, n), least, strict=True)
    ]
    for k, exponent in ((0, 1.2), (1, 3.5)):
        tables[k]["lambda_article"][2] = 10.0**exponent
    return {f"0v{k}": table for k, table in enumerate(tables)}


def deviations(**changed):
    """Two pairs that agree with the article everywhere; changed: quantity -> cells within, of 1000."""
    names = list(TOLERANCES)
    lines = {
        "pair": np.repeat(["0v1", "7v9"], len(names)),
        "quantity": np.tile(names, 2),
        "rows": np.full(10, 500.0),
        "within": np.full(10, 500.0),
        "median": np.full(10, 2e-4),
        "largest": np.tile(list(TOLERANCES.values()), 2),
        "lambda_article": np.full(10, 10.0),
        "rows_not_unique": np.full(10, 7.0),
        "within_not_unique": np.full(10, 7.0),
    }
    for quantity, cells in changed.items():
        lines["within"][(lines["quantity"] == quantity) & (lines["pair"] == "7v9")] = cells - 500
    return lines


def arbitration(quantity, agrees_with):
    """One cell for each verdict of libsvm."""
    n = len(agrees_with)
    columns = ("lambda_article", "ours", "published", "libsvm")
    verdicts = {"quantity": np.repeat(quantity, n), "agrees_with": np.array(agrees_with)}
    return {"pair": np.repeat("7v9", n), **verdicts, **{name: np.ones(n) for name in columns}}


NO_ARBITRATION = arbitration("theta", [])


def history(test, train=0.0, rms=(0.04, 0.04, 0.02, 0.5), epochs=50, diverged=False):
    """A history that ends in these errors (in %) and weights."""
    return {
        "epoch": np.arange(1.0, epochs + 1),
        "test_error": np.full(epochs, test / 100),
        "train_error": np.full(epochs, train / 100),
        "seconds": np.ones(epochs),
        "diverged": np.array([*[False] * (epochs - 1), diverged]),
        **{
            f"rms_{layer}": np.full(epochs, value)
            for layer, value in zip(article.LENET_RMS["low"], rms, strict=True)
        },
    }


def attacked(norms, success=None):
    norms = np.array(norms, dtype=float)
    ascent = {"norm": norms, "success": np.isfinite(norms) if success is None else np.array(success)}
    return attack_rows(
        np.arange(len(norms)) % 10, {"targeted_ascent": ascent, "minimal_norm": {"norm": norms / 3}}
    )


def not_attacked(n):
    none = attacked(np.full(n, np.nan))
    return none | {"status": np.repeat("diverged", len(none["status"]))}


def linear_accuracy(epsilons, accuracy, images, *status):
    return accuracy_table({"signed_gradient_step": (epsilons, accuracy)}, images, *status)


def accuracies(low=0.3, high=0.8, images=10_000, epsilons=(0.0, 0.05, 0.1, 0.2)):
    return {
        name: linear_accuracy(epsilons, np.array([0.99, 0.9, value, 0.0])[: len(epsilons)], images)
        for name, value in (("small_low", low), ("small_high", high))
    }


NOISE = 0.05 * np.random.default_rng(1).normal(size=20)


def calibrated_networks():
    """The table of calibrated networks: three of one recipe, the last one diverged."""
    rows = {name: np.array([0.5, 0.4, np.nan]) for name in MEASURED}
    counts = ("fitted_images", "evaluated_images", "evaluated_errors", "gradient_images")
    return rows | {
        "network": np.array([*NETWORKS, "small_higher"]),
        "recipe": np.array(["small"] * 3),
        "model": np.array(["lenet"] * 3),
        "regulariser": np.array([""] * 3),
        "strength": np.zeros(3),
        "random_labels": np.zeros(3, bool),
        "weight_decay": np.array([1e-4, 1e-1, 1]),
        "seed": np.array([0, 0, 0]),
        "status": np.array([TRAINED, TRAINED, "diverged"]),
        "test_error": np.array([0.01, 0.01, np.nan]),
        **{name: np.array([100] * 3) for name in counts},
    }


def two_layer_networks(**changed):
    """A table of two-layer networks in which every claim holds."""
    columns = {
        "gradient_norm_mean": [8.0, 4.0, 2.0],
        "err_train": [0.0, 0.01, 0.05],
        "err_test": [0.03, 0.01, 0.06],
        "d_adv": [1.0, 1.5, 1.4],
        "found_mean": [1.0, 1.2, 1.3],
        "ratio_median": [0.95, 0.97, 1.0],
        "correlation": [0.95, 0.93, 1.0],
        **changed,
    }
    return {
        "weight_decay": np.repeat([0.0, 0.01, 0.1], 2),
        "seed": np.tile([0, 1], 3),
        "diverged": np.zeros(6, bool),
        "test_images": np.full(6, 2000),
        **{name: np.repeat(values, 2) for name, values in columns.items()},
    }


def classes_apart(scale: float) -> BinaryPair:
    rng = np.random.default_rng(0)
    y = np.tile([-1.0, 1.0], 30)
    x = rng.normal(0, 0.5, (60, 4)) * [1, 1, 3, 1]
    x[:, 0] += y
    return BinaryPair(scale * x, y, scale * x, y, (4,), 0, 1)


def published_rows() -> np.ndarray:
    """A table as the article has it, 14 x 81, λ falling: θ = 1.5 .. 0.7, 1/‖w‖ = 2 .. 1, errors in %."""
    table = np.zeros((14, 81))
    table[0] = np.linspace(0.7, 1.5, 81)
    table[1] = np.linspace(-0.5, 0.3, 81)
    table[2] = np.linspace(2, 1, 81)
    table[3] = np.linspace(3, 0.6, 81)
    table[4] = np.linspace(12, 0, 81)
    table[5] = np.linspace(10, 2, 81)
    return table


def published_text(table: np.ndarray) -> str:
    return "\n".join(",".join(f"{value:.5g}" for value in row) for row in table) + "\n"


THEIRS = read_table(published_text(published_rows()), "extras_79.csv")
