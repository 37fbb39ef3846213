"""Models of the hinge in L2, looked up on the path of support vector machines.

Between values of λ at which a sample reaches the margin the models are linear in 1/λ: mixtures of two
neighbours, primal and dual, are certified, or another λ is put between them.
"""

import warnings
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from tilt.linear.adversarial.problem import ROUNDING, Model, Problem
from tilt.linear.path import fit_path

Array = NDArray[np.float64]

FIRST_DECADES = 4  # of λ below the largest, at which the path is followed first; ...
MORE_DECADES = 2  # ... below them where a radius needs it, down to ...
LAST_DECADE = 14
PER_DECADE = 2
MAX_ROUNDS = 40
MIXED_ROUNDS = 4  # after which every second round halves the step between neighbours
WANTED = 1e-3  # gap that is tried for, relative to the tolerance: a small gap alone leaves w inaccurate


@dataclass(eq=False)
class _Known:
    """A support vector machine for C: w, b and its multipliers; radius: the ε for which it is trained."""

    C: float
    w: Array
    b: float
    alpha: Array
    radius: float


def hinge_models(problem: Problem, radii: Array, tol: float) -> list[Model]:
    """A model for each of radii (k,), falling, in units of the problem's A."""
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
    models: dict[int, Model] = {}
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
    problem: Problem, known: list[_Known], epsilon: float, halving: bool
) -> tuple[Model, float | None]:
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


def _share(problem: Problem, before: _Known, after: _Known, epsilon: float) -> float:
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
