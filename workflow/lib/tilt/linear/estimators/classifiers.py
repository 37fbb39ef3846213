"""Classifiers at one λ, and at the best λ of a path by cross-validation."""

import warnings
from collections.abc import Callable, Sequence
from copy import copy
from numbers import Integral, Real
from reprlib import repr as short
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, log_expit, softmax
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.metrics import check_scoring
from sklearn.model_selection import check_cv
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.parallel import Parallel, delayed
from sklearn.utils.validation import check_is_fitted, validate_data

from tilt.errors import InputError
from tilt.linear.estimators.problems import Models, Rows, fit_problem, problems, votes

Array = NDArray[np.float64]

SMALLEST = 1e-8  # last λ of a grid by number, over the first
ROUNDING = 1e-12  # relative difference of mean scores that is none


class _Certified(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Binary models of each class against the rest, or of each pair, and what they say together."""

    _loss: str
    multi_class: str
    tol: float
    n_jobs: int | None
    verbose: int

    def decision_function(self, X: ArrayLike) -> Array:
        """Scores of X (n, d): (n,) of classes_[1] for two classes, else (n, classes).

        By pairs they are each class's votes, and within a third of a vote the sum of its scores, as those of
        scikit-learn's OneVsOneClassifier.
        """
        check_is_fitted(self)
        X = validate_data(self, X, dtype=[np.float64, np.float32], reset=False)
        scores: Array = X @ self.coef_.T + self.intercept_
        if len(self.classes_) == 2:
            return scores[:, 0]
        return scores if self._fitted_multi_class == "ovr" else votes(scores, len(self.classes_))

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """The class of each row of X (n, d), (n,)."""
        scores = self.decision_function(X)
        numbers = (scores > 0).astype(int) if scores.ndim == 1 else scores.argmax(axis=1)
        return np.asarray(self.classes_[numbers])

    def _validated(self, X: Any, y: Any) -> tuple[NDArray[Any], NDArray[Any], NDArray[np.intp]]:
        """X, y and each sample's number in classes_, which is set."""
        X, y = validate_data(self, X, y, dtype=[np.float64, np.float32])
        check_classification_targets(y)
        self.classes_, numbers = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise InputError(f"y holds one class only, {self.classes_[0]}; give samples of two")
        if self.multi_class not in ("ovr", "ovo"):
            raise InputError(f"multi_class must be 'ovr' or 'ovo', not {self.multi_class!r}")
        self._fitted_multi_class = self.multi_class  # which set_params may change after the fit
        return X, y, numbers

    def _fit_paths(
        self, X: NDArray[Any], numbers: NDArray[np.intp], lams: Array, parts: dict[str, Rows]
    ) -> list[list[Models]]:
        """Models of each part's rows, of each problem; of those that are not certified it warns by name."""
        posed = problems(len(self.classes_), self.multi_class)
        tasks = [(part, problem) for part in parts for problem in posed]
        with warnings.catch_warnings():  # fit_path's: they name no classes, and other processes' are lost
            warnings.filterwarnings("ignore", category=RuntimeWarning, module=fit_problem.__module__)
            fitted = Parallel(n_jobs=self.n_jobs, verbose=self.verbose)(
                delayed(fit_problem)(X, numbers, parts[part], problem, lams, self._loss, self.tol)
                for part, problem in tasks
            )
        for (part, problem), models in zip(tasks, fitted, strict=True):
            missed = lams[models.gap > self.tol]
            if missed.size:
                other = "the rest" if problem.negative is None else self.classes_[problem.negative]
                warnings.warn(
                    f"{part}{self.classes_[problem.positive]} against {other}: {missed.size} of {lams.size} "
                    f"models did not reach a relative duality gap of {self.tol:g} (largest "
                    f"{models.gap.max():.2g}), the first at lam = {missed[0]:g}",
                    RuntimeWarning,
                    stacklevel=3,
                )
        return [fitted[start : start + len(posed)] for start in range(0, len(fitted), len(posed))]

    def _take(self, models: Sequence[Models], k: int) -> Self:
        """Become the models of each problem at the k-th λ."""
        self.coef_ = np.stack([model.w[k] for model in models])
        self.intercept_ = np.array([model.b[k] for model in models])
        self.duality_gap_ = np.array([model.gap[k] for model in models])
        self.theta_ = np.array([model.theta[k] for model in models])
        return self


class _AtLambda(_Certified):
    def __init__(
        self,
        lam: float = 0.01,
        *,
        multi_class: str = "ovr",
        tol: float = 1e-6,
        n_jobs: int | None = None,
        verbose: int = 0,
    ) -> None:
        self.lam = lam
        self.multi_class = multi_class
        self.tol = tol
        self.n_jobs = n_jobs
        self.verbose = verbose

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Fit to X (n, d), y (n,) labels of any kind; raises InputError where `fit_path` does."""
        X, _, numbers = self._validated(X, y)
        if isinstance(self.lam, bool) or not isinstance(self.lam, Real) or not 0 < self.lam < np.inf:
            raise InputError(f"lam must be a positive finite number, not {self.lam!r}")
        (models,) = self._fit_paths(X, numbers, np.array([self.lam]), {"": slice(None)})
        return self._take(models, 0)


class _CrossValidated(_Certified):
    def __init__(
        self,
        lams: int | ArrayLike = 17,
        *,
        cv: Any = None,
        scoring: str | Callable[..., float] | None = None,
        multi_class: str = "ovr",
        tol: float = 1e-6,
        n_jobs: int | None = None,
        verbose: int = 0,
    ) -> None:
        self.lams = lams
        self.cv = cv
        self.scoring = scoring
        self.multi_class = multi_class
        self.tol = tol
        self.n_jobs = n_jobs
        self.verbose = verbose

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Fit to X (n, d), y (n,) labels of any kind; raises InputError where `fit_path` does.

        Also for a fold that lacks a class, and for a score that is not a number.
        """
        X, y, numbers = self._validated(X, y)
        self.lams_ = _grid(self.lams, X)
        scorer = check_scoring(self, scoring=self.scoring)
        splits = list(check_cv(self.cv, y, classifier=True).split(X, y))
        for fold, (train, _) in enumerate(splits, 1):
            lacking = np.setdiff1d(np.arange(len(self.classes_)), numbers[train])
            if lacking.size:
                raise InputError(
                    f"fold {fold} has no sample of class {self.classes_[lacking[0]]} to train on; give "
                    "another cv, or more samples of the class"
                )
        parts: dict[str, Rows] = {f"fold {fold}, ": train for fold, (train, _) in enumerate(splits, 1)}
        fitted = self._fit_paths(X, numbers, self.lams_, parts)
        self.cv_duality_gaps_ = np.array([[model.gap for model in models] for models in fitted])
        self.cv_scores_ = np.empty((len(splits), len(self.lams_)))
        judged = copy(self)
        if hasattr(self, "feature_names_in_"):
            del judged.feature_names_in_  # X is an array by now
        for scores, models, (_, test) in zip(self.cv_scores_, fitted, splits, strict=True):
            scores[:] = [scorer(judged._take(models, k), X[test], y[test]) for k in range(scores.size)]
        mean = self.cv_scores_.mean(axis=0)
        if np.isnan(mean).any():
            fold, k = np.argwhere(np.isnan(self.cv_scores_))[0]
            raise InputError(f"the score of fold {fold + 1} at lam = {self.lams_[k]:g} is not a number")
        best = np.isclose(mean, mean.max(), rtol=ROUNDING, atol=0)
        self.lam_ = float(self.lams_[best].max())
        (refitted,) = self._fit_paths(X, numbers, np.array([self.lam_]), {"": slice(None)})
        return self._take(refitted, 0)


class _Logistic(_Certified):
    _loss = "softplus"

    @available_if(lambda self: getattr(self, "_fitted_multi_class", self.multi_class) == "ovr")  # type: ignore[untyped-decorator]
    def predict_proba(self, X: ArrayLike) -> Array:
        """Probabilities of the classes, (n, classes), for multi_class="ovr".

        Of more than two, those of each class against the rest, divided by their sum.
        """
        scores = self.decision_function(X)
        if scores.ndim == 1:
            return np.stack([expit(-scores), expit(scores)], axis=1)
        return np.asarray(softmax(log_expit(scores), axis=1))


class CertifiedSVC(_AtLambda):
    """Support vector machines at one λ: hinge loss, free bias, several classes by binary models.

    lam: λ, positive; libsvm's C is 1/(2nλ), n the samples of a binary model. multi_class: "ovr", each class
    against the rest, or "ovo", each pair. tol: relative duality gap to reach; one that is not reached is a
    RuntimeWarning that names the classes. n_jobs, verbose: of joblib, over binary models.

    After `fit`, with one binary model for two classes, else one for each class or each pair (the first class
    with the second, third, ... then the second with the third, ...): coef_ (models, d) and intercept_
    (models,), positive scores being those of the class, or of the second of a pair; duality_gap_ (models,),
    relative; theta_ (models,), the angle in radians between a model's weights and the direction from the
    centroid of its negative samples to that of its positive ones, NaN where one of them is zero; classes_;
    n_features_in_, and feature_names_in_ where X has names.
    """

    _loss = "hinge"


class CertifiedLogisticRegression(_Logistic, _AtLambda):
    """Logistic regression at one λ: softplus loss, free bias, several classes by binary models.

    Parameters and attributes are those of CertifiedSVC; multi_class="ovr" has `predict_proba`.
    """


class CertifiedSVCCV(_CrossValidated):
    """CertifiedSVC at the λ with the best mean score in cross-validation, of one path a fold and model.

    lams: values of λ (k,), positive, or how many, evenly spaced in log λ from the mean square norm of the
    centred samples, above which boundaries hardly turn any more, to 1e-8 of it. cv, scoring: as those of
    scikit-learn's LogisticRegressionCV, five stratified folds and accuracy unless they are given; where
    several λ are best, the largest is taken; `score` stays the accuracy. multi_class, tol: as in
    CertifiedSVC. n_jobs, verbose: of joblib, over folds and binary models.

    After `fit`, beside what CertifiedSVC has: lams_ (k,); lam_; cv_scores_ (folds, k), of all classes
    together; cv_duality_gaps_ (folds, models, k).
    """

    _loss = "hinge"


class CertifiedLogisticRegressionCV(_Logistic, _CrossValidated):
    """CertifiedLogisticRegression at the λ with the best mean score in cross-validation.

    Parameters and attributes are those of CertifiedSVCCV; multi_class="ovr" has `predict_proba`.
    """


def _grid(lams: int | ArrayLike, X: NDArray[Any]) -> Array:
    if isinstance(lams, Integral) and not isinstance(lams, bool) and lams > 0:
        with np.errstate(over="ignore"):
            scale = min(X.var(axis=0, dtype=np.float64).sum(), np.finfo(np.float64).max)
        return np.geomspace(1, SMALLEST, int(lams)) * (scale or 1.0)
    try:
        grid = np.asarray(lams, dtype=np.float64)
    except (TypeError, ValueError):
        grid = np.empty(0)
    if grid.ndim != 1 or grid.size == 0 or not (np.isfinite(grid) & (grid > 0)).all():
        raise InputError(f"lams must be positive finite numbers, or how many (1 or more), not {short(lams)}")
    return grid
