"""Adversarial training of linear classifiers, each model certified by its duality gap.

A perturbation δ of a sample with ‖δ‖ ≤ ε lowers its margin by at most ε‖w‖*, ‖·‖* the dual norm (L2 for L2,
L1 for the largest change of a pixel). So training against the worst perturbations is convex,

    min over w, b of  mean f(y (w·x + b) - ε‖w‖*).

With f(m) = max over 0 ≤ p ≤ 1 of h(p) - p m (hinge: h(p) = p; softplus: h(p) = -p ln p - (1-p) ln(1-p)) it
is a minimum over (w, b) of a maximum over p (n,), of

    mean h(p) - w·g/n - b y·p/n + ε‖w‖* Σp/n,      g = Σ p_i y_i x_i.

The minimum over b is -∞ unless y·p = 0, that over w unless ‖g‖ ≤ ε Σp, and else both are at 0. So the dual is

    max mean h(p)   over  0 ≤ p ≤ 1,  y·p = 0,  ‖Σ p_i y_i x_i‖ ≤ ε Σ p_i,

in words: the weighted centroids of the classes lie within 2ε. Where even the nearest points of the classes'
convex hulls do not, p = 0 is the only one and the infimum is 0; where the centroids themselves do, w = 0
is optimal.
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse
from scipy.linalg import cho_solve
from scipy.linalg.lapack import dpotrf
from scipy.optimize import brentq, linprog
from scipy.special import expit, xlog1py, xlogy

from tilt.errors import InputError
from tilt.linear.path import LinearPath, _checked, fit_path
from tilt.losses import LOSSES

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

ROUNDING = 1e-12  # relative, of two numbers that are equal but for rounding errors
# Hinge
FIRST_DECADES = 4  # of λ below the largest, at which the path is followed first; ...
MORE_DECADES = 2  # ... below them where a radius needs it, down to ...
LAST_DECADE = 14
PER_DECADE = 2
MAX_ROUNDS = 40
MIXED_ROUNDS = 4  # after which every second round halves the step between neighbours
WANTED = 1e-3  # gap that is tried for, relative to the tolerance: a small gap alone leaves w inaccurate
# Softplus
MAX_STEPS = 100
SHORTER = 1e-10  # relative, by how much at most the radius is shorter whose p is feasible for the radius
SLOPE = 0.2  # along a direction, relative to the first, at which a step is taken as it is; ...
SEARCH_ACCURACY = 0.05  # ... of one that is not, relative
LARGEST_STEP = 1e12
FIRST_SIZE = 1e-3  # of the first weights, the samples having mean square norm 1
LEFT_OUT = 1e-3  # share of the curvature that is left out of the Hessian
JITTER = 1e-14  # added to the diagonal of the Hessian, relative to its trace
# Linear programmes
FEASIBLE = (
    1e-10  # the least tolerance that HiGHS takes, and by how much the radius is shorter for that reason
)


@dataclass(frozen=True, eq=False)
class AdversarialPath:
    """Minimisers of mean f(y (w·x + b) - ε‖w‖*) for k radii ε, in the order in which they were given.

    epsilons (k,), in units of X; w (k, d); b (k,); objective (k,); duality_gap (k,): (P - D)/P; collapsed
    (k,): w = 0 is optimal; unique (k,): False where w is known not to be the only minimiser, or there is
    none, of which the function that made the path tells more; tol: what was asked for.
    """

    epsilons: Array
    w: Array
    b: Array
    objective: Array
    duality_gap: Array
    collapsed: Mask
    unique: Mask
    tol: float

    @property
    def certified(self) -> Mask:
        """Whether each model's duality gap reached the tolerance, (k,)."""
        return self.duality_gap <= self.tol


@dataclass(frozen=True, eq=False)
class L1Path:
    """Minimisers of mean hinge + μ‖w‖₁ for k values of μ: mus (k,), w (k, d), b (k,), objective (k,),
    duality_gap (k,), (P - D)/P.

    epsilons (k,): each is also the minimiser, divided by 1 - ε‖w‖₁, of adversarial training against changes
    of single pixels by at most ε = μ/(mean hinge + μ‖w‖₁).
    """

    mus: Array
    w: Array
    b: Array
    objective: Array
    duality_gap: Array

    @property
    def epsilons(self) -> Array:
        """Radii (k,), in units of X."""
        return self.mus / self.objective


