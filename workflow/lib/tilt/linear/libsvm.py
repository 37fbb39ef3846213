"""libsvm's support vector machines, for comparison."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def libsvm_models(X: Array, y: Array, lambdas: Array, *, tol: float) -> Iterator[tuple[Array, float]]:
    """w (d,) and b of libsvm's minimiser of mean hinge + λ‖w‖² at each λ, in order, to its tolerance `tol`.

    X (n, d), y (n,) in {-1, +1}. The Gram matrix (n, n) is computed beforehand: libsvm takes the same
    steps with it, several times faster.
    """
    from sklearn.svm import SVC

    gram = X @ X.T
    for lam in lambdas.tolist():
        model = SVC(kernel="precomputed", C=1 / (2 * len(y) * lam), tol=tol, cache_size=2000).fit(gram, y)
        yield model.dual_coef_[0] @ X[model.support_], float(model.intercept_[0])
