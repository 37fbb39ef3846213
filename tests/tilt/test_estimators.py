"""The classifiers of scikit-learn: its own checks, the same models as `fit_path` and as other solvers."""

import pickle
import subprocess
import sys
import warnings
from dataclasses import replace
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_wine
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import GridSearchCV, KFold, StratifiedKFold
from sklearn.multiclass import OneVsOneClassifier, OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler, scale
from sklearn.svm import SVC, LinearSVC
from sklearn.utils.estimator_checks import parametrize_with_checks

from conftest import ROOT
from tilt.errors import InputError
from tilt.linear import fit_path
from tilt.linear.estimators import (
    CertifiedLogisticRegression,
    CertifiedLogisticRegressionCV,
    CertifiedSVC,
    CertifiedSVCCV,
)

LAM = 0.01
LOSSES = {CertifiedSVC: "hinge", CertifiedLogisticRegression: "softplus"}
OF_CV = {CertifiedSVCCV: CertifiedSVC, CertifiedLogisticRegressionCV: CertifiedLogisticRegression}
at_lambda = pytest.mark.parametrize("kind", LOSSES)
cross_validated = pytest.mark.parametrize("kind", OF_CV)
both_strategies = pytest.mark.parametrize("multi_class", ["ovr", "ovo"])


@parametrize_with_checks(
    [
        CertifiedSVC(),
        CertifiedSVC(multi_class="ovo"),
        CertifiedLogisticRegression(),
        CertifiedSVCCV(lams=2, cv=2),
        CertifiedLogisticRegressionCV(lams=2, cv=2, multi_class="ovo"),
    ]
)
def test_the_checks_of_scikit_learn(estimator, check):
    check(estimator)


@pytest.fixture(scope="module")
def tumours():
    X, y = load_breast_cancer(return_X_y=True)
    return scale(X), np.where(y == 1, "benign", "malignant")


@pytest.fixture(scope="module")
def wines():
    X, y = load_wine(return_X_y=True)
    return scale(X), np.array(["red", "rosé", "white"])[y]


def other_solver(kind, n):
    C = 1 / (2 * n * LAM)
    if kind is CertifiedSVC:
        return SVC(kernel="linear", C=C, tol=1e-10)
    return LogisticRegression(C=C, tol=1e-10, solver="newton-cholesky")


@at_lambda
def test_it_is_the_model_of_fit_path(tumours, kind):
    X, y = tumours
    model = kind(LAM, tol=1e-9).fit(X, y)
    path = fit_path(X, np.where(y == "malignant", 1, -1), [LAM], loss=LOSSES[kind], tol=1e-9)
    assert model.classes_.tolist() == ["benign", "malignant"]
    np.testing.assert_array_equal(model.coef_, path.w)
    np.testing.assert_array_equal(model.intercept_, path.b)
    assert model.duality_gap_ == path.duality_gap <= 1e-9
    assert np.mean(model.predict(X) == y) > 0.97


@at_lambda
def test_it_is_the_model_of_other_solvers(tumours, kind):
    X, y = tumours
    other = other_solver(kind, len(y)).fit(X, y)
    model = kind(LAM, tol=1e-12).fit(X, y)
    np.testing.assert_allclose(model.coef_, other.coef_, atol=1e-6)
    np.testing.assert_allclose(model.intercept_, other.intercept_, atol=1e-6)
    np.testing.assert_allclose(model.decision_function(X), other.decision_function(X), atol=1e-5)
    if kind is CertifiedLogisticRegression:
        np.testing.assert_allclose(model.predict_proba(X), other.predict_proba(X), atol=1e-6)


def test_it_is_the_model_of_linear_svc_where_the_best_bias_is_zero(tumours):
    """LinearSVC regularises the bias: samples and their mirror images in the origin, of the other class."""
    X, y = tumours
    y = np.where(y == "malignant", 1, -1)
    X, y = np.concatenate([X, -X]), np.concatenate([y, -y])
    other = LinearSVC(loss="hinge", C=1 / (2 * len(y) * LAM), tol=1e-8, max_iter=10**6, random_state=0)
    model = CertifiedSVC(LAM, tol=1e-12).fit(X, y)
    np.testing.assert_allclose(model.coef_, other.fit(X, y).coef_, atol=1e-6)
    np.testing.assert_allclose(model.intercept_, 0, atol=1e-6)


