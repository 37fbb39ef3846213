"""Adversarially trained models along radii, and those that regularised ones are; see the package."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tilt.errors import InputError
from tilt.linear.adversarial.hinge import hinge_models
from tilt.linear.adversarial.problem import ROUNDING, Model, Problem, balanced
from tilt.linear.adversarial.programme import linear_programmes, programme
from tilt.linear.adversarial.softplus import softplus_models
from tilt.linear.path import LinearPath, checked, warn_of_missed

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class AdversarialPath:
    """Minimisers of mean f(y (w·x + b) - ε‖w‖*) for k radii ε, in the order in which they were given.

    epsilons (k,), in units of X; w (k, d); b (k,); objective (k,); duality_gap (k,): (P - D)/P; collapsed
    (k,): w = 0 is optimal, whatever w is given; unique (k,): False where w is known not to be the only
    minimiser, or there is none, of which the function that made the path tells more; tol: what was asked
    for.
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
    if path.loss != "hinge":
        raise InputError(f"path must be of the hinge, not of the {path.loss}")
    y = np.asarray(y, dtype=np.float64)
    if y.shape != path.alpha.shape[1:]:
        raise InputError(f"y must have shape {path.alpha.shape[1:]} like the path's samples, not {y.shape}")
    norm, total = np.linalg.norm(path.w, axis=1), path.alpha.sum(axis=1)
    if not (np.isin(y, (-1, 1)).all() and (np.abs(path.alpha @ y) <= 1e-6 * total).all()):
        raise InputError("y must hold the labels -1 and +1 that the path was fitted to")
    hinge = path.objective - path.lambdas * norm**2
    separable = hinge <= np.maximum(path.duality_gap, path.tol) * path.objective
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
    X, y, _ = checked(X, y, np.ones(1), loss, tol)
    if norm not in (2, np.inf):
        raise InputError(f"norm must be 2 or inf, not {norm!r}")
    if norm == np.inf and loss != "hinge":
        raise InputError("loss must be hinge with norm = inf")
    radii = _positive("epsilons", epsilons)
    problem = Problem.of(X, y, loss, norm)
    order = np.argsort(-radii, kind="stable")
    solver: Callable[[Problem, Array, float], list[Model]] = (
        linear_programmes if norm == np.inf else hinge_models if loss == "hinge" else softplus_models
    )
    solved = solver(problem, radii[order] / problem.scale, tol)
    models = [solved[k] for k in np.argsort(order).tolist()]
    w, b = problem.in_units_of_x(models)
    collapse = problem.collapse * problem.scale
    beyond = (radii - collapse) / radii  # 0 where the multiples of a model are minimisers too
    result = AdversarialPath(
        epsilons=radii,
        w=w,
        b=b,
        objective=np.array([model.objective for model in models]),
        duality_gap=np.array([model.gap for model in models]),
        collapsed=np.array([not model.w.any() for model in models]) | (beyond >= -ROUNDING),
        unique=np.array([model.objective > 0 for model in models]) & (np.abs(beyond) > ROUNDING),
        tol=tol,
    )
    warn_of_missed("epsilon", radii, result.duality_gap, tol)
    return result


def fit_l1_path(X: ArrayLike, y: ArrayLike, mus: ArrayLike) -> L1Path:
    """Minimise mean hinge + μ‖w‖₁ with a free bias for every μ, by linear programming.

    X (n, d) finite; y (n,) in {-1, +1}, both present; mus (k,) positive. Raises InputError naming the
    argument that is not so.
    """
    X, y, _ = checked(X, y, np.ones(1), "hinge", 0.5)
    mus = _positive("mus", mus)
    problem = Problem.of(X, y, "hinge", np.inf)
    models = []
    for mu in (mus / problem.scale).tolist():
        w, b, p = programme(problem, penalty=mu)
        objective = problem.primal(0.0, w, b) + mu * float(np.abs(w).sum())
        p = balanced(p, y)
        p *= min(1.0, y.size * mu / max(np.abs(p @ problem.A).max(), np.finfo(float).tiny))
        models.append(Model(w, b, objective, 1 - float(p.mean()) / objective))
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
