"""Support vector machines along a path of rising C, certified.

Method. C rises along the path. While every sample lies inside the margin, a = C for all of them and
the solution is closed form (balanced classes). After that each C starts from its neighbour, with the
samples near the margin in play only; the others keep their multiplier, 0 or C. Given E = {0 < a < C} and
L = {a = C} the solution is that of a linear system, so a primal-dual active set method tries to find these
sets, first from multipliers predicted from the last two models. Where it fails, a round of the augmented
Lagrangian on the dual, its inner problem solved by semismooth Newton (`tilt.linear.newton`), brings them
closer, and it tries again. A model is accepted on its duality gap over ALL samples, which also checks the
screening. One that is missed is tried again with a larger penalty σ.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.lapack import dpotrf, dpotrs

from tilt.linear.gram import GramCache
from tilt.linear.model import Model, accurate_enough
from tilt.linear.newton import Inner, minimise

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

MAX_ROUNDS = 20
MAX_SET_CHANGES = 12  # steps of the active set method in a round
INEXACT_ROUNDS = 5  # rounds after which a model without exact active sets may be accepted
FIRST_PENALTY = 50.0  # σ over the largest multiplier, first round of a λ; 20 to 200 take about as long
FIRST_SIGMA = 1.0  # ... but σ is at least this: the scores of a small C differ little
PENALTY_GROWTH = 10.0
LARGEST_PENALTY = 1e9
# Growth stops at the first, as a larger σ loses digits of multipliers; at the others where a model is missed.
LARGEST_SIGMAS = (1e4, 1e6, 1e8, 1e10)
FIRST_ACCURACY = 1e-2  # of the gradient of a λ's first inner problem, relative to ‖w‖; a tenth each round
ON_MARGIN = 1e-9  # relative slack of the conditions on active sets
JITTER = 1e-12  # added to the Gram matrix of E, relative to its mean diagonal; refined away
REFINEMENTS = 3
ROUNDING = 1e-13  # relative duality gap below which there is nothing but rounding errors
UNIQUE_BIAS = 1e-6  # width (in scores) below which an interval of optimal biases is a point
NEAR_MARGIN = 0.02  # samples this near to the margin always stay in play
SCREEN_QUANTILE = 0.95  # of the changes of the margins at the last λ: ...
SCREEN_FACTOR = 1.5  # ... this many times that far from the margin, a sample is first left out
PREDICTED = 0.5  # of the way that the last step over log C would go on; ...
FARTHEST = 1.0  # ... at most this many times that step


def hinge_models(A: Array, y: Array, Cs: Array, tol: float) -> list[Model]:
    """A model for each C of Cs (k,), rising; A = diag(y) X (n, d), centred, rows of square norms near 1."""
    return _PathSolver(A, y, tol).models(Cs)


class _PathSolver:
    """Models along a path of rising C; A = diag(y) X (n, d), centred, rows of mean square norm near 1."""

    def __init__(self, A: Array, y: Array, tol: float) -> None:
        self.A, self.y, self.tol = A, y, tol
        self.positive = int((y > 0).sum())
        self.gram = GramCache(A)
        self.fixed, self.fixed_sum = np.zeros(len(y), dtype=bool), np.zeros(A.shape[1])

    def models(self, Cs: Array) -> list[Model]:
        """One model for each C; Cs rises."""
        n = len(self.y)
        share = np.where(self.y > 0, n - self.positive, self.positive)  # of the other class
        largest = np.minimum(1.0, share / (n - share))  # multipliers/C, as large as y·a = 0 lets them be
        all_inside = 2 * self.positive == n
        before = previous = self._model(Cs[0] * largest, Cs[0] * (largest @ self.A), Cs[0])
        reach = np.inf
        models = []
        for C in Cs.tolist():
            if all_inside:
                model = self._model(np.full(n, C), C * self.A.sum(axis=0), C)
                all_inside = model.margins.max() <= 1
            if not all_inside:
                model = self._solve(C, previous, _predicted(before, previous, C), reach)
                reach = SCREEN_FACTOR * np.quantile(np.abs(model.margins - previous.margins), SCREEN_QUANTILE)
            models.append(model)
            before, previous = previous, model
        return models

    def _solve(self, C: float, start: Model, predicted: Array, reach: float) -> Model:
        """Solve for one C, from the model of a neighbouring C and multipliers predicted for this one.

        `reach` screens samples by margin.
        """
        a = start.a * (C / start.C) if (start.a >= start.C).any() else start.a
        sigma = max(FIRST_PENALTY * a.max(), FIRST_SIGMA)
        tried = []
        for largest in np.unique(np.maximum(np.minimum(LARGEST_SIGMAS, LARGEST_PENALTY * a.max()), sigma)):
            tried.append(self._attempt(C, start, a, predicted, reach, sigma, largest))
            if tried[-1].gap <= self.tol:
                break
        return min(tried, key=lambda model: model.gap)

    def _attempt(
        self, C: float, start: Model, a: Array, predicted: Array, reach: float, sigma: float, largest: float
    ) -> Model:
        """The model of least gap that is found with σ from `sigma` to `largest`, from multipliers a."""
        w, b, m = start.w, start.b, start.margins
        active = (a > 0) & (a < C)
        self.gram.retain(np.flatnonzero(active))
        in_play = active | (predicted > 0) & (predicted < C) | (np.abs(1 - m) < max(reach, NEAR_MARGIN))
        inner = self._inner(in_play, m < 1, C)
        accuracy = FIRST_ACCURACY
        best = None
        for round_ in range(MAX_ROUNDS):
            exact = self._exact(inner, (a if round_ else predicted)[inner.samples], b)
            settled = exact is not None
            if exact is None and round_ >= INEXACT_ROUNDS:
                exact = _balanced(a[inner.samples], inner.y, -inner.beta, C)
            if exact is not None:
                model = self._model(inner.scatter(exact), inner.v + exact @ inner.A, C)
                stalled = best is not None and best.gap <= self.tol and model.gap > best.gap / 2
                if best is None or model.gap < best.gap:
                    best = model
                if stalled or accurate_enough(model, self.tol, ROUNDING):
                    break
            if settled:
                a, w, b, m = model.a, model.w, model.b, model.margins
            elif round_ > 0:
                m = self.A @ w + b * self.y
            misplaced = ~in_play & (((m < 1) != inner.fixed) | (np.abs(1 - m) < NEAR_MARGIN))
            if misplaced.any():
                in_play |= misplaced
                inner = self._inner(in_play, m < 1, C)
                if settled:
                    continue
            w, b, approximate = minimise(inner, self.gram, a[inner.samples], sigma, w, b, accuracy)
            a = inner.scatter(approximate)
            sigma = min(sigma * PENALTY_GROWTH, largest)
            accuracy = max(0.1 * accuracy, 1e-12)
        assert best is not None
        return best

    def _inner(self, in_play: Mask, inside: Mask, C: float) -> Inner:
        """The inner problem of the samples in play, the rest at a = C where inside the margin, else at 0."""
        fixed = ~in_play & inside
        beta = C * self.y[fixed].sum()
        samples = np.flatnonzero(in_play)
        y = self.y[samples]
        if samples.size == 0 or not -C * (y < 0).sum() <= -beta <= C * (y > 0).sum():
            in_play[:] = True  # no multipliers of the samples in play alone satisfy y·a = 0
            return self._inner(in_play, inside, C)
        self.fixed_sum = _updated(self.fixed_sum, self.A, self.fixed, fixed)
        self.fixed = fixed
        return Inner(self.A[samples], y, samples, fixed, C * self.fixed_sum, beta, C)

    def _exact(self, inner: Inner, a: Array, b: float) -> Array | None:
        """Exact multipliers of the samples in play, by a primal-dual active set method started from a.

        With E = {0 < a < C} and L = {a = C} given, the margins of E are 1: a linear system. Multipliers
        that leave [0, C] go to their bound, samples on the wrong side of the margin enter E, until neither
        occurs. None where that fails: the method may cycle, and E may outnumber the features by 1 at most.
        """
        A, y, C = inner.A, inner.y, inner.C
        full, edge = a >= C, (a > 0) & (a < C)
        full_sum = full.astype(float) @ A
        fewest = len(y)
        for _ in range(MAX_SET_CHANGES):
            E = np.flatnonzero(edge)
            balance = -inner.beta - C * y[full].sum()
            if E.size > A.shape[1] + 1:
                return None
            w = inner.v + C * full_sum
            if E.size == 0:
                kinks = y * (1 - A @ w)  # the biases that put a sample on the margin
                below = full == (y < 0)
                free = kinks[~below].min(initial=np.inf) - kinks[below].max(initial=-np.inf)
                return np.where(full, C, 0.0) if abs(balance) <= ON_MARGIN * C and free >= 0 else None
            B = A[E]
            K = self.gram.block(inner.samples[E])
            solution = _bordered_solve(K, y[E], 1 - B @ w, balance, a[E], b)
            if solution is None:
                return None
            a_E, b = solution
            w += a_E @ B
            m = A @ w + b * y
            slack = ON_MARGIN * np.linalg.norm(w) + ROUNDING
            enter = ((m < 1 - slack) & ~full | (m > 1 + slack) & full) & ~edge
            slack = ON_MARGIN * np.abs(a_E).max()
            leave = (a_E < -slack) | (a_E > C + slack)
            a = np.where(full, C, 0.0)
            a[E] = np.clip(a_E, 0, C)
            wrong = int(enter.sum() + leave.sum())
            if wrong == 0:
                return a
            if wrong > fewest + fewest // 4 + 2:
                return None
            fewest = min(fewest, wrong)
            was_full = full.copy()
            full[E[leave]] = a_E[leave] > C
            full[enter] = False
            full_sum = _updated(full_sum, A, was_full, full)
            edge[E[leave]] = False
            edge |= enter
        return None

    def _model(self, a: Array, w: Array, C: float) -> Model:
        """The model of feasible multipliers a and w = Aᵀa, its biases and its duality gap.

        The hinge of a sample has its kink at the bias y - w·x. Below all kinks the slope of the sum is
        minus the number of positive samples, and each kink adds one: so the optimal biases lie between two
        neighbouring kinks. Where rounding leaves samples of the margin just inside it, w and the biases are
        made larger by as little, if that lowers the primal: it is far below 1 where classes are separable.
        """
        y, k = self.y, self.positive
        scores = self.A @ w
        kinks = np.partition(y * (1 - scores), (k - 1, k))
        low, high = float(kinks[k - 1]), float(kinks[k])
        if high - low <= UNIQUE_BIAS:
            low = high = (low + high) / 2
        margins = scores + (low + high) / 2 * y
        half = w @ w / 2
        short = float((1 - margins).max(initial=0, where=(a > 0) & (a < C)))
        larger = 1 + 3 * min(short, ON_MARGIN)
        primal, factor = min(
            (float(factor**2 * half + C * np.maximum(1 - factor * margins, 0).sum()), factor)
            for factor in (1.0, larger)
        )
        gap = (primal - float(a.sum() - half)) / primal
        return Model(C, factor * w, factor * low, factor * high, a, factor * margins, primal, gap)


def _predicted(before: Model, last: Model, C: float) -> Array:
    """Multipliers at C, the last two models' course over log C continued, but less far.

    Samples that the margins predicted in that way put on the other side of the margin lie on it.
    """
    p = last.a / last.C
    if before.C == last.C:
        return C * p
    ahead = min(PREDICTED * np.log(C / last.C) / np.log1p((last.C - before.C) / before.C), FARTHEST)
    margins = last.margins + ahead * (last.margins - before.margins)
    crossed = (p <= 0) & (margins < 1) | (p >= 1) & (margins > 1)
    moved = np.clip(p + ahead * (p - before.a / before.C), 0, 1)
    return C * np.where(crossed, 0.5, np.where((p > 0) & (p < 1), moved, p))


def _updated(total: Array, A: Array, before: Mask, after: Mask) -> Array:
    """The sum of the rows of A (n, d) of one set, from that of another."""
    changed = np.flatnonzero(before != after)
    return total + np.where(after[changed], 1.0, -1.0) @ A[changed]


def _bordered_solve(
    K: Array, y: Array, right: Array, balance: float, a: Array, b: float
) -> tuple[Array, float] | None:
    """Solve K a + b y = right, y·a = balance, K positive semidefinite, refining from (a, b)."""
    m = len(K)
    jittered = K.copy()
    jittered.ravel()[:: m + 1] += JITTER * np.trace(K) / m
    factor, failed = dpotrf(jittered.T, lower=1, overwrite_a=1)
    if failed:
        return None
    q = dpotrs(factor, y, lower=1)[0]
    for _ in range(REFINEMENTS):
        residual, missing = right - K @ a - b * y, balance - y @ a
        p = dpotrs(factor, residual, lower=1)[0]
        db = (y @ p - missing) / (y @ q)
        a = a + p - db * q
        b += db
    return a, float(b)


def _balanced(a: Array, y: Array, balance: float, C: float) -> Array:
    """Multipliers near a with 0 ≤ a ≤ C and y·a = balance, changed inside (0, C) if that suffices."""
    excess = y @ a - balance
    room = np.where(y * excess > 0, a, C - a)
    inside = room * ((a > 0) & (a < C))
    if inside.sum() > abs(excess):
        room = inside
    return a - y * room * (excess / room.sum()) if excess else a
