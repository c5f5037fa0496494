"""What a search found: the best, all others, and pictures of how they compare."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pynn._picture import new_figure

from .space import Space


class SearchResult:
    """The trials of a search. Printed, it shows the best of them.

    Made by `search`.

    Args:
        study: the study of optuna, with all that it can do besides.
        space: where was searched.
        score_name: what was judged.
        rising: whether more is better.
        train_best: trains the best anew.

    Attributes:
        study: the study of optuna.
        score_name: what was judged.
        interrupted: whether Ctrl-C ended the search.

    Example:
        >>> import pynn
        >>> from sklearn.linear_model import LogisticRegression
        >>> from pynn import tune
        >>> iris = pynn.data.load_iris()
        >>> found = tune.search(
        ...     LogisticRegression(max_iter=999),
        ...     {"C": (1e-3, 10.0, "log")},
        ...     iris.x,
        ...     iris.y,
        ...     trials=3,
        ...     cv=3,
        ...     verbose=0,
        ... )
        >>> isinstance(found, tune.SearchResult), len(found.trials), 0.8 < found.best_score <= 1
        (True, 3, True)
    """

    def __init__(
        self, study: Any, space: Space, score_name: str, rising: bool, train_best: Callable[[], Any]
    ) -> None:
        self.study, self.score_name, self.rising = study, score_name, rising
        self.interrupted = False
        self._space, self._train_best = space, train_best
        self._model: Any = None

    # ---- the best ---------------------------------------------------------------------------------

    @property
    def best_trial(self) -> Any:
        """The trial of optuna with the best score.

        Raises:
            ValueError: no trial came to its end.
        """
        complete = [t for t in self.study.trials if t.state.name == "COMPLETE"]
        if not complete:
            raise ValueError("search: no trial came to its end; print the result to see what happened")
        return (max if self.rising else min)(complete, key=lambda t: t.value)

    @property
    def best_score(self) -> float:
        """The best score. As the best of many it flatters a little: judge by data that no trial saw."""
        return float(self.best_trial.value)

    @property
    def best_params(self) -> dict[str, Any]:
        """The parameters of the best trial, fixed ones included."""
        return self._parameters(self.best_trial)

    @property
    def best_model(self) -> Any:
        """The best candidate, trained as it was in its trial; after cross-validation, on all the data.

        It is trained when it is first asked for.
        """
        if self._model is None:
            self._model = self._train_best()
        return self._model

    # ---- all of them ------------------------------------------------------------------------------

    @property
    def trials(self) -> list[dict[str, Any]]:
        """For each trial its number, score, parameters, state ("COMPLETE", "PRUNED", "FAIL") and seconds."""
        return [
            {
                "number": t.number,
                "score": math.nan if t.value is None else t.value,
                **self._parameters(t),
                "state": t.state.name,
                "seconds": t.duration.total_seconds() if t.duration else math.nan,
            }
            for t in self.study.trials
        ]

    def to_frame(self) -> Any:
        """The trials as a pandas DataFrame."""
        try:
            import pandas
        except ImportError as error:
            raise ImportError("SearchResult.to_frame makes a pandas frame: pip install pandas") from error
        return pandas.DataFrame(self.trials)

    def importance(self) -> dict[str, float]:
        """How much of the differences in score each parameter explains; together 1.

        Needs some trials that came to their end. Source: Watanabe, Bansal & Hutter 2023, PED-ANOVA,
        arXiv:2304.10255.
        """
        from optuna.importance import get_param_importances

        return {name: float(share) for name, share in get_param_importances(self.study).items()}

    def _parameters(self, trial: Any) -> dict[str, Any]:
        from optuna.trial import FixedTrial

        return self._space.suggest(FixedTrial(trial.params, number=trial.number))

    def __repr__(self) -> str:
        trials = self.trials
        states = [t["state"] for t in trials]
        said = ", ".join(f"{states.count(s)} {w}" for s, w in WORDS.items() if s in states)
        lines = [f"{len(trials)} trials ({said or 'none'}) of {self.score_name}"]
        ended = [t for t in trials if t["state"] == "COMPLETE"]
        ended.sort(key=lambda t: t["score"], reverse=self.rising)
        for trial in ended[:10]:
            lines.append(f"{trial['score']:10.4f}  #{trial['number']:<4d} {said_of(trial)}")
        for trial in self.study.trials:
            if "error" in trial.user_attrs:
                lines.append(f"    failed  #{trial.number:<4d} {trial.user_attrs['error']}")
        return "\n".join(lines)

    # ---- pictures ---------------------------------------------------------------------------------

    def plot_history(self, path: str | Path | None = None) -> Any:
        """Draw the score of each trial, and the best so far.

        Args:
            path: also write the picture there.

        Returns:
            The matplotlib figure.
        """
        figure, (axes,) = panels_of("SearchResult.plot_history", 1)
        ended = [t for t in self.trials if t["state"] == "COMPLETE"]
        numbers, scores = [t["number"] for t in ended], [t["score"] for t in ended]
        best = [(max if self.rising else min)(scores[: i + 1]) for i in range(len(scores))]
        axes.plot(numbers, scores, "o", color="#2563eb", alpha=0.6, label="a trial")
        axes.plot(
            numbers, best, "-", color="#ea580c", linewidth=2, drawstyle="steps-post", label="the best so far"
        )
        axes.set(xlabel="trial", title=self.score_name)
        axes.legend(frameon=False)
        return saved(figure, path)

    def plot_importance(self, path: str | Path | None = None) -> Any:
        """Draw how much each parameter matters, see `importance`.

        Args:
            path: also write the picture there.

        Returns:
            The matplotlib figure.
        """
        figure, (axes,) = panels_of("SearchResult.plot_importance", 1)
        shares = list(self.importance().items())[::-1]
        bars = axes.barh([name for name, _ in shares], [share for _, share in shares], color="#2563eb")
        axes.bar_label(bars, fmt="%.2f", padding=3)
        axes.set(xlabel=f"share of the differences in {self.score_name}", xlim=(0, 1.1))
        axes.grid(False)
        return saved(figure, path)

    def plot_parameters(self, path: str | Path | None = None) -> Any:
        """Draw the score over each parameter, later trials darker.

        Args:
            path: also write the picture there.

        Returns:
            The matplotlib figure.
        """
        ended = [t for t in self.study.trials if t.state.name == "COMPLETE"]
        names = sorted({name for t in ended for name in t.params})
        figure, panels = panels_of("SearchResult.plot_parameters", max(1, len(names)))
        for axes, name in zip(panels, names, strict=False):
            with_it = [t for t in ended if name in t.params]
            values = [t.params[name] for t in with_it]
            kind = with_it[0].distributions[name]
            if type(kind).__name__ == "CategoricalDistribution":
                values = [kind.choices.index(value) for value in values]
                axes.set_xticks(range(len(kind.choices)), map(str, kind.choices))
                axes.set_xlim(-0.5, len(kind.choices) - 0.5)
            elif kind.log:
                axes.set_xscale("log")
            shade = [t.number for t in with_it]
            axes.scatter(
                values, [t.value for t in with_it], c=shade, cmap="Blues", vmin=-max(shade, default=0)
            )
            axes.set(xlabel=name)
        for axes in panels[::3]:
            axes.set_ylabel(self.score_name)
        return saved(figure, path)


WORDS = {"COMPLETE": "complete", "PRUNED": "ended early", "FAIL": "failed"}


def said_of(trial: dict[str, Any]) -> str:
    """Parameters in a line."""
    shown = {k: v for k, v in trial.items() if k not in ("number", "score", "state", "seconds")}
    return ", ".join(
        f"{name}={value:.4g}" if isinstance(value, float) else f"{name}={value!r}"
        for name, value in shown.items()
    )


def panels_of(who: str, panels: int) -> tuple[Any, list[Any]]:
    """A figure with panels side by side, at most three in a row."""
    rows, columns = -(-panels // 3), min(panels, 3)
    figure = new_figure(1.2 + 3.8 * columns, 3.4 * rows, who)
    made = list(figure.subplots(rows, columns, squeeze=False, sharey=True).flat)
    for unused in made[panels:]:
        unused.remove()
    axes = made[:panels]
    for one in axes:
        one.grid(alpha=0.25)
        one.spines[["top", "right"]].set_visible(False)
    return figure, axes


def saved(figure: Any, path: str | Path | None) -> Any:
    """The figure, written to a file if one is named."""
    if path is not None:
        figure.savefig(path, dpi=150)
    return figure
