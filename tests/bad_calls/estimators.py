"""The estimators of pynn.sklearn: parameters are looked at in fit, as scikit-learn wants it."""

from __future__ import annotations

import numpy as np

from pynn import nn, train
from pynn.sklearn import NeuralClassifier, NeuralRegressor

X = np.arange(24.0).reshape(8, 3) / 24
LABELS = np.array(["a", "b"] * 4)
NUMBERS = X.sum(1)


def common(kind, y):
    """What both refuse."""
    name = kind.__name__

    def fit(**parameters):
        return kind(**{"max_iter": 1, **parameters}).fit(X, y)

    return [
        (lambda: fit(hidden_layer_sizes=(8, 0)), ValueError, f"{name}.*hidden_layer_sizes.*0"),
        (lambda: fit(hidden_layer_sizes=1.5), TypeError, f"{name}.*hidden_layer_sizes.*1.5"),
        (lambda: fit(activation="rellu"), ValueError, f"{name}.*activation.*'relu'.*'rellu'"),
        (lambda: fit(solver="lbfgs"), ValueError, f"{name}.*solver.*'adam'.*'lbfgs'"),
        (lambda: fit(solver=3), TypeError, f"{name}.*solver.*3"),
        (lambda: fit(loss="squared"), ValueError, "no loss.*'squared'"),
        (lambda: fit(dropout=2), ValueError, "[Dd]ropout.*2"),
        (lambda: fit(alpha=-1), ValueError, f"{name}.*alpha.*-1"),
        (lambda: fit(batch_size=0), ValueError, f"{name}.*batch_size.*0"),
        (lambda: fit(batch_size="all"), TypeError, f"{name}.*batch_size.*'all'"),
        (lambda: fit(learning_rate_init=0), ValueError, f"{name}.*learning_rate_init.*0"),
        (lambda: fit(max_iter=0), ValueError, f"{name}.*max_iter.*0"),
        (lambda: fit(dtype="float16"), ValueError, f"{name}.*dtype.*'float16'"),
        (lambda: fit(max_iter=2, tol=-1), ValueError, f"{name}.*tol.*-1"),
        (lambda: fit(max_iter=2, n_iter_no_change=0), ValueError, f"{name}.*n_iter_no_change.*0"),
        (lambda: fit(early_stopping=True, validation_fraction=0), ValueError, "validation_fraction.*0"),
        (lambda: fit(module=3), TypeError, f"{name}.*module.*3"),
        (lambda: fit(module=lambda i, o: 3), TypeError, f"{name}.*module.*int"),
        (lambda: fit(module=nn.Linear(3, 7)), ValueError, rf"{name}.*\(2, 7\).*\(2, \d\)"),
        (lambda: fit(callbacks=[3]), TypeError, "callbacks.*3"),
        (lambda: fit(callbacks=train.TerminateOnNaN()), TypeError, "not iterable"),
        (lambda: kind().fit(X, y[:5]), ValueError, "8.*5"),
        (lambda: kind().fit(X, y, sample_weight=-np.ones(8)), ValueError, f"{name}.*weights"),
        (lambda: kind().predict(X), AttributeError, f"{name}.*not fitted"),
    ]


CALLS = {
    "pynn.sklearn.NeuralClassifier": [
        *common(NeuralClassifier, LABELS),
        (lambda: NeuralClassifier().fit(X, NUMBERS), ValueError, "continuous"),
        (lambda: NeuralClassifier().partial_fit(X, LABELS), ValueError, "partial_fit.*classes"),
        (
            lambda: NeuralClassifier(class_weight="balanced").partial_fit(X, LABELS, ["a", "b"]),
            ValueError,
            "partial_fit.*balance",
        ),
        (lambda: NeuralClassifier().partial_fit(X, LABELS, ["a", "c"]), ValueError, "'b'.*'a', 'c'"),
        (
            lambda: NeuralClassifier(max_iter=1, warm_start=True).fit(X, LABELS).fit(X, LABELS == "a"),
            ValueError,
            "True|False",
        ),
    ],
    "pynn.sklearn.NeuralRegressor": [
        *common(NeuralRegressor, NUMBERS),
        (lambda: NeuralRegressor().fit(X, LABELS), ValueError, "'a'"),
        (
            lambda: NeuralRegressor().partial_fit(X, NUMBERS).partial_fit(X, X),
            ValueError,
            "3 columns.*first call 1",
        ),
    ],
}
