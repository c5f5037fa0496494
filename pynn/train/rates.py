"""Callbacks that set the learning rate as training goes on."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from .callbacks import Callback, Logs
from .watching import value_of


class LearningRateSchedule(Callback):
    """Step a schedule of `pynn.optim.lr_scheduler` once an epoch, or once a batch.

    Args:
        scheduler: the schedule; `ReduceLROnPlateau` is told `monitor`.
        per: "epoch" or "batch".
        monitor: what to tell a schedule that watches a value.

    Raises:
        ValueError: per is neither.

    Example:
        >>> import pynn
        >>> model = pynn.nn.Linear(1, 1)
        >>> optimizer = pynn.optim.SGD(model.parameters(), lr=1.0)
        >>> model.compile(optimizer, "mse")
        >>> halve = pynn.optim.lr_scheduler.ExponentialLR(optimizer, 0.5)
        >>> callbacks = [pynn.train.LearningRateSchedule(halve)]
        >>> history = model.fit(pynn.zeros(4, 1), pynn.zeros(4, 1), epochs=2, verbose=0, callbacks=callbacks)
        >>> optimizer.param_groups[0]["lr"]
        0.25
    """

    def __init__(self, scheduler: Any, per: str = "epoch", monitor: str = "val_loss") -> None:
        if per not in ("epoch", "batch"):
            raise ValueError(f"LearningRateSchedule: per is 'epoch' or 'batch', got {per!r}")
        if not hasattr(scheduler, "step"):
            raise TypeError(
                "LearningRateSchedule takes a schedule of pynn.optim.lr_scheduler, got "
                f"{type(scheduler).__name__}. For a function there is LearningRateScheduler."
            )
        self.scheduler, self.per, self.monitor = scheduler, per, monitor
        if per == "batch":
            self.on_train_batch_end = lambda batch, logs=None: scheduler.step()  # type: ignore[method-assign]

    def state_dict(self) -> dict[str, Any]:
        return {"scheduler": self.scheduler.state_dict()}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        self.scheduler.load_state_dict(state_dict["scheduler"])

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        if self.per == "batch":
            return
        if type(self.scheduler).__name__ == "ReduceLROnPlateau":
            self.scheduler.step(value_of(self, self.monitor, logs or {}))
        else:
            self.scheduler.step()


class LearningRateScheduler(Callback):
    """Set the learning rate before each epoch, by a function of your own.

    Args:
        schedule: a function of the epoch (from 0) and the present learning rate that gives the new one.

    Example:
        >>> from pynn.train import LearningRateScheduler
        >>> halve = LearningRateScheduler(lambda epoch, lr: lr / 2 if epoch else lr)
    """

    def __init__(self, schedule: Callable[[int, float], float]) -> None:
        if not callable(schedule):
            raise TypeError(
                f"LearningRateScheduler takes a function of (epoch, lr), got {type(schedule).__name__}. "
                "Did you mean LearningRateSchedule, for the schedules of pynn.optim.lr_scheduler?"
            )
        self.schedule = schedule

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        for group in self.model.optimizer.param_groups:
            rate = self.schedule(epoch, group["lr"])
            if not isinstance(rate, (int, float)) or not 0 <= rate < math.inf:
                raise ValueError(
                    f"LearningRateScheduler: the schedule gave {rate!r} for epoch {epoch}; "
                    "a learning rate is a number of 0 or more"
                )
            group["lr"] = float(rate)
