"""`fit_path` at one λ as a classifier of scikit-learn, which `pip install .[estimators]` adds."""

from numbers import Real
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import check_is_fitted, validate_data

from tilt.errors import InputError
from tilt.geometry import nearest_centroid_direction, tilt_angle
from tilt.linear.path import fit_path

Array = NDArray[np.float64]


class CertifiedLinearClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """The minimiser of mean loss + λ‖w‖² with a free bias, for two classes.

    lam: λ, positive; libsvm's C is 1/(2nλ). loss: "hinge", a support vector machine, or "softplus", logistic
    regression. tol: relative duality gap to reach; one that is not reached is a RuntimeWarning.

    After `fit`: coef_ (1, d) and intercept_ (1,), positive scores being those of classes_[1]; classes_ (2,);
    duality_gap_, relative; theta_, the angle in radians between coef_ and the direction from the centroid of
    classes_[0] to that of classes_[1], NaN where one of them is zero; n_features_in_, and feature_names_in_
    where X has names.
    """

    def __init__(self, lam: float = 0.01, *, loss: str = "hinge", tol: float = 1e-6) -> None:
        self.lam = lam
        self.loss = loss
        self.tol = tol

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        return tags

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Fit to X (n, d), y (n,) of two classes; raises InputError where `fit_path` does, or for other y."""
        X, y = validate_data(self, X, y, dtype=np.float64)
        check_classification_targets(y)
        kind = type_of_target(y, input_name="y")
        if kind != "binary":
            raise InputError(
                f"Only binary classification is supported. The type of the target is {kind}; "
                "for more classes use sklearn.multiclass.OneVsRestClassifier"
            )
        self.classes_, numbers = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise InputError(f"y holds one class only, {self.classes_[0]}; give samples of two")
        if not isinstance(self.lam, Real) or not 0 < self.lam < np.inf:
            raise InputError(f"lam must be a positive finite number, not {self.lam!r}")
        labels = 2.0 * numbers - 1
        path = fit_path(X, labels, [self.lam], loss=self.loss, tol=self.tol)
        self.coef_: Array = path.w
        self.intercept_: Array = path.b
        self.duality_gap_ = float(path.duality_gap[0])
        self.theta_ = _tilt(path.w[0], X, labels)
        return self

    def decision_function(self, X: ArrayLike) -> Array:
        """Scores w·x + b of X (n, d), (n,)."""
        check_is_fitted(self)
        X = validate_data(self, X, dtype=np.float64, reset=False)
        return np.asarray(X @ self.coef_[0] + self.intercept_)

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """The class of each row of X (n, d), (n,)."""
        scores = self.decision_function(X)
        classes: NDArray[Any] = self.classes_[(scores > 0).astype(int)]
        return classes

    @available_if(lambda self: self.loss == "softplus")  # type: ignore[untyped-decorator]
    def predict_proba(self, X: ArrayLike) -> Array:
        """Probabilities of the two classes of logistic regression, (n, 2)."""
        scores = self.decision_function(X)
        return np.stack([expit(-scores), expit(scores)], axis=1)


def _tilt(w: Array, X: Array, labels: Array) -> float:
    try:
        z_hat = nearest_centroid_direction(X, labels)
    except InputError:  # the centroids coincide
        return np.nan
    return tilt_angle(w, z_hat) if w.any() else np.nan