def adversarial_path(path: LinearPath, y: ArrayLike) -> AdversarialPath:
    """The adversarially trained models (L2) that the support vector machines of a path are.

    path: of the hinge; y (n,): the labels that it was fitted to. With c = 1 + ε‖w‖ and v = w/c, the loss of
    (w, b) is c times the hinge of (v, b/c): the model v of λ minimises it too, for ε = 2λ‖v‖/(H + 2λ‖v‖²), H
    its mean hinge. Its ε is taken here as ‖v‖/Σ alpha, which is the same at the minimum and makes p = alpha/C
    dual feasible, so that (P - D)/H of the path is the relative gap of the adversarial objective. Returned
    are ε, w = v/(1 - ε‖v‖), the bias likewise, and H/(1 - ε‖v‖).

    collapsed: ε is the radius from which on w = 0 is optimal (½‖j - i‖ for balanced classes with centroids
    i, j); all multiples of w from 0 to the one returned are. Neither these are unique nor the separable:
    where H is 0 to within the certificate, ε is the hard margin 1/‖v‖, for which w diverges (w and b NaN,
    objective 0, the infimum for any smaller radius).
    """
    y = np.asarray(y, dtype=np.float64)
    if y.shape != path.alpha.shape[1:]:
        raise InputError(f"y must have shape {path.alpha.shape[1:]} like the path's samples, not {y.shape}")
    norm, total = np.linalg.norm(path.w, axis=1), path.alpha.sum(axis=1)
    if not (np.isin(y, (-1, 1)).all() and (np.abs(path.alpha @ y) <= 1e-6 * total).all()):
        raise InputError("y must hold the labels -1 and +1 that the path was fitted to")
    hinge = path.objective - path.lambdas * norm**2
    separable = hinge <= np.maximum(path.duality_gap, path.tol) * path.objective
    difference = hinge - 2 * path.lambdas * (total - norm**2)  # of the path's primal and dual
    if (difference > (path.duality_gap + path.tol) * path.objective).any():
        raise InputError("path must be of the hinge, with the multipliers that belong to its weights")
    epsilons = norm / total
    smaller_class = min((y > 0).sum(), (y < 0).sum())
    collapsed = 2 * path.lambdas * total >= (2 * smaller_class / y.size) * (1 - path.tol)
    with np.errstate(divide="ignore", invalid="ignore"):
        grown = np.where(separable, np.nan, 1 / (1 - epsilons * norm))
        gap = np.where(separable, 0.0, path.duality_gap * path.objective / hinge)
    return AdversarialPath(
        epsilons=epsilons,
        w=path.w * grown[:, None],
        b=path.b * grown,
        objective=np.where(separable, 0.0, hinge * grown),
        duality_gap=gap,
        collapsed=collapsed,
        unique=~separable & ~collapsed,
        tol=path.tol,
    )


def fit_adversarial_path(
    X: ArrayLike,
    y: ArrayLike,
    epsilons: ArrayLike,
    *,
    loss: str = "hinge",
    norm: float = 2,
    tol: float = 1e-6,
) -> AdversarialPath:
    """Train a linear classifier with a free bias against perturbations of norm ε, for every ε.

    X (n, d) finite; y (n,) in {-1, +1}, both present; epsilons (k,) positive, in units of X, in any order;
    loss: "hinge", or "softplus" in the L2 norm only; norm: of the perturbations, 2 or inf; tol: relative
    duality gap to reach. Raises InputError naming the argument that is not so. A gap that is not reached is
    reported by a RuntimeWarning and by `certified`.

    Where a hyperplane has all samples farther away than ε on the right side, the infimum is 0: the objective
    and the gap are 0 and the model is not unique. The hinge attains it, and the model is one of many. The
    softplus does not, and w and b are NaN.

    The hinge in L2 is looked up on the path of `fit_path`, whose models are linear in 1/λ between values of
    λ at which a sample reaches the margin: mixtures of two neighbours, primal and dual, are certified, or
    another λ is put between them. The softplus is solved by Newton's method in (w, b) from the collapse
    downwards, for a radius so little smaller that its p is feasible. The hinge with norm = inf is a linear
    programme, of which there may be more minimisers of equal objective.
    """
    X, y, _ = _checked(X, y, np.ones(1), loss, tol)
    if norm not in (2, np.inf):
        raise InputError(f"norm must be 2 or inf, not {norm!r}")
    if norm == np.inf and loss != "hinge":
        raise InputError("loss must be hinge with norm = inf")
    radii = _positive("epsilons", epsilons)
    problem = _Problem.of(X, y, loss, norm)
    order = np.argsort(-radii, kind="stable")
    solver: Callable[[_Problem, Array, float], list[_Model]] = (
        _linear_programmes if norm == np.inf else _hinge if loss == "hinge" else _softplus
    )
    solved = solver(problem, radii[order] / problem.scale, tol)
    models = [solved[k] for k in np.argsort(order).tolist()]
    w, b = problem.in_units_of_x(models)
    result = AdversarialPath(
        epsilons=radii,
        w=w,
        b=b,
        objective=np.array([model.objective for model in models]),
        duality_gap=np.array([model.gap for model in models]),
        collapsed=np.array([not model.w.any() for model in models]),
        unique=np.array([model.objective > 0 for model in models]),
        tol=tol,
    )
    if not result.certified.all():
        missed = radii[~result.certified]
        warnings.warn(
            f"{missed.size} of {radii.size} models did not reach a relative duality gap of {tol:g} "
            f"(largest {result.duality_gap.max():.2g}), the first at epsilon = {missed[0]:g}",
            RuntimeWarning,
            stacklevel=2,
        )
    return result


