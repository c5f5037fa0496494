"""scikit-learn's own examination of estimators, all of it."""

from __future__ import annotations

import pytest
from sklearn.utils.estimator_checks import check_estimator, parametrize_with_checks

from pynn.sklearn import NeuralClassifier, NeuralRegressor

# Two checks concern what is not here: a decision_function, and arrays of other libraries.
MISSING = {"check_classifiers_multilabel_output_format_decision_function", "check_array_api_input"}


@parametrize_with_checks([NeuralClassifier(), NeuralRegressor()])
def test_every_check_passes(estimator, check):
    check(estimator)


@pytest.mark.parametrize("kind", [NeuralClassifier, NeuralRegressor])
def test_none_is_left_out(kind):
    outcomes = check_estimator(kind(max_iter=30), on_fail=None, on_skip=None)
    assert {o["check_name"] for o in outcomes if o["status"] == "skipped"} <= MISSING
    assert not any(o["expected_to_fail"] for o in outcomes)
    assert len(outcomes) > 50
