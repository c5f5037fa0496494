"""search: the best parameters of a model, by trial."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import numpy as np

from pynn import _check
from pynn._generator import Generator, drawing

from .folds import Split, folds, spread, take
from .judge import Judge, Report
from .result import SearchResult, said_of
from .space import Space
from .workers import Outcome, Pruned, Work, attempt, side_by_side


def search(
    build: Any,
    space: Mapping[str, Any] | Callable[[Any], Mapping[str, Any]],
    x: Any,
    y: Any = None,
    *,
    trials: int = 20,
    cv: Any = None,
    validation_data: Any = None,
    validation_split: float = 0.2,
    score: Any = None,
    direction: str | None = None,
    prune: Any = True,
    sampler: Any = None,
    study: Any = None,
    n_jobs: int = 1,
    timeout: float | None = None,
    seed: int = 0,
    verbose: int = 1,
    **fit: Any,
) -> SearchResult:
    """Try parameters, learn from the scores where to look next, and give up early what does not look good.

    Suggestions are optuna's: at first random, then where good trials were denser than bad ones. A Module
    that is judged by held-out samples is given up when its score after an epoch is below the median of
    earlier trials at that epoch; with cross-validation, the same after each part.

    Args:
        build: a function of the parameters that makes a compiled Module or an estimator of scikit-learn; or
            an estimator, whose parameters are set. Parameters that the function does not take, such as
            `batch_size`, are given to `fit`.
        space: name -> what it may be: a list to choose from; `(low, high)`, whole numbers if both are;
            `(low, high, "log")`; `range(16, 129, 16)`; anything else is fixed. Or a function of an optuna
            trial that gives the parameters, for spaces whose parts depend on each other.
        x: `(N, ...)` inputs; several in a tuple or dictionary; or a dataset, with `validation_data`.
        y: `(N, ...)` targets.
        trials: how many.
        cv: judge by cross-validation over so many parts; see `cross_validate`.
        validation_data: `(x, y)` or a dataset to judge by instead.
        validation_split: or the part of the samples that is held out, the same in all trials.
        score: of a Module a name of what `compile` was given, default the first metric, else "loss"; of an
            estimator what `sklearn.metrics.check_scoring` takes.
        direction: "maximize" or "minimize", where the name of the score does not say it.
        prune: whether to give up early; or a pruner of optuna.
        sampler: of optuna, default `TPESampler`.
        study: of optuna, to go on with, such as one that is kept in a file.
        n_jobs: how many trials at a time, each in a process of its own with one thread; -1 is one for each
            of pynn's threads. What is suggested then depends on which trials end first. The processes are
            forked, and estimators of other libraries that compute with libgomp (scikit-learn's gradient
            boosting, XGBoost) may hang in them: leave it at 1 for those.
        timeout: begin no trial after so many seconds.
        seed: of everything that is random.
        verbose: 1 prints a line a trial.
        **fit: what `fit` is given, such as `epochs=20, callbacks=[...]`.

    Returns:
        The result. Ctrl-C ends the search and keeps it. A training that diverges is a trial that failed.

    Raises:
        ImportError: optuna is missing.
        TypeError: `build` makes neither a Module nor an estimator.
        ValueError: a space or a score that cannot be.

    Source: Bergstra, Bardenet, Bengio & Kégl 2011, Algorithms for hyper-parameter optimization (TPE).

    Example:
        >>> import pynn
        >>> from pynn import nn, tune
        >>> iris = pynn.data.load_iris()
        >>> def build(width, lr):
        ...     model = nn.Sequential(nn.Linear(4, width), nn.ReLU(), nn.Linear(width, 3))
        ...     model.compile(pynn.optim.Adam(model.parameters(), lr=lr), "cross_entropy", ["accuracy"])
        ...     return model
        >>> space = {"width": [8, 32], "lr": (1e-3, 1e-1, "log"), "batch_size": 16}
        >>> found = tune.search(build, space, iris.x, iris.y, trials=4, epochs=5, verbose=0)
        >>> sorted(found.best_params), found.score_name
        (['batch_size', 'lr', 'width'], 'accuracy')
    """
    optuna = _optuna()
    read = Space(space)
    judge = Judge("search", build, score, fit)
    _check.integer("search", "trials", trials, 1)
    workers = _workers(n_jobs)
    candidate = _Candidates(judge, x, y, cv, validation_data, validation_split, seed)
    with _quiet(optuna):
        probe = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=seed)).ask()
        with drawing(Generator().manual_seed(seed)):
            judge.make(read.suggest(probe), seed)  # to see what it is, and so what better means
        if direction is not None:
            judge.rising = (
                _check.choice("search", "direction", direction, ["minimize", "maximize"]) == "maximize"
            )
        if study is None:
            study = optuna.create_study(
                direction="maximize" if judge.rising else "minimize",
                sampler=sampler or optuna.samplers.TPESampler(seed=seed),
                pruner=_pruner(optuna, prune),
            )
    run = _Run(study, read, candidate, trials, timeout, verbose, judge)
    result = SearchResult(study, read, judge.score_name, judge.rising, partial(_best, run))
    run.result = result
    run.go(workers)
    return result


class _Candidates:
    """The data, cut up once: what a trial is trained on and what it is judged by."""

    def __init__(
        self, judge: Judge, x: Any, y: Any, cv: Any, validation_data: Any, fraction: float, seed: int
    ) -> None:
        self.judge, self.data, self.seed = judge, (x, y), seed
        self.splits: list[Split] = []
        self.held_out = validation_data
        self.cross = cv is not None
        if validation_data is not None:
            if self.cross:
                raise ValueError("search: give validation_data or cv, not both")
            return
        if y is None:
            raise ValueError("search: of a dataset no part can be held out; give validation_data")
        if self.cross:
            self.splits = folds("search", y, cv, seed)
            return
        fraction = _check.real("search", "validation_split", fraction, above=0, at_most=1)
        order = spread(y, np.arange(len(y)), seed)
        kept = round(fraction * len(y))
        if kept in (0, len(y)):
            raise ValueError(f"search: validation_split={fraction} of {len(y)} samples leaves one side empty")
        rows, held_out = np.sort(order[kept:]), np.sort(order[:kept])
        self.data, self.held_out = self._rows(rows), self._rows(held_out)

    def _rows(self, rows: np.ndarray) -> tuple[Any, Any]:
        return take(self.data[0], rows), take(self.data[1], rows)

    def score(self, parameters: Mapping[str, Any], number: int, report: Report) -> float:
        """Of one trial: on the samples held out, or the mean over the parts."""
        seed = self.seed + number
        if not self.cross:
            return self.judge.judge(parameters, self.data, self.held_out, seed, report).score
        scores: list[float] = []
        for part, (rows, held_out) in enumerate(self.splits):
            one = self.judge.judge(parameters, self._rows(rows), self._rows(held_out), seed + part)
            scores.append(one.score)
            if part + 1 < len(self.splits):
                report(part, float(np.mean(scores)))
        return float(np.mean(scores))

    def train(self, parameters: Mapping[str, Any], number: int) -> Any:
        """The model of a trial again; after cross-validation on all the data."""
        return self.judge.judge(parameters, self.data, self.held_out, self.seed + number).model


class _Run:
    """Trials on their way."""

    result: SearchResult

    def __init__(
        self, study: Any, space: Space, candidates: _Candidates, trials: int, timeout: float | None,
        verbose: int, judge: Judge,
    ) -> None:  # fmt: skip
        self.study, self.space, self.candidates, self.judge = study, space, candidates, judge
        self.trials, self.verbose = trials, verbose
        self.until = float("inf") if timeout is None else time.monotonic() + timeout
        self.done = 0

    def go(self, workers: int) -> None:
        try:
            if workers == 1:
                for trial, work in self.jobs():
                    self.finish(trial, attempt(work, partial(self.report, trial)))
            else:
                for trial, outcome in side_by_side(self.jobs(), workers, self.should_stop):
                    self.finish(trial, outcome)
        except KeyboardInterrupt:
            self.result.interrupted = True
        finally:
            self.forget_unfinished()

    def jobs(self) -> Iterator[tuple[Any, Work]]:
        for _ in range(self.trials):
            if time.monotonic() > self.until:
                return
            trial = self.study.ask()
            parameters = self.space.suggest(trial)
            yield trial, partial(self.candidates.score, parameters, trial.number)

    def should_stop(self, trial: Any, step: int, score: float) -> bool:
        trial.report(score, step)
        return bool(trial.should_prune())

    def report(self, trial: Any, step: int, score: float) -> None:
        if self.should_stop(trial, step, score):
            raise Pruned

    def finish(self, trial: Any, outcome: Outcome) -> None:
        kind, value = outcome
        states = _optuna().trial.TrialState
        if kind == "failed":
            trial.set_user_attr("error", value)
        if kind == "score" and np.isfinite(value):
            self.study.tell(trial, value)
        else:
            self.study.tell(trial, state=states.PRUNED if kind == "pruned" else states.FAIL)
        self.done += 1
        if self.verbose:
            said = f"{value:.4f}" if kind == "score" else {"pruned": "ended early"}.get(kind, kind)
            parameters = said_of(
                self.space.suggest(_optuna().trial.FixedTrial(trial.params, number=trial.number))
            )
            print(
                f"trial {self.done:{len(str(self.trials))}}/{self.trials}  {said:>11}  {parameters}",
                flush=True,
            )

    def forget_unfinished(self) -> None:
        states = _optuna().trial.TrialState
        for trial in self.study.trials:
            if trial.state == states.RUNNING:
                self.study.tell(trial.number, state=states.FAIL)


def _best(run: _Run) -> Any:
    return run.candidates.train(run.result.best_params, run.result.best_trial.number)


def _workers(n_jobs: int) -> int:
    from pynn._core import get_num_threads

    if _check.integer("search", "n_jobs", n_jobs, -1) == 0:
        raise ValueError("search: n_jobs must be 1 or more, or -1 for all, got 0")
    return get_num_threads() if n_jobs == -1 else n_jobs


def _optuna() -> Any:
    try:
        with warnings.catch_warnings():  # in a notebook, of a bar that optuna would draw and search does not
            warnings.filterwarnings("ignore", message="IProgress not found")
            import optuna
    except ImportError as error:
        raise ImportError("search looks with optuna: pip install 'pynn-learn[tune]'") from error
    return optuna


def _pruner(optuna: Any, prune: Any) -> Any:
    if isinstance(prune, bool):
        return optuna.pruners.MedianPruner(n_warmup_steps=1) if prune else optuna.pruners.NopPruner()
    if not isinstance(prune, optuna.pruners.BasePruner):
        raise TypeError(f"search: prune is True, False or a pruner of optuna, got {prune!r}")
    return prune


class _quiet:  # noqa: N801 - a block, as in `with quiet:`
    """The block in which optuna does not say what it does."""

    def __init__(self, optuna: Any) -> None:
        self.logging = optuna.logging

    def __enter__(self) -> None:
        self.before = self.logging.get_verbosity()
        self.logging.set_verbosity(self.logging.WARNING)

    def __exit__(self, *error: Any) -> None:
        self.logging.set_verbosity(self.before)