def fit_l1_path(X: ArrayLike, y: ArrayLike, mus: ArrayLike) -> L1Path:
    """Minimise mean hinge + μ‖w‖₁ with a free bias for every μ, by linear programming.

    X (n, d) finite; y (n,) in {-1, +1}, both present; mus (k,) positive. Raises InputError naming the
    argument that is not so.
    """
    X, y, _ = _checked(X, y, np.ones(1), "hinge", 0.5)
    mus = _positive("mus", mus)
    problem = _Problem.of(X, y, "hinge", np.inf)
    models = []
    for mu in (mus / problem.scale).tolist():
        w, b, p = problem.programme(penalty=mu)
        objective = problem.primal(0.0, w, b) + mu * float(np.abs(w).sum())
        p = _balanced(p, y)
        p *= min(1.0, y.size * mu / max(np.abs(p @ problem.A).max(), np.finfo(float).tiny))
        models.append(_Model(w, b, objective, 1 - float(p.mean()) / objective))
    weights, biases = problem.in_units_of_x(models)
    return L1Path(
        mus=mus,
        w=weights,
        b=biases,
        objective=np.array([model.objective for model in models]),
        duality_gap=np.array([model.gap for model in models]),
    )


def _positive(name: str, values: ArrayLike) -> Array:
    values = np.asarray(values, dtype=np.float64)
    if values.ndim != 1 or values.size == 0 or not (np.isfinite(values) & (values > 0)).all():
        raise InputError(f"{name} must be a non-empty vector of positive finite numbers")
    return values


@dataclass(eq=False)
class _Model:
    w: Array
    b: float
    objective: float
    gap: float


