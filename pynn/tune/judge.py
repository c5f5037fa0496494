"""A candidate: made from parameters, trained on some samples, judged by others."""

from __future__ import annotations

import copy
import inspect
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pynn import nn, train
from pynn._generator import Generator, drawing
from pynn.train.better import larger_is_better

Report = Callable[[int, float], None]
"""Told a step and the score so far; may raise to end the training."""


@dataclass
class Judged:
    """What came out of one training."""

    model: Any
    score: float
    train_score: float | None
    seconds: float
    history: train.History | None


@dataclass
class Judge:
    """Makes candidates, trains and judges them: Modules that are compiled, or estimators of scikit-learn.

    `score` is settled by the first candidate: for a Module the name of a value that `evaluate` gives, for an
    estimator a function of (estimator, x, y).
    """

    verb: str
    build: Any
    score: Any = None
    options: dict[str, Any] = field(default_factory=dict)
    score_name: str = ""
    rising: bool = True

    def __post_init__(self) -> None:
        if isinstance(self.build, nn.Module):
            raise TypeError(
                f"{self.verb}: build must make a new Module each time, got a {type(self.build).__name__}. "
                "Did you mean a function that makes and compiles it?"
            )
        if not callable(self.build) and not is_estimator(self.build):
            raise TypeError(
                f"{self.verb}: build is a function that makes a compiled Module or an estimator, or an "
                f"estimator; got {self.build!r}"
            )

    # ---- making -----------------------------------------------------------------------------------

    def make(self, parameters: Mapping[str, Any], seed: int) -> tuple[Any, dict[str, Any]]:
        """A candidate, and the options of its fit: parameters that `build` does not take are such."""
        options = dict(self.options)
        if is_estimator(self.build):
            from sklearn.base import clone

            made = clone(self.build).set_params(**parameters)
        else:
            names = inspect.signature(self.build).parameters.values()
            if not any(name.kind is name.VAR_KEYWORD for name in names):
                known = {name.name for name in names}
                options.update({k: v for k, v in parameters.items() if k not in known})
                parameters = {k: v for k, v in parameters.items() if k in known}
            made = self.build(**parameters)
        if is_estimator(made) and made.get_params().get("random_state", 0) is None:
            made.set_params(random_state=seed)
        if not self.score_name:
            self._settle(made)
        return made, options

    def _settle(self, made: Any) -> None:
        if is_estimator(made):
            from sklearn.metrics import check_scoring

            self.score_name = self.score if isinstance(self.score, str) else "score"
            self.score = check_scoring(made, self.score)
            return
        if not isinstance(made, nn.Module):
            raise TypeError(
                f"{self.verb}: build must make a Module or an estimator, got {type(made).__name__}"
            )
        metrics = made._how(self.verb)[1]
        known = ["loss", *(metric.name for metric in metrics)]
        score = known[min(1, len(metrics))] if self.score is None else self.score
        if not isinstance(score, str) or score.removeprefix("val_") not in known:
            raise ValueError(
                f"{self.verb}: score is one of what compile was given, {', '.join(known)}; got {score!r}"
            )
        self.score_name = score.removeprefix("val_")
        self.rising = larger_is_better(self.score_name)

    # ---- training and judging ---------------------------------------------------------------------

    def judge(
        self,
        parameters: Mapping[str, Any],
        data: tuple[Any, Any],
        held_out: Any,
        seed: int,
        report: Report | None = None,
        also_on_training: bool = False,
    ) -> Judged:
        """Make, train and judge; the random numbers come from `seed`. Without held-out data, only train."""
        start = time.perf_counter()
        with drawing(Generator().manual_seed(seed)):
            made, options = self.make(parameters, seed)
            if is_estimator(made):
                history = None
                made.fit(*data, **options)
            else:
                history = self._fit(made, data, held_out, options, report)
        score = float("nan") if held_out is None else self._score(made, held_out)
        on_training = self._score(made, data) if also_on_training else None
        return Judged(made, score, on_training, time.perf_counter() - start, history)

    def _fit(
        self, model: nn.Module, data: Any, held_out: Any, options: dict[str, Any], report: Report | None
    ) -> train.History:
        callbacks = [copy.deepcopy(callback) for callback in options.pop("callbacks", None) or ()]
        if report is not None:
            callbacks.append(_Reporter(report, f"val_{self.score_name}"))
        options = {"verbose": 0, **options}
        history = model.fit(*data, validation_data=held_out, callbacks=callbacks, **options)
        if history.interrupted:
            raise KeyboardInterrupt
        return history

    def _score(self, made: Any, data: Any) -> float:
        if is_estimator(made):
            return float(self.score(made, *data))
        data = data if isinstance(data, (tuple, list)) else (data,)
        return float(made.evaluate(*data, return_dict=True)[self.score_name])


class _Reporter(train.Callback):
    def __init__(self, report: Report, monitor: str) -> None:
        self.report, self.monitor = report, monitor

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self.report(epoch, (logs or {})[self.monitor])


def is_estimator(made: Any) -> bool:
    """Whether it is an estimator of scikit-learn's kind (and no class of them)."""
    return not isinstance(made, type) and all(hasattr(made, n) for n in ("fit", "get_params", "set_params"))
