"""Models with several outputs: a loss for each, their weighted sum, and metrics that watch one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pynn import _check
from pynn._core import Tensor

from .metrics import Metric
from .nested import size
from .weighting import weighted

Loss = Callable[..., Any]


class LossPerOutput:
    """Σ weightₖ lossₖ(outputsₖ, targetsₖ) over the outputs of a model.

    Args:
        losses: key -> loss, the keys of the outputs' dictionary, or positions in their tuple.
        weights: key -> how much the loss of that output counts; 1 where nothing is said.
    """

    def __init__(self, losses: Mapping[Any, Loss], weights: Mapping[Any, float] | None = None) -> None:
        unknown = set(weights or {}) - set(losses)
        if unknown:
            raise ValueError(
                f"compile: loss_weights names {sorted(unknown, key=str)}, which have no loss; "
                f"there are {list(losses)}"
            )
        self.losses = dict(losses)
        self._weighted = {key: weighted(loss) for key, loss in losses.items()}
        given = dict(weights or {})
        self.weights = {
            key: _check.real("compile", f"loss_weights[{key!r}]", given.get(key, 1.0), 0) for key in losses
        }
        self.parts: dict[Any, Tensor] = {}

    def __call__(self, outputs: Any, targets: Any, sample_weight: Tensor | None = None) -> Any:
        total: Any = None
        for key, loss in self._weighted.items():
            part = loss(at(outputs, key, "outputs"), at(targets, key, "targets"), sample_weight)
            self.parts[key] = part
            share = part * self.weights[key] if self.weights[key] != 1 else part
            total = share if total is None else total + share
        return total


class LossOfOutput(Metric):
    """The loss of one output of several, averaged over the samples.

    Args:
        loss: the sum that it is a part of; it keeps the values of the last batch.
        key: which output.
    """

    def __init__(self, loss: LossPerOutput, key: Any) -> None:
        super().__init__(f"{name_of(key)}_loss")
        self.loss, self.key = loss, key

    def update(self, outputs: Any, targets: Any) -> None:
        samples = size(at(targets, self.key, "targets"))
        self.total += self.loss.parts[self.key].item() * samples
        self.count += samples


class MetricOfOutput(Metric):
    """A metric that looks at one output of several.

    Args:
        metric: what is measured.
        key: which output.
    """

    def __init__(self, metric: Metric, key: Any) -> None:
        self.metric, self.key = metric, key
        super().__init__(f"{name_of(key)}_{metric.name}")

    def reset(self) -> None:
        self.metric.reset()

    def state_dict(self) -> dict[str, Any]:
        return self.metric.state_dict()

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        self.metric.load_state_dict(state_dict)

    def update(self, outputs: Any, targets: Any) -> None:
        self.metric.update(at(outputs, self.key, "outputs"), at(targets, self.key, "targets"))

    def result(self) -> Any:
        return self.metric.result()


def name_of(key: Any) -> str:
    """What the history calls an output."""
    return f"output{key}" if isinstance(key, int) else str(key)


def at(values: Any, key: Any, what: str) -> Any:
    """The part of a dictionary or tuple.

    Raises:
        KeyError: there is none.
    """
    try:
        return values[key]
    except (KeyError, IndexError, TypeError):
        there = f"keys {list(values)}" if isinstance(values, Mapping) else type(values).__name__
        if isinstance(values, (tuple, list)):
            there = f"{len(values)} parts"
        raise KeyError(f"compile gave a loss or metric for {key!r}, but the {what} are: {there}") from None
