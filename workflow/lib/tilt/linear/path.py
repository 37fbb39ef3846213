"""Regularisation paths of linear classifiers with a free bias, each model certified by its duality gap."""

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tilt.errors import InputError
from tilt.linear.hinge import hinge_models
from tilt.linear.softplus import softplus_models

Array = NDArray[np.float64]

_SOLVERS = {"hinge": hinge_models, "softplus": softplus_models}
# λ over the mean square norm of the centred samples, between which float64 can tell a solution from another
SMALLEST = 1e-15
LARGEST = {"hinge": 1e150, "softplus": 1e12}


@dataclass(frozen=True, eq=False)
class LinearPath:
    """Minimisers of mean loss + λ‖w‖² for k values of λ, in the order in which they were given.

    lambdas (k,); w (k, d); b (k,); bias_low, bias_high (k,): the interval of optimal biases, of which b is
    the middle (low = high where the bias is unique, always so for the softplus); alpha (k, n): dual
    variables in [0, C], C = 1/(2nλ), with w = Σ alpha_i y_i x_i and Σ alpha_i y_i = 0; objective (k,): mean
    loss + λ‖w‖²; duality_gap (k,): (P - D)/P; tol: what was asked for; loss: "hinge" or "softplus".
    """

    lambdas: Array
    w: Array
    b: Array
    bias_low: Array
    bias_high: Array
    alpha: Array
    objective: Array
    duality_gap: Array
    tol: float
    loss: str

    @property
    def certified(self) -> NDArray[np.bool_]:
        """Whether each model's duality gap reached the tolerance, (k,)."""
        return self.duality_gap <= self.tol


def fit_path(
    X: ArrayLike, y: ArrayLike, lambdas: ArrayLike, *, loss: str = "hinge", tol: float = 1e-6
) -> LinearPath:
    """Fit a linear classifier with a free bias for every λ: a support vector machine, or logistic regression.

    X (n, d) finite; y (n,) in {-1, +1}, both present; lambdas (k,) positive, in any order; loss: "hinge" or
    "softplus"; tol: relative duality gap to reach. Raises InputError naming the argument that is not so, and
    for λ beyond 1e-15 or 1e150 (softplus: 1e12) times the mean square norm of the centred samples. A
    gap that is not reached is reported by a RuntimeWarning and by `certified`. Computed in float64, with
    memory for about three copies of X; deterministic for a fixed BLAS and number of threads.

    With C = 1/(2nλ) the problems are, in libsvm's form,

        min  ½‖w‖² + C Σ f(y_i (w·x_i + b))                                        (primal P)
        max  -C Σ f*(-a_i/C) - ½‖Σ a_i y_i x_i‖²,   0 ≤ a ≤ C,   y·a = 0               (dual D)

    and the relative duality gap (P - D)/P bounds how far the objective is above its minimum. X is centred
    (a free bias absorbs that) and scaled to rows of mean square norm 1, so that no tolerance depends on the
    units of X.
    """
    X, y, lambdas = checked(X, y, lambdas, loss, tol)
    n, d = X.shape
    used = np.ptp(X, axis=0) > 0
    varied = bool(used.any())
    used[0] |= not varied
    A = X[:, used]
    centre = A.mean(axis=0)
    A -= centre
    A *= y[:, None]
    with np.errstate(over="ignore", divide="ignore"):
        scale = np.linalg.norm(A) / np.sqrt(n) if varied else 1.0
        relative = lambdas / scale / scale
    if not SMALLEST <= relative.min() <= relative.max() <= LARGEST[loss]:
        raise InputError(
            f"lambdas from {lambdas.min():.3g} to {lambdas.max():.3g} must be {SMALLEST:g} to "
            f"{LARGEST[loss]:g} times the mean square norm of the centred samples, {scale:.3g} squared"
        )
    A /= scale
    Cs = 1 / (2 * n * lambdas)
    order = np.argsort(Cs, kind="stable")
    models = dict(zip(order.tolist(), _SOLVERS[loss](A, y, Cs[order] * scale**2, tol), strict=True))
    path = [models[k] for k in range(lambdas.size)]
    w = np.zeros((lambdas.size, d))
    w[:, used] = [model.w / scale for model in path]
    shift = w[:, used] @ centre
    result = LinearPath(
        lambdas=lambdas,
        w=w,
        b=np.array([model.b for model in path]) - shift,
        bias_low=np.array([model.bias_low for model in path]) - shift,
        bias_high=np.array([model.bias_high for model in path]) - shift,
        alpha=np.array([model.a / model.C for model in path]) * Cs[:, None],
        objective=np.array([model.primal / (n * model.C) for model in path]),
        duality_gap=np.array([model.gap for model in path]),
        tol=tol,
        loss=loss,
    )
    if not result.certified.all():
        missed = lambdas[~result.certified]
        warnings.warn(
            f"{missed.size} of {lambdas.size} models did not reach a relative duality gap of {tol:g} "
            f"(largest {result.duality_gap.max():.2g}), the first at lambda = {missed[0]:g}",
            RuntimeWarning,
            stacklevel=2,
        )
    return result


def checked(
    X: ArrayLike, y: ArrayLike, lambdas: ArrayLike, loss: str, tol: float
) -> tuple[Array, Array, Array]:
    if hasattr(X, "toarray"):
        raise InputError("X is a sparse matrix; give a dense one, X.toarray()")
    X, y, lambdas = (np.asarray(value, dtype=np.float64) for value in (X, y, lambdas))
    if X.ndim != 2 or X.size == 0:
        raise InputError(f"X must be a non-empty matrix (n, d), not of shape {X.shape}")
    if not np.isfinite(X).all():
        raise InputError("X must be finite")
    if y.shape != (len(X),):
        raise InputError(f"y must have shape ({len(X)},) like the rows of X, not {y.shape}")
    if not np.isin(y, (-1, 1)).all() or abs(y.sum()) == y.size:
        raise InputError("y must hold the labels -1 and +1, both of them")
    if lambdas.ndim != 1 or lambdas.size == 0 or not (np.isfinite(lambdas) & (lambdas > 0)).all():
        raise InputError("lambdas must be a non-empty vector of positive finite numbers")
    if loss not in _SOLVERS:
        raise InputError(f"loss must be one of {', '.join(_SOLVERS)}, not {loss!r}")
    if not 0 < tol < 1:
        raise InputError(f"tol must lie between 0 and 1, not {tol}")
    return X, y, lambdas