@dataclass(eq=False)
class _Problem:
    """Samples as A = diag(y) X (n, d), X centred, without its constant columns, rows of mean square norm 1.

    columns: the whole numbers of those of X kept; total: how many X has; centre (d,) and scale: what was
    taken off the columns kept, and what they were divided by then.
    """

    A: Array
    y: Array
    loss: str
    norm: float
    columns: NDArray[np.intp]
    total: int
    centre: Array
    scale: float

    @classmethod
    def of(cls, X: Array, y: Array, loss: str, norm: float) -> "_Problem":
        columns = np.flatnonzero(np.ptp(X, axis=0) > 0)
        if columns.size == 0:
            columns = np.zeros(1, dtype=np.intp)
        A = X[:, columns]
        centre = A.mean(axis=0)
        A -= centre
        scale = float(np.linalg.norm(A) / np.sqrt(y.size)) or 1.0
        A *= y[:, None] / scale
        return cls(A, y, loss, norm, columns, X.shape[1], centre, scale)

    def in_units_of_x(self, models: list[_Model]) -> tuple[Array, Array]:
        w = np.zeros((len(models), self.total))
        w[:, self.columns] = [model.w / self.scale for model in models]
        return w, np.array([model.b for model in models]) - w[:, self.columns] @ self.centre

    @property
    def between_centroids(self) -> Array:
        """From the centroid of the negative class to that of the positive one, (d,)."""
        positive = self.y > 0
        difference: Array = self.A[positive].mean(axis=0) + self.A[~positive].mean(axis=0)
        return difference

    def dual_norm(self, w: Array) -> float:
        return float(np.linalg.norm(w, 2 if self.norm == 2 else 1))

    def primal(self, epsilon: float, w: Array, b: float) -> float:
        return float(LOSSES[self.loss](self.A @ w + b * self.y - epsilon * self.dual_norm(w)).mean())

    def dual(self, epsilon: float, p: Array) -> float:
        """The dual objective of p (n,), made feasible; that of p = 0 where ‖g‖ exceeds ε Σp."""
        p = _balanced(p, self.y)
        if np.linalg.norm(p @ self.A, self.norm) > epsilon * p.sum() * (1 + ROUNDING):
            return 0.0
        return float((p if self.loss == "hinge" else -xlogy(p, p) - xlog1py(1 - p, -p)).mean())

    def model(self, epsilon: float, w: Array, b: float, p: Array) -> _Model:
        primal = self.primal(epsilon, w, b)
        return _Model(w, b, primal, (primal - self.dual(epsilon, p)) / primal if primal else 0.0)

    def separating(self, epsilon: float, w: Array) -> _Model | None:
        """A model of loss 0, or of infimum 0, in the direction of w, where w has all samples beyond ε."""
        scores = self.y * (self.A @ w)
        low, high = scores[self.y > 0].min(), scores[self.y < 0].max()
        margin = float(low - high) / 2 - epsilon * self.dual_norm(w)
        if margin <= ROUNDING * np.abs(scores).max():
            return None
        if self.loss == "softplus":
            return _Model(np.full_like(w, np.nan), np.nan, 0.0, 0.0)
        return _Model(w / margin, float(-(low + high)) / 2 / margin, 0.0, 0.0)

    def programme(self, *, epsilon: float = 0.0, penalty: float = 0.0) -> tuple[Array, float, Array]:
        """w, b and p (n,) at the minimum of mean hinge(y (w·x + b) - ε‖w‖₁) + penalty ‖w‖₁.

        The variables are the positive and the negative parts of w, ‖w‖₁, b and the losses. X is shifted by
        the medians, which are 0 in most pixels, so that its zeros can be left out.
        """
        n, d = self.A.shape
        y = self.y[:, None]
        median = np.median(y * self.A, axis=0)
        rows = sparse.csr_array(self.A - y * median)
        norm_and_bias = sparse.csr_array(np.hstack([np.full((n, 1), epsilon), -y]))
        losses = sparse.hstack([-rows, rows, norm_and_bias, -sparse.eye_array(n)], format="csc")
        parts = sparse.csc_array(np.concatenate([np.ones(2 * d), [-1], np.zeros(1 + n)])[None])
        solution: Any = linprog(  # type: ignore[call-overload] # which knows no sparse matrices
            np.concatenate([np.zeros(2 * d), [penalty, 0], np.full(n, 1 / n)]),
            A_ub=losses,
            b_ub=-np.ones(n),
            A_eq=parts,
            b_eq=[0.0],
            bounds=[(0, None)] * (2 * d + 1) + [(None, None)] + [(0, None)] * n,
            method="highs",
            options=dict.fromkeys(("primal_feasibility_tolerance", "dual_feasibility_tolerance"), FEASIBLE),
        )
        if solution.status != 0:
            raise RuntimeError(f"the linear programme was not solved: {solution.message}")
        w: Array = solution.x[:d] - solution.x[d : 2 * d]
        b = float(solution.x[2 * d + 1] - w @ median)
        p: Array = np.clip(-n * solution.ineqlin.marginals, 0, 1)
        return w, b, p


def _balanced(p: Array, y: Array) -> Array:
    """p (n,) with the larger of the classes' sums scaled down to the other."""
    positive, negative = p[y > 0].sum(), p[y < 0].sum()
    smaller = min(positive, negative)
    if smaller == 0:
        return np.zeros_like(p)
    balanced: Array = p * np.where(y > 0, smaller / positive, smaller / negative)
    return balanced


# Each solver takes radii that fall, in units of A.


def _linear_programmes(problem: _Problem, radii: Array, tol: float) -> list[_Model]:
    models = []
    for epsilon in radii.tolist():
        w, b, p = problem.programme(epsilon=max(epsilon - FEASIBLE, epsilon / 2))
        models.append(problem.separating(epsilon, w) or problem.model(epsilon, w, b, p))
    return models


