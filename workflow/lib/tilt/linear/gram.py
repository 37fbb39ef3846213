"""A Gram matrix of selected samples, each entry computed once."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Index = NDArray[np.intp]

KEPT = 2


class GramCache:
    """Inner products of the rows of A (n, d) that were asked for, kept until `retain` drops them.

    At most KEPT (d + 1) of them, so that memory stays of the order of d²: a request for more starts afresh.
    """

    def __init__(self, A: Array) -> None:
        self._A = A
        self._slot = np.full(len(A), -1, dtype=np.intp)
        self._count = 0
        self._rows = np.empty((0, A.shape[1]))
        self._gram = np.empty((0, 0))

    def block(self, samples: Index) -> Array:
        """Gram matrix of the samples, (m, m), a fresh array."""
        new = samples[self._slot[samples] < 0]
        if new.size:
            if self._count + new.size > KEPT * (self._A.shape[1] + 1):
                self.retain(samples)
            self._append(new)
        return self._take(self._slot[samples])

    def retain(self, samples: Index) -> None:
        """Forget all samples but these."""
        kept = samples[self._slot[samples] >= 0]
        slots = self._slot[kept]
        count = kept.size
        self._gram[:count, :count] = self._take(slots)
        self._rows[:count] = self._rows[slots]
        self._slot[:] = -1
        self._slot[kept] = np.arange(count)
        self._count = count

    def _take(self, slots: Index) -> Array:
        return self._gram.ravel().take(slots[:, None] * len(self._gram) + slots)

    def _append(self, new: Index) -> None:
        start, stop = self._count, self._count + new.size
        if stop > len(self._gram):
            capacity = stop + stop // 2
            gram, rows = np.empty((capacity, capacity)), np.empty((capacity, self._A.shape[1]))
            gram[:start, :start] = self._gram[:start, :start]
            rows[:start] = self._rows[:start]
            self._gram, self._rows = gram, rows
        self._rows[start:stop] = self._A[new]
        products = self._rows[start:stop] @ self._rows[:stop].T
        self._gram[start:stop, :stop] = products
        self._gram[:start, start:stop] = products[:, :start].T
        self._slot[new] = np.arange(start, stop)
        self._count = stop
