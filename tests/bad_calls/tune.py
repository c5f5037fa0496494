"""Choosing: cross-validation, learning curves, searches."""

from __future__ import annotations

import numpy as np
import optuna
from sklearn.linear_model import LinearRegression

import pynn
from pynn import nn, tune

X, Y = np.arange(24.0).reshape(8, 3), np.array([0, 1] * 4)
SPACE = {"fit_intercept": [True, False]}


def build():
    model = nn.Linear(3, 2)
    model.compile("sgd", "cross_entropy", ["accuracy"])
    return model


def uncompiled():
    return nn.Linear(3, 2)


def search(space=SPACE, make=LinearRegression, **options):
    return tune.search(make, space, X, Y, **{"trials": 1, "verbose": 0, **options})


def space_of(value):
    return lambda: search({"a": value})


def common(name):
    call = getattr(tune, name)
    return [
        (lambda: call(build(), X, Y), TypeError, f"{name}.*build.*new Module each time"),
        (lambda: call(3, X, Y), TypeError, f"{name}.*build.*3"),
        (lambda: call(lambda: 3, X, Y), TypeError, f"{name}.*build.*int"),
        (lambda: call(uncompiled, X, Y), RuntimeError, f"{name}.*compile"),
        (lambda: call(build, X, Y, score="acuracy"), ValueError, f"{name}.*loss, accuracy.*'acuracy'"),
        (lambda: call(build, X, Y, cv=1), ValueError, f"{name}.*cv.*1"),
        (lambda: call(build, X, Y, cv=9), ValueError, f"{name}.*9 parts of 8"),
        (lambda: call(build, X, Y, cv=2, epochs=-1), ValueError, "epochs.*-1"),
    ]


CALLS = {
    "pynn.tune.cross_validate": common("cross_validate"),
    "pynn.tune.learning_curve": [
        *common("learning_curve"),
        (lambda: tune.learning_curve(build, X, Y, cv=2, sizes=[5]), ValueError, "sizes.*5.*4 samples"),
        (lambda: tune.learning_curve(build, X, Y, cv=2, sizes=[0.0]), ValueError, "sizes.*0"),
        (lambda: tune.learning_curve(build, X, Y, cv=2, sizes=["a"]), TypeError, "sizes.*'a'"),
    ],
    "pynn.tune.search": [
        (lambda: search(make=build()), TypeError, "search.*build.*new Module each time"),
        (lambda: search(make=3), TypeError, "search.*build.*3"),
        (lambda: search({}), ValueError, "search.*space.*nothing open"),
        (lambda: search({"a": 3}), ValueError, "search.*space.*nothing open"),
        (lambda: search(3), TypeError, "search.*space.*3"),
        (space_of([]), ValueError, "'a'.*empty"),
        (space_of([1, 1]), ValueError, "'a'.*twice"),
        (space_of((2, 1)), ValueError, "'a'.*low.*below high"),
        (space_of((0.0, 1.0, "log")), ValueError, "'a'.*above 0"),
        (space_of((1, 2, "lin")), ValueError, r"'a'.*\(low, high\).*Did you mean \["),
        (space_of((64, 32, 16, 8)), ValueError, r"'a'.*Did you mean \["),
        (space_of(range(3, 3)), ValueError, r"'a'.*range\(3, 3\)"),
        (lambda: search(trials=0), ValueError, "search.*trials.*0"),
        (lambda: search(n_jobs=0), ValueError, "search.*n_jobs.*0"),
        (lambda: search(n_jobs="a"), TypeError, "search.*n_jobs.*'a'"),
        (lambda: search(cv=1), ValueError, "search.*cv.*1"),
        (lambda: search(validation_split=1.0), ValueError, "search.*validation_split.*empty"),
        (lambda: search(validation_split="a"), (TypeError, ValueError), "search.*validation_split.*'a'"),
        (lambda: search(validation_data=(X, Y), cv=2), ValueError, "search.*validation_data or cv"),
        (lambda: search(direction="up"), ValueError, "search.*direction.*'maximize'.*'up'"),
        (lambda: search(prune=3), TypeError, "search.*prune.*3"),
        (lambda: search({"alhpa": [1, 2]}), TypeError, "alhpa"),
        (lambda: search({"alhpa": [1, 2]}, LinearRegression()), ValueError, "alhpa"),
        (
            lambda: tune.search(build, SPACE, pynn.data.TensorDataset(X, Y), trials=1),
            ValueError,
            "search.*validation_data",
        ),
    ],
    "pynn.tune.SearchResult": [
        (lambda: search(timeout=0).best_params, ValueError, "no trial came to its end"),
        (
            lambda: tune.SearchResult(optuna.create_study(), None, "loss", False, None).best_score,
            ValueError,
            "no trial came to its end",
        ),
    ],
    "pynn.tune.CrossValidation": [(lambda: tune.CrossValidation(), TypeError, "scores")],
    "pynn.tune.LearningCurve": [(lambda: tune.LearningCurve(), TypeError, "scores")],
}
