"""What the optimizers of Keras's names share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pynn import _check

from . import schedules
from ._config import Configured

_HINTS = {
    "lr": " Did you mean learning_rate?",
    "decay": " Did you mean learning_rate=keras.optimizers.schedules.InverseTimeDecay(...)?",
    "use_ema": " Did you mean fit(..., callbacks=[pynn.train.EMA()])?",
    "ema_momentum": " Did you mean fit(..., callbacks=[pynn.train.EMA(decay=0.99)])?",
    "loss_scale_factor": " bfloat16 needs none: leave it out.",
    "gradient_accumulation_steps": " pynn.nn.Module.compile(..., accumulate=4) does that.",
}


class Optimizer(Configured):
    """What all of them share; not made by itself.

    Attributes:
        learning_rate: the present rate; it may be set at any time.
        iterations: how many steps were taken.

    Example:
        >>> from pynn import keras
        >>> adam = keras.optimizers.Adam(learning_rate=0.01)
        >>> adam.learning_rate = 0.001
        >>> adam.learning_rate
        0.001
    """

    _kind: Any
    param_groups: list[dict[str, Any]]

    def _settings(
        self,
        learning_rate: Any,
        options: dict[str, Any],
        clipnorm: float | None,
        clipvalue: float | None,
        global_clipnorm: float | None,
        unknown: dict[str, Any],
    ) -> None:
        owner = type(self).__name__
        for name in unknown:
            if name not in ("name", "jit_compile"):
                raise TypeError(f"{owner} has no argument {name!r}.{_HINTS.get(name, '')}")
        if clipnorm is not None:
            raise ValueError(
                f"{owner}: clipnorm, which scales each gradient by itself, is not supported; "
                f"global_clipnorm={clipnorm!r} scales all of them together"
            )
        for name, bound in (("clipvalue", clipvalue), ("global_clipnorm", global_clipnorm)):
            if bound is not None:
                _check.real(owner, name, bound, above=0)
        self.schedule: Any = None
        if isinstance(learning_rate, schedules.LearningRateSchedule):
            self.schedule, learning_rate = learning_rate, learning_rate(0)
        self._rate = _check.real(owner, "learning_rate", learning_rate, 0)
        self.clipvalue, self.global_clipnorm = clipvalue, global_clipnorm
        self._options, self.iterations = options, 0
        self.param_groups = []

    def bind(self, model: Any) -> None:
        """Take a model's parameters, and begin anew; `compile` does it.

        Args:
            model: whose.
        """
        self.iterations = 0
        self._kind.__init__(self, model, lr=self._rate, **self._options)

    @property
    def learning_rate(self) -> float:
        """The present rate."""
        return float(self.param_groups[0]["lr"]) if self.param_groups else self._rate

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        self.schedule = None
        self._set_rate(_check.real(type(self).__name__, "learning_rate", value, 0))

    lr = learning_rate

    def _set_rate(self, rate: float) -> None:
        self._rate = rate
        for group in self.param_groups:
            group["lr"] = rate

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """One step; a schedule sets the rate before it.

        Args:
            closure: see `pynn.optim.Optimizer`.
        """
        if self.schedule is not None:
            self._set_rate(float(self.schedule(self.iterations)))
        result = self._kind.step(self, closure)
        self.iterations += 1
        return result
