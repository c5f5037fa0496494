"""Regularisation around the steps: the price of weights in the loss, and a bound on their length."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from pynn import _check, nn

from .callbacks import Callback, Logs


def with_penalty(model: nn.Module, loss: Callable[..., Any]) -> Callable[..., Any]:
    """The loss plus what the weights cost, see `nn.utils.regularize`; the loss itself if they are free."""
    if not any(any(module.__dict__.get("_prices", ())) for module in model.modules()):
        return loss

    def total(*args: Any) -> Any:
        return loss(*args) + nn.utils.penalty(model)  # all sizes are settled once there are outputs

    return total


class MaxNorm(Callback):
    """After each step, shorten the incoming weights of every unit that are longer than a bound.

    With dropout and a high learning rate, weights then cannot run away. See `nn.utils.max_norm_`.

    Args:
        max_norm: the longest norm.
        layers: the names of layers, as in `model.named_modules()`; default: all with weights.

    Raises:
        ValueError: a bound that is not above 0.
        AttributeError: in `fit`, a layer that the model does not have.

    Source: Srivastava et al. 2014, Dropout, section 5.1, JMLR 15.

    Example:
        >>> import pynn
        >>> model = pynn.nn.Linear(4, 1)
        >>> model.compile(pynn.optim.SGD(model, lr=1.0), "mse")
        >>> x = pynn.ones(8, 4)
        >>> history = model.fit(x, 9 * x[:, :1], verbose=0, callbacks=[pynn.train.MaxNorm(0.5)])
        >>> round(model.weight.norm().item(), 4)
        0.5
    """

    def __init__(self, max_norm: float = 2.0, layers: Iterable[str] | None = None) -> None:
        self.max_norm = _check.real("MaxNorm", "max_norm", max_norm, above=0)
        if isinstance(layers, str) or not (layers is None or isinstance(layers, Iterable)):
            raise TypeError(f"MaxNorm: layers is a list of names, got {layers!r}")
        self.layers = None if layers is None else list(layers)

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        parts = [self.model] if self.layers is None else map(self.model.get_submodule, self.layers)
        for part in parts:
            nn.utils.max_norm_(part.parameters(), self.max_norm)