@dataclass(eq=False)
class _Known:
    """A support vector machine for C: w, b and its multipliers; radius: the ε for which it is trained."""

    C: float
    w: Array
    b: float
    alpha: Array
    radius: float


def _hinge(problem: _Problem, radii: Array, tol: float) -> list[_Model]:
    A, y = problem.A, problem.y
    n = y.size
    # From this λ on the whole smaller class is inside the margin, and its radius is that of the collapse.
    largest = float(np.einsum("ij,ij->i", A, A).max()) or 1.0
    X = y[:, None] * A

    def follow(Cs: Array) -> list[_Known]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # the certificate here tells
            path = fit_path(X, y, 1 / (2 * n * Cs), tol=min(tol / 10, 1e-9))
        norm = np.linalg.norm(path.alpha @ A, axis=1)
        return [
            _Known(*one)
            for one in zip(
                Cs.tolist(), path.w, path.b.tolist(), path.alpha, norm / path.alpha.sum(axis=1), strict=True
            )
        ]

    def decades(first: float, last: float) -> Array:
        steps = np.arange(first * PER_DECADE, last * PER_DECADE + 1) / PER_DECADE
        return 10.0**steps / (2 * n * largest)

    known = follow(decades(0, FIRST_DECADES))
    last = FIRST_DECADES
    models: dict[int, _Model] = {}
    waiting = list(enumerate(radii.tolist()))
    for round_ in range(MAX_ROUNDS):
        halving = round_ >= MIXED_ROUNDS and round_ % 2 == 0
        between, beyond, unfinished = set(), False, []
        for place, epsilon in waiting:
            model, C = _looked_up(problem, known, epsilon, halving)
            better = place not in models or model.gap < models[place].gap
            if better:
                models[place] = model
            gap = models[place].gap
            if C is None and gap > tol and last < LAST_DECADE:
                beyond = True
            elif C is not None and (gap > tol or (better and gap > WANTED * tol)):
                between.add(C)
            else:
                continue
            unfinished.append((place, epsilon))
        waiting = unfinished
        new = sorted(between - {model.C for model in known})
        if beyond:
            new += decades(last + 1 / PER_DECADE, last + MORE_DECADES).tolist()
            last += MORE_DECADES
        if not new:
            break
        known = sorted(known + follow(np.array(new)), key=lambda model: model.C)
    return [models[place] for place in range(radii.size)]


def _looked_up(
    problem: _Problem, known: list[_Known], epsilon: float, halving: bool
) -> tuple[_Model, float | None]:
    """The model for ε mixed of its neighbours on the path, C rising, and a C to put between them.

    That is the one of the mixture, or halfway. No C: the radius is collapsed or separable, or the path ends
    before it (gap 1).
    """
    y = problem.y
    first = known[0]
    d = problem.A.shape[1]
    if first.radius <= epsilon * (1 + ROUNDING):
        majority = float(np.sign(y.sum()))
        return problem.model(epsilon, np.zeros(d), majority, first.alpha / first.C), None
    for before, after in pairwise(known):
        if after.radius < epsilon:
            share = _share(problem, before, after, epsilon)
            C, alpha, v, b = (
                (1 - share) * getattr(before, name) + share * getattr(after, name)
                for name in ("C", "alpha", "w", "b")
            )
            p = alpha / C
            if halving:
                C = float(np.sqrt(before.C * after.C))
            shrunk = 1 - epsilon * float(np.linalg.norm(v))
            if shrunk > 0:
                return problem.model(epsilon, v / shrunk, b / shrunk, p), C
            return problem.model(epsilon, v, b, p), C
    final = known[-1]
    return problem.separating(epsilon, final.w) or problem.model(epsilon, final.w, final.b, 0 * y), None


def _share(problem: _Problem, before: _Known, after: _Known, epsilon: float) -> float:
    """The share of `after` in the mixture of multipliers with ‖g‖ = ε Σ alpha."""
    g, change = before.alpha @ problem.A, (after.alpha - before.alpha) @ problem.A
    total, more = before.alpha.sum(), (after.alpha - before.alpha).sum()
    low, high = 0.0, 1.0
    while (middle := (low + high) / 2) not in (low, high):
        if np.linalg.norm(g + middle * change) > epsilon * (total + middle * more):
            low = middle
        else:
            high = middle
    return high