@at_lambda
def test_several_classes_each_against_the_rest(wines, kind):
    X, y = wines
    other = OneVsRestClassifier(other_solver(kind, len(y))).fit(X, y)
    model = kind(LAM, tol=1e-12).fit(X, y)
    np.testing.assert_allclose(model.coef_, [each.coef_[0] for each in other.estimators_], atol=1e-6)
    np.testing.assert_allclose(
        model.intercept_, [each.intercept_[0] for each in other.estimators_], atol=1e-6
    )
    np.testing.assert_allclose(model.decision_function(X), other.decision_function(X), atol=1e-5)
    np.testing.assert_array_equal(model.predict(X), other.predict(X))
    assert model.duality_gap_.shape == model.theta_.shape == (3,)
    assert model.theta_[1] == kind(LAM, tol=1e-12).fit(X, y == "rosé").theta_[0] > 0
    if kind is CertifiedLogisticRegression:
        np.testing.assert_allclose(model.predict_proba(X), other.predict_proba(X), atol=1e-6)


@at_lambda
def test_several_classes_by_pairs(wines, kind):
    X, y = wines
    model = kind(LAM, multi_class="ovo", tol=1e-12).fit(X, y)
    other = OneVsOneClassifier(kind(LAM, tol=1e-12)).fit(X, y)
    np.testing.assert_array_equal(model.coef_, [each.coef_[0] for each in other.estimators_])
    np.testing.assert_allclose(model.decision_function(X), other.decision_function(X), atol=1e-12)
    np.testing.assert_array_equal(model.predict(X), other.predict(X))
    for row, pair in enumerate(combinations(model.classes_, 2)):
        kept = np.isin(y, pair)
        third = other_solver(kind, kept.sum()).fit(X[kept], y[kept])
        np.testing.assert_allclose(model.coef_[row], third.coef_[0], atol=1e-6)


def test_ties_of_votes_are_broken_by_the_scores():
    """Each of three classes has one vote."""
    model = CertifiedSVC(multi_class="ovo").fit([[0.0], [1], [2]], ["a", "b", "c"])
    model.coef_, model.intercept_ = np.zeros((3, 1)), np.array([0.5, -0.1, 0.2])  # a-b, a-c, b-c
    assert model.predict([[0.0]]) == ["b"]  # sums of scores: a -0.4, b 0.3, c 0.1
    np.testing.assert_allclose(
        model.decision_function([[0.0]]), [1 + np.array([-0.4 / 1.4, 0.3 / 1.3, 0.1 / 1.1]) / 3]
    )


def test_probabilities_of_hopeless_samples_add_up():
    model = CertifiedLogisticRegression(1e-3).fit([[0.0], [1], [2], [3]], [0, 0, 1, 2])
    model.coef_, model.intercept_ = np.zeros((3, 1)), np.array([-2000.0, -2001, -3000])
    np.testing.assert_allclose(model.predict_proba([[0.0]]), [[1 / (1 + np.exp(-1)), 1 / (1 + np.e), 0]])


def test_only_logistic_regression_against_the_rest_has_probabilities():
    assert hasattr(CertifiedLogisticRegression(), "predict_proba")
    assert hasattr(CertifiedLogisticRegressionCV(), "predict_proba")
    assert not hasattr(CertifiedLogisticRegression(multi_class="ovo"), "predict_proba")
    assert not hasattr(CertifiedSVC(), "predict_proba")


def test_the_tilt():
    X, y = np.array([[0.0, 0], [0, 2], [1, 0], [1, 6]]), [0, 0, 1, 1]  # centroids (0, 1) and (1, 3)
    assert CertifiedSVC(1e3).fit(X, y).theta_ == pytest.approx(0, abs=1e-9)
    model = CertifiedSVC(1e-3, tol=1e-9).fit(X, y)
    np.testing.assert_allclose(model.coef_, [[2, 0]], atol=1e-6)
    assert model.theta_ == pytest.approx(np.arctan(2))
    corners = [[0, 0], [1, 1], [0, 1], [1, 0]]  # exclusive or: the centroids coincide
    assert np.isnan(CertifiedSVC().fit(corners, y).theta_)


