"""learning_curve: would more data help?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pynn import _check

from .folds import folds, spread, take
from .judge import Judge
from .result import panels_of


@dataclass
class LearningCurve:
    """What `learning_curve` found.

    Attributes:
        name: of the score.
        sizes: `(S,)`, how many samples were trained on.
        train_scores: `(S, parts)`, on these samples.
        scores: `(S, parts)`, on the part that was held out.

    Args:
        name: of the score.
        sizes: how many samples were trained on.
        train_scores: on these samples.
        scores: on those held out.

    Example:
        >>> import numpy as np
        >>> from pynn.tune import LearningCurve
        >>> print(LearningCurve("accuracy", np.array([10, 90]), np.ones((2, 3)), np.full((2, 3), 0.5)))
        samples    training    held out: accuracy
             10      1.0000      0.5000 ± 0.0000
             90      1.0000      0.5000 ± 0.0000
    """

    name: str
    sizes: np.ndarray
    train_scores: np.ndarray
    scores: np.ndarray

    def __str__(self) -> str:
        lines = [f"samples    training    held out: {self.name}"]
        for size, on_training, held_out in zip(self.sizes, self.train_scores, self.scores, strict=True):
            spread_of = np.std(held_out, ddof=1) if len(held_out) > 1 else np.nan
            lines.append(f"{size:7d} {on_training.mean():11.4f} {held_out.mean():11.4f} ± {spread_of:.4f}")
        return "\n".join(lines)

    __repr__ = __str__

    def plot(self, path: str | Path | None = None) -> Any:
        """Draw both scores over the number of samples, with the spread of the parts.

        Two curves that have met: more data will not help, a larger model may. A gap that is closing: more
        data will help.

        Args:
            path: also write the picture there.

        Returns:
            The matplotlib figure.
        """
        figure, (axes,) = panels_of("LearningCurve.plot", 1)
        curves = [("training", self.train_scores, "#2563eb"), ("held out", self.scores, "#ea580c")]
        for label, scores, color in curves:
            middle, half = scores.mean(1), scores.std(1)
            axes.plot(self.sizes, middle, "-o", color=color, label=label, linewidth=2, markersize=4)
            axes.fill_between(self.sizes, middle - half, middle + half, color=color, alpha=0.15, linewidth=0)
        axes.set(xlabel="training samples", title=self.name)
        axes.legend(frameon=False)
        if path is not None:
            figure.savefig(path, dpi=150)
        return figure


def learning_curve(
    build: Any,
    x: Any,
    y: Any,
    *,
    sizes: Sequence[float] = (0.1, 0.25, 0.5, 0.75, 1.0),
    cv: Any = 5,
    score: Any = None,
    seed: int = 0,
    **fit: Any,
) -> LearningCurve:
    """Train on more and more of the data and judge each time by the same samples held out.

    Args:
        build: a function without arguments that makes a compiled Module, or an estimator of scikit-learn
            (or makes one).
        x: `(N, ...)` inputs; several in a tuple or dictionary.
        y: `(N, ...)` targets. Where they name classes, each part gets its share of each.
        sizes: how many samples to train on, as counts, or as fractions of those that are not held out.
        cv: how many parts are held out in turn; see `cross_validate`.
        score: see `cross_validate`.
        seed: of everything that is random.
        **fit: what `fit` is given, such as `epochs=20`.

    Raises:
        TypeError: `build` makes neither a Module nor an estimator.
        ValueError: sizes, parts or a score that do not exist.

    Example:
        >>> from sklearn.linear_model import LogisticRegression
        >>> import pynn
        >>> from pynn import tune
        >>> iris = pynn.data.load_iris()
        >>> curve = tune.learning_curve(LogisticRegression(max_iter=999), iris.x, iris.y, sizes=[30, 120])
        >>> curve.sizes.tolist(), curve.scores.shape
        ([30, 120], (2, 5))
    """
    judge = Judge("learning_curve", build, score, fit)
    splits = folds("learning_curve", y, cv, seed)
    counts = [_count(size, min(len(rows) for rows, _ in splits)) for size in sizes]
    on_training, on_held_out = np.zeros((2, len(counts), len(splits)))
    for part, (rows, held_out) in enumerate(splits):
        order = spread(y, rows, seed + part)
        test = take(x, held_out), take(y, held_out)
        for i, count in enumerate(counts):
            data = take(x, order[:count]), take(y, order[:count])
            one = judge.judge({}, data, test, seed + part, also_on_training=True)
            on_training[i, part], on_held_out[i, part] = one.train_score, one.score
    return LearningCurve(judge.score_name, np.array(counts), on_training, on_held_out)


def _count(size: float, most: int) -> int:
    number = _check.real("learning_curve", "each of sizes", size, above=0)
    count = max(1, round(number * most)) if isinstance(size, float) and size <= 1 else int(number)
    if not 1 <= count <= most:
        raise ValueError(f"learning_curve: sizes has {size!r}, but there are {most} samples to train on")
    return count
