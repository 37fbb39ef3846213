"""Regularisation paths of linear classifiers with a free bias, each model certified by its duality gap."""

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tilt.errors import InputError
from tilt.linear.hinge import hinge_models
from tilt.linear.model import Model
from tilt.linear.softplus import softplus_models
from tilt.losses import softplus

Array = NDArray[np.float64]

_SOLVERS = {"hinge": hinge_models, "softplus": softplus_models}
# λ over the mean square norm of the centred samples, between which float64 can tell a solution from another
SMALLEST = 1e-15
LARGEST = {"hinge": 1e150, "softplus": 1e12}
# Where λ falls by more at once, below the mean square norm of the centred samples, others are inserted, so
# far apart that samples on the margin change little.
LONGEST_STEP = 10**0.5
STEPS = {"hinge": 10**0.1, "softplus": 10**0.5}
ROUNDING = 1e-11  # ‖Σ a_i y_i x_i‖ over Σ a_i, of rows of mean square norm near 1, that may be rounding


@dataclass(frozen=True, eq=False)
class LinearPath:
    """Minimisers of mean loss + λ‖w‖² for k values of λ, in the order in which they were given.

    lambdas (k,); w (k, d); b (k,); bias_low, bias_high (k,): the interval of optimal biases, of which b is
    the middle (low = high where the bias is unique, always so for the softplus); alpha (k, n): dual
    variables in [0, C], C = 1/(2nλ), with Σ alpha_i y_i = 0 and w = Σ alpha_i y_i x_i (softplus: to within
    the gap; where rounding alone is left of the sum, w is 0); objective (k,): mean loss + λ‖w‖²;
    duality_gap (k,): (P - D)/P; tol: what was asked for; loss: "hinge" or "softplus".
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
    memory for about three copies of X and ten of alpha; deterministic for a fixed BLAS and number of threads.

    With C = 1/(2nλ) the problems are, in libsvm's form,

        min  ½‖w‖² + C Σ f(y_i (w·x_i + b))                                        (primal P)
        max  -C Σ f*(-a_i/C) - ½‖Σ a_i y_i x_i‖²,   0 ≤ a ≤ C,   y·a = 0               (dual D)

    and the relative duality gap (P - D)/P bounds how far the objective is above its minimum: that of w, b and
    alpha as they are returned, for X as it was given. X is centred (a free bias absorbs that) and scaled by
    a power of two to rows of mean square norm near 1, so that no tolerance depends on the units of X. λ
    falls along the path; where it would fall by more than √10 at once, from that mean square norm on, models
    of values between are found on the way.
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
    unit = 2.0 ** np.round(np.log2(scale))
    A /= unit
    Cs = 1 / (2 * n * lambdas)
    distinct, places = np.unique(Cs * unit * unit, return_inverse=True)
    steps = _stepped(distinct, (unit / scale) ** 2 / (2 * n), STEPS[loss])
    solved = dict(zip(steps.tolist(), _SOLVERS[loss](A, y, steps, tol), strict=True))
    models = [solved[C] for C in distinct[places].tolist()]
    zero_ends, zero_loss = _at_zero(loss, y)
    zero = np.array([_vanishes(model, zero_loss) for model in models])
    ends = np.where(zero, zero_ends[:, None], np.array([(m.bias_low, m.bias_high) for m in models]).T)
    weights = np.where(zero[:, None], 0, np.array([model.w for model in models]) / unit)
    # The bias is rounded where it is added to scores far from 0: weights that are larger by as much keep the
    # samples of the margin from falling inside it.
    larger = 1 + 2 * np.spacing(np.abs(ends.mean(axis=0) - weights @ centre))
    weights *= larger[:, None]
    shift = weights.astype(np.longdouble) @ centre
    low, high = (ends * larger - shift).astype(float)
    b = (low + high) / 2
    w = np.zeros((lambdas.size, d))
    w[:, used] = weights
    p = np.array([model.a / model.C for model in models])
    primal, gap = _certificate(loss, A, y, unit * weights, (b + shift).astype(float), p, distinct[places])
    result = LinearPath(
        lambdas=lambdas,
        w=w,
        b=b,
        bias_low=low,
        bias_high=high,
        alpha=p * Cs[:, None],
        objective=primal / (n * distinct[places]),
        duality_gap=gap / primal,
        tol=tol,
        loss=loss,
    )
    warn_of_missed("lambda", lambdas, result.duality_gap, tol)
    return result


def warn_of_missed(name: str, values: Array, gaps: Array, tol: float) -> None:
    """Warn, at the caller of the function that calls it, of models whose gap (k,) is above the tolerance, by
    the values (k,) of what they are called after."""
    missed = values[~(gaps <= tol)]
    if missed.size:
        warnings.warn(
            f"{missed.size} of {values.size} models did not reach a relative duality gap of {tol:g} "
            f"(largest {gaps.max():.2g}), the first at {name} = {missed[0]:g}",
            RuntimeWarning,
            stacklevel=3,
        )


def _stepped(Cs: Array, first: float, step: float) -> Array:
    """Rising values of C, and others at most a step apart from `first` on where they lie too far apart."""
    steps: list[float] = []
    last = 0.0
    for C in Cs.tolist():
        start = max(last, first)
        if max(LONGEST_STEP * last, start) < C:
            count = int(np.ceil(np.log(C / start) / np.log(step) - 1e-9))
            steps += np.geomspace(start, C, count, endpoint=False)[int(start == last) :].tolist()
        steps.append(C)
        last = C
    return np.array(steps)


def _at_zero(loss: str, y: Array) -> tuple[Array, float]:
    """The least and the greatest optimal bias (2,) of w = 0, and the sum of the losses there."""
    positive = int((y > 0).sum())
    if loss == "hinge":
        ends = np.sort(y)[positive - 1 : positive + 1]
        return ends, 2.0 * min(positive, len(y) - positive)
    b = np.log(positive / (len(y) - positive))
    return np.array([b, b]), float(softplus(b * y).sum())


def _vanishes(model: Model, zero_loss: float) -> bool:
    """Whether the weights are what rounding leaves of 0, where the losses sum to `zero_loss`: small beside
    their terms, multipliers that cancel, and no better than 0."""
    small = np.linalg.norm(model.w) <= ROUNDING * model.a.sum()
    return bool(small and model.C * zero_loss <= (1 + ROUNDING) * model.primal)


def _certificate(
    loss: str, A: Array, y: Array, w: Array, b: Array, p: Array, Cs: Array
) -> tuple[Array, Array]:
    """Primal and primal - dual (k,) of models w (k, d), b (k,), a = C p (k, n), all of them of A = diag(y) X.

    For y·a = 0 the difference is ½‖w - Aᵀa‖² + C Σ (f(m) + f*(-p) + p m), of terms none of which is negative.
    """
    margins = w @ A.T + b[:, None] * y
    if loss == "hinge":
        losses = np.maximum(1 - margins, 0)
        excess = losses - p * (1 - margins)
    else:
        from scipy.special import xlog1py, xlogy  # takes as long to load as a path of the hinge to compute

        losses = softplus(margins)
        excess = losses + xlogy(p, p) + xlog1py(1 - p, -p) + p * margins
    rest = w - Cs[:, None] * (p @ A)
    primal = np.einsum("kj,kj->k", w, w) / 2 + Cs * losses.sum(axis=1)
    return primal, np.einsum("kj,kj->k", rest, rest) / 2 + Cs * excess.sum(axis=1)


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