def test_weights_that_vanish_are_0_and_have_no_tilt():
    """The larger class can balance the smaller one: what is left of Σ alpha y x is rounding."""
    draw = np.random.default_rng(0)
    X, y = draw.normal(size=(300, 3)), np.repeat([1, -1], [60, 240])
    for shift, vanish in ((0.4, True), (2, False)):
        X[y > 0, 0] = draw.normal(shift, 1, 60)
        model = CertifiedSVC(lam=0.1).fit(X, y)
        assert np.isnan(model.theta_) == vanish
        assert model.coef_.any() != vanish


@both_strategies
@cross_validated
def test_lambda_is_chosen_by_cross_validation(wines, kind, multi_class):
    """As one estimator for each fold and λ scores, and the one at the best mean."""
    X, y = wines
    lams = [10.0, 1e-4, 0.1, 1e-6]
    folds = list(StratifiedKFold(3).split(X, y))
    model = kind(lams, cv=3, multi_class=multi_class, tol=1e-9).fit(X, y)
    plain = OF_CV[kind](multi_class=multi_class, tol=1e-9)
    scores = [
        [clone(plain).set_params(lam=lam).fit(X[train], y[train]).score(X[test], y[test]) for lam in lams]
        for train, test in folds
    ]
    np.testing.assert_allclose(model.cv_scores_, scores)
    assert model.lam_ == lams[np.argmax(np.mean(scores, axis=0))] != lams[0]
    best = plain.set_params(lam=model.lam_).fit(X, y)
    np.testing.assert_array_equal(model.coef_, best.coef_)
    np.testing.assert_array_equal(model.theta_, best.theta_)
    assert model.cv_duality_gaps_.shape == (3, 3, 4)
    assert model.cv_duality_gaps_.max() <= 1e-9


def test_a_path_a_fold(tumours):
    """By hand, from `fit_path` alone; other scores, and other folds."""
    X, y = tumours
    labels = np.where(y == "malignant", 1, -1)
    folds = list(KFold(2, shuffle=True, random_state=0).split(X))
    model = CertifiedLogisticRegressionCV([1.0, 1e-3, 1e-7], cv=folds, scoring="neg_log_loss").fit(X, y)
    for fold, (train, test) in enumerate(folds):
        path = fit_path(X[train], labels[train], [1.0, 1e-3, 1e-7], loss="softplus")
        p = 1 / (1 + np.exp(-(X[test] @ path.w.T + path.b)))
        expected = [-log_loss(labels[test], p[:, k]) for k in range(3)]
        np.testing.assert_allclose(model.cv_scores_[fold], expected)
        np.testing.assert_array_equal(model.cv_duality_gaps_[fold, 0], path.duality_gap)
    assert model.lam_ == 1e-3


def test_of_several_best_the_largest_lambda():
    X, y = [[-1.0], [-2], [1], [2]], [0, 0, 1, 1]
    assert CertifiedSVCCV([0.1, 1.0, 0.01], cv=2).fit(X, y).lam_ == 1.0

    scores = iter([0.1, 0.1, 0.4, 0.1, 0.1, 0.4])  # whose means differ by a rounding error
    assert CertifiedSVCCV([1.0, 0.1], cv=3, scoring=lambda *_: next(scores)).fit(2 * X, 2 * y).lam_ == 1.0


@pytest.mark.parametrize("unit", [1e-3, 1.0, 1e6])
def test_a_grid_spans_what_matters_in_any_unit(wines, unit):
    X, y = wines
    model = CertifiedSVCCV(9, cv=3).fit(unit * X, y)
    np.testing.assert_allclose(model.lams_, 13 * unit**2 * 10.0 ** -np.arange(9))  # 13 features of variance 1
    assert model.lams_[-1] < model.lam_ < model.lams_[0]


@both_strategies
def test_in_several_processes_and_pickled(wines, multi_class):
    X, y = wines
    alone = CertifiedSVCCV(3, cv=2, multi_class=multi_class).fit(X, y)
    together = pickle.loads(pickle.dumps(clone(alone).set_params(n_jobs=2).fit(X, y)))
    np.testing.assert_array_equal(together.cv_scores_, alone.cv_scores_)
    np.testing.assert_allclose(together.coef_, alone.coef_, atol=1e-9)  # of other numbers of BLAS's threads
    np.testing.assert_array_equal(together.predict(X), alone.predict(X))


