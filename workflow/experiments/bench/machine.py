"""What the machine can do: the rates that floors are made of."""

import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

GEMM_SIZE = 1500
PASS_SIZE = 30_000_000  # numbers to pass over in one measurement, at least
REPEATS = 5


def cpu_seconds(work: Callable[[], object]) -> float:
    """CPU time of this process that `work()` takes, in seconds; waiting for a shared core does not count."""
    start = time.process_time()
    work()
    return time.process_time() - start


def gemm_rate(dtype: type[np.floating]) -> float:
    """Floating point operations per second in the product of two square matrices, best of five."""
    a = np.ones((GEMM_SIZE, GEMM_SIZE), dtype)
    return 2 * GEMM_SIZE**3 / min(cpu_seconds(lambda: a @ a) for _ in range(REPEATS))


def pass_seconds(X: NDArray[np.float64]) -> float:
    """CPU time of one pass over the rows of X: its product with a vector, best of five."""
    v, count = np.ones(X.shape[1]), -(-PASS_SIZE // X.size)
    return min(cpu_seconds(lambda: [X @ v for _ in range(count)]) for _ in range(REPEATS)) / count