def _softplus(problem: _Problem, radii: Array, tol: float) -> list[_Model]:
    A, y = problem.A, problem.y
    positive = int((y > 0).sum())
    direction = problem.between_centroids
    collapse = float(np.linalg.norm(direction)) / 2
    b = float(np.log(positive / (y.size - positive)))
    start = direction * (FIRST_SIZE / max(2 * collapse, np.finfo(float).tiny))
    models: list[_Model] = []
    for epsilon in radii.tolist():
        if collapse <= epsilon * (1 + ROUNDING):
            p = np.where(y > 0, y.size - positive, positive) / y.size
            models.append(problem.model(epsilon, np.zeros(A.shape[1]), b, p))
        elif models and models[-1].objective == 0:
            models.append(models[-1])
        else:
            warm = bool(models and models[-1].w.any())
            models.append(
                _newton(problem, epsilon, *((models[-1].w, models[-1].b) if warm else (start, b)), tol)
            )
    return models


def _newton(problem: _Problem, epsilon: float, w: Array, b: float, tol: float) -> _Model:
    """The minimiser for ε, from (w, b).

    The steps are those of a radius r just below ε, such that the objectives differ by less than a quarter of
    the tolerance: its p, once accurate, satisfies the dual's constraint of ε with something to spare.
    """
    A, y = problem.A, problem.y
    n, d = A.shape
    r = epsilon
    best = None
    scores = A @ w
    for _ in range(MAX_STEPS):
        norm = float(np.linalg.norm(w))
        p = expit(r * norm - scores - b * y)
        model = problem.separating(epsilon, w) or problem.model(epsilon, w, b, p)
        if best is None or model.gap < best.gap:
            best = model
        if best.gap <= tol:
            break
        share = tol / 4 * n * model.objective / (epsilon * norm * p.sum())
        r = epsilon * (1 - min(share, SHORTER))
        p = expit(r * norm - scores - b * y)
        direction = _newton_direction(problem, r, w, p)
        step = _step(problem, r, w, scores + b * y, direction)
        if not step:
            break
        w, b = w + step * direction[:d], b + step * float(direction[d])
        scores = A @ w
    assert best is not None
    return best


def _step(problem: _Problem, r: float, w: Array, margins: Array, direction: Array) -> float:
    """Newton's step of 1, or where the objective is least along the direction; 0 for no descent."""
    dw = direction[:-1]
    change = problem.A @ dw + direction[-1] * problem.y

    def slope(step: float) -> float:
        moved = w + step * dw
        norm = np.linalg.norm(moved)
        p = expit(r * norm - margins - step * change)
        return float(r * (moved @ dw) / norm * p.sum() - p @ change)

    first, step = slope(0.0), 1.0
    if first >= 0:
        return 0.0
    while (last := slope(step)) < SLOPE * first and step < LARGEST_STEP:
        step *= 4
    if last <= SLOPE * -first:
        return step
    return float(brentq(slope, 0.0, step, xtol=np.finfo(float).tiny, rtol=SEARCH_ACCURACY))


def _newton_direction(problem: _Problem, r: float, w: Array, p: Array) -> Array:
    """Newton's direction in (w, b), (d + 1,), of the objective of radius r at w, all but the least terms.

    With u = w/‖w‖ the Hessian is Σ p (1 - p) z zᵀ, z = (y x - r u, y), and r Σp (I - u uᵀ)/‖w‖ for w.
    """
    A, y = problem.A, problem.y
    d = A.shape[1]
    norm = float(np.linalg.norm(w))
    u = w / norm
    s = p * (1 - p)
    across = r * p.sum() / norm
    along = s * (A @ u - r) ** 2
    trace = s * np.einsum("ij,ij->i", A, A)
    order = np.argsort(trace)
    spared = np.cumsum(trace[order]) <= LEFT_OUT * min(across, along.sum())
    kept = np.sort(order[~spared])
    root = np.sqrt(s[kept])[:, None]
    R = np.empty((kept.size, d + 1))
    np.multiply(A[kept] - r * u, root, out=R[:, :d])
    R[:, d] = y[kept] * root[:, 0]
    H = R.T @ R
    H[:d, :d] -= across * np.outer(u, u)
    H.ravel()[: d * (d + 1) : d + 2] += across
    H.ravel()[:: d + 2] += JITTER * np.trace(H)
    factor, _ = dpotrf(H, lower=1)
    gradient = np.append(r * p.sum() * u - p @ A, -(p @ y))
    return np.asarray(cho_solve((factor, True), -gradient, check_finite=False))
