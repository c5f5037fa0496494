"""What `fit` minimises: the losses of the outputs, and the penalties of the weights."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pynn import nn, train
from pynn._core import Tensor
from pynn.train.outputs import name_of
from pynn.train.weighting import weighted

from . import losses, metrics
from .layers.base import Layer

if TYPE_CHECKING:
    from .training import TrainedLayer


class TotalLoss:
    """The loss of the data plus Σ penalties, as a function of (outputs, targets, sample weights).

    Args:
        model: whose regularizers count.
        of_data: the loss of the data, as `pynn.train` takes it.
    """

    def __init__(self, model: TrainedLayer, of_data: Callable[..., Any]) -> None:
        self.model, self._of_data = model, weighted(of_data)
        self.losses = dict(getattr(of_data, "losses", {}))
        self._layers: list[Layer] | None = None  # those with regularizers, once all layers are built

    def __call__(self, outputs: Any, targets: Any, sample_weight: Any = None) -> Any:
        total = self._of_data(outputs, targets, sample_weight)
        if self._layers is None:
            self._look()
        for layer in self._layers or ():
            for penalty in layer.penalties():
                total = total + penalty
        return total

    def _look(self) -> None:
        modules = list(self.model.modules())
        if all(module.built for module in modules):
            layers = [module for module in modules if isinstance(module, Layer)]
            self._layers = [one for one in layers if any(w.regularizer for w in one._variables)]


def in_pynns_order(loss: Any) -> Callable[..., Any]:
    """A loss of (y_true, y_pred) as one of (outputs, targets), which can give one value a sample."""
    loss = losses.get(loss)
    if isinstance(loss, nn.Module):
        return loss  # one of pynn.nn is in that order already

    def of_outputs_and_targets(outputs: Tensor, targets: Tensor, reduction: str = "mean") -> Any:
        values = loss.call(targets, outputs) if isinstance(loss, losses.Loss) else loss(targets, outputs)
        if reduction == "none":
            return values
        is_sum = isinstance(loss, losses.Loss) and loss.reduction == "sum"
        return values.sum() if is_sum else values.mean()

    return of_outputs_and_targets


def of_outputs(
    names: Sequence[str], loss: Any, loss_weights: Any, given: Any
) -> tuple[Any, Any, Any, dict[str, str]]:
    """Losses, their weights and metrics as `pynn.nn.Module.compile` takes them, and their names.

    Args:
        names: of the outputs.
        loss: what Keras's compile was given.
        loss_weights: the same.
        given: the metrics.
    """
    several = len(names) > 1 or (not names and isinstance(loss, (list, tuple, Mapping)))
    if not several:
        if isinstance(loss, Mapping) and len(loss) == 1:
            (loss,) = loss.values()
        if isinstance(loss, (list, tuple)) and len(loss) == 1:
            (loss,) = loss
        if isinstance(given, Mapping) and len(given) == 1:
            (given,) = given.values()
        if loss_weights is not None:
            raise ValueError(
                "compile: loss_weights go with a loss for each of several outputs. Did you mean "
                f"metrics={loss_weights!r}? The third argument of Keras's compile is loss_weights"
            )
        return in_pynns_order(loss), None, [metrics.get(one) for one in _flat(given)], {}
    names = list(names) or [name_of(key) for key in _keys(loss)]
    by_key = {i: in_pynns_order(one) for i, one in _for_each(names, loss, "loss").items()}
    weights = None if loss_weights is None else _for_each(names, loss_weights, "loss_weights")
    found: dict[int, list[train.Metric]] = {}
    if given is not None:
        each = _for_each(names, given, "metrics")
        found = {i: [metrics.get(one) for one in _flat(some)] for i, some in each.items()}
    labels = {f"output{i}_loss": f"{name}_loss" for i, name in enumerate(names)}
    for i, some in found.items():
        labels.update({f"output{i}_{metric.name}": f"{names[i]}_{metric.name}" for metric in some})
    return by_key, weights, found, labels


def _flat(given: Any) -> list[Any]:
    if given is None:
        return []
    if isinstance(given, Mapping):
        raise ValueError(f"compile: metrics by name go with several outputs; got {list(given)} for one")
    if not isinstance(given, (list, tuple)):
        return [given]
    return [one for part in given for one in (part if isinstance(part, (list, tuple)) else [part])]


def _keys(loss: Any) -> list[Any]:
    return list(loss) if isinstance(loss, Mapping) else list(range(len(loss)))


def _for_each(names: Sequence[str], given: Any, what: str) -> dict[int, Any]:
    """Position -> what was given for that output."""
    if isinstance(given, Mapping):
        unknown = [name for name in given if name not in names]
        if unknown:
            raise ValueError(f"compile: {what} for {unknown[0]!r}, but the outputs are {', '.join(names)}")
        return {names.index(name): one for name, one in given.items()}
    if isinstance(given, (list, tuple)):
        if len(given) != len(names):
            raise ValueError(
                f"compile: {what} holds {len(given)} entries for {len(names)} outputs, {', '.join(names)}"
            )
        return dict(enumerate(given))
    return dict.fromkeys(range(len(names)), given)