def test_tables_with_names_and_single_precision(wines):
    X, y = wines
    single = X.astype(np.float32)
    table = pd.DataFrame(single).add_prefix("x")
    model = CertifiedLogisticRegressionCV(3, cv=2).fit(table, y)
    assert model.feature_names_in_[0] == "x0"
    np.testing.assert_allclose(model.coef_, clone(model).fit(single.astype(float), y).coef_, atol=1e-8)
    np.testing.assert_allclose(model.lams_[0], 13, rtol=1e-6)
    assert model.coef_.dtype == np.float64


def test_searches_and_pipelines(wines):
    X, y = wines
    search = GridSearchCV(CertifiedSVC(), {"lam": [1e5, 0.01]})
    model = make_pipeline(StandardScaler(), search).fit(X, y)
    assert model[-1].best_params_ == {"lam": 0.01}
    assert model.score(X, y) > 0.97


def test_a_model_that_is_not_certified_is_named(monkeypatch):
    def poor(X, y, lambdas, **settings):
        warnings.warn("without a name", RuntimeWarning, stacklevel=2)
        gap = np.linspace(0.0, 0.5, len(lambdas) + 1)[1:]
        return replace(fit_path(X, y, lambdas, **settings), duality_gap=gap)

    X, y = [[0.0], [0], [1], [1], [5], [5]], ["a", "a", "b", "b", "c", "c"]
    monkeypatch.setattr("tilt.linear.estimators.problems.fit_path", poor)
    with pytest.warns(RuntimeWarning) as caught:
        CertifiedSVCCV([1, 0.1, 0.01], cv=2, multi_class="ovo", tol=0.2).fit(X, y)
    named = [str(warning.message).split(": ") for warning in caught]
    pairs = ["b against a", "c against a", "c against b"]
    assert [name for name, _ in named] == [
        f"{part}{pair}" for part in ("fold 1, ", "fold 2, ", "") for pair in pairs
    ]
    assert named[0][1] == (
        "2 of 3 models did not reach a relative duality gap of 0.2 (largest 0.5), the first at lam = 0.1"
    )
    assert {warning.filename for warning in caught} == {__file__}
    with pytest.warns(RuntimeWarning) as caught:
        CertifiedSVC().fit(X, y)
    assert [str(w.message).split(":")[0] for w in caught] == [f"{c} against the rest" for c in "abc"]


@pytest.mark.parametrize(
    ("model", "y", "message"),
    [
        (CertifiedSVC(0), "ab", "lam must be a positive finite number, not 0"),
        (CertifiedSVC("1"), "ab", "lam must be a positive finite number, not '1'"),
        (CertifiedSVC(tol=2), "ab", "tol must lie between 0 and 1, not 2"),
        (CertifiedSVC(), "aa", "y holds one class only, a; give samples of two"),
        (CertifiedSVC(multi_class="all"), "ab", "multi_class must be 'ovr' or 'ovo', not 'all'"),
        (CertifiedSVCCV(0), "aabb", "lams must be positive finite numbers, or how many .*, not 0"),
        (CertifiedSVCCV("10"), "aabb", "lams must be .*, not '10'"),
        (CertifiedSVCCV([1, -1]), "aabb", r"lams must be .*, not \[1, -1\]"),
        (CertifiedSVCCV(np.arange(999)), "aabb", r"lams must be .*, not array\(.{,30}$"),
        (CertifiedSVCCV(cv=KFold(2)), "aabb", "fold 1 has no sample of class a to train on"),
        (
            CertifiedSVCCV(cv=2, scoring=lambda *_: np.nan),
            "aabb",
            "the score of fold 1 at lam = .* is not a",
        ),
    ],
)
def test_what_cannot_be_fitted_is_named(model, y, message):
    with pytest.raises(InputError, match=message):
        model.fit(np.eye(len(y)), list(y))


def test_the_library_does_without_scikit_learn():
    program = (
        "import sys; sys.modules['sklearn'] = None; from tilt import fit_path;"
        "print(fit_path([[0.0], [1.0]], [-1, 1], [0.1]).certified.all())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT / "workflow" / "lib", capture_output=True, text=True
    )
    assert done.stdout == "True\n", done.stderr


def test_set_params_after_the_fit_changes_nothing_until_the_next(wines):
    X, y = wines
    model = CertifiedLogisticRegression(LAM).fit(X, y)
    before, odds = model.predict(X), model.predict_proba(X)
    model.set_params(multi_class="ovo")
    np.testing.assert_array_equal(model.predict(X), before)
    np.testing.assert_array_equal(model.predict_proba(X), odds)
    assert not hasattr(model.fit(X, y), "predict_proba")
