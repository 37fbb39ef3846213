"""The classifier of scikit-learn: its own checks, the same models as `fit_path` and as other solvers."""

import subprocess
import sys

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_wine
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler, scale
from sklearn.svm import SVC, LinearSVC
from sklearn.utils.estimator_checks import parametrize_with_checks

from conftest import ROOT
from tilt.errors import InputError
from tilt.linear import fit_path
from tilt.linear.estimator import CertifiedLinearClassifier

LAM = 0.01
both_losses = pytest.mark.parametrize("loss", ["hinge", "softplus"])


@parametrize_with_checks([CertifiedLinearClassifier(), CertifiedLinearClassifier(loss="softplus")])
def test_the_checks_of_scikit_learn(estimator, check):
    check(estimator)


@pytest.fixture(scope="module")
def tumours():
    X, y = load_breast_cancer(return_X_y=True)
    return scale(X), np.where(y == 1, "benign", "malignant")


@both_losses
def test_it_is_the_model_of_fit_path(tumours, loss):
    X, y = tumours
    model = CertifiedLinearClassifier(LAM, loss=loss, tol=1e-9).fit(X, y)
    path = fit_path(X, np.where(y == "malignant", 1, -1), [LAM], loss=loss, tol=1e-9)
    assert model.classes_.tolist() == ["benign", "malignant"]
    np.testing.assert_array_equal(model.coef_, path.w)
    np.testing.assert_array_equal(model.intercept_, path.b)
    assert model.duality_gap_ == path.duality_gap[0] <= 1e-9
    assert np.mean(model.predict(X) == y) > 0.97


@both_losses
def test_it_is_the_model_of_other_solvers(tumours, loss):
    X, y = tumours
    C = 1 / (2 * len(y) * LAM)
    if loss == "hinge":
        other = SVC(kernel="linear", C=C, tol=1e-10).fit(X, y)
    else:
        other = LogisticRegression(C=C, tol=1e-10, solver="newton-cholesky").fit(X, y)
    model = CertifiedLinearClassifier(LAM, loss=loss, tol=1e-12).fit(X, y)
    np.testing.assert_allclose(model.coef_, other.coef_, atol=1e-6)
    np.testing.assert_allclose(model.intercept_, other.intercept_, atol=1e-6)
    np.testing.assert_allclose(model.decision_function(X), other.decision_function(X), atol=1e-5)
    if loss == "softplus":
        np.testing.assert_allclose(model.predict_proba(X), other.predict_proba(X), atol=1e-6)


def test_it_is_the_model_of_linear_svc_where_the_best_bias_is_zero(tumours):
    """LinearSVC regularises the bias: samples and their mirror images in the origin, of the other class."""
    X, y = tumours
    y = np.where(y == "malignant", 1, -1)
    X, y = np.concatenate([X, -X]), np.concatenate([y, -y])
    other = LinearSVC(loss="hinge", C=1 / (2 * len(y) * LAM), tol=1e-8, max_iter=10**6, random_state=0)
    model = CertifiedLinearClassifier(LAM, tol=1e-12).fit(X, y)
    np.testing.assert_allclose(model.coef_, other.fit(X, y).coef_, atol=1e-6)
    np.testing.assert_allclose(model.intercept_, 0, atol=1e-6)


def test_only_logistic_regression_has_probabilities():
    assert hasattr(CertifiedLinearClassifier(loss="softplus"), "predict_proba")
    assert not hasattr(CertifiedLinearClassifier(), "predict_proba")


def test_the_tilt():
    X, y = np.array([[0.0, 0], [0, 2], [1, 0], [1, 6]]), [0, 0, 1, 1]  # centroids (0, 1) and (1, 3)
    assert CertifiedLinearClassifier(1e3).fit(X, y).theta_ == pytest.approx(0, abs=1e-9)
    model = CertifiedLinearClassifier(1e-3, tol=1e-9).fit(X, y)
    np.testing.assert_allclose(model.coef_, [[2, 0]], atol=1e-6)
    assert model.theta_ == pytest.approx(np.arctan(2))
    corners = [[0, 0], [1, 1], [0, 1], [1, 0]]  # exclusive or: the centroids coincide
    assert np.isnan(CertifiedLinearClassifier().fit(corners, y).theta_)


def test_a_search_for_lambda_and_more_than_two_classes():
    X, y = load_wine(return_X_y=True)
    search = GridSearchCV(CertifiedLinearClassifier(), {"lam": [1e5, 0.01]})
    model = make_pipeline(StandardScaler(), OneVsRestClassifier(search)).fit(X, y)
    assert [search.best_params_ for search in model[-1].estimators_] == [{"lam": 0.01}] * 3
    assert model.score(X, y) > 0.97


@pytest.mark.parametrize(
    ("settings", "y", "message"),
    [
        ({"lam": 0}, [0, 1], "lam must be a positive finite number, not 0"),
        ({"lam": "1"}, [0, 1], "lam must be a positive finite number, not '1'"),
        ({"loss": "square"}, [0, 1], "loss must be one of hinge, softplus, not 'square'"),
        ({"tol": 2}, [0, 1], "tol must lie between 0 and 1, not 2"),
        ({}, ["a", "a"], "y holds one class only, a; give samples of two"),
        ({}, [0, 1, 2], "for more classes use sklearn.multiclass.OneVsRestClassifier"),
    ],
)
def test_what_cannot_be_fitted_is_named(settings, y, message):
    with pytest.raises(InputError, match=message):
        CertifiedLinearClassifier(**settings).fit(np.eye(len(y)), y)


def test_the_library_does_without_scikit_learn():
    program = (
        "import sys; sys.modules['sklearn'] = None; from tilt import fit_path;"
        "print(fit_path([[0.0], [1.0]], [-1, 1], [0.1]).certified.all())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT / "workflow" / "lib", capture_output=True, text=True
    )
    assert done.stdout == "True\n", done.stderr
