"""cross_validate: how well does a candidate do on data that it was not trained on, and how sure is that?"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from pynn import train

from .folds import folds, take
from .judge import Judge, Judged


@dataclass
class CrossValidation:
    """What `cross_validate` found: one entry for each part of the data.

    Attributes:
        name: of the score.
        scores: on the part that was held out.
        train_scores: of the same models on what they were trained on. Far apart, they have learnt by heart.
        models: the trained models.
        histories: of their training; None for estimators of scikit-learn.
        seconds: how long each took.

    Args:
        name: of the score.
        scores: on the part that was held out.
        train_scores: on the rest.
        models: the trained models.
        histories: of their training.
        seconds: how long each took.

    Example:
        >>> from pynn.tune import CrossValidation
        >>> CrossValidation("accuracy", [0.9, 0.8], [1.0, 1.0], [], [], [])
        accuracy 0.8500 ± 0.0707 over 2 parts, on the training samples 1.0000
    """

    name: str
    scores: list[float]
    train_scores: list[float]
    models: list[Any]
    histories: list[train.History | None]
    seconds: list[float]

    @property
    def mean(self) -> float:
        """The mean of the scores."""
        return float(np.mean(self.scores))

    @property
    def std(self) -> float:
        """Their standard deviation from one part to another, with n - 1 in the denominator."""
        return float(np.std(self.scores, ddof=1)) if len(self.scores) > 1 else math.nan

    def __repr__(self) -> str:
        return (
            f"{self.name} {self.mean:.4f} ± {self.std:.4f} over {len(self.scores)} parts, "
            f"on the training samples {np.mean(self.train_scores):.4f}"
        )


def cross_validate(
    build: Any, x: Any, y: Any, *, cv: Any = 5, score: Any = None, seed: int = 0, **fit: Any
) -> CrossValidation:
    """Cut the data into parts; hold each out once, train on the others, judge by the one held out.

    The mean says how well such a model does on new data, the spread how much of that is chance.

    Args:
        build: a function without arguments that makes a compiled Module, or an estimator of scikit-learn
            (or makes one).
        x: `(N, ...)` inputs; several in a tuple or dictionary.
        y: `(N, ...)` targets. Where they name classes, each part gets its share of each.
        cv: how many parts; or a splitter of scikit-learn, or pairs of sample numbers (train, test).
        score: of a Module a name of what `compile` was given, default the first metric, else "loss"; of an
            estimator what `sklearn.metrics.check_scoring` takes.
        seed: of the parts, first weights and everything else that is random.
        **fit: what `fit` is given, such as `epochs=20, batch_size=64`.

    Raises:
        TypeError: `build` makes neither a Module nor an estimator.
        ValueError: parts or a score that do not exist.

    Source: Stone 1974, Cross-validatory choice and assessment of statistical predictions, JRSS B 36.

    Example:
        >>> import pynn
        >>> from pynn import nn, tune
        >>> digits = pynn.data.load_iris()
        >>> def build():
        ...     model = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 3))
        ...     model.compile(pynn.optim.Adam(model.parameters(), lr=0.02), "cross_entropy", ["accuracy"])
        ...     return model
        >>> result = tune.cross_validate(build, digits.x, digits.y, cv=3, epochs=20)
        >>> result.mean > 0.8, len(result.models)
        (True, 3)
    """
    judge = Judge("cross_validate", build, score, fit)
    found: list[Judged] = []
    for part, (rows, held_out) in enumerate(folds("cross_validate", y, cv, seed)):
        data, test = (take(x, rows), take(y, rows)), (take(x, held_out), take(y, held_out))
        found.append(judge.judge({}, data, test, seed + part, also_on_training=True))
    return CrossValidation(
        judge.score_name,
        [one.score for one in found],
        [float(one.train_score or 0.0) for one in found],
        [one.model for one in found],
        [one.history for one in found],
        [one.seconds for one in found],
    )
