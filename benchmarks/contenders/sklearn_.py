"""scikit-learn's MLPClassifier, one `partial_fit` a step, or `fit` as a whole."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from itertools import cycle
from typing import Any

import numpy as np

from ..program import Program, UnsupportedError, fitting
from ..workloads.estimator import Estimator
from ..workloads.mlp import Mlp


class Sklearn:
    name = "sklearn"

    def __init__(self, threads: int) -> None:
        import sklearn
        import sklearn.neural_network

        self.sklearn, self.version = sklearn, sklearn.__version__

    def mlp(self, workload: Mlp, check: bool) -> Program:
        if workload.sizes[-1] == 2:
            raise UnsupportedError("scikit-learn gives two classes one logistic output, another model")
        classifier = self.sklearn.neural_network.MLPClassifier(
            workload.sizes[1:-1],
            activation=workload.activation,
            solver="adam",
            alpha=0.0,
            batch_size=workload.batch,
            learning_rate_init=workload.lr,
            shuffle=False,
        )
        inputs, labels = workload.data()
        classifier.partial_fit(inputs[0], labels[0], classes=np.arange(workload.sizes[-1]))
        start_again(classifier, workload)
        batches = cycle(list(zip(inputs, labels, strict=True)))

        def step() -> Any:
            classifier.partial_fit(*next(batches))
            return classifier.loss_

        return Program(step, note="without dropout, which scikit-learn has not" if workload.dropout else "")

    def estimator(self, workload: Estimator, check: bool) -> Program:
        classifier = self.sklearn.neural_network.MLPClassifier(**workload.parameters())
        return Program(quietly(fitting(classifier, workload)))


def quietly(run: Callable[[], Any]) -> Callable[[], Any]:
    """Without the warning that it could go on learning."""

    def quiet() -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return run()

    return quiet


def start_again(classifier: Any, workload: Mlp) -> None:
    """Undo the first step, which scikit-learn takes to make its arrays: given weights, a new Adam."""
    for coef, intercept, (weight, bias) in zip(
        classifier.coefs_, classifier.intercepts_, workload.weights(), strict=True
    ):
        coef[...] = weight.T
        intercept[...] = bias
    optimizer = classifier._optimizer
    optimizer.t = 0
    for moment in [*optimizer.ms, *optimizer.vs]:
        moment[...] = 0


CONTENDERS = [Sklearn]
